"""People from an HR file into the lock, through the real command line: joiners, leavers, torn and stale files."""

from __future__ import annotations

import datetime
import fcntl
import json
import os
import shutil
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.command_line import clean_environment
from tests.support.people_files import read_trial, source_document, workers, write_workers
from tests.support.rules import RULED, TEAMS
from tests.support.started import Started
from tests.support.starting import address
from tests.support.workbooks import workbook

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.support.sandbox import RunningSandbox
    from tests.support.trial import Trial
    from tests.support.workbooks import Cell

ANN = ("1", "Active", "2", "Accounts Payable", "Clerk", "Permanent", "24-016;24-017")
DAY = 24 * 3600


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Return a trial under version control with rules, their source, and a lock of its first reading."""
    return read_trial(tmp_path / "approvals", sandbox)


def files(trial: Trial) -> dict[str, str]:
    """Return the lock."""
    folder = trial.folder / "people.lock"
    return {str(one.relative_to(folder)): one.read_text() for one in sorted(folder.rglob("*.yaml"))}


def members(trial: Trial, name: str) -> list[str]:
    """Return the people of a team in the lock, by the part before the @."""
    lines = files(trial)[f"teams/{name}.yaml"].partition("members:\n")[2].partition("except:")[0]
    return [one.split("@")[0].removeprefix('- "') for one in lines.splitlines()]


def report(trial: Trial, *arguments: str) -> dict[str, Any]:
    """Run the command for its JSON."""
    found: dict[str, Any] = json.loads(trial.ran("people", "--format", "json", *arguments).stdout)
    return found


def test_01_the_first_reading(trial: Trial, whole: SnapshotAssertion) -> None:
    """It only adds, and says so; the lock holds results, and the plan is of them."""
    assert "\n".join(f"== {name}\n{text}" for name, text in files(trial).items()) == whole
    shown = trial.ends(0, "plan")
    assert "+ Fay" in shown
    assert members(trial, "ap-west") == ["ann", "bo"]
    assert members(trial, "heads") == ["bo"]


def test_02_nothing_changed(trial: Trial) -> None:
    """The same people in another order change not one byte."""
    before = files(trial)
    rows = workers().splitlines()
    (trial.folder / "workers.csv").write_text("\n".join([rows[0], *reversed(rows[1:])]) + "\n")
    assert "people.lock is up to date" in trial.ends(0, "people", "--detailed-exitcode")
    assert files(trial) == before
    assert trial.git("status", "--porcelain") == ""


def test_03_joined_moved_and_left(trial: Trial) -> None:
    """Each change has its person, its team and why; with --check nothing is written."""
    before = files(trial)
    write_workers(trial.folder, {
        "ann": ("1", "Terminated", *ANN[2:]),
        "bo": ("2", "Active", "", "Field", "Director", "Permanent", ""),
        "gus": ("9", "Active", "2", "Accounts Payable", "Clerk", "Permanent", ""),
    })  # fmt: skip
    checked = report(trial, "--check")
    assert files(trial) == before
    assert (checked["differs"], checked["written"]) == (True, False)
    assert [(one["person"]["login"], one["kind"], one["team"], one["direction"]) for one in checked["changes"]] == [
        ("gus@acme.test", "joined", "ap-west", "add"),
        ("ann@acme.test", "left", "ap-west", "remove"),
        ("bo@acme.test", "moved", "ap-west", "remove"),
    ]
    shown = trial.ends(2, "people", "--detailed-exitcode")
    assert "− Ann Oh   ann@acme.test   left (hr)" in shown
    assert "people.lock is written: review the plan, and commit it" in shown
    assert members(trial, "ap-west") == ["gus"]
    assert "− Ann" in trial.ends(0, "plan", "--base", "HEAD")


def test_04_a_team_that_would_lose_many(trial: Trial) -> None:
    """It keeps its people less those who left, the run goes on and ends with 3."""
    more = {f"p{number}": (str(20 + number), *ANN[1:]) for number in range(8)}
    write_workers(trial.folder, more)
    trial.ends(0, "people")
    renamed = {name: (row[0], "Active", "2", "Payables", *row[4:]) for name, row in more.items()}
    renamed |= {
        "p0": (more["p0"][0], "Terminated", *ANN[2:]),
        "fay": ("6", "Active", "1", "Field", "Accountant", "x", ""),
    }
    write_workers(trial.folder, renamed)
    shown = trial.ends(3, "people")
    assert "✗ ap-west is held: it would lose 7 of 10 people (limit 3 or 25 %)" in shown
    assert members(trial, "ap-west") == ["ann", "bo", *(f"p{number}" for number in range(1, 8))]


@pytest.mark.parametrize(
    ("people", "code", "words"),
    [
        (dict.fromkeys(("ann", "bo", "cy", "dee")), 3, "hr: 1 people, 5 in the lock, −80.0 %, limit 3 or 10 %"),
        (dict.fromkeys(("ann",), ("1", "Active", "", "", "Clerk", "x", "")), 3, "department is filled for 80.0 %"),
        ({"ann": ("1", "Retired", *ANN[2:])}, 7, "has the status 'Retired', which is in no list of 'status:'"),
        ({"ann": ("1", "", *ANN[2:])}, 7, "row 2 of hr has no status in 'Status'"),
        ({"ann": ("", *ANN[1:])}, 7, "row 2 of hr has no value in 'Employee ID'"),
        ({"ann": ("2", *ANN[1:])}, 7, "row 2 and row 3 of hr have the same id"),
        ({"ann": ("1.23E+11", *ANN[1:])}, 7, "has a rounded number in 'Employee ID'"),
        ({"ann": (*ANN, "2020-01-01", "")}, 7, "a date that is not written as %d.%m.%Y"),
        ({"ann": ("1", "Active", "2,x", *ANN[3:])}, 7, "row 2 of hr has 13 cells, and the header has 12"),
    ],
)
def test_05_a_reading_that_is_not_used(trial: Trial, people: Any, code: int, words: str) -> None:
    """Nothing is written, with figures or rows; no value of another column is shown."""
    before = files(trial)
    write_workers(trial.folder, people)
    shown = trial.ends(code, "people", "--verbose")
    assert words in shown
    assert "MARK" not in shown
    assert files(trial) == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"<!DOCTYPE html><title>Sign in</title>", "a page or a document of another kind"),
        (b"Name,Mail\nx,y\n", "missing 'Employee ID'"),
        (workers().encode() + b'"x', "may have been cut"),
        (workers({"ann": ("1", *ANN[1:3], "B\u00fcro", *ANN[4:])}).encode("latin-1"), "the file is not utf-8 (line 2)"),
        (workers().encode("utf-16-le"), "NUL characters"),
        (workers().splitlines()[0].encode(), "has nobody in it"),
        (workers().replace("Salary", "Status").encode(), "has the column 'Status' twice"),
    ],
)
def test_06_a_file_of_another_kind(trial: Trial, content: bytes, words: str) -> None:
    """It cannot be read (6), and nothing is written."""
    before = files(trial)
    (trial.folder / "workers.csv").write_bytes(content)
    assert words in trial.ends(6, "people")
    assert files(trial) == before


def test_07_a_file_that_is_too_old(trial: Trial) -> None:
    """A file older than max_age is stale, and so is one that is gone."""
    trial.write_only({"people.yaml": source_document(max_age="{days: 3}")})
    trial.ends(0, "people")
    old = time.time() - 4 * DAY
    os.utime(trial.folder / "workers.csv", (old, old))
    assert "the source hr is too old" in trial.ends(6, "people")
    (trial.folder / "workers.csv").unlink()
    assert "No such file or directory" in trial.ends(6, "people")


def test_08_somebody_who_is_missing(trial: Trial) -> None:
    """One reading that lacks somebody says so; a later file that lacks them again takes them out."""
    write_workers(trial.folder, {"ann": None})
    earlier = time.time() - 2 * DAY
    os.utime(trial.folder / "workers.csv", (earlier, earlier))
    shown = trial.ends(0, "people")
    assert "1 person is missing in this reading and kept" in shown
    assert members(trial, "heads") == ["bo"]  # ann's manager
    assert members(trial, "ap-west") == ["ann", "bo"]
    assert trial.git("status", "--porcelain") != ""
    assert "is up to date" in trial.ends(0, "people")
    write_workers(trial.folder, {"ann": None, "gus": ("9", "Active", "2", "Field", "Clerk", "Permanent", "")})
    trial.ends(0, "people")
    assert members(trial, "ap-west") == ["bo"]


def test_09_a_new_login(trial: Trial) -> None:
    """Another login of one id is a rename: nobody comes and nobody goes."""
    text = (trial.folder / "workers.csv").read_text().replace("ann@", "ann.oh@")
    (trial.folder / "workers.csv").write_text(text)
    found = report(trial)
    assert [(one["kind"], one["reason"]) for one in found["changes"]] == [("renamed", "the login was ann@acme.test")]
    assert members(trial, "ap-west") == ["ann.oh", "bo"]
    assert '"was": "ann@acme.test"' in files(trial)["people.yaml"]
    assert report(trial)["differs"] is False


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Accounts Payable", "Accounts Payabel", "has department 'Accounts Payabel'; did you mean 'Accounts Payable'?"),
        ("{department:", "{departement:", "maps no attribute 'departement'; did you mean 'department'?"),
        ("from: hr, where: {contract", "from: hrx, where: {contract", "no source 'hrx'; did you mean 'hr'?"),
        (
            "manager_of: team:ap-west",
            "manager_of: ann.lee@acme.test",
            "hr has nobody with the login 'ann.lee@acme.test'",
        ),
        ("\n    except", "\n    max: 1\n    except", "the team 'ap-west' finds 2 people, max 1"),
    ],
)
def test_10_rules_that_are_wrong(trial: Trial, old: str, new: str, words: str) -> None:
    """A slip in a rule is an error with the nearest that there is, at its line; nothing is written."""
    before = files(trial)
    assert old in TEAMS
    trial.write_only({"teams.yaml": TEAMS.replace(old, new)})
    shown = trial.ends(7, "people")
    assert words in shown
    assert "teams.yaml:" in shown
    assert files(trial) == before


def test_11_a_lock_with_marks_of_a_merge(trial: Trial) -> None:
    """Git's marks are never merged: compared with a revision, the folder is written anew."""
    at = trial.folder / "people.lock" / "people.yaml"
    good = at.read_text()
    at.write_text(f"<<<<<<< HEAD\n{good}")
    assert "such as --base HEAD" in trial.ends(7, "people")
    trial.ends(0, "people", "--base", "HEAD")
    assert at.read_text() == good
    assert "git knows no commit 'nothing'" in trial.ends(64, "people", "--base", "nothing")


