"""Putting back what drifted, or leaving it alone, through the real command line, git and sandbox."""

from __future__ import annotations

import json
import shutil
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.command_line import reconciler_here
from tests.support.terminal import answer_yes
from tests.support.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.support.sandbox import RunningSandbox

AGREED = """\
kind: assignments
template: Invoice Approval
workflow_manager: gus@acme.test
projects:
  - project: Harbor Bridge
    groups:
      Project Manager: [ann@acme.test, bo@acme.test]
      Accounting: [cy@acme.test, dee@acme.test]
  - project: Cedar Tower
    groups:
      Accounting: [cy@acme.test, dee@acme.test]
"""
# hal comes and dee goes at Harbor Bridge
ASKED = AGREED.replace("bo@acme.test]", "bo@acme.test, hal@acme.test]").replace(", dee@acme.test]", "]", 1)
SETTINGS = 'kind: settings\nversion: 1\ncompany_id: "4211"\ncompany_name: Acme\n'
AS_COMMITTED = {"pm": ["1", "2"], "acc": ["3", "4"]}


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Return a repository whose commit live agrees with, but for bo and eli at Harbor Bridge and dee at Cedar Tower."""
    one = Trial(tmp_path / "approvals", sandbox)
    one.write({"assignments/invoice.yaml": AGREED, ".gitignore": "*.json\n.reconciler/\nprivate.yaml\n"})
    one.commit()
    sandbox.edit("32", "1042", pm=["1", "5"])
    sandbox.edit("31", "1041", acc=["3"])
    return one


@pytest.fixture
def here(trial: Trial, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return the command line in this process, for what is refused before anything is read."""

    def run(*arguments: str) -> str:
        environment = trial.sandbox.environment
        return reconciler_here(
            trial.folder, *arguments, environment=environment, monkeypatch=monkeypatch, capsys=capsys
        ).shown

    return run


def heals(trial: Trial, *globs: str) -> None:
    """Let these addresses heal by themselves, in a commit."""
    (trial.folder / "reconciler.yaml").write_text(f"{SETTINGS}self_heal: {json.dumps(globs)}\n")
    trial.commit("self_heal")


def harbor(trial: Trial) -> dict[str, list[str]]:
    """Return who is in the two role groups at Harbor Bridge."""
    groups = trial.sandbox.groups("32", "1042")
    return {uuid: groups[uuid] for uuid in ("pm", "acc")}


def cedar(trial: Trial) -> list[str]:
    """Return who is in Accounting at Cedar Tower."""
    return trial.sandbox.groups("31", "1041")["acc"]


def saved(trial: Trial) -> Any:
    """Return the saved plan."""
    return json.loads((trial.folder / "plan.json").read_text())


def assert_nothing_written(trial: Trial, shown: str, code: int, words: str) -> None:
    """Ended with this code and these words, and no write reached the service."""
    assert shown.startswith(f"exit {code}\n"), shown
    assert words in shown
    assert trial.writes() == []


def test_01_drift_is_put_back_and_requests_are_left_alone(trial: Trial, whole: SnapshotAssertion) -> None:
    """HEAD is the base: what is edited and not committed is requested, and only that is left to do afterwards."""
    trial.write({"assignments/invoice.yaml": ASKED})
    shown = [
        trial.run("plan", "--only-drift"),
        trial.run("plan", "--only-drift", "--format", "markdown"),
        trial.run("apply", "--only-drift", "--yes"),
    ]
    assert harbor(trial) == AS_COMMITTED
    assert cedar(trial) == ["3", "4"]
    assert len(trial.writes()) == 2
    shown.append(trial.run("plan", "--base", "HEAD"))
    assert "\n".join(shown) == whole


