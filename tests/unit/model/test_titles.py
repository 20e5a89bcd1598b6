"""Titles differ wherever people could take one project for another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.live import Project, Template
from reconciler.model.titles import name_projects, name_templates, place_phrase, place_title, preset_title

BRIDGE = "Harbor Bridge"


def titles(*named: tuple[str, str | None]) -> list[str]:
    """Return the titles of projects with ids from 1041."""
    projects = [Project(id=str(1041 + place), name=name, number=number) for place, (name, number) in enumerate(named)]
    return [one.title for one in name_projects(projects).values()]


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        ([("Cedar", None), (BRIDGE, "24-017")], ["Cedar", BRIDGE]),
        ([(BRIDGE, "24-016"), ("harbor  BRIDGE", "24-017")], [f"{BRIDGE} (24-016)", "harbor  BRIDGE (24-017)"]),
        ([(BRIDGE, "7"), (BRIDGE, "7")], [f"{BRIDGE} (id 1041)", f"{BRIDGE} (id 1042)"]),
        ([(BRIDGE, "24-017"), (BRIDGE, "24\u2011017")], [f"{BRIDGE} (id 1041)", f"{BRIDGE} (id 1042)"]),
        ([(BRIDGE, None), (BRIDGE, " ")], [f"{BRIDGE} (id 1041)", f"{BRIDGE} (id 1042)"]),
        ([(BRIDGE, "x" * 31), (BRIDGE, "y" * 31)], [f"{BRIDGE} (id 1041)", f"{BRIDGE} (id 1042)"]),
        (
            [(f"{BRIDGE} (24-017)", None), (BRIDGE, "24-017"), (BRIDGE, "24-018")],
            [f"{BRIDGE} (24-017) (id 1041)", f"{BRIDGE} (24-017, id 1042)", f"{BRIDGE} (24-018)"],
        ),
        ([(BRIDGE, "id 1042"), (BRIDGE, None)], [f"{BRIDGE} (id 1042, id 1041)", f"{BRIDGE} (id 1042)"]),
    ],
)
def test_namesakes(named: list[tuple[str, str | None]], shown: list[str]) -> None:
    """The number tells them apart where it does for people, else the id, and both where titles would meet."""
    assert titles(*named) == shown


def test_a_long_name_is_cut_before_what_tells_it_apart() -> None:
    """A cell of 80 characters keeps the distinction."""
    first, second = titles(("x" * 300, "24-016"), ("x" * 300, "24-017"))
    assert (len(first), first[-9:], second[-9:]) == (76, " (24-016)", " (24-017)")


@given(
    st.lists(
        st.tuples(st.sampled_from(["A", "a", "A (1)", "A (id 2)"]), st.sampled_from([None, "1", "id 2", "2"])),
        max_size=6,
    )
)
def test_titles_differ(named: list[tuple[str, str | None]]) -> None:
    """Law: no two projects have one title."""
    projects = [Project(id=str(place), name=name, number=number) for place, (name, number) in enumerate(named)]
    shown = [one.title.casefold() for one in name_projects(projects).values()]
    assert len(set(shown)) == len(shown)


def test_templates_and_phrases() -> None:
    """Templates of one name have their tool; a sentence says project or company."""
    named = name_templates(
        [Template(id=one, name="Approval", tool_type=tool) for one, tool in (("1", "rfi"), ("2", "po"))]
    )
    project = name_projects([Project(id="1", name=BRIDGE, number="5"), Project(id="2", name=BRIDGE)])["1"]
    assert preset_title(named["1"], project) == "Approval (rfi) · Harbor Bridge (5)"
    assert (place_title(None), place_phrase(None)) == ("company", "the company")
    assert place_phrase(project) == "project 'Harbor Bridge' (5)"
