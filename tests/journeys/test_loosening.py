"""A policy that a request weakens: each way is shown, labelled, and judged by the stricter of both policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from reconciler.model.review import GUARDED_LABEL
from reconciler.planning.plan_file import decode_plan
from reconciler.render.messages.request_review import plan_review
from reconciler.render.views.budget import Budget
from tests.support.account import INVOICE
from tests.support.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox

SETTINGS = 'kind: settings\nversion: 1\ncompany_id: "4211"\n'
AGREED = INVOICE.replace("cy@", "bo@")
LIMITS = "limits: {group_removals: {count: 1, percent: 10}, run_removals: {count: 3, percent: 5}}\n"
ROLES = "roles:\n  Project Manager: {min_members: 2, must_include: [ann@acme.test]}\n"
PROTECTED = "protected: [bo@acme.test, cy@acme.test]\n"
SEPARATE = "separate: [[Project Manager, Accounting]]\n"
OVERRIDE = "  - {reason: handed over, address: projects/1041/*, allow_removals: 2, until: 2031-12-15}\n"
POLICY = f"kind: policy\n{LIMITS}{ROLES}{PROTECTED}{SEPARATE}overrides:\n{OVERRIDE}"


class Way(NamedTuple):
    """What a request writes (null: removes), what it is told, and the code that its plan ends with."""

    files: dict[str, str | None]
    told: str
    code: int = 3


def _with(old: str, new: str) -> dict[str, str | None]:
    assert old in POLICY
    return {"policy.yaml": POLICY.replace(old, new)}


WAYS: dict[str, Way] = {
    "the count of a group": Way(
        _with("{count: 1, p", "{count: 9, p"), "group_removals is raised from 1 or 10 % to 9 or"
    ),
    "the percentage of a group": Way(
        _with("percent: 10", "percent: 90"), "group_removals is raised from 1 or 10 % to 1"
    ),
    "the count of a run": Way(_with("{count: 3, p", "{count: 99, p"), "run_removals is raised from 3 or 5 % to 99 or"),
    "the percentage of a run": Way(_with("percent: 5}", "percent: 50}"), "run_removals is raised from 3 or 5 % to 3"),
    "limits taken away": Way(_with(LIMITS, ""), "group_removals is raised from 1 or 10 % to 2 or 25 % (policy.yaml:2:"),
    "one protected person": Way(
        _with("bo@acme.test, cy", "cy"), "protected no longer names bo@acme.test (policy.yaml:"
    ),
    "all protected people": Way(_with(PROTECTED, ""), "protected no longer names cy@acme.test (policy.yaml:5:27 at"),
    "a lower minimum": Way(_with("members: 2", "members: 1"), "min_members of 'Project Manager' goes from 2 to 1"),
    "no minimum": Way(_with("min_members: 2, ", ""), "'Project Manager' no longer has min_members: 2 (policy.yaml:4"),
    "a required person": Way(_with("must_include: [ann", "must_include: [dee"), "'Project Manager' no longer requires"),
    "a rule of a role": Way(_with(ROLES, ""), "'Project Manager' no longer requires ann@acme.test (policy.yaml:4:"),
    "a rule for another role": Way(
        _with("  Project M", "  Project X"), "'Project Manager' no longer has min_members: 2"
    ),
    "roles kept apart": Way(_with(SEPARATE, ""), "'Project Manager' and 'Accounting' are no longer kept apart"),
    "other roles kept apart": Way(_with(", Accounting]", ", Legal]"), "'Accounting' are no longer kept apart (policy"),
    "an override added": Way(
        _with(OVERRIDE, OVERRIDE + OVERRIDE.replace("1041", "1042")),
        "an override is added: up to 2 removals at projects/1042/* until 2031-12-15",
        code=0,
    ),
    "a wider override": Way(
        _with("projects/1041/*", "projects/*"), "an override is added: up to 2 removals at projects/* until", code=0
    ),
    "a larger override": Way(
        _with("removals: 2", "removals: 20"), "the override for projects/1041/* grows from 2 to 20"
    ),
    "a longer override": Way(_with("2031-12-15", "2039-12-15"), "runs until 2039-12-15 instead of 2031-12-15"),
    "the file removed": Way({"policy.yaml": None}, "policy.yaml held a policy at"),
    "the file emptied": Way({"policy.yaml": "kind: policy\n"}, "protected no longer names bo@acme.test"),
    "the file moved": Way(
        {"policy.yaml": None, "rules/all.yaml": POLICY}, "holds none now; policies stand in rules/all.yaml"
    ),
    "the file hidden": Way({"policy.yaml": None, ".policy.yaml": POLICY}, "holds none now; policies stand in no file"),
    "another kind of file": Way({"policy.yaml": None, "policy.txt": POLICY}, "holds none now; policies stand in no"),
    "the file excluded": Way(
        {"reconciler.yaml": f"{SETTINGS}exclude: [policy.yaml]\n"}, "exclude leaves out the policy in policy.yaml"
    ),
    "its folder excluded": Way(
        {"reconciler.yaml": f"{SETTINGS}exclude: [rules/]\n", "rules/all.yaml": POLICY, "policy.yaml": None},
        "exclude leaves out the policy in rules/all.yaml: it ends with this request",
    ),
}


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """A repository with a strict policy, whose documents are what live has."""
    one = Trial(tmp_path / "approvals", sandbox)
    one.write({"assignments/invoice.yaml": AGREED, "policy.yaml": POLICY, ".gitignore": "*.json\n.reconciler/\n"})
    return one


def change(trial: Trial, files: dict[str, str | None]) -> None:
    """Write what a request writes, and take away what it removes."""
    for name, text in files.items():
        if text is None:
            (trial.folder / name).unlink()
        else:
            trial.write_only({name: text})


@pytest.mark.parametrize("name", WAYS)
def test_01_each_way_is_shown_and_labelled(trial: Trial, name: str) -> None:
    """Whether anybody moves by it or not; bo, who is protected at the base, leaves by no way but an override."""
    way = WAYS[name]
    base = trial.commit()
    change(trial, way.files)
    told = trial.run("plan", "--base", base, "--out", "plan.json")
    assert told.startswith("exit 0\n"), told
    assert way.told in told
    assert "[policy/loosened]" in told
    assert way.told in trial.run("validate", "--base", base)
    plan = decode_plan((trial.folder / "plan.json").read_bytes(), "plan.json")
    assert plan_review(plan, by="preset", budget=Budget(65_536), link=None).labels[GUARDED_LABEL] is True
    trial.write_only({"assignments/invoice.yaml": INVOICE.replace("cy@", "gus@")})
    moved = trial.run("plan", "--base", base)
    assert moved.startswith(f"exit {way.code}\n"), moved


def test_02_nothing_is_loosened(trial: Trial) -> None:
    """A stricter policy, an override that ends or shrinks, and words in another order are no loosening."""
    base = trial.commit()
    stricter = POLICY.replace("percent: 5}", "percent: 1}").replace("allow_removals: 2", "allow_removals: 1")
    trial.write_only({"policy.yaml": stricter.replace("bo@acme.test, cy@acme.test", "cy@acme.test, bo@acme.test")})
    assert "policy/loosened" not in trial.run("plan", "--base", base)
    trial.write_only({"policy.yaml": POLICY.replace(f"overrides:\n{OVERRIDE}", "")})
    assert "policy/loosened" not in trial.run("plan", "--base", base)


def test_03_a_freeze_that_ends(trial: Trial) -> None:
    """The request that ends it says so, with the reason that it had."""
    trial.write_only({"policy.yaml": f'{POLICY}frozen: "year end"\n'})
    base = trial.commit()
    trial.write_only({"policy.yaml": POLICY})
    told = trial.run("plan", "--base", base)
    assert "applying is no longer frozen, as it was for 'year end' (policy.yaml:9:1 at <revision>" in told


def test_04_a_sparse_checkout(trial: Trial) -> None:
    """A policy that git has and the work tree has not is an error: nothing is planned by a part of the documents."""
    base = trial.commit()
    trial.git("update-index", "--skip-worktree", "policy.yaml")
    (trial.folder / "policy.yaml").unlink()
    told = trial.run("plan", "--base", base)
    assert told.startswith("exit 7\n")
    assert "policy.yaml" in told


def test_05_where_a_policy_may_stand(trial: Trial) -> None:
    """Elsewhere it is an error; a request that widens the list is judged by the list of the base."""
    settings = f"{SETTINGS}policy_files: [policy.yaml, rules/*]\n"
    trial.write_only({"reconciler.yaml": settings})
    base = trial.commit()
    assert trial.run("validate").startswith("exit 0\n")
    trial.write_only({"rules/more.yaml": "kind: policy\nprotected: [dee@acme.test]\n"})
    assert trial.run("plan", "--base", base).startswith("exit 0\n")
    trial.write_only({"assignments/own.yaml": "kind: policy\noverrides: []\n"})
    for command in (("validate",), ("plan",), ("plan", "--base", base)):
        told = trial.run(*command)
        assert told.startswith("exit 7\n"), told
        assert (
            "a policy may only stand in the policy_files of the settings (policy.yaml, rules/*): move it there" in told
        )
        assert "assignments/own.yaml:1:1" in told
    trial.write_only({"reconciler.yaml": f"{SETTINGS}policy_files: ['*']\n"})
    assert trial.run("validate").startswith("exit 0\n")
    assert trial.run("plan", "--base", base).startswith("exit 7\n")
    (trial.folder / "assignments" / "own.yaml").unlink()
    told = trial.run("plan", "--base", base)
    assert "policy_files changes from [policy.yaml, rules/*] (at <revision>) to [*]" in told


def test_06_a_mass_addition(trial: Trial) -> None:
    """The defaults warn and label; a limit that the base's policy names stops, though the request takes it away."""
    trial.sandbox.edit("31", "1041", acc=["3"])
    trial.write_only({"policy.yaml": "kind: policy\nlimits: {group_additions: {count: 1, percent: 0}}\n"})
    base = trial.commit()
    cedar = "  - project: Cedar Tower\n    groups: {Accounting: [cy@acme.test, dee@acme.test, eli@acme.test]}\n"
    trial.write_only({"policy.yaml": "kind: policy\n", "assignments/invoice.yaml": AGREED + cedar})
    told = trial.run("plan", "--base", base)
    assert told.startswith("exit 3\n"), told
    assert "Accounting would gain 2 people and has 1 (limit 1 or 0 %), by the policy at <revision>" in told
    assert "group_additions no longer stops a plan above 1 or 0 %: the default 10 or 50 % only warns (policy" in told
    assert trial.run("plan").startswith("exit 0\n")
    named = "kind: policy\nlimits: {run_additions: {count: 1, percent: 0}}\n"
    trial.write_only({"policy.yaml": named})
    told = trial.run("plan")
    assert told.startswith("exit 3\n")
    assert "the plan adds 2 roles to 3 managed ones (limit 1 or 0 %)" in told