def test_02_requests_are_done_and_drift_is_left_alone(trial: Trial, whole: SnapshotAssertion) -> None:
    """Eli stays, bo does not come back, Cedar Tower is not touched; only drift is left to do afterwards."""
    trial.write({"assignments/invoice.yaml": ASKED})
    shown = [
        trial.run("plan", "--only-requested", "--base", "HEAD"),
        trial.run("apply", "--only-requested", "--base", "HEAD", "--yes"),
    ]
    assert harbor(trial) == {"pm": ["1", "5", "8"], "acc": ["3"]}
    assert cedar(trial) == ["3"]
    assert len(trial.writes()) == 1
    assert ": only what was requested, base <revision>" in trial.run("history")
    trial.commit("asked for and live")
    shown.append(trial.run("plan", "--only-drift", "--detailed-exitcode"))
    assert "\n".join(shown) == whole
    assert shown[-1].startswith("exit 2")


def test_03_a_saved_plan_of_drift(trial: Trial) -> None:
    """Carried out as it was made: less where somebody put things right, nothing of what is asked for meanwhile."""
    trial.run("plan", "--only-drift", "--out", "plan.json")
    assert (saved(trial)["only"], saved(trial)["source"]["base"]) == ("drift", trial.git("rev-parse", "HEAD"))
    trial.write({"assignments/invoice.yaml": ASKED})
    trial.commit("asked for after the plan")
    trial.sandbox.edit("31", "1041", acc=["3", "4"])
    shown = trial.run("apply", "plan.json", "--approved", saved(trial)["digest"], "--format", "json")
    assert shown.startswith("exit 0")
    assert '"status": "already"' in shown
    assert harbor(trial) == AS_COMMITTED
    assert len(trial.writes()) == 1


def test_04_a_saved_plan_of_drift_and_somebody_more(trial: Trial) -> None:
    """Fay was clicked in after the plan: nobody approved that, so her preset is stale and the other is written."""
    trial.run("plan", "--only-drift", "--out", "plan.json")
    trial.sandbox.edit("32", "1042", pm=["1", "5", "6"])
    told = trial.run("apply", "plan.json")
    assert told.startswith("exit 5\n"), told
    assert "Fay (fay@acme.test) would lose Project Manager" in told
    assert harbor(trial)["pm"] == ["1", "5", "6"]
    assert cedar(trial) == ["3", "4"]
    trial.run("plan", "--only-drift", "--base", "main", "--out", "plan.json")
    assert trial.run("apply", "plan.json").startswith("exit 0")
    assert harbor(trial) == AS_COMMITTED


def test_05_a_saved_plan_of_requests_and_live_moved(trial: Trial) -> None:
    """What drifts after the plan is left alone as well; what is asked for after it was never approved."""
    base = trial.git("rev-parse", "HEAD")
    trial.write({"assignments/invoice.yaml": ASKED})
    trial.commit("asked for")
    trial.run("plan", "--only-requested", "--base", base, "--out", "plan.json")
    trial.sandbox.edit("32", "1042", pm=["1", "5", "6"])
    trial.write({"assignments/invoice.yaml": ASKED.replace("hal@acme.test", "hal@acme.test, fay@acme.test")})
    assert trial.run("apply", "plan.json").startswith("exit 0"), "fay is asked for, and in live already"
    assert harbor(trial) == {"pm": ["1", "5", "6", "8"], "acc": ["3"]}
    trial.sandbox.edit("32", "1042", pm=["1", "5"], acc=["3", "4"])
    told = trial.run("apply", "plan.json")
    assert_nothing_written(trial, told, 5, "Fay (fay@acme.test) would gain Project Manager")


def test_06_a_plan_whose_base_is_not_here(trial: Trial, tmp_path: Path) -> None:
    """What to leave alone cannot be told without it, so nothing is done; a whole plan needs no base."""
    trial.write({"assignments/invoice.yaml": ASKED})
    trial.run("plan", "--only-requested", "--base", "HEAD", "--out", "plan.json")
    shutil.move(trial.folder / ".git", tmp_path / "elsewhere")
    assert_nothing_written(trial, trial.run("apply", "plan.json"), 64, "is not in a git repository")
    trial.commit("another history")
    told = trial.run("apply", "plan.json")
    assert_nothing_written(trial, told, 64, "what this plan leaves alone is known by a comparison with")