def test_12_a_file_that_git_tracks(trial: Trial) -> None:
    """Git would keep everybody's data for ever."""
    trial.git("add", "--force", "workers.csv")
    assert "workers.csv of the source hr is tracked by git" in trial.ends(7, "people")
    trial.write_only({"people.yaml": source_document(path="linked.csv")})
    (trial.folder / "linked.csv").symlink_to("workers.csv")
    assert "linked.csv of the source hr is tracked by git" in trial.ends(7, "people")


def test_13_a_crash_between_the_old_lock_and_the_new(trial: Trial) -> None:
    """The old one is put back, and what was half written is not read."""
    before = files(trial)
    (trial.folder / "people.lock").rename(trial.folder / ".people.lock.old")
    (trial.folder / ".people.lock.new").mkdir()
    assert "are not in people.lock" in trial.ends(7, "plan")
    assert "run it without --check, which puts it right" in trial.ends(64, "people", "--check")
    assert "is up to date" in trial.ends(0, "people")
    assert files(trial) == before


def test_13b_another_run_at_once(trial: Trial) -> None:
    """The second one says so, and writes nothing."""
    before = files(trial)
    write_workers(trial.folder, {"gus": ("9", "Active", "2", "Accounts Payable", "Clerk", "Permanent", "")})
    descriptor = os.open(trial.folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        assert "another run writes people.lock here" in trial.ends(64, "people")
    finally:
        os.close(descriptor)
    assert files(trial) == before


def test_13e_ctrl_c_while_it_reads(trial: Trial) -> None:
    """It says what became of the lock, which is the old one; the next run works."""
    before = files(trial)
    (trial.folder / "workers.csv").unlink()
    os.mkfifo(trial.folder / "workers.csv")  # reading it waits for a writer that never comes
    environment = {**clean_environment(), **trial.sandbox.environment}
    shown_at = trial.folder.parent / "shown.txt"
    with shown_at.open("w") as output:
        process = Started(address(), trial.folder, ["people"], environment, (output.fileno(),) * 3)
    time.sleep(1)
    os.kill(process.number, signal.SIGINT)
    assert process.wait(30) == 130
    assert "interrupted; people.lock is the old one or the new one" in shown_at.read_text()
    assert files(trial) == before
    (trial.folder / "workers.csv").unlink()
    write_workers(trial.folder)
    assert "is up to date" in trial.ends(0, "people")


def test_13c_without_rules(trial: Trial) -> None:
    """No lock is made where nothing needs one, and one that nothing needs is emptied."""
    trial.write_only({"teams.yaml": "kind: teams\nteams: {ap-west: [ann@acme.test]}\n"})
    trial.write_only(
        {"assignments/invoice.yaml": RULED.replace("{from: hr, where: {title: Accountant}}", "cy@acme.test")}
    )
    assert "people.lock is written" in trial.ends(0, "people")
    assert list(files(trial)) == ["people.yaml", "sources.yaml"]
    trial.git("rm", "-rqf", "people.lock")
    assert "no team or group has a rule, so there is nobody to find" in trial.ends(0, "people")
    assert files(trial) == {}


def test_13d_a_spreadsheet(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook gives the same people as the CSV file. A number as an id needs its width, and reading it an extra."""
    before = files(trial)
    rows: list[list[Cell]] = [[*one.split(",")] for one in workers().splitlines()]
    for one in rows[1:]:
        one[0] = int(str(one[0]))
        one[9] = datetime.date(2020, 2, 1)
    (trial.folder / "workers.csv").unlink()
    (trial.folder / "workers.xlsx").write_bytes(workbook({"About": [], "Workers": [["Acme"], *rows]}))
    trial.write_only({"people.yaml": source_document(path="workers.xlsx", sheet="Workers")})
    assert "people.lock is up to date" in trial.ends(0, "people")
    assert files(trial) == before
    text = source_document(path="workers.xlsx").replace("{column: Employee ID, width: 6}", "Employee ID")
    trial.write_only({"people.yaml": text})
    assert "a number in 'Employee ID', which may have lost zeros: write its 'width:'" in trial.ends(7, "people")
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    monkeypatch.delitem(sys.modules, "reconciler.sources.spreadsheets", raising=False)
    assert "install procore-reconciler[spreadsheets] from where reconciler came from" in trial.ends(64, "people")


def test_14_another_place_of_the_file(trial: Trial, tmp_path: Path) -> None:
    """The environment says where the file is."""
    (trial.folder / "workers.csv").rename(tmp_path / "other.csv")
    assert (
        "workers.csv: No such file or directory; put the export there, or name it in RECONCILER_SOURCE_HR_PATH"
        in trial.ends(6, "people")
    )
    shown = trial.ends(0, "people", RECONCILER_SOURCE_HR_PATH=str(tmp_path / "other.csv"))
    assert "hr: 5 people (5 in the lock), 1 left" in shown


def test_15_accepted_removals(trial: Trial) -> None:
    """A policy lets a held team lose a number of people, until a day."""
    many = {f"p{at}": (f"{100 + at}", "Active", "2", "Accounts Payable", "Clerk", "Permanent", "") for at in range(8)}
    write_workers(trial.folder, many)
    assert trial.ran("people").code == 0
    moved = {name: (*row[:3], "Field", *row[4:]) for name, row in many.items()}
    write_workers(trial.folder, moved)
    assert "ap-west is held: it would lose 8 of 10 people" in trial.ends(3, "people")
    accept = "kind: policy\naccept: [{team: ap-west, removals: NUMBER, reason: r, until: DAY}]\n"
    today = datetime.datetime.now(datetime.UTC).date()
    for number, day, code in ((7, today, 3), (8, today - datetime.timedelta(days=1), 3), (8, today, 0)):
        trial.write_only({"policy.yaml": accept.replace("NUMBER", str(number)).replace("DAY", day.isoformat())})
        trial.ends(code, "people")
    assert members(trial, "ap-west") == ["ann", "bo"]


def test_16_names_and_ids(trial: Trial) -> None:
    """Without names and with a key the lock holds neither names nor numbers; the same key gives the same values."""
    settings = trial.folder / "reconciler.yaml"
    settings.write_text(f"{settings.read_text()}people: {{names: false, ids: keyed}}\n")
    assert "needs RECONCILER_PEOPLE_KEY" in trial.ends(64, "people")
    assert "are ids written in another form?" in trial.ends(7, "people", RECONCILER_PEOPLE_KEY="k" * 32)
    shutil.rmtree(trial.folder / "people.lock")
    trial.ends(0, "people", RECONCILER_PEOPLE_KEY="k" * 32)
    people = files(trial)["people.yaml"]
    assert "Oh" not in people
    assert "hr:000001" not in people
    assert "is up to date" in trial.ends(0, "people", RECONCILER_PEOPLE_KEY="k" * 32)
    write_workers(trial.folder, {"ann": (*ANN[:1], "Terminated", *ANN[2:])})
    assert "ann@acme.test   left (hr)" in trial.ends(3, "people", RECONCILER_PEOPLE_KEY="k" * 32)


def test_17_lines_of_people_who_left(trial: Trial) -> None:
    """They are taken out of lists with their comments kept elsewhere; a list that would be empty stays."""
    invoice = RULED.replace("[team:ap-west]", "[team:ap-west, eli@acme.test]   # the west").replace(
        "      Accounting:", "      Superintendent: [eli@acme.test]\n      Accounting:"
    )
    trial.write_only({"assignments/invoice.yaml": invoice})
    trial.ends(0, "people")
    assert "assignments/invoice.yaml: 1 line of people who left" in trial.ends(0, "people", "--tidy", "--check")
    assert (trial.folder / "assignments" / "invoice.yaml").read_text() == invoice
    found = report(trial, "--tidy")
    assert found["tidied"] == [{"path": "assignments/invoice.yaml", "lines": 1, "refused": []}]
    text = (trial.folder / "assignments" / "invoice.yaml").read_text()
    assert text == invoice.replace("[team:ap-west, eli@acme.test]", "[team:ap-west]")


def test_18_figures(trial: Trial) -> None:
    """Figures of a run, by source and kind, hold no name and no login."""
    write_workers(trial.folder, {"ann": ("1", "Terminated", *ANN[2:])})
    trial.run("people", "--metrics", "people.prom")
    text = (trial.folder / "people.prom").read_text()
    assert 'reconciler_people{company="4211",source="hr"} 4.0' in text
    assert 'reconciler_people_changes{company="4211",kind="left"} 1.0' in text
    assert "reconciler_people_held" in text
    assert 'reconciler_people_last_read_timestamp_seconds{company="4211",source="hr"}' in text
    assert "ann" not in text


def test_19_one_source_alone(trial: Trial) -> None:
    """A source that is not read keeps what it found; a new rule that needs it is an error."""
    other = source_document(source="ad", path="other.csv")
    trial.write_only(
        {"other.yaml": other, "more.yaml": "kind: teams\nteams:\n  other: [{from: ad, where: {title: Clerk}}]\n"}
    )
    (trial.folder / "other.csv").write_text(workers())
    shown = trial.ends(7, "people", "--source", "hr")
    assert "the team 'other' needs the source ad too: run it without --source" in shown
    assert "--source: no document defines 'hrr'; did you mean 'hr'?" in trial.ends(64, "people", "--source", "hrr")
    trial.ends(0, "people")
    before = files(trial)
    (trial.folder / "other.csv").unlink()
    write_workers(trial.folder, {"ann": ("1", "Active", "2", "Field", *ANN[4:])})
    assert "moved: the team 'ap-west' does not find them any more" in trial.ends(3, "people", "--source", "hr")
    assert files(trial)["teams/other.yaml"] == before["teams/other.yaml"]
    assert '"source": "ad"' in files(trial)["sources.yaml"]
