"""Slips of people who write documents, through the real command line: one message a cause, with what to write."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.account import INVOICE, company_seed, write_seed
from tests.support.sandbox import running_sandbox
from tests.support.trial import Trial, committed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox

HEAD = "kind: assignments\ntemplate: Invoice Approval\nprojects:\n"
ENTRIES = (
    "  - project: Cedar Tower\n    groups: {Project Manager: [%s], Accounting: [%s]}\n"
    "  - project: Harbor Bridge\n    groups: {Project Manager: [%s], Accounting: [%s]}\n"
)
TEAMS = "kind: teams\nteams: {west: [ann@acme.test, dea@acme.test]}\n"
DEE = (
    "no active Procore user has the login 'dea@acme.test' (if they left, remove this line); "
    "did you mean dee@acme.test (Dee)?"
)


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """A repository and a sandbox."""
    return Trial(tmp_path / "approvals", sandbox)


def found(trial: Trial, *arguments: str) -> list[dict[str, Any]]:
    """Return the diagnostics of a command as JSON."""
    listed: list[dict[str, Any]] = json.loads(trial.ran(*arguments, "--format", "json").stdout)["diagnostics"]
    return listed


def test_01_a_typo_in_a_team(trial: Trial) -> None:
    """One error, at the team's line, for programs as for people; it counts the lists that use it."""
    trial.write({"assignments/invoice.yaml": HEAD + ENTRIES % (("team:west",) * 4), "teams.yaml": TEAMS})
    (one,) = found(trial, "plan")
    assert one["origin"] == {"path": "teams.yaml", "line": 2, "column": 31}
    assert one["message"] == f"{DEE} (used in 4 places, the first at assignments/invoice.yaml:5:32)"
    shown = trial.ends(7, "plan")
    assert shown.count("documents/unknown-person") == 1
    assert "error: 1 problem in 1 file" in shown


