"""The digest of a plan: what apply would do, and for which service."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import datetime

    from reconciler.model.plan import ManagerChange, Plan, PresetChange

__all__ = ["for_day", "plan_digest"]


def for_day(plan: Plan, day: datetime.date) -> Plan:
    """Return a plan that says that it is for another day than today, which no apply carries out."""
    plan = msgspec.structs.replace(plan, on=day)
    return msgspec.structs.replace(plan, digest=plan_digest(plan))


def plan_digest(plan: Plan) -> str:
    """Return the digest of what apply would do and for which service: not of times, names, messages, or any order.

    It covers whether the plan is a part, so that a part never passes for the whole. It covers which groups are managed
    for the first time, but not the revision that shows it.
    """
    changes = sorted(
        (
            change.address,
            change.preset_id,
            sorted((uuid, sorted(set(ids))) for uuid, ids in change.before.items()),
            sorted((uuid, sorted(set(ids))) for uuid, ids in change.after.items()),
            _manager_ids(change.workflow_manager),
            *_adopted(change),
        )
        for change in plan.changes
    )
    codes = sorted(one.code for one in plan.diagnostics if one.severity == "error")
    covered: list[object] = [plan.format, plan.company_id, plan.service, changes, plan.complete, plan.applicable, codes]
    if plan.selection is not None:
        covered.append("part")
    if plan.on is not None:
        covered.append(["on", plan.on])
    return f"sha256:{hashlib.sha256(msgspec.json.encode(covered)).hexdigest()}"


def _adopted(change: PresetChange) -> list[list[str]]:
    uuids = sorted(group.uuid for group in change.groups if group.adopted)
    return [uuids] if uuids else []


def _manager_ids(manager: ManagerChange | None) -> list[str | None]:
    if manager is None:
        return []
    return [None if manager.before is None else manager.before.id, manager.after.id]
