"""Reads from Procore what documents name, and resolves the documents by it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import msgspec

from reconciler.errors import IncompleteError
from reconciler.model.acknowledgement import Acknowledgement, Release
from reconciler.model.diagnostics import Diagnostic, has_errors
from reconciler.model.live import LiveState, PeopleList
from reconciler.model.member import Member
from reconciler.model.people_lock import NO_LOCK, PeopleLock
from reconciler.model.policy import Policy
from reconciler.model.problem import Problem
from reconciler.model.routing import Routing
from reconciler.model.scope import ResolvedTarget, Scope, Target
from reconciler.model.suggestions import did_you_mean_person
from reconciler.operations.directory import Directory
from reconciler.operations.scope_presets import ScopePresets, read_scope, require_versions
from reconciler.operations.workspace import problems
from reconciler.people.former import tell_former_accounts, tell_former_logins
from reconciler.people.index import PeopleIndex
from reconciler.people.resolution import Resolution
from reconciler.people.routed_people import check_routed_people
from reconciler.planning.coverage import judge_coverage
from reconciler.planning.held import STRICT, hold_unresolved
from reconciler.planning.impossible import hold_impossible
from reconciler.planning.notes import judge_age
from reconciler.planning.scope.claims import changed_claims, fields_needed, narrowed, needs_projects, select
from reconciler.planning.scope.targets import find_targets, leave_uncertain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from reconciler.model.documents import Documents
    from reconciler.model.live import (
        Catalogue,
        NamedPreset,
        OtherPreset,
        Place,
        PresetKey,
        Unreadable,
        Wanted,
    )
    from reconciler.operations.readers import LiveReader
    from reconciler.planning.held import Tolerance

__all__ = [
    "Observation",
    "local_presets",
    "observe",
    "require_whole",
    "with_age",
    "with_lists",
    "with_lists_of_invalid",
]


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """All that was read, and its meaning for the documents; free of errors in the documents.

    ``own_account`` is the one this tool signs in with, as the settings name it. ``unknown`` are people whom the
    policy protects and whom nothing read has shown, each with a hint at a similar login. ``index`` knows everybody who
    was seen.
    """

    state: LiveState
    resolved: tuple[ResolvedTarget, ...]
    diagnostics: tuple[Diagnostic, ...]
    policy: Policy
    own_account: Member | None
    unknown: tuple[tuple[Member, str], ...]
    index: PeopleIndex
    acknowledged: tuple[Acknowledgement, ...] = ()
    released: tuple[Release, ...] = ()
    routings: tuple[Routing, ...] = ()
    lock: PeopleLock = NO_LOCK
    day: datetime.date | None = None


def observe(  # noqa: PLR0913 - what is asked for, whom to ask, and how much of it; each named
    documents: Documents,
    diagnostics: Sequence[Diagnostic],
    reader: LiveReader,
    *,
    every_field: bool = False,
    bases: Sequence[Documents] = (),
    own_account: Member | None = None,
    only: Mapping[PresetKey, NamedPreset] | None = None,
    also_changed_since: Documents | None = None,
    two_accounts: frozenset[str] = frozenset(),
    tolerance: Tolerance = STRICT,
    tolerant: bool = False,
) -> Observation:
    """Read everything that the documents name, or ``only`` these presets of it.

    With ``only``, presets for which ``also_changed_since`` (other documents) asks for something else are read as well.
    ``two_accounts`` are logins, in lower case, that a look at everything showed with two accounts.

    ``every_field`` keeps all fields of projects, for documents to come. ``bases`` are other documents that will be
    resolved with the same catalogue. ``tolerant`` returns what could be resolved in spite of errors; plans must not use
    it.

    Raises DocumentsError with every name, group and person that cannot be found and that ``tolerance`` does not hold.
    Reading goes on after the first of them, so that one run shows all.
    """
    catalogue, with_projects = _catalogue((documents, *bases), reader, every_field=every_field)
    scope, lost = select(documents, catalogue)
    if only is not None:
        scope = narrowed(scope, only.keys() | changed_claims(scope, also_changed_since, catalogue))
    read = read_scope(scope, only, reader)
    if not tolerant:
        require_versions(scope, read)
    targets, found = find_targets(scope, catalogue, read.presets, read.versions, read.unreadable)
    people = _find_people(leave_uncertain(targets), read, reader, two_accounts, documents.lock)
    told = [*(Problem(one) for one in (*lost, *found)), *people.resolution.problems]
    # a line of a team that several teams lead to is judged by each, and told once
    judged = dict.fromkeys(hold_unresolved(told, documents, scope, tolerance))
    all_diagnostics = [*diagnostics, *judged, *_routed_people(documents, people, only)]
    if has_errors(all_diagnostics) and not tolerant:
        raise problems(all_diagnostics)
    if not tolerant and not tolerance.everything:
        _require_anything(documents, catalogue, scope, read)
    state = msgspec.structs.replace(_state(catalogue, scope, read, people, reader), with_projects=with_projects)
    resolved, held = hold_impossible(people.resolution.resolved, state, documents, scope, tolerance)
    former = tell_former_accounts(resolved, read.versions, people.index)
    former += tell_former_logins(people.index, documents.lock)
    all_diagnostics.extend((*held, *former, *judge_coverage(state)))
    return _observation(state, (resolved, people.index), documents, all_diagnostics, own_account)


def _require_anything(documents: Documents, catalogue: Catalogue, scope: Scope, read: ScopePresets) -> None:
    """Refuse a service that lists no template or no preset: every line would be held, and nothing looked at.

    Raises IncompleteError.
    """
    if documents.assignments and not catalogue.templates:
        what = "templates"
    elif scope.wanted and not read.presets and not read.unreadable:
        what = "presets of all that these documents name"
    else:
        return
    raise IncompleteError(
        f"the service lists no {what}, so nothing was looked at: check what the account may see, and plan again"
    )


class _People(msgspec.Struct, frozen=True):
    """Who was found, who is inactive or re-hired, and the lists of possible assignees and managers that it took."""

    index: PeopleIndex
    resolution: Resolution
    directory: Directory
    assignees: list[PeopleList]
    managers: list[PeopleList]


def _find_people(
    targets: Sequence[Target], read: ScopePresets, reader: LiveReader, two_accounts: frozenset[str], lock: PeopleLock
) -> _People:
    directory, index = Directory(reader), PeopleIndex(read.presets)
    index.expect_other_logins(directory.other_logins(lock.other_logins(), index))
    directory.confirm(index.knows)
    index.expect_two_accounts(directory.rehired | two_accounts)
    resolution = Resolution(targets, index, directory.inactive)
    assignees, managers = _resolve(resolution, reader)
    directory.confirm(index.knows)
    return _People(index, resolution, directory, assignees, managers)


def _routed_people(
    documents: Documents, people: _People, only: Mapping[PresetKey, NamedPreset] | None
) -> Iterable[Diagnostic]:
    """Return what is said of people of routings; nothing where only a part of all presets was read."""
    return check_routed_people(documents.routings, people.index) if only is None else ()


def _catalogue(several: Sequence[Documents], reader: LiveReader, *, every_field: bool) -> tuple[Catalogue, bool]:
    """Read templates, and projects where anything names some; the flag says whether projects were read."""
    with_projects = any(map(needs_projects, several))
    fields = None if every_field else frozenset().union(*map(fields_needed, several))
    return reader.catalogue(with_projects=with_projects, fields=fields), with_projects


def _state(
    catalogue: Catalogue,
    scope: Scope,
    read: ScopePresets,
    people: _People,
    reader: LiveReader,
) -> LiveState:
    return LiveState(
        observed_at=reader.observed_at,
        catalogue=catalogue,
        versions=tuple(read.versions),
        presets=tuple(read.presets),
        assignees=tuple(people.assignees),
        managers=tuple(people.managers),
        unreadable=tuple(read.unreadable),
        listed=scope.wanted,
        local=local_presets(reader.others, catalogue, scope.wanted),
        inactive=people.directory.inactive,
        rehired=people.directory.rehired,
        pacing=reader.pacing,
    )


def local_presets(
    others: Iterable[OtherPreset], catalogue: Catalogue, listed: Iterable[Wanted]
) -> tuple[OtherPreset, ...]:
    """Return the presets on these lists whose templates the company's list does not show."""
    company = {template.id for template in catalogue.templates}
    others = [one for one in others if one.template_id not in company]
    places = {one.place for one in listed} if others else set()
    local = {one.id: one for one in others if one.place in places}
    return tuple(sorted(local.values(), key=lambda one: (one.project_id or "", one.id)))


