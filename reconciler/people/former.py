"""Finds people whom Procore has by an old account, as they left and came back, or by an old login."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.spelling import login_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.live import Person, Version
    from reconciler.model.people_lock import PeopleLock
    from reconciler.model.policy import Policy
    from reconciler.model.scope import ResolvedTarget
    from reconciler.people.index import PeopleIndex

__all__ = ["protect_other_logins", "tell_former_accounts", "tell_former_logins"]

_PLACES_NAMED = 5


def tell_former_accounts(
    targets: Iterable[ResolvedTarget], versions: Iterable[Version], index: PeopleIndex
) -> list[Diagnostic]:
    """Warn once of each former account that holds a role of a managed preset, managed or not, or manages it."""
    former = index.former_accounts()
    if not former:
        return []
    names = {version.id: {one.uuid: one.name for one in version.groups if one.is_role} for version in versions}
    held: dict[str, list[tuple[str, str]]] = {}
    people: dict[str, Person] = {}
    for resolved in sorted(targets, key=lambda one: one.target.address):
        target = resolved.target
        roles = names.get(target.preset.version_id or target.template.version_id or "", {})
        for role, person in _holders(resolved, roles):
            if person.id in former:
                people[person.id] = person
                place = (f"{target.title} · {role}", target.address)
                if place not in held.setdefault(person.id, []):
                    held[person.id].append(place)
    return [_told(people[one], former[one], places) for one, places in held.items()]


def protect_other_logins(policy: Policy, lock: PeopleLock) -> Policy:
    """Return a policy that protects people by each login that they have or had before a rename."""
    others = lock.other_logins() if policy.protected else {}
    more = tuple(
        msgspec.structs.replace(one, login=others[login_key(one.login)])
        for one in policy.protected
        if login_key(one.login) in others
    )
    return msgspec.structs.replace(policy, protected=(*policy.protected, *more)) if more else policy


def tell_former_logins(index: PeopleIndex, lock: PeopleLock) -> list[Diagnostic]:
    """Warn once of each person whose login changed, where Procore or a line of a document has the former one."""
    found = index.found_by_other()
    renamed = lock.renamed() if found else {}
    return [
        Diagnostic(
            severity="warning",
            code="live/former-login",
            message=(
                f"{login} is {person.login} now: correct the lines of documents that name {person}"
                if login in renamed
                else f"{person} has the login {login} now, and Procore has {person.login}, which is used: correct it "
                "in Procore's directory"
            ),
        )
        for login, person in found.items()
    ]


def _holders(resolved: ResolvedTarget, roles: Mapping[str, str]) -> Iterable[tuple[str, Person]]:
    preset = resolved.target.preset
    for membership in preset.groups:
        if membership.uuid in roles:
            for person in membership.members:
                yield roles[membership.uuid], person
    if preset.workflow_manager is not None:
        yield "workflow manager", preset.workflow_manager


def _told(person: Person, in_use: Person, places: list[tuple[str, str]]) -> Diagnostic:
    shown = ", ".join(place for place, _ in places[:_PLACES_NAMED])
    more = f" and {len(places) - _PLACES_NAMED:,} more" if len(places) > _PLACES_NAMED else ""
    message = (
        f"{person} ({person.login}) holds {shown}{more} by a former account (login id {person.id}): documents that "
        f"name the login put the account in use (login id {in_use.id}) in its place where that may be assigned"
    )
    addresses = {address for _, address in places}
    return Diagnostic(
        severity="warning",
        code="live/former-account",
        message=message,
        address=addresses.pop() if len(addresses) == 1 else None,
    )
