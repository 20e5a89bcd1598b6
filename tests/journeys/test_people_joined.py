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


def test_02b_another_order(trial: Trial) -> None:
    """The lock belongs to the order, and to columns of each source in it; rules of other sources do not."""
    joined(trial, "{order: [hr, ad]}")
    trial.ends(0, "people")
    trial.ends(0, "validate")
    outdated = "are not those that people.lock has"
    joined(trial, "{order: [ad, hr]}")
    assert outdated in trial.ends(7, "validate")
    joined(trial, "{order: [hr, ad]}")
    trial.write_only({"people/ad.yaml": AD.replace("office: office", "office: enabled")})
    shown = trial.ends(7, "validate")
    assert outdated in shown
    assert "'ap-west'" in shown
    assert "'heads'" not in shown, "it asks for no office"


def test_03_joined_by_login(trial: Trial) -> None:
    """By logins, accounts with another login are other people."""
    joined(trial, "{order: [hr, ad], join: login}")
    assert "heads is held: it finds 0 people" in trial.ends(3, "people"), "its director has another login there"
    assert team(trial, "ap-west") == ["ann@acme.test"]


def accounts(trial: Trial, *rows: str) -> None:
    """Write the file of accounts."""
    (trial.folder / "accounts.csv").write_text("\n".join(["employeeID,mail,office,enabled", *rows, ""]))


RULES = """\
kind: teams
teams:
  ap-west: [{from: hr, where: {department: Accounts Payable}}]
  heads: [{from: hr, where: {title: Director}}]
  offices: [{from: ad, where: {office: Seattle}}]
"""
SEATTLE = ("1,ann@acme.test,Seattle,yes", "2,bo@acme.test,Seattle,yes", "4,dee@acme.test,Seattle,yes")
GONE = ("1", "Terminated", "2", "Accounts Payable", "Clerk", "Permanent", "")


@pytest.mark.parametrize("order", ["", "{order: [hr, ad]}", "{order: [hr, ad], join: login}"])
def test_05_a_row_that_one_file_lacks(trial: Trial, order: str) -> None:
    """Somebody whom HR lacks once stays, though the accounts have them."""
    trial.write_only({"teams.yaml": RULES})
    if order:
        joined(trial, order)
    accounts(trial, *SEATTLE)
    trial.ends(0, "people")
    before = team(trial, "ap-west")
    write_workers(trial.folder, {"ann": None})
    trial.ends(0, "people")
    assert team(trial, "ap-west") == before
    assert "ann@acme.test" in team(trial, "offices")


@pytest.mark.parametrize("order", ["{order: [hr, ad]}", "{order: [hr, ad], join: login}"])
def test_06_who_left_and_is_listed_no_more(trial: Trial, order: str) -> None:
    """They stay out, though the accounts have them; if they are back under a new id, they are found."""
    trial.write_only({"teams.yaml": RULES})
    joined(trial, order)
    accounts(trial, *SEATTLE)
    trial.ends(0, "people")
    write_workers(trial.folder, {"ann": GONE})
    trial.ends(0, "people")
    assert team(trial, "offices") == ["bo@acme.test", "dee@acme.test"]
    write_workers(trial.folder, {"ann": None})
    trial.ends(0, "people")
    assert team(trial, "offices") == ["bo@acme.test", "dee@acme.test"]
    assert "hr:000001" in (trial.folder / "people.lock" / "people.yaml").read_text()
    assert "up to date" in trial.ends(0, "people")
    write_workers(trial.folder, {"ann": ("1", "Active", *GONE[2:])})
    trial.ends(0, "people")
    assert team(trial, "offices") == ["ann@acme.test", "bo@acme.test", "dee@acme.test"]


def test_07_the_same_without_an_order(trial: Trial) -> None:
    """Two sources that contradict each other are an error, whether the one lists who left, without a login, or not."""
    trial.write_only({"teams.yaml": RULES})
    accounts(trial, *SEATTLE)
    trial.ends(0, "people")
    (trial.folder / "workers.csv").write_text(
        (trial.folder / "workers.csv").read_text().replace("ann@acme.test,Active", ",Terminated")
    )
    words = "ann@acme.test is active in ad and left in hr"
    assert words in trial.ends(7, "people")
    joined(trial, "{order: [hr, ad], join: login}")
    trial.ends(0, "people")
    assert team(trial, "offices") == ["bo@acme.test", "dee@acme.test"]
    (trial.folder / "reconciler.yaml").write_text(SETTINGS)
    write_workers(trial.folder, {"ann": None})
    assert words in trial.ends(7, "people")
    accounts(trial, "1,ann@acme.test,Seattle,no", *SEATTLE[1:])
    trial.ends(0, "people")


@pytest.mark.parametrize("order", ["", "{order: [hr, ad]}"])
def test_08_a_column_of_ids_sorted_alone(trial: Trial, order: str) -> None:
    """It is refused, with both rows."""
    trial.write_only({"teams.yaml": RULES})
    if order:
        joined(trial, order)
    accounts(trial, *SEATTLE)
    trial.ends(0, "people")
    ids = ("4", "2", "1")
    accounts(trial, *(f"{id_}{row[1:]}" for id_, row in zip(ids, SEATTLE, strict=True)))
    shown = trial.ends(7, "people")
    if order:
        assert "ann@acme.test has the id 000001 in hr (row 2) and 000004 in ad (row 2)" in shown
    else:
        assert "was one column sorted alone?" in shown


def test_08b_ids_of_another_form(trial: Trial) -> None:
    """If the sources write ids in different forms, some are shown and the others counted."""
    joined(trial, "{order: [hr, ad]}")
    rows = {f"p{at}": (f"{at}", "Active", "2", "Field", "Clerk", "Permanent", "") for at in range(100, 125)}
    write_workers(trial.folder, rows)
    accounts(trial, *SEATTLE, *(f"9{name[1:]},{name}@acme.test,Seattle,yes" for name in rows))
    shown = trial.ends(7, "people")
    assert "p100@acme.test has the id 000100 in hr" in shown
    assert "5 more people have different ids" in shown


def test_09_a_manager_who_left_too(trial: Trial) -> None:
    """The manager of somebody who left is proposed while they are there, also once the row of who left is gone."""
    (trial.folder / "people" / "ad.yaml").unlink()
    rules = "kind: teams\nteams:\n  ap-west: [{from: hr, where: {contract: Permanent}}]\n"
    trial.write_only({"teams.yaml": rules, "more.yaml": "kind: teams\nteams:\n  x: [dee@acme.test, ann@acme.test]\n"})
    trial.ends(0, "people")
    dee = ("4", "Terminated", "6", "Accounts Payable", "Clerk", "Temporary", "")
    write_workers(trial.folder, {"dee": dee})
    trial.ends(0, "people")
    people = trial.folder / "people.lock" / "people.yaml"
    assert '"fay@acme.test"' in next(one for one in people.read_text().splitlines() if "dee@" in one)
    fay = ("6", "Terminated", "1", "Field", "Accountant", "Permanent", "")
    write_workers(trial.folder, {"dee": None, "fay": fay})
    trial.ends(0, "people")
    assert "fay@acme.test" not in next(one for one in people.read_text().splitlines() if "dee@" in one)


def test_10_an_id_twice(trial: Trial) -> None:
    """With a lock, a row whose id another row has is an error, and nothing else."""
    joined(trial, "{order: [hr, ad]}")
    trial.ends(0, "people")
    again = ("1", "Active", "2", "Accounts Payable", "Clerk", "Permanent", "")
    write_workers(trial.folder, {"zoe": again})
    assert "of hr have the same id" in trial.ends(7, "people")


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
