"""What documents may say, and what each mistake in them gets: place, code and remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.desired.repository import read_settings_document
from reconciler.operations.dated_documents import read_repository
from tests.support.account import write_documents
from tests.support.values import TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.documents import Documents

HEAD = "kind: assignments\ntemplate: T\n"


def read(folder: Path, *documents: str) -> tuple[Documents, list[tuple[str, str, str]]]:
    """Read documents from a.yaml, b.yaml, …; problems come as (place, code, message)."""
    names = dict(zip(("a.yaml", "b.yaml", "c.yaml"), documents, strict=False))
    file = write_documents(folder, names)
    found, diagnostics = read_repository(file, read_settings_document(file), TODAY)
    return found, [(str(one.origin), one.code, one.message) for one in diagnostics]


def groups(text: str) -> str:
    """Return a document with one project entry and these groups."""
    return f"{HEAD}projects:\n  - project: P\n    groups: {text}\n"


@pytest.mark.parametrize(
    ("text", "place", "code", "words"),
    [
        ("just text\n", "1:1", "documents/kind", "not a document"),
        ("a: 1\n", "1:1", "documents/kind", "no 'kind:' here"),
        ("kind: settings\n", "1:1", "documents/kind", "in reconciler.yaml alone"),
        ("kind: assignment\n", "1:1", "documents/kind", "did you mean 'assignments'?"),
        ("kind: 7\n", "1:1", "documents/kind", "known kinds: assignments, teams"),
        ("kind: assignments\nprojects: [{project: P}]\n", "1:1", "documents/schema", "missing 'template'"),
        (f"{HEAD}projects: []\n", "3:1", "documents/schema", "at least one entry"),
        (f"{HEAD}", "1:1", "documents/schema", "either 'projects:'"),
        (f"{HEAD}company: {{}}\nprojects: [{{project: P}}]\n", "1:1", "documents/schema", "not both"),
        (f"{HEAD}projects: [{{groups: {{}}}}]\n", "3:12", "documents/schema", "either 'project:'"),
        (f"{HEAD}projects: [{{project: P, where: {{a: b}}}}]\n", "3:12", "documents/schema", "not both"),
        (f"{HEAD}projects: [{{project: {{id: x y}}}}]\n", "3:23", "documents/schema", "an id as the service shows it"),
        (f"{HEAD}projects: [{{project: {{number: 24.10}}}}]\n", "3:23", "documents/schema", "in quotes"),
        (f"{HEAD}projects: [{{project: {{nam: x}}}}]\n", "3:13", "documents/schema", "the project's name, {id:"),
        (f"{HEAD}projects: [{{project: null}}]\n", "3:13", "documents/schema", "found nothing"),
        (f"{HEAD}projects: [{{project: ''}}]\n", "3:13", "documents/schema", "something; it must not be empty"),
        (f"{HEAD}projects: [{{where: {{}}}}]\n", "3:13", "documents/schema", "at least one field"),
        (f"{HEAD}projects: [{{where: {{stage: []}}}}]\n", "3:21", "documents/schema", "must not be empty, found"),
        (f"{HEAD}projects: [{{where: {{stage: [1.5]}}}}]\n", "3:29", "documents/schema", "goes in quotes"),
        (f"{HEAD}tool: [x]\nprojects: [{{project: P}}]\n", "3:1", "documents/schema", "expected text, found a list"),
        (f"{HEAD}gruops: {{}}\nprojects: [{{project: P}}]\n", "3:1", "documents/schema", "did you mean 'groups'?"),
        (f"{HEAD}workflow_manager: team:x\nprojects: [{{project: P}}]\n", "3:1", "documents/schema", "a login"),
        (groups("{A: ann}"), "5:14", "documents/schema", "a list of members"),
        (groups("{A: [ann]}"), "5:18", "documents/schema", "'ann' cannot be a login, because it has no @: write"),
        (groups("{A: [team: x]}"), "5:18", "documents/schema", "write team:x without the blank"),
        (groups("{A: [Ann <a@b.c>]}"), "5:18", "documents/schema", "it has a blank in it: write a@b.c"),
        (f"{HEAD}projects: [{{project: 2024}}]\n", "3:13", "documents/schema", 'write "2024" in quotes, without them'),
        (f"{HEAD}projects: [{{project: true}}]\n", "3:13", "documents/schema", 'write "true" in quotes, without them'),
        (f"{HEAD}tool: 7\nprojects: [{{project: P}}]\n", "3:1", "documents/schema", 'found 7: write "7" in quotes'),
        (groups("{A: [7]}"), "5:18", "documents/schema", "a login (an e-mail address)"),
        (groups("{A: [[]]}"), "5:18", "documents/schema", "found an empty list"),
        (groups("{A: [{login: x}]}"), "5:18", "documents/schema", "found a mapping with 'login'"),
        (groups("{A: [{person: a@b.c, until: soon}]}"), "5:34", "documents/schema", "a date as YYYY-MM-DD"),
        (groups("{A: [{person: a@b.c, until: 2027-02-30}]}"), "5:34", "documents/schema", "a date as YYYY-MM-DD"),
        (groups("{A: [{person: a@b.c, note: x}]}"), "5:34", "documents/schema", "unknown key 'note'"),
        (groups("{A: {members: [], allow_emty: true}}"), "5:31", "documents/schema", "did you mean 'allow_empty'?"),
        (groups("{A: {allow_empty: true}}"), "5:14", "documents/schema", "found a mapping with 'allow_empty'"),
        (groups("{A: []}"), "5:14", "documents/empty-group", "write {members: [], allow_empty: true}"),
        (groups("{A: {members: []}}"), "5:14", "documents/empty-group", "is an empty list"),
        (groups("{A: [a@b.c, A@B.C]}"), "5:25", "documents/duplicate-member", "(first at a.yaml:5:18)"),
        (groups("{A: [team:x]}"), "5:18", "documents/unknown-team", "no team 'x'; no teams are defined"),
        (f"{HEAD}projects: [{{project: P}}]\n", "3:12", "documents/no-effect", "asks for nothing of project 'P'"),
        (f"{HEAD}projects: [{{where: {{a: b}}}}]\n", "3:12", "documents/no-effect", "of the projects it selects"),
        (f"{HEAD}company: {{}}\n", "3:1", "documents/no-effect", "asks for nothing;"),
    ],
)  # fmt: skip
def test_mistakes(tmp_path: Path, text: str, place: str, code: str, words: str) -> None:
    """One mistake gives one problem, at its place, with words that help."""
    _, problems = read(tmp_path, text)
    assert [(one[0], one[1]) for one in problems] == [(f"a.yaml:{place}", code)]
    assert words in problems[0][2]


def test_until_counts_to_the_end_of_its_day(tmp_path: Path) -> None:
    """A person is desired on the last day, and gone the day after."""
    text = groups("{A: [x@b.c, {person: a@b.c, until: 2026-11-23}, {person: b@b.c, until: 2026-11-22, reason: r}]}")
    found, problems = read(tmp_path, text)
    assert problems == [
        (
            "a.yaml:5:61",
            "documents/expired",
            "the last day of b@b.c is over (2026-11-22); this line has no effect and can go",
        )
    ]
    members = found.assignments[0].entries[0].groups["A"].members
    assert [str(one) for one in members] == ["x@b.c", "a@b.c"]


def test_a_group_that_nobody_is_left_in(tmp_path: Path) -> None:
    """Whose last day is over leaves a note, and the group an error."""
    _, problems = read(tmp_path, groups("{A: [{person: a@b.c, until: 2026-11-22}]}"))
    assert [one[1] for one in problems] == ["documents/empty-group", "documents/expired"]
    assert "nobody is left in 'A'" in problems[0][2]


def test_teams_nest_and_count_everybody_once(tmp_path: Path) -> None:
    """A person by way of two teams stands once, with the line that brought them in first."""
    teams = "kind: teams\nteams:\n  a: [x@b.c, y@b.c]\n  b: [team:a, z@b.c]\n  c: [y@b.c, {login_id: '7'}]\n"
    found, problems = read(tmp_path, groups("{A: [team:b, team:c, z@b.c]}"), teams)
    assert problems == []
    members = found.assignments[0].entries[0].groups["A"].members
    assert [(str(one), one.via, str(one.origin)) for one in members] == [
        ("x@b.c", "team:b", "a.yaml:5:18"),
        ("y@b.c", "team:b", "a.yaml:5:18"),
        ("z@b.c", None, "a.yaml:5:34"),
        ("login id 7", "team:c", "a.yaml:5:26"),
    ]


def test_a_cycle_of_teams_is_shown(tmp_path: Path) -> None:
    """The message walks the cycle."""
    teams = "kind: teams\nteams:\n  a: [team:b]\n  b: [team:c, x@b.c]\n  c: [team:a]\n"
    _, problems = read(tmp_path, groups("{A: [y@b.c]}"), teams)
    assert [one[1:] for one in problems] == [
        ("documents/team-cycle", "teams that contain each other: a → b → c → a; take one of them out")
    ]


def test_a_team_defined_twice_shows_both_places(tmp_path: Path) -> None:
    """Two documents may not define the same team."""
    team = "kind: teams\nteams:\n  a: [x@b.c]\n"
    _, problems = read(tmp_path, team, groups("{A: [team:aa]}"), team)
    assert [one[:2] for one in problems] == [
        ("b.yaml:5:18", "documents/unknown-team"),
        ("c.yaml:3:3", "documents/duplicate-team"),
    ]
    assert "did you mean 'a'?" not in problems[0][2]
    assert "known teams: a" in problems[0][2]
    assert "first at a.yaml:3:3" in problems[1][2]


def test_the_same_group_of_the_same_project_twice(tmp_path: Path) -> None:
    """Two entries of one rank contradict each other even when they agree."""
    text = groups("{A: [x@b.c]}")
    company = f"{HEAD}company: {{workflow_manager: x@b.c}}\n"
    _, problems = read(tmp_path, text, text, f"{company}---\n{company}")
    assert [one[:2] for one in problems] == [
        ("b.yaml:5:14", "documents/conflict"),
        ("c.yaml:7:11", "documents/conflict"),
    ]
    assert "'A' is already given for the same preset at a.yaml:5:14" in problems[0][2]


def test_everything_a_document_may_say(tmp_path: Path) -> None:
    """One document with every key decodes into its values."""
    text = """\
