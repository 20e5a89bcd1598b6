"""Finds the removals that the overrides of a policy lift, never more than they name."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING

import msgspec

from reconciler.model.globs import fits
from reconciler.model.plan import UsedOverride
from reconciler.model.policy import Override
from reconciler.planning.guards.case import finding, removals_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.planning.guards.case import Case, Removal

__all__ = ["Lifting", "lift", "matches", "speaks_of", "way_through"]

_DAYS_PROPOSED = 14
_IDLE_EXPLAINED = 20  # each explanation looks at every preset


class Lifting(msgspec.Struct, frozen=True):
    """Effect of overrides: ``removals`` by key, ``used`` with their shares.

    ``overrun`` are overrides that more removals match than they allow, with how many do; they lift nothing.
    ``idle`` are those that lift nothing for the reason given.
    """

    removals: frozenset[tuple[str, str, str]]
    used: tuple[tuple[Override, int], ...]
    overrun: tuple[tuple[Override, int], ...]
    idle: tuple[tuple[Override, str], ...]
    expired: tuple[Override, ...]

    def open(self, removals: Iterable[Removal]) -> list[Removal]:
        """Return the removals that nothing lifts; the swap of an absence needs no override."""
        return [one for one in removals if one.key not in self.removals and not one.is_swap]

    def used_overrides(self) -> tuple[UsedOverride, ...]:
        """Return the overrides that lift something, as plans hold them."""
        return tuple(
            UsedOverride(
                reason=one.reason,
                address=one.address,
                allow_removals=one.allow_removals,
                used=count,
                until=one.until,
                person=None if one.person is None else str(one.person),
                role=one.role,
                origin=one.origin,
            )
            for one, count in self.used
        )

    def findings(self, *, unused: bool) -> list[Diagnostic]:
        """Report of overrides that do nothing; ``unused`` also of those that nothing matches."""
        found = [
            finding(
                "warning",
                "policy/override-expired",
                f"the last day of this override is over ({one.until}), so it lifts nothing; give it a new one if it is "
                "still needed, else remove it",
                origin=one.until_origin,
            )
            for one in self.expired
        ]
        if unused:
            found.extend(
                finding(
                    "warning",
                    "policy/override-unused",
                    f"this override lifts nothing: {reason}; correct it, or remove it",
                    origin=one.origin,
                )
                for one, reason in self.idle
            )
        found.extend(
            finding(
                "warning",
                "policy/override-unused",
                f"{count:,} removals match this override and it allows {one.allow_removals:,}, so it lifts nothing; "
                "raise it, or narrow where it holds",
                origin=one.size_origin,
            )
            for one, count in self.overrun
        )
        return found


def matches(override: Override, removal: Removal) -> bool:
    """Return whether an override applies to a removal, without regard to its size and last day."""
    group = (removal.change.address, removal.group.uuid, removal.group.name)
    return speaks_of(override, group, removal.person.id, removal.person.login)


def speaks_of(override: Override, group: tuple[str, str, str], login_id: str, login: str | None) -> bool:
    """Return whether an override applies to somebody in a group, given by address, uuid and name."""
    address, uuid, role = group
    if not fits(override.address, address) and not fits(override.address, f"{address}/groups/{uuid}"):
        return False
    if override.role is not None and not fits(override.role, role):
        return False
    return override.person is None or override.person.names(login_id, login)


def lift(case: Case) -> Lifting:
    """Let every override lift all the removals it matches, or none when they are more than it allows.

    Removals that one override lifts do not count for another. Lifting never takes room from another override, so
    the outcome does not depend on the order of documents.
    """
    removals = [one for one in removals_of(case.changes) if not one.is_swap or _is_guarded(case, one)]
    good = [one for one in case.policy.overrides if one.until >= case.today]
    matching = [(one, {removal.key for removal in removals if matches(one, removal)}) for one in good]
    lifted: set[tuple[str, str, str]] = set()
    used: list[tuple[Override, int]] = []
    waiting = [pair for pair in matching if pair[1]]
    idle = [(one, "") for one, keys in matching if not keys]
    moved = True
    while moved:
        moved, still = False, []
        for one, keys in waiting:
            share = keys - lifted
            if not share:
                idle.append((one, "other overrides lift the same removals"))
            elif len(share) <= one.allow_removals:
                lifted |= share
                used.append((one, len(share)))
                moved = True
            else:
                still.append((one, keys))
        waiting = still
    return Lifting(
        removals=frozenset(lifted),
        used=tuple(used),
        overrun=tuple((one, len(keys - lifted)) for one, keys in waiting),
        idle=tuple(
            (
                one,
                reason or (_why_idle(one, case, removals) if number < _IDLE_EXPLAINED else "nothing is removed there"),
            )
            for number, (one, reason) in enumerate(idle)
        ),
        expired=tuple(one for one in case.policy.overrides if one.until < case.today),
    )


def _is_guarded(case: Case, removal: Removal) -> bool:
    """Return whether somebody needs an override even for an absence."""
    person = removal.person
    return any(one.names(person.id, person.login) for one in (*case.policy.protected, *case.own_accounts))


def _why_idle(override: Override, case: Case, removals: Sequence[Removal]) -> str:
    """Return which part of an override fits nothing, in words."""
    places = [
        preset
        for preset in case.presets
        if fits(override.address, preset.address)
        or any(fits(override.address, f"{preset.address}/groups/{role.uuid}") for role in preset.roles)
    ]
    if not places:
        return f"nothing that is managed has an address like '{override.address}'"
    role = override.role
    if role is not None and not any(fits(role, one.name) for preset in places for one in preset.roles):
        return f"no role there is called '{role}'"
    person = override.person
    if person is not None and not any(person.names(one.person.id, one.person.login) for one in removals):
        return f"{person} is removed nowhere"
    return "nothing is removed there"


def way_through(case: Case, lifting: Lifting, removals: Sequence[Removal], *, person: bool = False) -> str:
    """Return which line of which document would let these removals go, with the numbers it takes.

    ``person`` asks for an override of that one person alone. There is at least one removal.
    """
    for one, count in lifting.overrun:
        if all(matches(one, removal) for removal in removals):
            return f"raise allow_removals at {one.size_origin} from {one.allow_removals:,} to {count:,}"
    for one in lifting.expired:
        if all(matches(one, removal) for removal in removals):
            every = lifting.open(removal for removal in removals_of(case.changes) if matches(one, removal))
            more = f", with allow_removals: {len(every)}" if len(every) > one.allow_removals else ""
            return f"give the override at {one.until_origin}, which ended on {one.until}, a new last day{more}"
    return f"{_where_to_write(case)} - {_override_line(case, lifting, removals, person=person)}"


def _where_to_write(case: Case) -> str:
    overrides, documents = case.policy.overrides, case.policy.documents
    if overrides or documents:
        path = overrides[0].origin.path if overrides else documents[0].path
        return f"add to {path}, below 'overrides:',"
    return "write a file policy.yaml with 'kind: policy' and, below 'overrides:',"


def _override_line(case: Case, lifting: Lifting, removals: Sequence[Removal], *, person: bool) -> str:
    """Return an override, ready to be pasted, that matches these removals and as few others as can be."""
    address = _common_address(removals)
    narrowed = lifting.open(one for one in removals_of(case.changes) if fits(address, one.change.address))
    parts = ["reason: why", f"address: {_quoted(address)}"]
    roles = {one.group.name for one in removals}
    if len(roles) == 1:
        (role,) = roles
        narrowed = [one for one in narrowed if fits(role, one.group.name)]
        parts.append(f"role: {_quoted(role)}")
    if person:
        somebody = removals[0].person
        narrowed = [one for one in narrowed if one.person.id == somebody.id]
        named = _quoted(somebody.login) if somebody.login else f"{{login_id: {_quoted(somebody.id)}}}"
        parts.append(f"person: {named}")
    until = case.today + datetime.timedelta(days=_DAYS_PROPOSED)
    parts.extend((f"allow_removals: {len(narrowed)}", f"until: {until}"))
    return f"{{{', '.join(parts)}}}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _common_address(removals: Sequence[Removal]) -> str:
    addresses = {one.change.address for one in removals}
    if len(addresses) == 1:
        return addresses.pop()
    projects = {one.change.project.id if one.change.project else None for one in removals}
    if len(projects) == 1:
        project = projects.pop()
        return "company/*" if project is None else f"projects/{project}/*"
    templates = {one.change.template.id for one in removals}
    return f"*/templates/{templates.pop()}" if len(templates) == 1 else "*"
