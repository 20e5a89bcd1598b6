"""Last days that are coming and what they will leave."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from reconciler.desired.repository import read_settings_document
from reconciler.operations.dated_documents import read_repository
from reconciler.planning.guards.ends import judge_ends
from tests.support.account import write_documents
from tests.support.values import TODAY

if TYPE_CHECKING:
    from pathlib import Path


def ends(folder: Path, group: str, teams: str = "", policy: str = "") -> list[str]:
    """Judge one group, with teams and policy, as ``place message``."""
    documents = {
        "a.yaml": f"kind: assignments\ntemplate: T\nprojects:\n  - project: P\n    groups: {{A: {group}}}\n",
        "b.yaml": f"kind: teams\nteams: {{{teams}}}\n",
        "c.yaml": f"kind: policy\nroles: {{{policy}}}\n",
    }
    file = write_documents(folder, documents)
    read, _ = read_repository(file, read_settings_document(file), TODAY)
    found = judge_ends(read, TODAY)
    assert {(one.severity, one.code) for one in found} <= {("warning", "documents/ends-soon")}
    return [f"{one.origin} {one.message}" for one in found]


def until(days: int, login: str = "bo@x.test") -> str:
    """Return a member whose last day is so many days from today."""
    return f"{{person: {login}, until: {TODAY + datetime.timedelta(days=days)}}}"


@pytest.mark.parametrize(("days", "told"), [(0, True), (13, True), (14, True), (15, False), (-1, False)])
def test_fourteen_days_ahead(tmp_path: Path, days: int, told: bool) -> None:  # noqa: FBT001
    """The last day is told from two weeks before it; once it is over, the empty group is."""
    found = ends(tmp_path, f"[{until(days)}]")
    day = TODAY + datetime.timedelta(days=days)
    words = f"a.yaml:5:14 'A' names nobody after {day}, the last day of bo@x.test: name somebody else before that day"
    assert found == ([words] if told else [])


def test_a_minimum_that_will_be_missed(tmp_path: Path) -> None:
    """It is told with the rule and how many are left; the first such day counts."""
    group = f"[ann@x.test, {until(3)}, {until(3, 'cy@x.test')}, {until(5, 'dee@x.test')}]"
    assert ends(tmp_path, group, policy="A: {min_members: 3}") == [
        "a.yaml:5:14 'A' names 2 after 2026-11-26, the last day of bo@x.test and 1 more, and at least 3 must be in it "
        "(c.yaml:2:13): name somebody else before that day"
    ]
    assert ends(tmp_path, group, policy="A: {min_members: 1}") == []


@pytest.mark.parametrize(
    ("group", "teams"),
    [
        (f"{{members: [{until(3)}], allow_empty: true}}", ""),
        (f"[{until(3)}, ann@x.test]", ""),
        ("[team:x, team:y]", f"x: [{until(3)}], y: [bo@x.test]"),
        ("[team:y, team:x]", f"x: [{until(3)}], y: [bo@x.test]"),
        (f"[team:y, {until(3)}]", "y: [bo@x.test]"),
        (f"[{until(3)}, team:y]", "y: [bo@x.test]"),
    ],
)
def test_somebody_is_left(tmp_path: Path, group: str, teams: str) -> None:
    """Nobody is told where the group may be empty, or where the same person stays by another way."""
    assert ends(tmp_path, group, teams) == []


def test_a_team_whose_last_person_goes(tmp_path: Path) -> None:
    """The group that names the team is told."""
    (found,) = ends(tmp_path, "[team:x]", f"x: [{until(3)}]")
    assert found.startswith("a.yaml:5:14 'A' names nobody after 2026-11-26, the last day of bo@x.test")
