"""Absences and last days, through the real command line: they begin and end on their day, and fight with nothing."""

from __future__ import annotations

import datetime
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.trial import Trial, committed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.github_stub import GitHubStub
    from tests.support.sandbox import RunningSandbox

TODAY = datetime.datetime.now(datetime.UTC).date()
INVOICE = """\
kind: assignments
template: Invoice Approval
projects:
  - project: Harbor Bridge
    workflow_manager: gus@acme.test
    groups:
      Project Manager: [ann@acme.test, bo@acme.test]
      Accounting: [cy@acme.test, dee@acme.test]
"""


def day(days: int) -> str:
    """Return a day before or after today, as documents hold it."""
    return (TODAY + datetime.timedelta(days=days)).isoformat()


def absences(*entries: str) -> str:
    """Return a document with these absences."""
    return "\n".join(["kind: absences", "absences:", *(f"  - {{{one}}}" for one in entries), ""])


def members(sandbox: RunningSandbox, preset: str, group: str) -> list[str]:
    """Return the members of a group in the service."""
    return sandbox.groups(preset, {"31": "1041", "32": "1042"}[preset])[group]


BO_IS_AWAY = f"person: bo@acme.test, from: {day(0)}, to: {day(9)}, replacement: eli@acme.test"


def a_trial(folder: Path, sandbox: RunningSandbox, *entries: str, **documents: str) -> Trial:
    """Return a committed repository with absences."""
    more = {f"{name}.yaml": text for name, text in documents.items()}
    if entries:
        more["absences.yaml"] = absences(*entries)
    texts = {"assignments/invoice.yaml": INVOICE, **more}
    return committed(folder / "approvals", sandbox, texts)


