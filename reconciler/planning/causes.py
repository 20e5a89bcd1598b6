"""Tells whether the documents or live changed, by comparing both with the base."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.plan import AlreadySo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.base import BaseGroup, BaseTarget
    from reconciler.model.live import Person, Version
    from reconciler.model.plan import Cause
    from reconciler.model.scope import ResolvedTarget

__all__ = ["already_so", "cause_of_addition", "cause_of_removal"]


def cause_of_addition(login_id: str, base: BaseGroup | None) -> Cause:
    """Return ``drift`` if the base already wanted somebody there, else ``requested``.

    A base line that resolves to nobody never makes an addition drift; when in doubt it is "requested".
    """
    if base is None or base.uncertain:
        return "requested"
    return "drift" if login_id in base.members else "requested"


def cause_of_removal(login_id: str, base: BaseGroup | None) -> Cause:
    """Return ``drift`` if the base did not want somebody there either, else ``requested``.

    A base line that resolves to nobody, such as an old login, may have meant this person. The removal is then
    "requested".
    """
    if base is None or base.unseen or base.uncertain:
        return "requested"
    return "requested" if login_id in base.members else "drift"


def already_so(
    targets: Iterable[ResolvedTarget], base: Mapping[str, BaseTarget], versions: Iterable[Version]
) -> tuple[AlreadySo, ...]:
    """Return the changes that these documents ask for, the base did not, and live already has.

    People who cannot be found count as gone only where other lines of the base name everybody in live. Otherwise live
    may have them by another login.
    """
    names = {version.id: {group.uuid: group.name for group in version.groups} for version in versions}
    found = []
    for resolved in targets:
        target = resolved.target
        before = base.get(target.address)
        if before is None:
            continue
        for uuid, desired in resolved.groups.items():
            then = before.groups.get(uuid)
            if then is None or then.uncertain or (not then.unseen and then.members.keys() == desired.members.keys()):
                continue
            live = next((group.members for group in target.preset.groups if group.uuid == uuid), ())
            there = {person.id: person for person in live}
            lost = then.unseen if there.keys() <= then.members.keys() else ()
            added = (desired.members.keys() - then.members.keys()) & there.keys()
            gone = then.members.keys() - desired.members.keys() - there.keys()
            if added or gone or lost:
                version = names[target.preset.version_id or target.template.version_id or ""]
                found.append(
                    AlreadySo(
                        address=target.address,
                        project=target.project,
                        template=target.template_name,
                        group=version[uuid],
                        add=_sorted(there[one] for one in added),
                        remove=_sorted(one.person for one in (*(then.members[each] for each in gone), *lost)),
                    )
                )
    return tuple(sorted(found, key=lambda one: (one.address, one.group)))


def _sorted(people: Iterable[Person]) -> tuple[Person, ...]:
    return tuple(sorted(people, key=lambda one: ((one.login or "").casefold(), one.id)))