def test_07_guards_count_what_is_put_back(trial: Trial, whole: SnapshotAssertion) -> None:
    """Limits, a protected person, a minimum that the request would have met: drift is stopped like anything else."""
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5", "6", "8"])
    shown = [trial.run("apply", "--only-drift", "--yes")]
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    (trial.folder / "policy.yaml").write_text("kind: policy\nprotected: [eli@acme.test]\n")
    shown.append(trial.run("apply", "--only-drift", "--yes"))
    (trial.folder / "policy.yaml").write_text("kind: policy\nroles: {Project Manager: {min_members: 3}}\n")
    trial.write({"assignments/invoice.yaml": ASKED})
    shown.append(trial.run("apply", "--only-drift", "--yes"))
    assert "\n".join(shown) == whole
    assert [one[:6] for one in shown] == ["exit 3"] * 3
    assert trial.writes() == []


def test_08_guards_are_asked_of_what_a_saved_plan_still_does(trial: Trial) -> None:
    """A policy that became stricter stops it; one that only stands against what is left alone does not."""
    trial.write({"assignments/invoice.yaml": ASKED})
    trial.run("plan", "--only-drift", "--out", "plan.json")
    (trial.folder / "policy.yaml").write_text("kind: policy\nprotected: [eli@acme.test]\n")
    told = trial.run("apply", "plan.json")
    assert_nothing_written(trial, told, 3, "would lose Eli, who is protected")
    (trial.folder / "policy.yaml").write_text("kind: policy\nprotected: [dee@acme.test]\n")
    assert trial.run("apply", "--yes").startswith("exit 3"), "all of it would take dee out"
    assert trial.run("apply", "plan.json").startswith("exit 0")
    assert harbor(trial) == AS_COMMITTED


def test_09_only_drift_and_only_additions(trial: Trial) -> None:
    """Both hold: bo comes back, eli is withheld, hal and dee are left alone; in a saved plan as well."""
    trial.write({"assignments/invoice.yaml": ASKED})
    shown = trial.run("plan", "--only-drift", "--adds-only", "--out", "plan.json")
    assert "partial: only what drifted, only additions; 1 removal withheld" in shown
    assert "left alone: what the documents newly ask for (1 role added, 1 removed in 1 preset)" in shown
    assert trial.run("apply", "plan.json").startswith("exit 0")
    assert harbor(trial) == {"pm": ["1", "5", "2"], "acc": ["3", "4"]}


def test_10_healing(trial: Trial, whole: SnapshotAssertion) -> None:
    """Where self_heal names it, drift is put back; elsewhere it is counted; then there is nothing to heal."""
    heals(trial, "projects/1042/*")
    shown = [trial.run("apply", "--self-heal", "--base", "HEAD", "--yes")]
    assert harbor(trial) == AS_COMMITTED
    assert cedar(trial) == ["3"]
    assert len(trial.writes()) == 1
    shown += [trial.run("apply", "--self-heal", "--base", "HEAD", "--yes"), trial.run("history")]
    assert [one[:6] for one in shown] == ["exit 0"] * 3
    assert len(trial.writes()) == 1
    assert "\n".join(shown[:2]) == whole
    assert shown[2].count("1 applied") == 1
    base = trial.git("rev-parse", "HEAD")
    assert shown[2].count(": only what drifted, base <revision>") == 2
    runs = json.loads(trial.run("history", "--format", "json").split("--- stdout\n")[1].split("--- stderr")[0])["runs"]
    assert [(one["only"], one["base"]) for one in runs] == [("drift", base)] * 2
    told = trial.run("apply", "--self-heal", "--yes")
    assert told.startswith("exit 64")
    assert "needs to know which commit is live" in told


