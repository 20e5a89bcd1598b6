"""Logins to people: found, unknown, ambiguous, renamed; and the fewest lists read for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.desired.repository import read_settings_document
from reconciler.errors import DocumentsError
from reconciler.live.snapshot_reader import SnapshotReader
from reconciler.model.live import Membership, PeopleList, Person
from reconciler.operations.dated_documents import read_repository
from reconciler.operations.observation import observe
from tests.support.account import write_documents
from tests.support.values import TODAY, live_state

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from reconciler.model.live import LiveState, Place

HEAD = "kind: assignments\ntemplate: Invoice Approval\nprojects:\n"


class CountingReader(SnapshotReader):
    """A reader that remembers which lists it was asked for."""

    def __init__(self, state: LiveState) -> None:
        super().__init__(state)
        self.asked: list[str] = []

    def assignees(self, wanted: Iterable[Place]) -> list[PeopleList]:
        """Return and remember."""
        keys = list(wanted)
        self.asked.extend(f"assignees of {key.project_id}" for key in keys)
        return super().assignees(keys)

    def managers(self, wanted: Iterable[Place]) -> list[PeopleList]:
        """Return and remember."""
        keys = list(wanted)
        self.asked.extend(f"managers of {key.project_id}" for key in keys)
        return super().managers(keys)


def resolve(folder: Path, entries: str, state: LiveState | None = None) -> tuple[list[str], list[str]]:
    """Return the lists asked for and the problems found."""
    file = write_documents(folder, {"a.yaml": HEAD + entries})
    documents, diagnostics = read_repository(file, read_settings_document(file), TODAY)
    reader = CountingReader(live_state() if state is None else state)
    try:
        found = observe(documents, diagnostics, reader).diagnostics
    except DocumentsError as error:
        found = error.diagnostics
    return reader.asked, [f"{one.origin} {one.code} {one.message}" for one in found]


def entry(project: str, *members: str, manager: str = "") -> str:
    """Return one project entry."""
    line = f"    workflow_manager: {manager}\n" if manager else ""
    return f"  - project: {project}\n{line}    groups: {{Project Manager: [{', '.join(members)}]}}\n"


def test_nothing_is_asked_where_nobody_is_added(tmp_path: Path) -> None:
    """Removals and what is already so need no list."""
    asked, problems = resolve(tmp_path, entry("Harbor Bridge", "ann@acme.test", manager="gus@acme.test"))
    assert (asked, problems) == ([], [])


def test_an_addition_asks_for_the_list_of_its_place_alone(tmp_path: Path) -> None:
    """Once a (project, tool), and not where nobody is added."""
    entries = entry("Harbor Bridge", "ann@acme.test", "cy@acme.test", "dee@acme.test") + entry(
        "Cedar Tower", "ann@acme.test"
    )
    assert resolve(tmp_path, entries) == (["assignees of 1042"], [])


def test_a_login_nobody_has_shown_asks_one_list_first(tmp_path: Path) -> None:
    """Fay is in no preset; the list of the first place that names her tells who she is, the second adds her."""
    entries = entry("Cedar Tower", "fay@acme.test") + entry(
        "Harbor Bridge", "ann@acme.test", "bo@acme.test", "fay@acme.test"
    )
    assert resolve(tmp_path, entries)[0] == ["assignees of 1041", "assignees of 1042"]


def test_a_changed_login_with_the_same_id_is_no_change(tmp_path: Path) -> None:
    """The list shows the new login of the same id: a rename, found without a second list."""
    state = live_state()
    renamed = Person("1", "ann.new@acme.test", "Ann New")
    lists = tuple(PeopleList(place=one.place, people=(renamed, *one.people[1:])) for one in state.assignees)
    state = msgspec.structs.replace(state, assignees=lists)
    entries = entry("Cedar Tower", "ann.new@acme.test") + entry("Harbor Bridge", "ann.new@acme.test", "bo@acme.test")
    assert resolve(tmp_path, entries, state) == (["assignees of 1041"], [])


def test_an_unknown_login_is_looked_for_once(tmp_path: Path) -> None:
    """Its first place is asked; every line that names it gets the same message, with a suggestion and its name."""
    entries = entry("Cedar Tower", "annn@acme.test") + entry("Harbor Bridge", "annn@acme.test")
    asked, problems = resolve(tmp_path, entries)
    assert asked == ["assignees of 1041"]
    assert problems == [
        f"a.yaml:{line}:32 documents/unknown-person no active Procore user has the login 'annn@acme.test' (if they "
        "left, remove this line); did you mean ann@acme.test (Ann)?"
        for line in (5, 7)
    ]


def test_a_login_unknown_in_one_place_says_where(tmp_path: Path) -> None:
    """Only the list of that place was read, so the message names it."""
    assert resolve(tmp_path, entry("Cedar Tower", "annn@acme.test"))[1] == [
        "a.yaml:5:32 documents/unknown-person nobody with the login 'annn@acme.test' may be assigned on invoice in "
        "project 'Cedar Tower'; did you mean ann@acme.test (Ann)?"
    ]


def test_a_line_for_many_projects_names_none_of_them(tmp_path: Path) -> None:
    """What holds for all of them is said once; one list of a project, with two roles, is still that of a project."""
    where = "  - where: {stage: Course of Construction}\n    groups: {Accounting: [annn@acme.test]}\n"
    (problem,) = resolve(tmp_path / "where", where)[1]
    assert "no active Procore user has the login 'annn@acme.test' (if they left, remove this line)" in problem
    roles = "  - project: Cedar Tower\n    groups: {Project Manager: [team:west], Accounting: [team:west]}\n"
    teams = "---\nkind: teams\nteams: {west: [annn@acme.test]}\n"
    (problem,) = resolve(tmp_path / "roles", roles + teams)[1]
    assert "may be assigned on invoice in project 'Cedar Tower'; did you mean" in problem
    assert problem.endswith("(used in 2 places, the first at a.yaml:5:32)")


def test_a_typo_in_a_team_is_one_error_at_the_team(tmp_path: Path) -> None:
    """However many lists name the team, by whichever team, the line to correct is told once, with its uses."""
    entries = entry("Cedar Tower", "team:west") + entry("Harbor Bridge", "team:both")
    teams = "---\nkind: teams\nteams:\n  west: [annn@acme.test]\n  both: [team:west, bo@acme.test]\n"
    assert resolve(tmp_path, entries + teams)[1] == [
        "a.yaml:11:10 documents/unknown-person no active Procore user has the login 'annn@acme.test' (if they left, "
        "remove this line); did you mean ann@acme.test (Ann)? (used in 2 places, the first at a.yaml:5:32)"
    ]


def test_a_team_with_one_use_names_it(tmp_path: Path) -> None:
    """A single use is named by its place."""
    teams = "---\nkind: teams\nteams: {west: [zoe@acme.test]}\n"
    (problem,) = resolve(tmp_path, entry("Cedar Tower", "team:west") + teams)[1]
    assert problem.startswith("a.yaml:8:16 ")
    assert problem.endswith("and the project first (used in 1 place: a.yaml:5:32)")


def test_a_login_in_other_accents_is_the_same(tmp_path: Path) -> None:
    """A login is compared in NFC on both sides."""
    state = live_state()
    person = Person("1", "jose\u0301@acme.test", "José")
    lists = tuple(PeopleList(place=one.place, people=(person, *one.people[1:])) for one in state.assignees)
    state = msgspec.structs.replace(state, assignees=lists)
    assert resolve(tmp_path, entry("Cedar Tower", "jos\u00e9@acme.test"), state)[1] == []


def test_unknown_ids_and_managers(tmp_path: Path) -> None:
    """Managers have a list of their own."""
    asked, problems = resolve(tmp_path, entry("Cedar Tower", "{login_id: '77'}", manager="zoe@x.test"))
    assert asked == ["assignees of 1041", "managers of 1041"]
    assert [one.split(" ", 2)[2] for one in problems] == [
        "nobody with the login id 77 may be assigned on invoice in project 'Cedar Tower'",
        "nobody with the login 'zoe@x.test' may be workflow manager on invoice in project 'Cedar Tower'; if they are "
        "new, add them to the company directory and the project first",
    ]


def test_a_manager_who_changes_asks_the_managers_of_the_place(tmp_path: Path) -> None:
    """Who may be workflow manager is checked where that changes, and nowhere else."""
    entries = entry("Cedar Tower", "ann@acme.test", manager="ann@acme.test")
    entries += entry("Harbor Bridge", "ann@acme.test", manager="gus@acme.test")
    assert resolve(tmp_path, entries) == (["managers of 1041"], [])


def test_a_login_of_two_people_needs_an_id(tmp_path: Path) -> None:
    """Where both may be assigned and neither is there, the ids are listed; an id is not ambiguous."""
    state = live_state()
    lists = tuple(
        msgspec.structs.replace(one, people=(*one.people, Person("70", "ANN@acme.test"))) for one in state.assignees
    )
    state = msgspec.structs.replace(state, assignees=lists, managers=lists)
    twin = msgspec.structs.replace(
        state.presets[0], groups=(*state.presets[0].groups[:-1], Membership("super", (Person("70", "ANN@acme.test"),)))
    )
    state = msgspec.structs.replace(state, presets=(twin, *state.presets[1:]))
    _, problems = resolve(tmp_path, entry("Harbor Bridge", "gus@acme.test", manager="ann@acme.test"), state)
    _, more = resolve(tmp_path, entry("Cedar Tower", "ann@acme.test", manager="ann@acme.test"), state)
    assert {one.split(" ", 1)[1] for one in (*problems, *more)} == {
        "documents/ambiguous-person 'ann@acme.test' is the login of several people: 1, 70; use {login_id: …}"
    }
    assert resolve(tmp_path, entry("Cedar Tower", "{login_id: '1'}", manager="{login_id: '7'}"), state)[1] == []


def test_one_person_written_in_two_ways(tmp_path: Path) -> None:
    """A login and the id of the same person in one list are the same line twice."""
    _, problems = resolve(tmp_path, entry("Cedar Tower", "ann@acme.test", "{login_id: '1'}"))
    assert problems == [
        "a.yaml:5:47 documents/duplicate-member 'login id 1' is the same person as the line at a.yaml:5:32 "
        "(login id 1); remove one"
    ]


@pytest.mark.parametrize("person", [Person("1"), Person("1", None, "Ann"), Person("1", "a@b.c")])
def test_people_show_the_best_name_they_have(person: Person) -> None:
    """Name, else login, else id."""
    assert str(person) == (person.name or person.login or "login id 1")
