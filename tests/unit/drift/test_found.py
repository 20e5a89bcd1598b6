"""Differences, one person at a time."""

from __future__ import annotations

from reconciler.drift import find_drifts
from tests.support.cases import change, group, manager


def test_both_directions() -> None:
    """Whoever would go is added in Procore, whoever would come is removed in Procore; by address, group and person."""
    here = change(group("Legal", add=[5]), group(keep=[1], remove=[3, 2]), project="7")
    found = find_drifts([here, change(group(add=[4]), project=None)])
    assert [(one.address, one.group.name if one.group else "", one.person.id, one.direction) for one in found] == [
        ("company/templates/12", "Accounting", "4", "git-only"),
        ("projects/7/templates/12", "Accounting", "2", "live-only"),
        ("projects/7/templates/12", "Accounting", "3", "live-only"),
        ("projects/7/templates/12", "Legal", "5", "git-only"),
    ]
    assert all(one.origin is not None for one in found)


def test_another_workflow_manager_is_two_differences() -> None:
    """One who is it live, one who should be; where nobody is it, there is but one."""
    found = find_drifts([change(manager=manager(6, 7)), change(manager=manager(None, 8), project="9")])
    assert [(one.group, one.person.id, one.direction) for one in found] == [
        (None, "6", "live-only"), (None, "7", "git-only"), (None, "8", "git-only"),
    ]  # fmt: skip
    assert find_drifts([]) == ()