def test_11_healing_one_group(trial: Trial) -> None:
    """A glob of a group leaves the other groups of its preset alone, also when it is planned once more."""
    trial.sandbox.edit("32", "1042", acc=["3", "4", "7"])
    heals(trial, "projects/1042/templates/11/groups/pm", "projects/Harbor-Bridge/*", "projects/1042/*/groups/nobody")
    shown = trial.run("apply", "--self-heal", "--base", "HEAD", "--yes")
    assert shown.startswith("exit 0")
    unused = [line for line in shown.splitlines() if "[plan/heals-nothing]" in line]
    assert [line.split("'")[1] for line in unused] == ["projects/1042/*/groups/nobody", "projects/Harbor-Bridge/*"]
    assert "left alone: what drifted where no glob of self_heal fits (1 role added, 1 removed in 2 presets)" in shown
    assert harbor(trial) == {"pm": ["1", "2"], "acc": ["3", "4", "7"]}
    assert cedar(trial) == ["3"]


def test_12_healing_is_opt_in_and_follows_what_is_committed(trial: Trial, whole: SnapshotAssertion) -> None:
    """Without self_heal, with one nobody committed, with edited documents, with a policy git ignores: nothing."""
    shown = [trial.run("apply", "--self-heal", "--base", "HEAD", "--yes")]
    (trial.folder / "reconciler.yaml").write_text(f"{SETTINGS}self_heal: ['*']\n")
    shown.append(trial.run("apply", "--self-heal", "--base", "HEAD", "--yes"))
    heals(trial, "*")
    (trial.folder / "assignments" / "more.yaml").write_text("# nothing yet\n")
    shown.append(trial.run("apply", "--self-heal", "--base", "HEAD", "--yes"))
    (trial.folder / "assignments" / "more.yaml").unlink()
    (trial.folder / "private.yaml").write_text("kind: policy\nlimits: {group_removals: {count: 90, percent: 0}}\n")
    shown.append(trial.run("apply", "--self-heal", "--base", "HEAD", "--yes", "--format", "json"))
    (trial.folder / "private.yaml").unlink()
    shown.append(trial.run("apply", "--self-heal", "--base", "HEAD"))
    assert [one.splitlines()[0] for one in shown] == ["exit 64"] * 5
    assert "\n".join(shown) == whole
    assert trial.sandbox.log() == []
    assert trial.run("apply", "--self-heal", "--base", "HEAD", "--yes").startswith("exit 0")


def test_13_healing_goes_through_guards_and_freezes(trial: Trial) -> None:
    """Limits, protected people and a freeze stop it; when they do not, it adds before it removes."""
    heals(trial, "*")
    (trial.folder / "policy.yaml").write_text("kind: policy\nprotected: [eli@acme.test]\n")
    trial.commit("protect eli")
    told = trial.run("apply", "--self-heal", "--base", "HEAD", "--yes")
    assert_nothing_written(trial, told, 3, "would lose Eli, who is protected")
    (trial.folder / "policy.yaml").write_text("kind: policy\nlimits: {group_removals: {count: 0, percent: 0}}\n")
    trial.commit("nobody goes")
    told = trial.run("apply", "--self-heal", "--base", "HEAD", "--yes")
    assert_nothing_written(trial, told, 3, "[policy/group-removals]")
    (trial.folder / "policy.yaml").write_text("kind: policy\nfrozen: year end closing\n")
    trial.commit("freeze")
    assert_nothing_written(trial, trial.run("apply", "--self-heal", "--base", "HEAD", "--yes"), 3, "year end closing")
    trial.git("rm", "-q", "policy.yaml")
    trial.commit("thaw")
    told = trial.run("apply", "--self-heal", "--base", "HEAD", "--yes", RECONCILER_FREEZE="incident 7")
    assert_nothing_written(trial, told, 3, "incident 7")
    assert trial.run("apply", "--self-heal", "--base", "HEAD", "--yes").startswith("exit 0")
    assert [one["path"].split("/")[6] for one in trial.sandbox.log() if one["method"] == "PATCH"] == ["1041", "1042"]