def _observation(
    state: LiveState,
    resolved: tuple[Sequence[ResolvedTarget], PeopleIndex],
    documents: Documents,
    diagnostics: Sequence[Diagnostic],
    own_account: Member | None,
) -> Observation:
    return Observation(
        state=state,
        resolved=tuple(resolved[0]),
        diagnostics=tuple(diagnostics),
        policy=documents.policy,
        routings=documents.routings,
        own_account=own_account,
        unknown=_unknown(documents.policy, resolved[1]),
        index=resolved[1],
        acknowledged=documents.acknowledged,
        released=documents.released,
        lock=documents.lock,
        day=documents.day,
    )


def require_whole(unreadable: Sequence[Unreadable], consequence: str) -> None:
    """Raise IncompleteError if anything could not be read; ``consequence`` says what is not done then."""
    if unreadable:
        reasons = "; ".join(one.reason for one in unreadable[:3])
        raise IncompleteError(f"not everything could be read, so {consequence}: {reasons}")


def with_age(observation: Observation, now: datetime.datetime) -> Observation:
    """Add a warning if Procore was observed more than a day ago, as only a snapshot can be."""
    found = judge_age(observation.state.observed_at, now)
    return msgspec.structs.replace(observation, diagnostics=(*observation.diagnostics, *found))


