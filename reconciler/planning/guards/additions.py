"""Guards over who gains a role, and how many people at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.planning.guards.case import finding, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.diagnostics import Diagnostic, Severity
    from reconciler.model.policy import Limit
    from reconciler.planning.guards.case import Case

__all__ = ["count_additions", "group_additions", "run_additions"]


def count_additions(case: Case) -> int:
    """Return how many roles are added."""
    return sum(len(group.add) for change in case.changes for group in change.groups)


def _severity(limit: Limit) -> Severity:
    """Return ``error`` for a limit that a policy names; the defaults only warn."""
    return "warning" if limit.origin is None else "error"


def _remedy(limit: Limit, name: str) -> str:
    if limit.origin is None:
        return ""
    return f"make smaller steps, or raise {name} at {limit.origin} in a request of its own first"


def group_additions(case: Case) -> Iterator[Diagnostic]:
    """Warn when one group gains more people than the limit allows; a limit of a policy stops the plan."""
    limit = case.policy.group_additions
    for change in case.changes:
        for group in change.groups:
            members = len(group.keep) + len(group.remove)
            if not limit.allows(len(group.add), members):
                yield finding(
                    _severity(limit),
                    "policy/group-additions",
                    f"{place_of(change, group)} would gain {len(group.add):,} people and has {members:,} "
                    f"(limit {limit})",
                    address=change.address,
                    origin=group.origin,
                    remedy=_remedy(limit, "group_additions"),
                )


def run_additions(case: Case) -> Iterator[Diagnostic]:
    """Warn when the plan adds more roles than the limit allows; a limit of a policy stops the plan."""
    limit, added = case.policy.run_additions, count_additions(case)
    if not limit.allows(added, case.managed):
        yield finding(
            _severity(limit),
            "policy/run-additions",
            f"the plan adds {added:,} roles to {case.managed:,} managed ones (limit {limit})",
            origin=limit.origin,
            remedy=_remedy(limit, "run_additions"),
        )
