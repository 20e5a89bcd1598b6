"""Judges changes before anything is written; it changes nothing, it only says what stands against them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.model.diagnostics import Origin, Severity
    from reconciler.model.live import LiveState, PeopleList, Unreadable
    from reconciler.model.plan import PresetChange

__all__ = ["judge_eligibility", "judge_emptied", "judge_kept", "unreadable_diagnostics"]

_Eligible = dict[tuple[str | None, str], frozenset[str]]


def judge_eligibility(
    changes: Iterable[PresetChange], assignees: Sequence[PeopleList], managers: Sequence[PeopleList]
) -> list[Diagnostic]:
    """Find people who are added where the service says they may not be assigned (api.md section 6)."""
    may_be_assigned = _by_place(assignees)
    may_manage = _by_place(managers)
    diagnostics: list[Diagnostic] = []
    for change in changes:
        diagnostics.extend(_additions(change, may_be_assigned))
        diagnostics.extend(_manager(change, may_manage))
    return diagnostics


def judge_emptied(changes: Iterable[PresetChange]) -> list[Diagnostic]:
    """Name every role that nobody will hold any more: the documents ask for it, a reviewer must see it."""
    return [
        _diagnostic(
            "warning",
            "policy/empties-group",
            f"{change.project.name if change.project else 'company'} · {group.name}: nobody will hold this role "
            "any more (allow_empty)",
            change,
            group.remove[0].origin,
        )
        for change in changes
        for group in change.groups
        if group.remove and not group.keep and not group.add
    ]


def judge_kept(changes: Iterable[PresetChange], live: LiveState) -> list[Diagnostic]:
    """Name people who stay in a preset that is written though they may no longer be assigned.

    The service may refuse such a write (api.md section 6). Only lists that were read anyway can tell.
    """
    may_be_assigned = _by_place(live.assignees)
    presets = {(preset.project_id, preset.id): preset for preset in live.presets}
    versions = {version.id: version for version in live.versions}
    diagnostics: list[Diagnostic] = []
    for change in changes:
        key, place = _place(change)
        eligible = may_be_assigned.get(key)
        if eligible is None:
            continue
        preset = presets[key[0], change.preset_id]
        version = versions.get(preset.version_id or "")
        roles = {group.uuid: group.name for group in version.groups if group.is_role} if version else {}
        for membership in preset.groups:
            for person in membership.members:
                stays = person.id in change.after[membership.uuid] and membership.uuid in roles
                if stays and person.id not in eligible:
                    message = (
                        f"{person} stays in {roles[membership.uuid]} but is no longer a possible assignee of "
                        f"{change.tool_type} in {place}; the service may refuse this write"
                    )
                    diagnostics.append(_diagnostic("warning", "live/kept-not-possible", message, change, None))
    return diagnostics


def _by_place(lists: Sequence[PeopleList]) -> _Eligible:
    return {(one.project_id, one.tool_type): frozenset(person.id for person in one.people) for one in lists}


def _place(change: PresetChange) -> tuple[tuple[str | None, str], str]:
    if change.project is None:
        return (None, change.tool_type), "the company"
    return (change.project.id, change.tool_type), f"project '{change.project.name}'"


def _additions(change: PresetChange, may: _Eligible) -> Iterator[Diagnostic]:
    key, place = _place(change)
    eligible = may.get(key)
    for group in change.groups:
        for person in group.add:
            who = person.name or person.login or f"login id {person.id}"
            if eligible is None:
                message = (
                    f"whether {who} may be assigned on {change.tool_type} in {place} is not in the snapshot; "
                    "the service may refuse this write"
                )
                yield _diagnostic("warning", "live/unchecked-assignee", message, change, person.origin)
            elif person.id not in eligible:
                message = (
                    f"{who} cannot be added to {group.name}: not a possible assignee of {change.tool_type} in "
                    f"{place}; give them access to the tool there, or take them out of this line"
                )
                yield _diagnostic("error", "policy/not-possible-assignee", message, change, person.origin)


def _manager(change: PresetChange, may: _Eligible) -> Iterator[Diagnostic]:
    manager = change.workflow_manager
    if manager is None:
        return
    key, place = _place(change)
    eligible = may.get(key)
    if eligible is None:
        message = (
            f"whether {manager.after} may be workflow manager of {change.tool_type} in {place} is not in the "
            "snapshot; the service may refuse this write"
        )
        yield _diagnostic("warning", "live/unchecked-manager", message, change, manager.origin)
    elif manager.after.id not in eligible:
        message = (
            f"{manager.after} cannot be workflow manager of {change.tool_type} in {place}: not among those the "
            "service allows; name somebody else"
        )
        yield _diagnostic("error", "policy/not-possible-manager", message, change, manager.origin)


def _diagnostic(severity: Severity, code: str, message: str, change: PresetChange, origin: Origin | None) -> Diagnostic:
    return Diagnostic(severity=severity, code=code, message=message, address=change.address, origin=origin)


def unreadable_diagnostics(unreadable: Iterable[Unreadable]) -> list[Diagnostic]:
    """Say what could not be read; a plan with any of these is not complete."""
    diagnostics = []
    for one in unreadable:
        scope = "company" if one.project_id is None else f"projects/{one.project_id}"
        address = scope if one.template_id is None else f"{scope}/templates/{one.template_id}"
        message = f"could not be read, so nothing is planned from it: {one.reason}"
        diagnostics.append(Diagnostic(severity="error", code="live/unreadable", message=message, address=address))
    return diagnostics
