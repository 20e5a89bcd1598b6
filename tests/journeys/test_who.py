"""Who holds which role, through the real command line."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from tests.journeys.test_absences import BO_IS_AWAY, absences, day
from tests.support.trial import Trial, committed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox

INVOICE = """\
kind: assignments
template: Invoice Approval
groups:
  Accounting: [team:accounting]
projects:
  - project: Harbor Bridge
    workflow_manager: ann@acme.test
    groups:
      Project Manager: [ann@acme.test, bo@acme.test]
  - where: {state_code: OR}
    groups:
      Project Manager: [fay@acme.test]
---
kind: assignments
template: Budget
company:
  groups:
    Finance: [cy@acme.test]
"""
TEAMS = """\
kind: teams
teams:
  accounting: [team:west, dee@acme.test]
  west: [cy@acme.test]
"""


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Return a repository with teams, one absence, and defaults."""
    texts = {"assignments/invoice.yaml": INVOICE, "teams.yaml": TEAMS, "absences.yaml": absences(BO_IS_AWAY)}
    return committed(tmp_path / "approvals", sandbox, texts)


def roles(shown: str) -> list[tuple[str, str, str, str | None]]:
    """Return place, role, where and team of each role in JSON."""
    found = json.loads(shown.partition("--- stdout\n")[2].partition("--- stderr")[0])
    assert found["format"] == "reconciler/who/1"
    return [
        (
            role["project"]["name"] if role["project"] else "company",
            role["group"]["name"] if role["group"] else "manager",
            role["where"],
            role["via"],
        )
        for holder in found["people"]
        for role in holder["roles"]
    ]


def test_01_roles_of_a_person(trial: Trial) -> None:
    """Each role has its line and its teams, and whether Procore has it."""
    assert roles(trial.ends(0, "who", "cy@acme.test", "--format", "json")) == [
        ("company", "Finance", "both", None),
        ("Cedar Tower", "Accounting", "both", "team:accounting > team:west"),
        ("Harbor Bridge", "Accounting", "both", "team:accounting > team:west"),
    ]
    shown = trial.ends(0, "who", "Ann")
    assert "Ann (ann@acme.test)" in shown
    assert "workflow manager   assignments/invoice.yaml:7, not in Procore yet" in shown
    assert "Cedar Tower     Project Manager    in Procore alone" in shown
    assert f"1 person, 3 roles on {day(0)}" in shown


def test_02_absences_and_other_days(trial: Trial) -> None:
    """Who replaces somebody is shown with the absence, on the days that it lasts."""
    assert f"absences.yaml:3, replaces bo@acme.test until {day(9)}" in trial.ends(
        0, "who", "eli@acme.test", "--documents"
    )
    assert "holds a role here" in trial.ends(64, "who", "eli@acme.test", "--on", day(10), "--documents")
    assert roles(trial.ends(0, "who", "bo@acme.test", "--format", "json")) == [
        ("Harbor Bridge", "Project Manager", "live", None)
    ]


def test_03_everybody_in_a_role(trial: Trial) -> None:
    """Globs of roles, projects and templates; as CSV for spreadsheets, also offline."""
    trial.ends(0, "snapshot", "--out", "live.json")
    shown = trial.ran(
        "who", "--role", "project*", "--project", "harbor bridge", "--format", "csv", "--snapshot", "live.json"
    )
    rows = list(csv.DictReader(io.StringIO(shown.stdout)))
    assert [(one["login"], one["name"], one["where"]) for one in rows] == [
        ("ann@acme.test", "Ann", "both"),
        ("bo@acme.test", "Bo", "live"),
        ("eli@acme.test", "Eli", "documents"),
    ]
    assert list(rows[0]) == ["login", "name", "project", "template", "group", "manager", "where", "origin", "via"]
    assert rows[0]["origin"].startswith("assignments/invoice.yaml:9:")
    shown = trial.ran("who", "--role", "workflow manager", "--template", "Invoice*", "--format", "csv")
    managers = [(one["login"], one["manager"], one["group"]) for one in csv.DictReader(io.StringIO(shown.stdout))]
    assert managers == [("ann@acme.test", "yes", ""), ("gus@acme.test", "yes", ""), ("gus@acme.test", "yes", "")]
    trial.ends(0, "who", "--role", "*", "--out", "who.txt")
    assert "roles on" in (trial.folder / "who.txt").read_text()


def test_04_without_procore(trial: Trial) -> None:
    """Documents name places in their own words; without credentials they alone are asked, and a note says so."""
    shown = trial.ends(0, "who", "fay@acme.test", "--documents")
    assert "Invoice Approval   where state_code: OR   Project Manager   assignments/invoice.yaml:12" in shown
    assert trial.sandbox.log() == []
    nothing = dict.fromkeys(("RECONCILER_CLIENT_ID", "RECONCILER_CLIENT_SECRET", "RECONCILER_ACCESS_TOKEN"), "")
    shown = trial.run("who", "fay@acme.test", **nothing)
    assert "no credentials for Procore here, so the documents alone were asked" in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "name a person (login, id or a part of the name)"),
        (("acme.test",), "'acme.test' is 7 people: Ann (ann@acme.test), Bo (bo@acme.test)"),
        (("anne@acme.test",), "did you mean ann@acme.test (Ann)?"),
        (("zoe",), "nobody with the login, id or name 'zoe' holds a role here"),
        (("ann@acme.test", "--role", "Manger"), "--role: nothing is called 'Manger' there"),
        (("--project", "Habor Bridge"), "did you mean 'Harbor Bridge'?"),
    ],
)
def test_05_nobody_or_several(trial: Trial, arguments: tuple[str, ...], words: str) -> None:
    """Several matches are listed, and of none the nearest is named."""
    assert words in trial.ends(64, "who", *arguments)


def test_06_cells_that_a_spreadsheet_would_compute(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """A login that begins like a formula gets an apostrophe in front."""
    invoice = INVOICE.replace("fay@acme.test", "=fay@acme.test")
    trial = committed(tmp_path / "approvals", sandbox, {"assignments/invoice.yaml": invoice, "teams.yaml": TEAMS})
    shown = trial.ran("who", "--role", "*", "--documents", "--format", "csv").stdout
    assert "'=fay@acme.test" in shown