def test_14_healing_leaves_to_apply_what_was_merged_and_not_applied(trial: Trial) -> None:
    """With the commit that was applied last as the base, what is asked for since is left alone; HEAD takes it along."""
    heals(trial, "*")
    applied = trial.git("rev-parse", "HEAD")
    trial.write({"assignments/invoice.yaml": ASKED})
    heals(trial, "*")
    shown = trial.run("apply", "--self-heal", "--base", applied, "--yes")
    assert shown.startswith("exit 0")
    assert "left alone: what the documents newly ask for (1 role added, 1 removed in 1 preset)" in shown
    assert harbor(trial) == AS_COMMITTED
    assert trial.run("apply", "--self-heal", "--base", "HEAD", "--yes").startswith("exit 0")
    assert harbor(trial) == {"pm": ["1", "2", "8"], "acc": ["3"]}


def test_15_half_read_live_heals_nothing(trial: Trial) -> None:
    """What could not be read is not written, and nobody is told that there is nothing to heal."""
    heals(trial, "*")
    trial.sandbox.fail({"path": "presets/31", "status": 403, "times": 9})
    told = trial.run("apply", "--self-heal", "--base", "HEAD", "--yes")
    assert_nothing_written(trial, told, 6, "the plan is incomplete")
    assert "nothing to heal" not in told


def test_16_wrong_usage(trial: Trial, here: Callable[..., str], tmp_path: Path, whole: SnapshotAssertion) -> None:
    """Options that contradict each other, plans that do not go together, and no git: 64, and the way through."""
    here("plan", "--only-drift", "--out", "plan.json")
    here("plan", "--base", "HEAD", "--out", "whole.json")
    shown = [
        here(*arguments)
        for arguments in (
            ("plan", "--only-drift", "--only-requested"),
            ("plan", "--only-requested"),
            ("apply", "--only-requested", "--yes"),
            ("apply", "--self-heal", "--only-drift", "--yes"),
            ("apply", "--self-heal", "--yes"),
            ("apply", "--self-heal", "--since", "HEAD", "--yes"),
            ("apply", "plan.json", "--only-drift"),
            ("apply", "plan.json", "--self-heal"),
            ("apply", "plan.json", "whole.json"),
            ("apply", "plan.json", "--since", "HEAD"),
            ("apply", "--only-drift"),
        )
    ]
    shutil.move(trial.folder / ".git", tmp_path / "elsewhere")
    (trial.folder / "reconciler.yaml").write_text(f"{SETTINGS}self_heal: ['*']\n")
    shown += [here("plan", "--only-drift"), here("apply", "--self-heal", "--base", "HEAD", "--yes")]
    assert [one.splitlines()[0] for one in shown] == ["exit 64"] * len(shown)
    assert trial.run("plan", "--only-drift", "--only-requested") == shown[0], "a process of its own shows the same"
    assert trial.run("apply", "--self-heal", "--base", "HEAD", "--yes") == shown[-1]
    assert "\n".join(shown) == whole
    assert trial.writes() == []


def test_17_while_the_question_stands(trial: Trial) -> None:
    """Documents edited meanwhile are not what was committed; who drifts meanwhile was not shown; else it is done."""
    heals(trial, "projects/1042/*")

    def edited() -> None:
        (trial.folder / "policy.yaml").write_text("kind: policy\nlimits: {run_removals: {count: 900, percent: 0}}\n")

    code, shown = answer_yes(trial, "apply", "--self-heal", "--base", "HEAD", meanwhile=edited)
    assert (code, "the documents here differ from HEAD" in shown) == (64, True)
    (trial.folder / "policy.yaml").unlink()
    for now, ends, said in (
        (["1", "5", "6"], 5, "no approved plan says so"),
        (["1", "2", "5", "6"], 0, "1 approved change is made already"),
    ):
        assert trial.writes() == []
        code, shown = answer_yes(
            trial, "apply", "--self-heal", "--base", "HEAD", meanwhile=partial(trial.sandbox.edit, "32", "1042", pm=now)
        )
        assert (code, said in shown) == (ends, True)
    assert harbor(trial) == AS_COMMITTED
    assert cedar(trial) == ["3"]


