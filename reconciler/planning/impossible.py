"""Holds groups whose old lines name somebody who may no longer be assigned, so that everything else goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.diagnostics import Diagnostic, is_held
from reconciler.model.problem import Problem
from reconciler.model.spelling import login_key
from reconciler.model.titles import place_phrase
from reconciler.planning.held import NOT_POSSIBLE, hold_unresolved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.model.documents import Documents
    from reconciler.model.live import LiveState, Person, Place
    from reconciler.model.member import Member
    from reconciler.model.scope import ResolvedTarget, Scope
    from reconciler.planning.held import Tolerance

__all__ = ["hold_impossible"]


def hold_impossible(
    targets: Sequence[ResolvedTarget], state: LiveState, documents: Documents, scope: Scope, tolerance: Tolerance
) -> tuple[list[ResolvedTarget], list[Diagnostic]]:
    """Return the targets without the groups that such an old line holds, and the diagnostics of these lines.

    Somebody who left can still be found in another preset, and the service would refuse to add them. In a new line of
    the request this is for the guards. In a line that the base has too it must not stop everything else.
    """
    eligible = {one.place: one.people for one in state.assignees}
    managers = {one.place: one.people for one in state.managers}
    inactive = state.inactive or frozenset()
    if tolerance.looks or not (eligible or managers or inactive):
        return list(targets), []
    projects = {place.project_id for place in (*eligible, *managers)}
    # most presets gain nobody, and no list was read for them
    looked_at = [one for one in targets if inactive or one.target.preset.project_id in projects]
    found = [
        (one.target.address, uuid, problem)
        for one in looked_at
        for uuid, problem in (*_groups(one, eligible, inactive), *_manager(one, managers))
    ]
    judged = hold_unresolved((problem for *_, problem in found), documents, scope, tolerance)
    told: dict[tuple[object, str], Diagnostic] = {}
    held_in: dict[str, set[str | None]] = {}
    for (address, uuid, _), one in zip(found, judged, strict=True):
        if is_held(one):
            told[(one.origin, one.message)] = one
            held_in.setdefault(address, set()).add(uuid)
    left: list[ResolvedTarget] = []
    for target in targets:
        held = held_in.get(target.target.address)
        if held is None:
            left.append(target)
            continue
        groups = {uuid: group for uuid, group in target.groups.items() if uuid not in held}
        manager = None if None in held else target.manager
        left.append(msgspec.structs.replace(target, groups=groups, manager=manager))
    return left, list(told.values())


def _shows(people: Sequence[Person], login_id: str) -> bool:
    return any(person.id == login_id for person in people)


def _groups(
    resolved: ResolvedTarget, eligible: Mapping[Place, Sequence[Person]], inactive: frozenset[str]
) -> Iterator[tuple[str, Problem]]:
    target = resolved.target
    may = eligible.get(target.place)
    for membership in target.preset.groups:
        group, uuid = resolved.groups.get(membership.uuid), membership.uuid
        added = () if group is None else group.members.keys() - {person.id for person in membership.members}
        for login_id in added:
            assert group is not None  # noqa: S101 - it adds somebody
            found = group.members[login_id]
            person = found.person
            if login_key(person.login) in inactive or (may is not None and not _shows(may, login_id)):
                line = _line(target.groups[uuid].members, person)
                yield uuid, _problem(resolved, line, f"{person} ({person.login}) may not be assigned")


def _manager(resolved: ResolvedTarget, managers: Mapping[Place, Sequence[Person]]) -> Iterator[tuple[None, Problem]]:
    target, wanted = resolved.target, resolved.manager
    may = managers.get(target.place)
    if wanted is None or target.manager is None or may is None or _shows(may, wanted.person.id):
        return
    now = target.preset.workflow_manager
    if now is None or now.id != wanted.person.id:
        yield None, _problem(resolved, target.manager, f"{wanted.person} may not be workflow manager")


def _line(members: Sequence[Member], person: Person) -> Member | None:
    return next((one for one in members if one.names(person.id, person.login)), None)


def _problem(resolved: ResolvedTarget, line: Member | None, words: str) -> Problem:
    target = resolved.target
    place = place_phrase(target.project)
    message = f"{words} on {target.template.tool} in {place}: take them out of this line, or give them access there"
    origin = None if line is None else line.origin
    return Problem(Diagnostic(severity="error", code=NOT_POSSIBLE, message=message, origin=origin), line)
