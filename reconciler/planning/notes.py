"""Reports what in live hinders a plan or a write; guards report what policy forbids."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.titles import place_phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.model.acknowledgement import Acknowledgement
    from reconciler.model.live import LiveState, Person, Unreadable
    from reconciler.model.plan import PresetChange

OLD_AFTER_HOURS = 24

__all__ = ["judge_acknowledged", "judge_age", "judge_kept", "unreadable_diagnostics"]


def judge_kept(changes: Iterable[PresetChange], live: LiveState) -> list[Diagnostic]:
    """Name people who stay in a preset that is written though they may no longer be assigned.

    The service may refuse such a write (docs/service.md section 6). Only lists that were read anyway can tell.
    """
    may_be_assigned = {one.place: frozenset(person.id for person in one.people) for one in live.assignees}
    presets = {(preset.project_id, preset.id): preset for preset in live.presets}
    versions = {version.id: version for version in live.versions}
    diagnostics: list[Diagnostic] = []
    for change in changes:
        project_id = change.project.id if change.project else None
        eligible = may_be_assigned.get(change.place)
        if eligible is None:
            continue
        place = place_phrase(change.project)
        preset = presets[project_id, change.preset_id]
        version = versions.get(preset.version_id or "")
        roles = {group.uuid: group.name for group in version.groups if group.is_role} if version else {}
        for membership in preset.groups:
            for person in {one.id: one for one in membership.members}.values():
                stays = person.id in change.after[membership.uuid] and membership.uuid in roles
                if stays and person.id not in eligible:
                    message = (
                        f"{person} stays in {roles[membership.uuid]} but is no longer a possible assignee of "
                        f"{change.place.tool} in {place}; the service may refuse this write"
                    )
                    diagnostics.append(
                        Diagnostic(
                            severity="warning", code="live/kept-not-possible", message=message, address=change.address
                        )
                    )
    return diagnostics


def unreadable_diagnostics(unreadable: Iterable[Unreadable]) -> list[Diagnostic]:
    """Return an error for each thing that could not be read; a plan with one of these is not complete."""
    diagnostics = []
    for one in unreadable:
        scope = "company" if one.project_id is None else f"projects/{one.project_id}"
        address = scope if one.template_id is None else f"{scope}/templates/{one.template_id}"
        message = f"could not be read, so nothing is planned from it: {one.reason}"
        diagnostics.append(Diagnostic(severity="error", code="live/unreadable", message=message, address=address))
    return diagnostics


def judge_acknowledged(
    changes: Iterable[PresetChange], acknowledged: Sequence[Acknowledgement], today: datetime.date
) -> list[Diagnostic]:
    """Name everybody who goes though they are acknowledged: that quiets the alarm of drift, and no plan."""
    diagnostics = []
    for change in changes:
        for group, person in _leaving(change):
            entry = next((one for one in acknowledged if one.fits(change.address, group, person, today)), None)
            if entry is None:
                continue
            role = group[1] if group else "workflow manager"
            message = (
                f"{change.title} · {role}: {person}: acknowledged by {entry.owner} until {entry.until} "
                f"({entry.reason}); this plan takes them out all the same"
            )
            diagnostics.append(
                Diagnostic(
                    severity="note",
                    code="plan/acknowledged",
                    message=message,
                    address=change.address,
                    origin=entry.origin,
                )
            )
    return diagnostics


def _leaving(change: PresetChange) -> Iterator[tuple[tuple[str, str] | None, Person]]:
    """Yield whom a change takes out of which group (uuid and name), or as workflow manager."""
    for group in change.groups:
        for one in group.remove:
            yield (group.uuid, group.name), one.person
    manager = change.workflow_manager
    if manager is not None and manager.before is not None:
        yield None, manager.before


def judge_age(observed_at: str, now: datetime.datetime) -> list[Diagnostic]:
    """Report that live was read more than a day ago, or that its age is not known; moments are UTC."""
    hours = _hours_between(observed_at, now)
    if hours is None:
        age = "of an unknown day"
    elif hours <= OLD_AFTER_HOURS:
        return []
    else:
        age = f"{hours / 24:.0f} days old" if hours >= 48 else f"{hours:.0f} hours old"  # noqa: PLR2004 - two days
    message = f"the snapshot is {age} ({observed_at}), and later changes are not in it: make a new one"
    return [Diagnostic(severity="warning", code="live/old-snapshot", message=message)]


def _hours_between(observed_at: str, now: datetime.datetime) -> float | None:
    try:
        return (now - datetime.datetime.fromisoformat(observed_at)).total_seconds() / 3600
    except (ValueError, TypeError):  # no moment, or one without a zone
        return None