def test_18_an_old_login_at_the_base(trial: Trial) -> None:
    """Bo stood there by a login he no longer has; who takes that line out asks for his removal, and nothing heals."""
    trial.sandbox.edit("32", "1042", pm=["1", "2"])
    heals(trial, "projects/1042/*")
    trial.write({"assignments/invoice.yaml": AGREED.replace("bo@", "bo.maiden@")})
    heals(trial, "projects/1042/*")
    base = trial.git("rev-parse", "HEAD")
    trial.write({"assignments/invoice.yaml": AGREED.replace(", bo@acme.test", "")})
    heals(trial, "projects/1042/*")
    told = trial.run("apply", "--self-heal", "--base", base, "--yes")
    assert_nothing_written(trial, told, 0, "left alone: what the documents newly ask for (1 role removed in 1 preset)")
    assert "nothing to heal" in told
    assert harbor(trial) == AS_COMMITTED


def test_19_somebody_whom_the_base_alone_names(trial: Trial) -> None:
    """Hal has no role anywhere and is found among those who may have one: eli drifted in beside him, and goes."""
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    trial.write({"assignments/invoice.yaml": AGREED.replace("bo@acme.test]", "bo@acme.test, hal@acme.test]")})
    heals(trial, "projects/1042/*")
    base = trial.git("rev-parse", "HEAD")
    trial.write({"assignments/invoice.yaml": AGREED})
    heals(trial, "projects/1042/*")
    assert trial.run("apply", "--self-heal", "--base", base, "--yes").startswith("exit 0")
    assert harbor(trial) == AS_COMMITTED


def test_20_a_base_that_cannot_be_understood(trial: Trial, here: Callable[..., str]) -> None:
    """Half a base makes drift of what was asked for, none makes requests of all: refused, and told by a whole plan."""
    agreed = trial.git("rev-parse", "HEAD")
    bases = {}
    for why, documents, settings in (
        ("have errors", {"more.yaml": "kind: ["}, SETTINGS),
        ("have errors", {"more.yaml": "kind: teams\nteams: {west: [team:gone]}\n"}, SETTINGS),
        ("have no usable settings", {}, "kind: settings\n"),
        ("are those of another company (1)", {}, SETTINGS.replace("4211", "1")),
    ):
        trial.write({"assignments/invoice.yaml": AGREED, **documents})
        (trial.folder / "reconciler.yaml").write_text(settings)
        bases[trial.commit(why)] = why
    (trial.folder / "more.yaml").unlink()
    heals(trial, "*")
    for base, why in bases.items():
        words = f"{why}, so they cannot show what drifted: name another base"
        for option in ("--only-requested", "--only-drift"):
            told = here("plan", option, "--base", base)
            assert (told[:7], words in told) == ("exit 64", True), told
    half = next(iter(bases))
    assert "[documents/syntax]" in here("plan", "--only-drift", "--base", half), "the problem is shown"
    assert_nothing_written(trial, trial.run("apply", "--self-heal", "--base", half, "--yes"), 64, "have errors")
    assert trial.sandbox.log() == []
    assert "drift" in trial.run("plan", "--base", half)
    trial.run("plan", "--only-drift", "--base", agreed, "--out", "plan.json")
    altered = (trial.folder / "plan.json").read_text().replace(agreed, half)
    (trial.folder / "plan.json").write_text(altered)
    told = trial.run("apply", "plan.json")
    assert_nothing_written(trial, told, 64, "what this plan leaves alone is known by a comparison with")
    assert "have errors" in told
