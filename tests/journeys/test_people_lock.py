"""Documents with rules and the people lock beside them, through the real command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.rules import RULED, TEAMS, lock_person, write_lock
from tests.support.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox

MINIMUM = "kind: policy\nroles:\n  Project Manager: {min_members: 2}\n"
PM = ["ann@acme.test", "bo@acme.test"]


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Return a trial under version control with rules, and a lock that finds who is there now."""
    one = Trial(tmp_path / "approvals", sandbox)
    teams = TEAMS.replace("gus@acme.test, ", "")
    one.write({"assignments/invoice.yaml": RULED, "teams.yaml": teams, ".gitignore": "*.json\n.reconciler/\n"})
    lock(one, PM)
    one.commit()
    return one


def lock(trial: Trial, people: list[str], *left: str) -> None:
    """Write the lock: the people of the team, and who left."""
    found = {"ap-west": people, "heads": ["bo@acme.test"]}
    known = [
        *(lock_person(one, number=at) for at, one in enumerate(people)),
        *(msgspec.structs.replace(lock_person(one, "left"), manager="dee@acme.test") for one in left),
    ]
    write_lock(trial.folder / "reconciler.yaml", found, [["cy@acme.test", "dee@acme.test"]], people=known)


def test_01_a_change_of_the_lock_is_planned(trial: Trial) -> None:
    """A new lock is a change of documents: it is planned and applied as one, and then nothing differs."""
    assert "nothing to change" in trial.ends(0, "plan", "--base", "HEAD")
    lock(trial, [*PM, "eli@acme.test"])
    shown = trial.ends(0, "plan", "--base", "HEAD", "--out", "plan.json")
    assert "+ Eli" in shown
    assert "assignments/invoice.yaml:6" in shown
    change = json.loads((trial.folder / "plan.json").read_text())["changes"][0]["groups"][0]["add"][0]
    assert (change["login"], change["via"], change["cause"]) == ("eli@acme.test", "team:ap-west", "requested")
    assert (change["because"]["kind"], change["because"]["source"]) == ("joined", "hr")
    assert change["because"]["team"] == "ap-west"
    assert "by team:ap-west; joined (hr)" in shown
    trial.commit()
    trial.ends(0, "apply", "plan.json")
    assert "nothing to change" in trial.ends(0, "plan", "--base", "HEAD")
    assert "no drift" in trial.ends(0, "drift").lower()


def test_02_a_lock_that_was_edited(trial: Trial) -> None:
    """Nothing is planned with half a lock, with one of other rules, or without it; validate says the same."""
    at = trial.folder / "people.lock" / "teams" / "ap-west.yaml"
    text = at.read_text()
    at.write_text(text.replace('- "ann@acme.test"', '- "gus@acme.test"\n- "ann@acme.test"'))
    for command in ("plan", "validate", "drift"):
        assert "people.lock/teams/ap-west.yaml:6:1" in trial.ends(7, command)
    at.write_text(text.replace('- "ann@acme.test"', '- "abe@acme.test"'))
    assert "people.lock/people.yaml:3:1: this does not fit the other files" in trial.ends(7, "plan")
    at.write_text(text)
    trial.ends(0, "validate")
    trial.write_only({"teams.yaml": TEAMS.replace("Payable", "Receivable")})
    assert "run 'reconciler people' with these documents" in trial.ends(7, "plan")
    trial.git("checkout", "-q", "--", "teams.yaml")
    trial.git("rm", "-rq", "people.lock")
    assert "the rules of the team 'ap-west' are not in people.lock" in trial.ends(7, "validate")


def test_03_files_that_git_has_and_the_work_tree_has_not(trial: Trial) -> None:
    """A lock that is not checked out stops the plan, like documents that are not."""
    trial.git("sparse-checkout", "set", "--no-cone", "/*", "!/people.lock/people.yaml")
    assert "people.lock/people.yaml" in trial.ends(7, "plan")


def test_04_somebody_who_left(trial: Trial) -> None:
    """Who left goes from every role in the next plan, and by hand is a warning at its line."""
    text = RULED.replace("[team:ap-west]", "[team:ap-west, bo@acme.test]")
    trial.write_only({"assignments/invoice.yaml": text})
    lock(trial, ["ann@acme.test"], "bo@acme.test")
    shown = trial.ends(0, "plan", "--base", "HEAD")
    assert "− Bo" in shown
    assert "Bo (bo@acme.test) left (hr), so this line has no effect; take it out" in shown
    assert "names; left (hr)" in shown


def test_04b_a_plan_of_leavers_alone(trial: Trial) -> None:
    """A plan of leavers says where they are, who is left and who may follow; only that is applied."""
    text = RULED.replace("[team:ap-west]", "[team:ap-west, bo@acme.test]")
    trial.write_only({"assignments/invoice.yaml": text, "policy.yaml": MINIMUM})
    lock(trial, ["ann@acme.test", "fay@acme.test"], "bo@acme.test")
    trial.commit()
    shown = trial.ends(3, "plan", "--leavers", "--base", "HEAD~1")
    assert "+ Fay" not in shown
    assert "− Bo" in shown
    assert "loses Bo; then it has Ann; their manager is dee@acme.test" in shown
    assert "policy/below-minimum" in shown
    trial.write_only({"policy.yaml": "kind: policy\n"})
    trial.commit()
    trial.ends(0, "apply", "--leavers", "--yes")
    assert trial.sandbox.groups("32", "1042")["pm"] == ["1"]


def test_04c_the_last_of_a_role_left(trial: Trial) -> None:
    """The role is held and the others go on; managers hold it where the settings say so, of presets too."""
    text = RULED.replace("[team:ap-west]", "[bo@acme.test]").replace(
        "    groups:", "    workflow_manager: bo@acme.test\n    groups:", 1
    )
    trial.write_only({"assignments/invoice.yaml": text})
    lock(trial, ["ann@acme.test"], "bo@acme.test")
    trial.commit()
    shown = trial.ends(0, "plan")
    assert "everybody in 'Project Manager' left (bo@acme.test), so it stays as it is in Procore" in shown
    assert "such as their manager dee@acme.test" in shown
    settings = trial.folder / "reconciler.yaml"
    settings.write_text(f"{settings.read_text()}leavers: {{replace_with: manager}}\n")
    shown = trial.ends(0, "plan", "--leavers")
    assert "+ Dee" in shown
    assert "Gus → Dee" in shown
    assert "nobody-left" not in shown


def test_05_adopt_leaves_rules_alone(trial: Trial) -> None:
    """Drift of people whom a rule finds cannot be written as YAML: it says so, and writes nothing."""
    trial.sandbox.edit("32", "1042", pm=["1"], acc=["3", "4", "5"])
    shown = trial.ends(2, "adopt", "--all")
    assert shown.count("a rule finds people here: change the rule, or 'except:' of the team, by hand") == 2
    assert trial.git("status", "--porcelain") == ""
