"""A part of a plan, report or adoption is chosen by address, project, template or person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.account import company_seed, write_seed
from tests.support.sandbox import running_sandbox
from tests.support.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox

INVOICE = """\
kind: assignments
template: Invoice Approval
projects:
  - project: Cedar Tower
    groups:
      Project Manager: [bo@acme.test]
      Accounting: [cy@acme.test, eli@acme.test]
  - project: Harbor Bridge
    groups: {Project Manager: [ann@acme.test, fay@acme.test]}
"""
CEDAR_AND_HARBOR = ["projects/1041/templates/11", "projects/1042/templates/11"]
BUDGET = "kind: assignments\ntemplate: Budget\ncompany: {groups: {Finance: [bo@acme.test, cy@acme.test]}}\n"


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Return a repository that asks for changes in two projects and in the company."""
    one = Trial(tmp_path / "approvals", sandbox)
    one.write({"assignments/invoice.yaml": INVOICE, "assignments/budget.yaml": BUDGET})
    return one


@pytest.mark.parametrize(
    ("options", "addresses"),
    [
        (("--project", "Cedar Tower"), ["projects/1041/templates/11"]),
        (("--project", "24-016"), ["projects/1041/templates/11"]),
        (("--project", "1041", "--project", "24-017"), CEDAR_AND_HARBOR),
        (("--template", "Budget"), ["company/templates/13"]),
        (("--within", "projects/*"), CEDAR_AND_HARBOR),
        (("--within", "projects/1041/templates/11/groups/acc"), ["projects/1041/templates/11"]),
        (("--person", "BO@acme.test"), ["company/templates/13", *CEDAR_AND_HARBOR]),
        (("--person", "2", "--project", "Harbor Bridge"), ["projects/1042/templates/11"]),
    ],
)  # fmt: skip
def test_01_a_plan(trial: Trial, options: tuple[str, ...], addresses: list[str]) -> None:
    """Each option chooses, several of one kind are any of them, and kinds hold together."""
    shown = json.loads(trial.ran("plan", "--format", "json", *options).stdout)
    assert [one["address"] for one in shown["changes"]] == addresses
    assert shown["selection"] is not None
    whole = json.loads(trial.ran("plan", "--format", "json").stdout)
    assert whole["selection"] is None
    assert shown["digest"] != whole["digest"]
    assert shown["summary"]["presets"] == whole["summary"]["presets"] == 3
    assert any(one["code"] == "plan/left-alone" for one in shown["diagnostics"])


def test_02_one_person_of_a_group(trial: Trial) -> None:
    """The others of the group stay where they are in Procore, and the note counts what was not chosen."""
    shown = trial.ends(0, "plan", "--person", "eli@acme.test")
    assert "partial: only --person eli@acme.test" in shown
    assert "+ Eli" in shown
    assert "Dee" not in shown
    assert "left alone: what --person eli@acme.test does not choose (3 roles added, 3 removed in 3 presets)" in shown
    trial.ends(0, "apply", "--yes", "--person", "eli@acme.test")
    assert [one["responsible_group_memberships"] for one in trial.writes()] == [  # type: ignore[index]
        [
            {"uuid": "creator", "login_ids": []},
            {"uuid": "pm", "login_ids": ["1"]},
            {"uuid": "acc", "login_ids": ["3", "4", "5"]},
            {"uuid": "super", "login_ids": ["8"]},
        ]
    ]


def test_03_apply_of_a_part(trial: Trial) -> None:
    """What is chosen is applied; the run is known as a part, and the rest is planned as before."""
    trial.ends(0, "apply", "--yes", "--project", "Cedar Tower")
    assert "1 of 3 presets" in trial.ends(0, "plan", "--template", "Budget")
    assert "2 of 3 presets change" in trial.ends(0, "plan")
    assert "only the part --project 'Cedar Tower'" in trial.ends(0, "history")
    runs = json.loads(trial.ran("history", "--format", "json").stdout)["runs"]
    assert (runs[0]["selection"], runs[0]["whole"]) == ({"projects": ["Cedar Tower"]}, False)


