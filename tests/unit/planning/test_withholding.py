"""What an adds-only plan leaves undone: everything that would remove anybody, and nothing else."""

from __future__ import annotations

from reconciler.planning.withholding import withhold
from tests.support.cases import change, group, manager


def test_removals_are_withheld_and_additions_stay() -> None:
    """The group keeps everybody in live order, and the additions stand behind."""
    one = change(group(keep=[1], remove=[2, 3], add=[4]), group("Legal", keep=[5], remove=[6]))
    (left,), (withheld,) = withhold([one])
    (changed,) = left.groups
    assert ([p.id for p in changed.keep], changed.remove, [p.id for p in changed.add]) == (["1", "2", "3"], (), ["4"])
    assert left.after == {"accounting": ("1", "2", "3", "4"), "legal": ("5", "6")}
    assert left.before == one.before
    assert [(g.name, [p.id for p in g.remove]) for g in withheld.groups] == [
        ("Accounting", ["2", "3"]),
        ("Legal", ["6"]),
    ]
    assert (withheld.address, withheld.workflow_manager) == (one.address, None)


def test_live_order_is_kept() -> None:
    """Whoever would have gone stands where they stood."""
    one = change(group(keep=[1, 3], remove=[2], add=[4]))
    one.before["accounting"] = ("3", "2", "1")
    (left,), _ = withhold([one])
    assert left.after["accounting"] == ("3", "2", "1", "4")


def test_a_manager_who_would_be_replaced_is_withheld() -> None:
    """A preset without a manager gets one all the same."""
    replaced = change(group(keep=[1], add=[2]), manager=manager(7, 8))
    (left,), (withheld,) = withhold([replaced])
    assert (left.workflow_manager, withheld.workflow_manager, withheld.groups) == (None, replaced.workflow_manager, ())
    first = change(group(keep=[1], remove=[2]), manager=manager(None, 8))
    (left,), (withheld,) = withhold([first])
    assert (left.workflow_manager, left.groups, withheld.workflow_manager) == (first.workflow_manager, (), None)
    assert left.after == left.before


def test_a_change_of_which_nothing_is_left_is_none() -> None:
    """And one that only adds is handed on as it is."""
    losing, adding = change(group(keep=[1], remove=[2])), change(group(add=[3]), project="7")
    left, withheld = withhold([losing, adding])
    assert left == (adding,)
    assert left[0] is adding
    assert [one.address for one in withheld] == [losing.address]
