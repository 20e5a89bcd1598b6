"""Gathers all that guards look at from the changes of a plan, live and policy."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.model.diagnostics import TO_ALLOW_IT, Diagnostic
from reconciler.model.live import PeopleList, Person, Place
from reconciler.model.member import Member
from reconciler.model.memory import Memory
from reconciler.model.plan import GroupChange, PresetChange
from reconciler.model.policy import Policy
from reconciler.model.routing import Routing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.model.diagnostics import Origin, Severity
    from reconciler.model.live import Preset, Version
    from reconciler.model.plan import RemovedPerson

PLACES_NAMED = 5

__all__ = ["Case", "JudgedPreset", "JudgedRole", "JudgedStep", "Removal", "few", "finding", "judged_preset", "place_of",
           "removals_of", "role_names"]  # fmt: skip


class JudgedRole(msgspec.Struct, frozen=True, gc=False):
    """One role group with the members it will have."""

    uuid: str
    name: str
    members: tuple[Person, ...]


class JudgedPreset(msgspec.Struct, frozen=True, gc=False):
    """One managed preset with all its role groups, managed or not; ``change`` is null where nothing changes.

    ``title`` is people's words for it. ``where`` is the place and tool whose lists say who may be assigned.
    """

    address: str
    title: str
    roles: tuple[JudgedRole, ...]
    change: PresetChange | None
    where: Place | None = None


class JudgedStep(msgspec.Struct, frozen=True, gc=False):
    """A routed step in one preset as it will be: its role groups, and people chosen for it alone.

    ``is_new`` says that the base does not route it so.
    """

    preset: JudgedPreset
    routing: Routing
    roles: tuple[JudgedRole, ...]
    chosen: tuple[Person, ...]
    is_new: bool


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Everything guards may know.

    ``managed`` counts the roles that live has in managed groups. ``inactive`` holds logins in lower case, null when
    nobody can tell. ``unknown`` are protected people whom nobody has seen. Each has a hint at a similar login, or an
    empty text. ``memory`` is what is known of the days before, null where nobody looked. ``doubtful_base`` is a base
    whose documents could not all be understood. ``unknown_steps`` are routings whose steps were not read.
    """

    changes: tuple[PresetChange, ...]
    presets: tuple[JudgedPreset, ...]
    managed: int
    policy: Policy
    today: datetime.date
    assignees: tuple[PeopleList, ...] = ()
    managers: tuple[PeopleList, ...] = ()
    inactive: frozenset[str] | None = None
    own_accounts: tuple[Member, ...] = ()
    unknown: tuple[tuple[Member, str], ...] = ()
    role_names: frozenset[str] = frozenset()
    memory: Memory | None = None
    doubtful_base: str | None = None
    steps: tuple[JudgedStep, ...] = ()
    routings: tuple[Routing, ...] = ()
    unknown_steps: tuple[Routing, ...] = ()


class Removal(NamedTuple):
    """One person leaving one group; the unit in which everything is counted."""

    change: PresetChange
    group: GroupChange
    person: RemovedPerson

    @property
    def key(self) -> tuple[str, str, str]:
        """Address, group and login id."""
        return (self.change.address, self.group.uuid, self.person.id)

    @property
    def is_swap(self) -> bool:
        """Whether an absence begins or ends here, and somebody else comes for it."""
        because = self.person.because
        if because is None or because.kind != "absence" or because.person is None:
            return False
        return any(one.because is not None and one.because.kind == "absence" for one in self.group.add) or any(
            one.login is not None and one.login.lower() == because.person.lower() for one in self.group.keep
        )


def removals_of(changes: Iterable[PresetChange]) -> Iterator[Removal]:
    """Yield every removal."""
    for change in changes:
        for group in change.groups:
            for person in group.remove:
                yield Removal(change, group, person)


def place_of(change: PresetChange, group: GroupChange | JudgedRole | None = None) -> str:
    """Return people's words for where something is: template, project or company, and role."""
    return change.title if group is None else f"{change.title} · {group.name}"


def few(places: Iterable[str]) -> str:
    """Name the first few of many places and count the others."""
    listed = list(places)
    more = f" and {len(listed) - PLACES_NAMED:,} more" if len(listed) > PLACES_NAMED else ""
    return f"{', '.join(listed[:PLACES_NAMED])}{more}"


def finding(  # noqa: PLR0913 - the parts of a diagnostic, each named
    severity: Severity,
    code: str,
    message: str,
    *,
    address: str | None = None,
    origin: Origin | None = None,
    remedy: str = "",
    subject: str | None = None,
) -> Diagnostic:
    """Return a diagnostic with its remedy at the end of the message; ``subject`` is the person it is about."""
    words = f"{message}{TO_ALLOW_IT}{remedy}" if remedy else message
    return Diagnostic(
        severity=severity,
        code=code,
        message=words,
        address=address,
        origin=origin,
        remedy=remedy or None,
        subject=subject,
    )


def role_names(version: Version) -> dict[str, str]:
    """Return the names of the role groups of a version, by uuid."""
    return {group.uuid: group.name for group in version.groups if group.is_role}


def judged_preset(
    target: tuple[str, str],
    preset: Preset,
    names: Mapping[str, str],
    change: PresetChange | None,
    where: Place | None = None,
) -> JudgedPreset:
    """Return a preset as it will be: its role groups (``names`` by uuid) with their members afterwards.

    ``target`` is its address and title.
    """
    if change is None:
        roles = [JudgedRole(one.uuid, names[one.uuid], one.members) for one in preset.groups if one.uuid in names]
        if len(roles) < len(names):
            shown = {role.uuid for role in roles}
            roles.extend(JudgedRole(uuid, name, ()) for uuid, name in names.items() if uuid not in shown)
    else:
        live = {one.uuid: one.members for one in preset.groups}
        roles = [JudgedRole(uuid, name, _after(uuid, live, change)) for uuid, name in names.items()]
    return JudgedPreset(*target, tuple(roles), change, where)


def _after(uuid: str, live: Mapping[str, Sequence[Person]], change: PresetChange) -> tuple[Person, ...]:
    known = {person.id: person for person in live.get(uuid, ())}
    for group in change.groups:
        if group.uuid == uuid:
            known.update({one.id: one.person for one in group.add})
            known.update({one.id: one for one in group.keep})
    return tuple(known.get(one) or Person(one) for one in change.after.get(uuid, ()))
