"""Writes a plan as its file and takes one back only whole and unaltered; it opens no file itself."""

from __future__ import annotations

import re

import msgspec

from reconciler.errors import DocumentsError, StaleError
from reconciler.model.diagnostics import count_held, has_errors
from reconciler.model.live import PresetKey, preset_address
from reconciler.model.plan import PLAN_FORMAT, GroupChange, Plan, PresetChange
from reconciler.planning.changes import summarize
from reconciler.planning.digests import plan_digest
from reconciler.planning.per_person import changes_per_person

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")  # ids become parts of paths

__all__ = ["check_plan", "decode_plan", "encode_plan"]


def encode_plan(plan: Plan) -> bytes:
    """Return the plan as JSON, for the file and for ``--format json`` alike."""
    return msgspec.json.format(msgspec.json.encode(plan), indent=2) + b"\n"


def decode_plan(content: bytes, name: str) -> Plan:
    """Return a plan from the content of the file ``name``.

    Raises DocumentsError for anything that is not a plan, StaleError for a plan that was altered.
    """
    try:
        plan = msgspec.json.decode(content, type=Plan, strict=True)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentsError(f"{name} is not a plan of format {PLAN_FORMAT}: {error}; make it again") from None
    check_plan(plan, name)
    return plan


def check_plan(plan: Plan, name: str) -> None:
    """Check that the digest covers what would be done, and that what is shown is what would be done.

    Raises StaleError. This guards against accidents: anyone who can edit a plan can also compute a digest. Therefore
    apply can be tied to the digest that was approved.
    """
    if plan.service is None:
        raise StaleError(
            f"{name} was made by an earlier release, whose plans do not record which service they are for: "
            "make the plan again, and have it approved again"
        )
    if plan_digest(plan) != plan.digest:
        raise StaleError(f"{name} was altered after it was made: its digest does not match; make the plan again")
    consistent = (
        plan.applicable == (plan.complete and not has_errors(plan.diagnostics))
        and plan.summary
        == summarize(
            plan.changes,
            plan.withheld,
            None if plan.summary.already is None else plan.already,
            presets=plan.summary.presets,
            managed=plan.summary.managed,
            held=count_held(plan.diagnostics),
        )
        and _people_as_changed(plan)
        and (plan.adds_only or not plan.withheld)
        and not (plan.adds_only and plan.summary.removals)
        and _as_restricted(plan)
        and all(_shows_what_it_does(change) for change in plan.changes)
    )
    if not consistent:
        raise StaleError(f"{name} was altered after it was made: it shows something else than it would do")


def _as_restricted(plan: Plan) -> bool:
    """Return whether a plan of one cause has a base, and moves nobody for the other cause."""
    if plan.only is None:
        return True
    groups = [group for change in plan.changes for group in change.groups]
    causes = {one.cause for group in groups for one in group.add}
    causes.update(one.cause for group in groups for one in group.remove)
    causes.update(one.workflow_manager.cause for one in plan.changes if one.workflow_manager is not None)
    return plan.source.base is not None and causes <= {plan.only}


def _people_as_changed(plan: Plan) -> bool:
    """Return whether the changes by person match the plan's changes; the number each keeps cannot be checked here."""
    told = tuple(msgspec.structs.replace(one, keeps=0) for one in plan.people)
    counted = changes_per_person(plan.changes, ())
    return not told or told == tuple(msgspec.structs.replace(one, keeps=0) for one in counted)


def _shows_what_it_does(change: PresetChange) -> bool:
    project_id = change.project.id if change.project else None
    ids = (change.preset_id, change.template.id, project_id or "0")
    key = PresetKey(change.template.id, project_id)
    if change.address != preset_address(key) or not all(_ID.match(one) for one in ids):
        return False
    shown = {group.uuid: group for group in change.groups}
    if len(shown) != len(change.groups) or not change.before.keys() <= change.after.keys():
        return False
    for uuid, after in change.after.items():
        before = change.before.get(uuid, ())
        group = shown.pop(uuid, None)
        if group is None:
            if uuid not in change.before or before != after:
                return False
        elif not _adds_up(group, set(before), set(after)):
            return False
    return not shown


def _adds_up(group: GroupChange, before: set[str], after: set[str]) -> bool:
    return (
        {person.id for person in group.add} == after - before
        and {person.id for person in group.remove} == before - after
        and {person.id for person in group.keep} == before & after
    )