def test_04_limits_are_of_the_whole(trial: Trial) -> None:
    """A plan that a guard stops is stopped in each of its parts: slices are no way around a limit."""
    policy = "kind: policy\nlimits: {run_removals: {count: 2, percent: 1}}\n"
    trial.write({"policy.yaml": policy})
    assert "[policy/run-removals]" in trial.ends(3, "plan")
    assert "[policy/run-removals]" in trial.ends(3, "apply", "--yes", "--project", "Harbor Bridge")
    assert trial.writes() == []


def test_05_a_part_is_judged_alone_too(trial: Trial) -> None:
    """Taking out the only member, without the person who comes in their place, empties a group: that stops."""
    assert "[policy/empties-group]" in trial.ends(3, "plan", "--person", "ann@acme.test")
    assert "[policy/empties-group]" in trial.ends(3, "apply", "--yes", "--person", "ann@acme.test")
    assert trial.writes() == []


def test_05b_a_part_is_judged_by_the_base_too(trial: Trial) -> None:
    """A request drops a minimum of the base, which the whole keeps and a part of it would not."""
    policy = "kind: policy\nroles: {Project Manager: {min_members: 2}}\n"
    bridge = INVOICE[INVOICE.index("  - project: Harbor") :]
    head = "kind: assignments\ntemplate: Invoice Approval\nprojects:\n"
    trial.write({"assignments/invoice.yaml": head + bridge.replace("fay", "bo"), "policy.yaml": policy})
    trial.commit()
    trial.ends(0, "apply", "--yes")
    before = len(trial.writes())
    (trial.folder / "policy.yaml").unlink()
    trial.write({"assignments/invoice.yaml": head + bridge})
    trial.ends(0, "plan", "--base", "HEAD")
    part = ("--base", "HEAD", "--person", "bo@acme.test")
    assert "[policy/below-minimum]" in trial.ends(3, "plan", *part)
    assert "[policy/below-minimum]" in trial.ends(3, "apply", "--yes", *part)
    assert len(trial.writes()) == before


def test_05c_warnings_are_of_the_part(trial: Trial) -> None:
    """Somebody who loses their only role by the part is told of, and nobody who does not move in it."""
    trial.write({"assignments/invoice.yaml": INVOICE.replace("[bo@acme.test]", "[ann@acme.test, bo@acme.test]")})
    assert "Bo (bo@acme.test) would no longer have any role" not in trial.ends(0, "plan")
    shown = trial.ends(0, "plan", "--project", "Harbor Bridge", "--person", "bo@acme.test")
    assert "Bo (bo@acme.test) would no longer have any role managed here" in shown
    assert "Dee" not in trial.ends(0, "plan", "--project", "Harbor Bridge")


def test_06_a_part_is_no_plan_file(trial: Trial) -> None:
    """It is neither saved nor applied from a file, and goes with no --since; the message gives the command."""
    shown = trial.ends(64, "plan", "--project", "Cedar Tower", "--out", "plan.json")
    assert "run reconciler apply --project 'Cedar Tower'" in shown
    (trial.folder / "part.json").write_text(trial.ran("plan", "--project", "24-016", "--format", "json").stdout)
    assert "shows a part of a plan (--project 24-016)" in trial.ends(64, "apply", "part.json")
    base = trial.commit()
    assert "commits are applied whole" in trial.ends(64, "apply", "--yes", "--since", base, "--template", "Budget")
    trial.ends(0, "plan", "--out", "plan.json")
    assert "a saved plan is carried out as it is" in trial.ends(64, "apply", "plan.json", "--template", "Budget")


def test_07_names_that_nothing_has(trial: Trial) -> None:
    """A slip is refused, with what there is: it must not look like no change."""
    trial.ends(0, "plan", "--out", "plan.json")
    for command in (("plan",), ("apply", "--yes"), ("drift",), ("adopt", "--yes"), ("show", "plan.json")):
        for option, message in (
            (("--project", "Cedar Towr"), "is of a project 'Cedar Towr'; did you mean 'Cedar Tower'?"),
            (("--template", "Budgt"), "is of a template 'Budgt'; did you mean 'Budget'?"),
            (("--person", "nobody@acme.test"), "nobody with the login, or login id, 'nobody@acme.test'"),
            (("--within", "projects/Cedar/*"), "has an address like 'projects/Cedar/*'; addresses are such as"),
        ):
            assert message in trial.ends(64, *command, *option), command
    assert trial.writes() == []