kind: assignments
template: {id: 12}
tool: invoice
workflow_manager: {login_id: 7}
groups: {D: [d@b.c]}
projects:
  - project: {number: "24-017"}
    workflow_manager: m@b.c
  - project: {number: 24}
    groups: {A: {members: [{login_id: "9"}], allow_empty: true}}
  - where: {stage: Bidding, active: true, region: [5, no]}
"""
    found, problems = read(tmp_path, text)
    assert problems == []
    document = found.assignments[0]
    first, second, third = document.entries
    assert (str(document.template), document.tool, str(document.workflow_manager)) == ("id 12", "invoice", "login id 7")
    assert (str(first.project), str(first.workflow_manager)) == ("number '24-017'", "m@b.c")
    assert (str(second.project), second.groups["A"].allow_empty) == ("number '24'", True)
    assert third.where == {"stage": ("Bidding",), "active": ("true",), "region": ("5", "no")}


def test_teams_nested_absurdly_deep(tmp_path: Path) -> None:
    """A bound, and no crash."""
    teams = "".join(f"  t{n}: [team:t{n + 1}]\n" for n in range(1200)) + "  t1200: [x@b.c]\n"
    _, problems = read(tmp_path, groups("{A: [y@b.c]}"), f"kind: teams\nteams:\n{teams}")
    assert {one[1] for one in problems} == {"documents/team-depth"}
