"""Turns a plan into what it means for each person, those who lose first; it contains no markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.phrases import counted
from reconciler.model.plan import Cause
from reconciler.render.views.findings import named_few
from reconciler.render.views.reasons import reason_added, reason_manager, reason_removed
from reconciler.render.views.rows import Sign
from reconciler.render.views.sections import place_name, shown_login, shown_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.model.plan import PersonChange, Plan, PresetChange

__all__ = ["PersonRow", "PersonView", "person_views"]

_Key = tuple[Sign, str, str, Cause]  # what happens, to which role, of which template, and the cause


class PersonRow(msgspec.Struct, frozen=True, kw_only=True):
    """One role that a person loses or gains, in ``places`` (projects, or the company), and why."""

    label: str
    template: str
    sign: Sign
    cause: Cause
    places: tuple[str, ...]
    addresses: tuple[str, ...]
    reason: str


class PersonView(msgspec.Struct, frozen=True, kw_only=True):
    """One person: a sentence, and the roles behind it."""

    name: str
    login: str
    sentence: str
    removals: int
    additions: int
    ceases_manager: int
    rows: tuple[PersonRow, ...]


def person_views(plan: Plan) -> tuple[PersonView, ...]:
    """Return everybody whom a plan concerns, those who lose most first."""
    rows = _rows(plan)
    people = [
        PersonView(
            name=shown_name(one.person),
            login=shown_login(one.person),
            sentence=_sentence(one),
            removals=sum(one.loses.values()),
            additions=sum(one.gains.values()),
            ceases_manager=one.ceases_manager,
            rows=tuple(rows.get(one.id, ())),
        )
        for one in plan.people
    ]
    return tuple(sorted(people, key=lambda one: (-one.removals, -one.ceases_manager, one.name.casefold(), one.login)))


def _sentence(one: PersonChange) -> str:
    parts = [*_roles("loses", one.loses), *_roles("gains", one.gains)]
    if one.becomes_manager:
        parts.append(f"becomes workflow manager of {counted(one.becomes_manager, 'preset')}")
    if one.ceases_manager:
        parts.append(f"is no longer workflow manager of {counted(one.ceases_manager, 'preset')}")
    parts.append(f"keeps {one.keeps:,}")
    nothing_left = not one.keeps and not one.gains and one.loses
    return f"{', '.join(parts)}{'; holds no role afterwards' if nothing_left else ''}"


def _roles(verb: str, roles: Mapping[str, int]) -> Iterator[str]:
    for index, (role, presets) in enumerate(roles.items()):
        yield f"{verb + ' ' if not index else ''}{role} in {counted(presets, 'preset')}"


def _rows(plan: Plan) -> dict[str, list[PersonRow]]:
    found: dict[str, dict[_Key, tuple[list[tuple[str, str]], dict[str, None]]]] = {}
    for change in plan.changes:
        for login_id, key, reason in _parts(change):
            places, reasons = found.setdefault(login_id, {}).setdefault(key, ([], {}))
            places.append((place_name(change), change.address))
            reasons[reason] = None
    return {
        login_id: [
            PersonRow(
                sign=sign,
                label=label,
                template=template,
                cause=cause,
                places=tuple(name for name, _ in sorted(places)),
                addresses=tuple(address for _, address in sorted(places)),
                reason=named_few(tuple(reasons)),
            )
            for (sign, label, template, cause), (places, reasons) in sorted(alike.items(), key=_removals_first)
        ]
        for login_id, alike in found.items()
    }


def _removals_first(item: tuple[_Key, object]) -> tuple[int, _Key]:
    return "−+→".index(item[0][0]), item[0]


def _parts(change: PresetChange) -> Iterator[tuple[str, _Key, str]]:
    template = change.template.title
    for group in change.groups:
        for leaving in group.remove:
            yield leaving.id, ("−", group.name, template, leaving.cause), reason_removed(leaving)
        for coming in group.add:
            yield (
                coming.id,
                ("+", group.name, template, coming.cause),
                reason_added(coming),
            )
    manager = change.workflow_manager
    if manager is None:
        return
    reason = reason_manager(manager)
    yield manager.after.id, ("→", "becomes workflow manager", template, manager.cause), reason
    if manager.before is not None:
        yield manager.before.id, ("→", "no longer workflow manager", template, manager.cause), reason
