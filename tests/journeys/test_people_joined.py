"""Two sources that know the same people, through the real command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.people_files import SOURCE, write_workers
from tests.support.rules import RULED
from tests.support.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox

TEAMS = """\
kind: teams
teams:
  ap-west: [{from: hr, where: {department: Accounts Payable, office: Seattle}}]
  heads: [{from: ad, where: {title: Director}}]
"""
AD = """\
kind: source
source: ad
type: file
path: accounts.csv
columns: {id: {column: employeeID, width: 6}, login: mail, office: office}
status: {column: enabled, active: ["yes"], left: ["no"]}
"""
ACCOUNTS = """\
employeeID,mail,office,enabled
1,ann@acme.test,Seattle,yes
2,bo@old.test,Seattle,yes
4,dee@acme.test,Portland,no
"""
SETTINGS = 'kind: settings\nversion: 1\ncompany_id: "4211"\n'


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Return a trial with a file of HR and one of accounts, which differ in a login and in who left."""
    one = Trial(tmp_path / "approvals", sandbox)
    accounts = {"people/hr.yaml": SOURCE, "people/ad.yaml": AD, "accounts.csv": ACCOUNTS}
    ruled = RULED.replace("      Accounting: [{from: hr, where: {title: Accountant}}]\n", "")
    one.write({"assignments/invoice.yaml": ruled, "teams.yaml": TEAMS, **accounts})
    write_workers(one.folder)
    return one


def team(trial: Trial, name: str) -> list[str]:
    """Return the people of a team in the lock."""
    text = (trial.folder / "people.lock" / "teams" / f"{name}.yaml").read_text()
    return [line[3:-1].strip('"') for line in text.splitlines() if line.startswith('- "')]


def joined(trial: Trial, people: str) -> None:
    """Write settings with a line about people."""
    (trial.folder / "reconciler.yaml").write_text(f"{SETTINGS}people: {people}\n")


def test_01_joined_by_id(trial: Trial) -> None:
    """A rule of one source may ask for what the other has, and the first source decides about logins and states."""
    shown = trial.ends(7, "people")
    assert "the source hr maps no attribute 'office'" in shown
    assert "dee@acme.test is left in ad and active in hr: correct one of them there, or name which one counts" in shown
    joined(trial, "{order: [hr, ad]}")
    trial.ends(0, "people")
    assert team(trial, "ap-west") == ["ann@acme.test", "bo@acme.test"]
    assert team(trial, "heads") == ["bo@acme.test"]
    assert "up to date" in trial.ends(0, "people")


def test_02_who_left_one(trial: Trial) -> None:
    """Whoever left the first source has left, though the other still has the account; one source alone reads both."""
    joined(trial, "{order: [hr, ad]}")
    trial.ends(0, "people")
    write_workers(trial.folder, {"ann": ("1", "Terminated", "2", "Accounts Payable", "Clerk", "Permanent", "")})
    shown = trial.ends(0, "people", "--source", "ad")
    assert "ann@acme.test" in shown.lower()
    assert team(trial, "ap-west") == ["bo@acme.test"]


def test_03_joined_by_login(trial: Trial) -> None:
    """By logins, accounts with another login are other people."""
    joined(trial, "{order: [hr, ad], join: login}")
    assert "heads is held: it finds 0 people" in trial.ends(3, "people"), "its director has another login there"
    assert team(trial, "ap-west") == ["ann@acme.test"]


@pytest.mark.parametrize(
    ("people", "words"),
    [
        ("{order: [hr, adx]}", "people.order: no document defines the source 'adx'; did you mean 'ad'?"),
        ("{order: [hr, hr]}", "a list of two different sources or more"),
        ("{order: [hr]}", "a list of two different sources or more"),
        ("{order: [hr, ad], join: mail}", "'id' or 'login'"),
    ],
)
def test_04_an_order_that_is_wrong(trial: Trial, people: str, words: str) -> None:
    """Unknown sources, one that is there twice, one alone, and another field are errors that say so."""
    joined(trial, people)
    assert words in trial.ends(7, "people")
