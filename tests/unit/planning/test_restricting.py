"""What a plan of one cause does and leaves alone, person by person, group by group, address by address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.planning.restricting import WHOLE, Restriction, restrict
from tests.support.cases import change, drifted, group, manager

if TYPE_CHECKING:
    from reconciler.model.plan import Cause, GroupChange

DRIFT, REQUESTED = Restriction(only="drift"), Restriction(only="requested")


def people(one: GroupChange) -> tuple[list[str], list[str], list[str]]:
    """Return whom a group keeps, loses and gains."""
    return [p.id for p in one.keep], [p.id for p in one.remove], [p.id for p in one.add]


def test_all_of_a_plan() -> None:
    """Without a restriction the changes are handed on as they are, and nothing is told."""
    one = change(drifted(group(keep=[1], remove=[2, 3], add=[4]), 2), manager=manager(7, 8))
    assert restrict([one], WHOLE) == ((one,), ())
    assert restrict([one], WHOLE)[0][0] is one


def test_what_drifted_alone() -> None:
    """Who newly should go stays, who newly should come does not; drift is undone."""
    one = change(drifted(group(keep=[1], remove=[2, 3], add=[4, 5]), 2, 4))
    (left,), (note,) = restrict([one], DRIFT)
    assert people(left.groups[0]) == (["1", "3"], ["2"], ["4"])
    assert left.after == {"accounting": ("1", "3", "4")}
    assert left.before == one.before
    assert (note.severity, note.code) == ("note", "plan/left-alone")
    assert note.message == "left alone: what the documents newly ask for (1 role added, 1 removed in 1 preset)"


def test_what_is_requested_alone() -> None:
    """Who was clicked in stays, who was clicked out does not come back."""
    one = change(drifted(group(keep=[1], remove=[2, 3], add=[4, 5]), 2, 4))
    (left,), (note,) = restrict([one], REQUESTED)
    assert people(left.groups[0]) == (["1", "2"], ["3"], ["5"])
    assert left.after == {"accounting": ("1", "2", "5")}
    assert note.message == "left alone: what drifted (1 role added, 1 removed in 1 preset)"


def test_live_order_is_kept() -> None:
    """Whoever is left alone stands where they stood, and is somebody without a cause."""
    one = change(drifted(group(keep=[1, 3], remove=[2, 4], add=[5]), 2, 5))
    one.before["accounting"] = ("4", "3", "2", "1")
    (left,), _ = restrict([one], DRIFT)
    assert left.after["accounting"] == ("4", "3", "1", "5")
    first = left.groups[0].keep[0]
    assert (first.id, first.login, first.name) == ("4", "p4@acme.test", "P4")


def test_a_group_of_which_nothing_is_left() -> None:
    """It is not shown, and stays as live has it, in the order and number of live; one that live has not is not made."""
    one = change(drifted(group(remove=[1]), 1), group("Legal", keep=[5], remove=[6]), group("New", add=[7]))
    one.before["legal"] = ("6", "5", "6")
    del one.before["new"]
    (left,), _ = restrict([one], DRIFT)
    assert [g.name for g in left.groups] == ["Accounting"]
    assert left.after == {"accounting": (), "legal": ("6", "5", "6")}
    (left,), _ = restrict([one], REQUESTED)
    assert left.after == {"accounting": ("1",), "legal": ("5",), "new": ("7",)}


@pytest.mark.parametrize(("cause", "chosen", "other"), [("drift", DRIFT, REQUESTED), ("requested", REQUESTED, DRIFT)])
def test_a_workflow_manager(cause: Cause, chosen: Restriction, other: Restriction) -> None:
    """They go with their own cause, whatever the groups do; alone they are a change of their own."""
    one = change(manager=manager(7, 8, cause))
    assert restrict([one], chosen) == ((one,), ())
    left, (note,) = restrict([one], other)
    assert left == ()
    assert "(1 workflow manager changed in 1 preset)" in note.message


def test_counts_of_several() -> None:
    """People-roles, managers and presets are counted apart, and each restriction tells by itself."""
    ones = [
        change(drifted(group(remove=[1, 2], add=[3]), 1, 2, 3), project=name, manager=manager(7, 8)) for name in "123"
    ]
    left, notes = restrict(ones, Restriction(only="drift", addresses=("projects/1/*",)))
    assert [one.address for one in left] == ["projects/1/templates/12"]
    assert [note.message for note in notes] == [
        "left alone: what the documents newly ask for (3 workflow managers changed in 3 presets)",
        "left alone: what drifted where no glob of self_heal fits (2 roles added, 4 removed in 2 presets)",
    ]


@pytest.mark.parametrize(
    ("glob", "groups", "with_manager"),
    [
        ("projects/1042/templates/12", ["Accounting", "Legal"], True),
        ("*", ["Accounting", "Legal"], True),
        ("projects/1042/*", ["Accounting", "Legal"], True),
        ("projects/1042/templates/12/groups/legal", ["Legal"], False),
        ("*/groups/acc*", ["Accounting"], False),
        ("projects/104/*", [], False),
        ("projects/1042/templates/1", [], False),
        ("projects/1042/templates/12/groups/leg", [], False),
    ],
)
def test_addresses(glob: str, groups: list[str], with_manager: bool) -> None:  # noqa: FBT001 - a column of the table
    """A glob names presets with all that is in them, or groups; a manager belongs to no group."""
    one = change(group(remove=[1]), group("Legal", add=[2]), manager=manager(7, 8))
    left, notes = restrict([one], Restriction(addresses=("company/*", glob)))
    assert [g.name for kept in left for g in kept.groups] == groups
    assert [kept.workflow_manager is not None for kept in left] == ([with_manager] if groups else [])
    assert len(notes) == (0 if with_manager else 1)


def test_no_address_at_all() -> None:
    """An empty list is not the same as none: nothing is left."""
    one = change(group(remove=[1]))
    assert restrict([one], Restriction(addresses=()))[0] == ()
    assert restrict([one], Restriction(addresses=None))[0] == (one,)


def test_what_is_known_of_a_group_stays() -> None:
    """Guards still see whether it may be empty, whether it is new to the documents, and where it is named."""
    told = drifted(group(remove=[1, 2], allow_empty=True, adopted=False), 1)
    (left,), _ = restrict([change(told)], DRIFT)
    assert left.groups[0] == msgspec.structs.replace(told, remove=told.remove[:1], keep=left.groups[0].keep)
    assert [p.id for p in left.groups[0].keep] == ["2"]
