"""What becomes a default, what becomes a team, and what they are called."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.desired.exporting.live_lists import LivePreset, LiveTemplate
from reconciler.desired.exporting.repeated_lists import find_teams, lift, slug
from reconciler.model.live import Person, Project, Template
from tests.support.cases import person

TEMPLATE = Template(id="12", name="Invoice", tool_type="invoice")


def preset(number: int, manager: Any = None, **groups: tuple[int, ...]) -> LivePreset:
    """Return a preset of a project."""
    return LivePreset(
        project=Project(id=str(number), name=f"P{number}"),
        groups={name: tuple(map(person, members)) for name, members in groups.items()},
        manager=None if manager is None else person(manager),
    )


def people(*numbers: int) -> tuple[Person, ...]:
    """Return people."""
    return tuple(map(person, numbers))


def test_what_most_have_is_a_default() -> None:
    """The others say what they have instead, also where that is nobody."""
    lifted = lift(LiveTemplate(TEMPLATE, (preset(1, pm=(1,)), preset(2, pm=(1,)), preset(3, pm=()))))
    assert lifted.groups == {"pm": people(1)}
    assert [one.groups for one in lifted.presets] == [{}, {}, {"pm": ()}]


@pytest.mark.parametrize(
    "presets",
    [
        (preset(1, pm=(1,)),),
        (preset(1, pm=(1,)), preset(2, pm=(2,))),
        (preset(1, pm=(1,)), preset(2, pm=(1,)), preset(3, pm=(2,)), preset(4, pm=(3,))),
        (preset(1, pm=(1,)), preset(2, pm=(1,)), preset(3, other=(1,))),
    ],
)
def test_no_default(presets: tuple[LivePreset, ...]) -> None:
    """One preset, no majority, just half of them, or a role that one of them has not."""
    lifted = lift(LiveTemplate(TEMPLATE, presets))
    assert (lifted.groups, lifted.presets) == ({}, presets)


def test_a_manager_is_a_default_only_where_every_preset_has_one() -> None:
    """A preset without one could not say so."""
    every = lift(LiveTemplate(TEMPLATE, (preset(1, 7, pm=()), preset(2, 7, pm=(1,)), preset(3, 8, pm=(2,)))))
    assert every.manager == person(7)
    assert [one.manager for one in every.presets] == [None, None, person(8)]
    some = lift(LiveTemplate(TEMPLATE, (preset(1, 7), preset(2, 7), preset(3))))
    assert some.manager is None
    assert [one.manager for one in some.presets] == [person(7), person(7), None]


def test_lists_written_three_times_are_teams() -> None:
    """Named after the role they fill most, with a number for a second one; single people are no team."""
    one = lift(
        LiveTemplate(
            TEMPLATE,
            tuple(preset(number, Accounting=(1, 2), Other=(number, 9), Lone=(number % 2,)) for number in range(3)),
        )
    )
    assert find_teams([one]) == {}
    several = [
        lift(LiveTemplate(TEMPLATE, (preset(number, **{"AP West": (1, 2), "Other": (3, 4)}),))) for number in range(3)
    ]
    more = [lift(LiveTemplate(TEMPLATE, (preset(9, **{"AP West": (5, 6), "AP West ": (1, 2)}),)))] * 3
    assert find_teams([*several, *more]) == {people(1, 2): "ap-west", people(3, 4): "other", people(5, 6): "ap-west-2"}


@pytest.mark.parametrize(
    ("name", "short"),
    [("Project Manager", "project-manager"), ("Zoë & Co.", "zoe-co"), ("現場", ""), ("-a-", "a"), ("x" * 99, "x" * 60)],
)
def test_a_name_for_files_and_teams(name: str, short: str) -> None:
    """Small letters, digits and hyphens."""
    assert slug(name) == short