def with_lists_of_invalid(observation: Observation, reader: LiveReader) -> Observation:
    """Read who may be assigned where presets are invalid: one list each, and none where all are valid.

    Members who may no longer be assigned make a preset invalid (docs/service.md section 1). These lists name them.
    """
    wanted = {one.target.place for one in observation.resolved if not one.target.preset.valid}
    return with_lists(observation, reader, wanted)


def with_lists(observation: Observation, reader: LiveReader, wanted: AbstractSet[Place]) -> Observation:
    """Read who may be assigned in these places, if that was not read yet."""
    state = observation.state
    known = {one.place for one in state.assignees}
    more = reader.assignees(sorted(wanted - known, key=str))
    if not more:
        return observation
    index = observation.index.with_lists(more)
    state = msgspec.structs.replace(state, assignees=(*state.assignees, *more), pacing=reader.pacing)
    return msgspec.structs.replace(observation, state=state, index=index)


def _unknown(policy: Policy, index: PeopleIndex) -> tuple[tuple[Member, str], ...]:
    seen = {person.origin for person in policy.protected if index.find(person) is not None}
    unseen = [person for person in policy.protected if person.origin not in seen]
    return tuple((one, did_you_mean_person(one.login, index.people()) if one.login else "") for one in unseen)


def _resolve(resolution: Resolution, reader: LiveReader) -> tuple[list[PeopleList], list[PeopleList]]:
    assignees: list[PeopleList] = []
    managers: list[PeopleList] = []
    while True:
        wanted_assignees, wanted_managers = resolution.advance()
        if not wanted_assignees and not wanted_managers:
            return assignees, managers
        read_assignees = reader.assignees(wanted_assignees)
        read_managers = reader.managers(wanted_managers)
        resolution.read(read_assignees, read_managers)
        assignees.extend(read_assignees)
        managers.extend(read_managers)