def test_02_a_typo_of_the_base_in_a_team(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """It holds every list that uses the team, and counts as the one line that it is."""
    trial = committed(
        tmp_path / "approvals",
        sandbox,
        {"assignments/invoice.yaml": HEAD + ENTRIES % (("team:west",) * 4), "teams.yaml": TEAMS},
    )
    plan = json.loads(trial.ran("plan", "--base", "HEAD", "--format", "json").stdout)
    assert (plan["applicable"], plan["summary"]["held"], plan["changes"]) == (True, 1, [])
    (held,) = [one for one in plan["diagnostics"] if one["code"] == "documents/held"]
    assert held["origin"]["path"] == "teams.yaml"
    trial.write_only({"teams.yaml": TEAMS.replace("dea@", "dia@")})
    assert "documents/unknown-person" in trial.ends(7, "plan", "--base", "HEAD")


def test_03_one_login_in_many_lines(trial: Trial) -> None:
    """People see the message once, with the other places; programs get each at its line."""
    trial.write({"assignments/invoice.yaml": HEAD + ENTRIES % (("dea@acme.test",) * 4)})
    shown = trial.ends(7, "plan")
    others = ", ".join(f"assignments/invoice.yaml:{place}" for place in ("5:61", "7:32", "7:61"))
    assert f"assignments/invoice.yaml:5:32: {DEE} (and in 3 more places: {others})" in shown
    assert shown.count("did you mean") == 1
    assert {one["message"] for one in found(trial, "plan")} == {DEE}
    assert len(found(trial, "plan")) == 4
    assert trial.ran("plan", "--format", "github").stdout.count("::error") == 4
    assert trial.ran("plan", "--format", "junit").stdout.count("<failure") == 4
    assert trial.ran("plan", "--format", "sarif").stdout.count('"startLine"') == 4


def test_04_somebody_new(trial: Trial) -> None:
    """With nobody alike, the message says how a new colleague becomes known; never somebody else's name."""
    trial.write({"assignments/invoice.yaml": INVOICE.replace("cy@", "zoe.new@")})
    shown = trial.ends(7, "plan")
    assert "; if they are new, add them to the company directory and the project first  [" in shown
    assert "did you mean" not in shown


def test_05_a_login_that_cannot_be_one(trial: Trial) -> None:
    """'validate' refuses it without a network, at each place, and says what to write."""
    text = INVOICE.replace("cy@acme.test", "\u201ccy@acme.test\u201d, bo@acme.test;").replace(
        "projects:", "workflow_manager: ann@acme.test.\nprojects:"
    )
    trial.write({"assignments/invoice.yaml": text})
    shown = trial.ends(7, "validate", RECONCILER_API_URL="http://127.0.0.1:9")
    for wrong, remedy in (
        ("has '.' at its end", "ann@acme.test"),
        ("has U+201C (left double quotation mark) in it", "cy@acme.test"),
        ("has ';' in it", "bo@acme.test"),
    ):
        assert f"cannot be a login, because it {wrong}: write {remedy}  [documents/login]" in shown
    assert "3 problems in 1 file" in shown


def test_06_names_in_two_spellings(tmp_path: Path) -> None:
    """An account with no-break spaces and accents apart is planned, adopted and exported without a difference."""
    seed = company_seed()
    seed["templates"][0]["name"] = "Invoice\u00a0Approval"
    seed["projects"][1]["name"] = "Mont Rose\u0301"
    seed["people"][0]["login"] = "rene\u0301@acme.test"
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial = Trial(tmp_path / "approvals", sandbox)
        text = INVOICE.replace("Harbor Bridge", "Mont\u00a0Ros\u00e9").replace(
            "Project Manager", "Project\u00a0Manager"
        )
        people = ("[ann@acme.test, cy@acme.test]", "[ren\u00e9@acme.test, bo@acme.test]")
        trial.write({"assignments/invoice.yaml": text.replace(*people)})
        assert trial.ran("plan", "--detailed-exitcode").code == 0
        trial.write({"assignments/invoice.yaml": text.replace(people[0], "[bo@acme.test]")})
        assert trial.ran("drift", "--project", "Mont\u00a0Ros\u00e9", "--person", "rene\u0301@acme.test").code == 2
        assert trial.ran("drift", "--project", "Mont Ros\u00e8").code == 64
        assert trial.ran("adopt", "--person", "RENE\u0301@acme.test", "--yes").code == 0
        assert trial.ran("plan", "--detailed-exitcode").code == 0
        assert trial.ran("export", "--company", "4211", "--project", "Mont\u00a0Ros\u00e9", "--out", "out").code == 0
        settings = trial.folder / "out" / "reconciler.yaml"
        settings.write_text('kind: settings\nversion: 1\ncompany_id: "4211"\n')
        assert trial.ran("plan", "--config", str(settings), "--detailed-exitcode").code == 0


def test_07_a_letter_of_another_script(trial: Trial) -> None:
    """The message names the letter that nobody sees, for a project as for a role."""
    trial.write({"assignments/invoice.yaml": INVOICE.replace("Harbor Bridge", "H\u0430rbor Bridge")})
    told = "it has U+0430 (Cyrillic small letter a) where Procore has 'a': write "
    assert f"{told}'Harbor Bridge'  [documents/unknown-project]" in trial.ends(7, "plan")
    trial.write({"assignments/invoice.yaml": INVOICE.replace("Manager", "M\u0430nager")})
    assert f"{told}'Project Manager'  [documents/unknown-group]" in trial.ends(7, "plan")


@pytest.mark.parametrize("status", [403, 404])
def test_08_a_company_that_the_credentials_cannot_see(trial: Trial, status: int) -> None:
    """The message names the company and what to check."""
    trial.sandbox.fail({"path": "/workflows/templates", "status": status, "times": 9})
    shown = trial.ends(6, "plan")
    assert f"error: these credentials cannot read company 4211 (the list of templates: refused with {status}" in shown
    assert "check the company id, that the company has connected the app, and that the account may see" in shown


def test_09_a_value_that_no_project_has(trial: Trial) -> None:
    """The plan says which, and what there is."""
    where = INVOICE.replace("project: Harbor Bridge", "where: {stage: Course of Construction, state_code: [WY, ID]}")
    trial.write({"assignments/invoice.yaml": where})
    why = "no active project has state_code 'WY' or 'ID'; values there: 'OR', 'WA'"
    assert f"no active project matches this 'where': {why}  [documents/nothing-selected]" in trial.run("plan")