def test_07b_an_id_means_itself(tmp_path: Path) -> None:
    """Where a project is called as the id of another, the id wins."""
    seed = company_seed()
    seed["projects"][0]["name"] = "1042"
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial = Trial(tmp_path / "approvals", sandbox)
        trial.write({"assignments/invoice.yaml": INVOICE.replace("project: Cedar Tower", 'project: {id: "1041"}')})
        shown = json.loads(trial.ran("plan", "--format", "json", "--project", "1042").stdout)
        assert [one["address"] for one in shown["changes"]] == ["projects/1042/templates/11"]


def test_08_a_saved_plan_is_shown_in_part(trial: Trial) -> None:
    """Show takes the same options; every name of the plan itself is known."""
    trial.ends(0, "plan", "--out", "plan.json")
    shown = trial.ends(0, "show", "plan.json", "--project", "Harbor Bridge")
    assert "1 of 3 presets changes" in shown
    assert "Cedar Tower" not in shown.replace("projects/1041", "")
    (trial.folder / "part.json").write_text(
        trial.ran("show", "plan.json", "--format", "json", "--project", "Harbor Bridge").stdout
    )
    assert "shows a part already (--project 'Harbor Bridge')" in trial.ends(64, "show", "part.json", "--person", "2")
    assert "nothing to change" in trial.ends(0, "show", "plan.json", "--person", "ann@acme.test", "--project", "1042")
    people = trial.ends(0, "show", "plan.json", "--by", "person", "--person", "bo@acme.test")
    assert "Bo" in people
    assert "Eli" not in people


def test_09_drift_in_part(trial: Trial) -> None:
    """The part is shown with its figures and exit code; it is not recorded, so what nobody saw is still new."""
    shown = trial.ends(2, "drift", "--project", "Cedar Tower")
    assert "1 of 3 presets drifts" in shown
    assert "Harbor Bridge" not in shown
    report = json.loads(trial.ran("drift", "--format", "json").stdout)
    assert (report["summary"]["new"], report["summary"]["known"]) == (7, 0)
    part = trial.folder / "part.json"
    part.write_text(trial.ran("drift", "--format", "json", "--template", "Budget").stdout)
    assert {one["template"]["name"] for one in json.loads(part.read_text())["drifts"]} == {"Budget"}
    assert "is of a part (--template Budget)" in trial.ends(5, "drift", "--previous", "part.json")
    for command in (("drift",), ("apply", "--yes")):
        assert "are of the whole" in trial.ends(64, *command, "--metrics", "a.prom", "--project", "Cedar Tower")
    assert not (trial.folder / "a.prom").exists()
    (trial.folder / "whole.json").write_text(json.dumps(report))
    assert "Finance" not in trial.ends(0, "show", "whole.json", "--project", "Cedar Tower")


def test_10_only_and_its_earlier_names(trial: Trial) -> None:
    """Both spellings do the same, and both causes at once are refused whichever way they are written."""
    trial.commit()
    assert trial.run("plan", "--only", "drift") == trial.run("plan", "--only-drift")
    for both in (("--only", "drift", "--only", "requested"), ("--only-drift", "--only", "requested")):
        assert "exclude each other" in trial.ends(64, "plan", *both)
    shown = trial.ends(0, "plan", "--only", "drift", "--base", "HEAD", "--project", "Cedar Tower")
    assert "partial: only what drifted, only --project 'Cedar Tower'" in shown


def test_11_two_projects_of_one_name(tmp_path: Path) -> None:
    """A name chooses all that have it, and what tells them apart chooses one."""
    seed = company_seed()
    seed["projects"][0]["name"] = "Harbor Bridge"
    document = INVOICE.replace("Cedar Tower", '{id: "1041"}').replace("Harbor Bridge", '{id: "1042"}')
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial = Trial(tmp_path / "approvals", sandbox)
        trial.write({"assignments/invoice.yaml": document})
        assert "2 of 2 presets change" in trial.ends(0, "plan", "--project", "Harbor Bridge")
        assert "1 of 2 presets changes" in trial.ends(0, "plan", "--project", "24-017")