def test_01_it_begins_on_its_day(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """On the first day the due run swaps two people; nothing fights with it afterwards, and nothing is done twice."""
    trial = a_trial(tmp_path, sandbox, BO_IS_AWAY)
    shown = trial.ends(0, "plan", "--base", "HEAD")
    assert f"away, replaced by eli@acme.test until {day(9)}" in shown
    assert f"replaces bo@acme.test until {day(9)} (absences.yaml:3)" in shown
    shown = trial.ends(0, "apply", "--due", "--yes")
    assert f"no due run in the journal <folder>/.reconciler/journal: what is due since {day(-1)} counts" in shown
    assert members(sandbox, "32", "pm") == ["1", "5"]
    assert "nothing to change" in trial.ends(0, "plan")
    assert "no drift" in trial.ends(0, "drift")
    writes = len(trial.writes())
    assert f"what is due since {day(0)} counts" in trial.ends(0, "apply", "--due", "--yes")
    assert len(trial.writes()) == writes


def test_02_it_ends_on_its_day(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """On the day after the last one the person is back, and the replacement goes, with no override."""
    sandbox.edit("32", "1042", pm=["1", "5"])
    was_away = f"person: bo@acme.test, from: {day(-9)}, to: {day(-1)}, replacement: eli@acme.test"
    policy = "kind: policy\nlimits:\n  group_removals: {count: 0, percent: 0}\n  run_removals: {count: 0, percent: 0}\n"
    trial = a_trial(tmp_path, sandbox, was_away, policy=policy)
    shown = trial.ends(0, "apply", "--due", day(-1), "--yes")
    assert f"is back, was replaced by eli@acme.test until {day(-1)}" in shown
    assert f"replaced bo@acme.test until {day(-1)}" in shown
    assert members(sandbox, "32", "pm") == ["1", "2"]


def test_03_a_plan_for_another_day(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """A plan for a day shows what is desired then; it is saved and shown, and never applied."""
    trial = a_trial(tmp_path, sandbox, BO_IS_AWAY.replace(day(0), day(5)))
    shown = trial.ends(0, "plan")
    assert "nothing to change" in shown
    assert f"bo@acme.test is away from {day(5)} to {day(9)}, replaced by eli@acme.test" in shown
    shown = trial.ends(0, "plan", "--on", day(5), "--out", "plan.json")
    assert "replaces bo@acme.test" in shown
    assert f"for {day(5)}: this plan can be read, and never applied" in shown
    assert "apply just this" not in shown
    assert f"for {day(5)}" in trial.ends(0, "show", "plan.json")
    assert f"this plan is for {day(5)}, and only a plan of today can be applied" in trial.ends(64, "apply", "plan.json")
    assert "is not a day" in trial.ends(64, "plan", "--on", "tomorrow")
    assert "never applied" not in trial.ends(0, "plan", "--on", day(0))
    plan = json.loads((trial.folder / "plan.json").read_text())
    (trial.folder / "plan.json").write_text(json.dumps({**plan, "on": None}))
    trial.ends(5, "apply", "plan.json")


def test_04_drift_and_last_days(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """The due run takes out whose last day is over, and leaves drift alone."""
    until = f"{{person: dee@acme.test, until: {day(-1)}}}"
    trial = a_trial(
        tmp_path,
        sandbox,
        **{"assignments/invoice": INVOICE.replace("dee@acme.test", until).replace("Harbor Bridge", "Cedar Tower")},
    )
    sandbox.edit("31", "1041", pm=["1", "6"], acc=["3", "4"])
    shown = trial.ends(0, "apply", "--due", day(-1), "--yes")
    assert f"the last day was {day(-1)}" in shown
    assert members(sandbox, "31", "acc") == ["3"]
    assert members(sandbox, "31", "pm") == ["1", "6"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--due", day(1)), "is to come"),
        (("--due", "2026-13-01"), "'2026-13-01' is not a day"),
        (("--due", "--base", "HEAD"), "leave --base,"),
        (("--due", "--adds-only"), "leave --base,"),
        (("--due", "--since", "HEAD"), "--since tells which commits"),
    ],
)
def test_05_what_due_refuses(tmp_path: Path, sandbox: RunningSandbox, options: tuple[str, ...], words: str) -> None:
    """A day to come, what is not a day, and options that say something else are wrong usage."""
    trial = a_trial(tmp_path, sandbox, BO_IS_AWAY)
    assert words in trial.ends(64, "apply", "--yes", *options)
    assert trial.writes() == []


def test_06_due_follows_the_commit(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """What is not committed is not due."""
    trial = a_trial(tmp_path, sandbox, BO_IS_AWAY)
    trial.write_only({"absences.yaml": absences(BO_IS_AWAY.replace("eli", "fay"))})
    assert "--self-heal and --due follow what was committed" in trial.ends(64, "apply", "--due", "--yes")
    assert trial.writes() == []


def test_07_roles_projects_and_the_manager(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """Globs narrow an absence; without roles the workflow manager is replaced too."""
    trial = a_trial(
        tmp_path,
        sandbox,
        f"person: gus@acme.test, from: {day(0)}, to: {day(1)}, replacement: hal@acme.test, projects: ['Harbor*']",
        f"person: cy@acme.test, from: {day(0)}, to: {day(1)}, replacement: fay@acme.test, roles: [Project Manager]",
        f"person: ann@acme.test, from: {day(0)}, to: {day(1)}, replacement: fay@acme.test, projects: [Cedar Tower]",
        f"person: dee@acme.test, from: {day(0)}, to: {day(1)}, replacement: fay@acme.test, keep: true",
    )
    shown = trial.ends(0, "plan")
    assert "Gus → Hal" in shown
    assert "replaces gus@acme.test" in shown
    assert shown.count("+ ") == 1
    assert "replaces dee@acme.test" in shown


def test_08_a_replacement_that_is_away_too(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """Then their replacement stands in; somebody whom the group names already is not named twice."""
    trial = a_trial(
        tmp_path,
        sandbox,
        BO_IS_AWAY,
        f"person: eli@acme.test, from: {day(-1)}, to: {day(0)}, replacement: ann@acme.test",
    )
    shown = trial.ends(0, "plan")
    assert "− Bo" in shown
    assert "+ " not in shown.partition("Project Manager")[2].partition("presets read")[0]
    trial.write_only({"absences.yaml": absences(BO_IS_AWAY, f"person: eli@acme.test, from: {day(0)}, to: {day(0)}, "
                                                "replacement: fay@acme.test")})  # fmt: skip
    assert "+ Fay" in trial.ends(0, "plan")


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([BO_IS_AWAY, BO_IS_AWAY.replace("eli", "fay")], "overlaps the one at absences.yaml:3:5"),
        ([BO_IS_AWAY.replace(day(9), day(-1))], f"ends on {day(-1)}, before it begins on {day(0)}"),
        ([BO_IS_AWAY.replace(day(9), day(366))], "lasts more than 366 days"),
        ([BO_IS_AWAY.replace("eli", "bo")], "has bo@acme.test as their own replacement"),
        (
            [BO_IS_AWAY, f"person: eli@acme.test, from: {day(1)}, to: {day(1)}, replacement: bo@acme.test"],
            "replace each other's people on the same days",
        ),
        (
            [
                BO_IS_AWAY,
                f"person: eli@acme.test, from: {day(1)}, to: {day(1)}, replacement: fay@acme.test",
                f"person: fay@acme.test, from: {day(1)}, to: {day(2)}, replacement: ann@acme.test",
            ],
            "and both are absent",
        ),
        ([f"person: bo@acme.test, from: {day(0)}, to: {day(1)}"], "expected {person:"),
        ([f"person: bo@acme.test, from: {day(0)}, to: {day(1)}, keep: false"], "expected true, where"),
    ],
)
def test_09_absences_that_cannot_be(tmp_path: Path, sandbox: RunningSandbox, entries: list[str], words: str) -> None:
    """Contradictions are errors on every day, found without Procore."""
    trial = a_trial(tmp_path, sandbox, *entries)
    assert words in trial.ends(7, "validate")


def test_10_guards_hold(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """An absence needs no override for its swap, and one for somebody who is protected."""
    strict = "kind: policy\nlimits:\n  group_removals: {count: 0, percent: 0}\n  run_removals: {count: 0, percent: 0}\n"
    trial = a_trial(tmp_path, sandbox, BO_IS_AWAY, policy=strict)
    trial.ends(0, "plan")
    protected = f"{strict}protected: [bo@acme.test]\n"
    trial.write_only({"policy.yaml": protected})
    assert "policy/protected-person" in trial.ends(3, "plan")
    override = (
        f"overrides:\n  - {{reason: r, address: projects/1042/templates/11, person: bo@acme.test, allow_removals: 1, "
        f"until: {day(1)}}}\n"
    )
    trial.write_only({"policy.yaml": f"{protected}{override}"})
    trial.ends(0, "plan")
    trial.write_only({"policy.yaml": strict, "assignments/invoice.yaml": INVOICE.replace(", dee@acme.test", "")})
    assert "Accounting would lose 1 of 2 people" in trial.ends(3, "plan")


def test_11_an_unknown_replacement(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """A replacement whom Procore does not know is an error at the absence, before anybody is taken out."""
    trial = a_trial(tmp_path, sandbox, BO_IS_AWAY.replace("eli@", "elli@"))
    shown = trial.ends(7, "plan")
    assert "absences.yaml:3:5" in shown
    assert "elli@acme.test" in shown


def test_20_without_a_journal(tmp_path: Path, sandbox: RunningSandbox, github: GitHubStub) -> None:
    """In a pipeline the status of a commit keeps the day; those of others, failures and odd days do not count."""
    trial = a_trial(tmp_path, sandbox, BO_IS_AWAY)

    def due() -> str:
        shutil.rmtree(trial.folder / ".reconciler", ignore_errors=True)
        return trial.ends(0, "apply", "--due", "--yes", **github.environment)

    assert f"what is due since {day(-1)} counts" in due()
    (head,) = github.statuses
    (marked,) = github.statuses[head]
    assert (marked["context"], marked["state"]) == ("reconciler/due/4211", "success")
    assert marked["description"] == f"what was due until {day(0)} is done"
    assert f"what is due since {day(0)} counts" in due()
    (trial.folder / "README.md").write_text("more\n")
    trial.commit("a commit without a status")
    marked["description"] = f"what was due until {day(-4)} is done"
    github.statuses[head] = [
        {**marked, "description": f"what was due until {day(0)} is done", "creator": {"login": "kim"}},
        {**marked, "description": f"what was due until {day(0)} is done", "state": "failure"},
        {**marked, "description": "something else"},
        marked,
    ]
    shown = due()
    assert f"what is due since {day(-4)} counts" in shown
    assert "nothing to change" in shown
    marked["description"] = "what was due until 2026-02-31 is done"
    github.statuses = {head: [marked]}
    assert f"no due run in the journal <folder>/.reconciler/journal: what is due since {day(-1)} counts" in due()


def test_21_a_forge_that_refuses(tmp_path: Path, sandbox: RunningSandbox, github: GitHubStub) -> None:
    """What is due is done all the same, and a note says that the day is in the journal alone."""
    trial = a_trial(tmp_path, sandbox, BO_IS_AWAY)
    github.faults = [("GET", "/statuses", 403), ("POST", "/statuses", 403)]
    shown = trial.ends(0, "apply", "--due", "--yes", **github.environment)
    assert "the forge does not tell when the last due run was:" in shown
    assert "the day of this run is in the journal alone:" in shown
    assert members(sandbox, "32", "pm") == ["1", "5"]
