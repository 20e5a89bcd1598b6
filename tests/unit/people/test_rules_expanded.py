"""Teams and groups with rules, expanded from the people lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.desired.repository import read_settings_document
from reconciler.operations.dated_documents import read_repository
from tests.support.account import write_documents
from tests.support.rules import RULED, TEAMS, lock_person, write_lock
from tests.support.values import TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.documents import Documents, Member

FOUND = {"ap-west": ["ann@acme.test", "dee@acme.test", "eli@acme.test"], "heads": ["bo@acme.test"]}


def read(file: Path) -> tuple[Documents, list[tuple[str, str, str]]]:
    """Read documents with the lock."""
    documents, diagnostics = read_repository(file, read_settings_document(file), TODAY)
    return documents, [(one.code, str(one.origin), one.message) for one in diagnostics]


def members(documents: Documents, group: str) -> list[Member]:
    """Return the members of a group of the one entry."""
    return list(documents.assignments[0].entries[0].groups[group].members)


def test_people_of_rules(tmp_path: Path) -> None:
    """A team has those it names and those of the lock; 'except' wins, by hand and by rule."""
    file = write_documents(tmp_path, {"a.yaml": RULED, "teams.yaml": TEAMS})
    write_lock(file, FOUND, [["fay@acme.test"]], left_out={"ap-west": ["eli@acme.test", "gus@acme.test"]})
    documents, diagnostics = read(file)
    assert diagnostics == []
    (ann,) = members(documents, "Project Manager")
    assert (ann.login, ann.via, str(ann.origin)) == ("ann@acme.test", "team:ap-west", "a.yaml:6:25")
    assert str(ann.team_line) == "people.lock/teams/ap-west.yaml:5:3"
    (fay,) = members(documents, "Accounting")
    assert (fay.login, fay.via, str(fay.origin)) == ("fay@acme.test", None, "a.yaml:7:20")
    assert str(fay.team_line).startswith("people.lock/rules/")


def test_no_lock(tmp_path: Path) -> None:
    """Each rule that the lock does not have is an error that names the command."""
    file = write_documents(tmp_path, {"a.yaml": RULED, "teams.yaml": TEAMS})
    again = ": run 'reconciler people' with these documents, and commit what it writes"
    assert read(file)[1] == [
        ("people/lock-outdated", "a.yaml:7:20", f"the rule for title in hr is not in people.lock{again}"),
        ("people/lock-outdated", "teams.yaml:3:3", f"the rules of the team 'ap-west' are not in people.lock{again}"),
        ("people/lock-outdated", "teams.yaml:6:3", f"the rules of the team 'heads' are not in people.lock{again}"),
    ]


def test_no_lock_is_one_error(tmp_path: Path) -> None:
    """Who is in a group is not known without the lock: that it is empty is not said too."""
    teams = "kind: teams\nteams:\n  ap-west: [{from: hr, where: {a: b}}]\n"
    file = write_documents(tmp_path, {"a.yaml": RULED.split("      Accounting")[0], "teams.yaml": teams})
    assert [code for code, _, _ in read(file)[1]] == ["people/lock-outdated"]


def test_a_rule_that_changed(tmp_path: Path) -> None:
    """The lock of another rule is not used."""
    file = write_documents(tmp_path, {"a.yaml": RULED, "teams.yaml": TEAMS})
    write_lock(file, FOUND, [["fay@acme.test"]])
    write_documents(tmp_path, {"teams.yaml": TEAMS.replace("Accounts Payable", "Accounts")})
    documents, diagnostics = read(file)
    assert [origin for _, origin, _ in diagnostics] == ["teams.yaml:3:3", "teams.yaml:6:3"]  # heads depends on it
    assert "the rules of the team 'ap-west' are not those that people.lock has" in diagnostics[0][2]
    assert [one.login for one in members(documents, "Project Manager")] == ["gus@acme.test"]


def test_somebody_who_left(tmp_path: Path) -> None:
    """Who left is in no list; a line that names them is a warning, and so is a workflow manager."""
    text = RULED.replace("[team:ap-west]", "[team:ap-west, hal@acme.test, ann@acme.test]")
    text = text.replace("projects:\n", "workflow_manager: hal@acme.test\nprojects:\n")
    text = text.replace("Harbor Bridge\n", "Harbor Bridge\n    workflow_manager: cy@acme.test\n")
    file = write_documents(tmp_path, {"a.yaml": text, "teams.yaml": TEAMS})
    left = [lock_person("hal@acme.test", "left"), lock_person("ann@acme.test", "left"), lock_person("cy@acme.test")]
    write_lock(file, FOUND, [["fay@acme.test"]], people=left)
    documents, diagnostics = read(file)
    assert [one.login for one in members(documents, "Project Manager")] == ["gus@acme.test", "eli@acme.test"]
    assert [(code, origin) for code, origin, _ in diagnostics] == [
        ("people/left", "a.yaml:3:1"),
        ("people/left", "a.yaml:8:39"),
        ("people/left", "a.yaml:8:54"),
    ]
    assert diagnostics[0][2] == "Hal (hal@acme.test) left (hr), so this line has no effect; take it out"
    assert documents.assignments[0].workflow_manager is None
    assert documents.assignments[0].entries[0].workflow_manager is not None


def test_a_plain_list(tmp_path: Path) -> None:
    """Lists of people alone lose those who left too; people of other states stay."""
    file = write_documents(tmp_path, {"a.yaml": RULED.replace("[team:ap-west]", "[ann@acme.test, bo@acme.test]"),
                                      "teams.yaml": TEAMS})  # fmt: skip
    people = [lock_person("ann@acme.test", "left"), lock_person("bo@acme.test", "absent")]
    write_lock(file, FOUND, [["fay@acme.test"]], people=people)
    assert [one.login for one in members(read(file)[0], "Project Manager")] == ["bo@acme.test"]
