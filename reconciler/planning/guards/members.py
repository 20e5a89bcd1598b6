"""Guards over who will hold a role: enough people, the required ones, nobody in two that are kept apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.globs import fits
from reconciler.model.phrases import counted
from reconciler.model.spelling import login_key
from reconciler.planning.guards.case import few, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.diagnostics import Diagnostic, Origin
    from reconciler.model.live import Person
    from reconciler.model.policy import Separation
    from reconciler.planning.guards.case import Case, JudgedPreset, JudgedRole

__all__ = ["below_minimum", "missing_required", "separation"]


class _Elsewhere:
    """Presets that break one rule and do not change; one warning names them all, as they may be thousands."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str, Origin], list[str]] = {}

    def add(self, code: str, message: str, origin: Origin, preset: JudgedPreset) -> None:
        self._places.setdefault((code, message, origin), []).append(preset.title)

    def findings(self) -> Iterator[Diagnostic]:
        for (code, message, origin), places in self._places.items():
            presets = counted(len(places), "preset")
            words = f"{message} in {presets} that this plan does not change: {few(places)}"
            yield finding("warning", code, words, origin=origin)


def _where(preset: JudgedPreset, role: JudgedRole) -> str:
    """Return the line to change, where the documents name the group and it changes."""
    groups = preset.change.groups if preset.change else ()
    for group in groups:
        if group.uuid == role.uuid:
            return f" at {group.origin}" if group.origin else ""
    return ""


def below_minimum(case: Case) -> Iterator[Diagnostic]:
    """Stop when a role of a preset that changes will have fewer people than its rule asks for."""
    elsewhere = _Elsewhere()
    asked = any(rule.min_members is not None for rule in case.policy.roles)
    may = {one.place: frozenset(person.id for person in one.people) for one in case.assignees} if asked else {}
    for rule in case.policy.roles:
        if rule.min_members is None or rule.minimum_origin is None:
            continue
        for preset in case.presets:
            eligible = None if preset.where is None else may.get(preset.where)
            for role in preset.roles:
                if not fits(rule.role, role.name):
                    continue
                unable = _unable(role, case.inactive, eligible)
                count = len({person.id for person in role.members}) - len(unable)
                if count >= rule.min_members:
                    continue
                able = f" who can act (not {few(unable)})" if unable else ""
                if preset.change is None:
                    message = f"{role.name} has fewer than {rule.min_members:,} people{able}"
                    elsewhere.add("policy/below-minimum", message, rule.minimum_origin, preset)
                    continue
                yield finding(
                    "error",
                    "policy/below-minimum",
                    f"{preset.title} · {role.name} would hold {count:,}{able}, and at least {rule.min_members:,} must",
                    address=preset.address,
                    origin=rule.minimum_origin,
                    remedy=f"name more people{_where(preset, role)}, or a lower min_members at {rule.minimum_origin}",
                )
    yield from elsewhere.findings()


def _unable(role: JudgedRole, inactive: frozenset[str] | None, eligible: frozenset[str] | None) -> list[str]:
    """Return the members of a role who cannot act: inactive people, and people whom the list of assignees lacks."""
    unable = {
        person.id: str(person)
        for person in role.members
        if login_key(person.login) in (inactive or ()) or (eligible is not None and person.id not in eligible)
    }
    return list(unable.values())


def missing_required(case: Case) -> Iterator[Diagnostic]:
    """Stop when somebody whom a rule requires will not hold the role in a preset that changes."""
    elsewhere = _Elsewhere()
    for rule in case.policy.roles:
        for wanted in rule.must_include:
            for preset in case.presets:
                for role in preset.roles:
                    there = any(wanted.names(person.id, person.login) for person in role.members)
                    if there or not fits(rule.role, role.name):
                        continue
                    if preset.change is None:
                        message = f"{wanted} is not in {role.name}"
                        elsewhere.add("policy/missing-required", message, wanted.origin, preset)
                        continue
                    yield finding(
                        "error",
                        "policy/missing-required",
                        f"{preset.title} · {role.name} would be without {wanted}, who must be in it",
                        address=preset.address,
                        origin=wanted.origin,
                        remedy=f"add {wanted} to the group{_where(preset, role)}, or take them out of must_include at "
                        f"{wanted.origin}",
                    )
    yield from elsewhere.findings()


def separation(case: Case) -> Iterator[Diagnostic]:
    """Stop when one person will hold two roles that are kept apart, in one preset that changes."""
    elsewhere = _Elsewhere()
    for rule in case.policy.separate:
        for preset in case.presets:
            for person, first, second in _in_two(rule, preset):
                who = str(person)
                if preset.change is None:
                    message = f"{who} holds both {first.name} and {second.name}"
                    elsewhere.add("policy/separation", message, rule.origin, preset)
                    continue
                yield finding(
                    "error",
                    "policy/separation",
                    f"{preset.title}: {who} would hold both {first.name} and {second.name}, which are kept apart",
                    address=preset.address,
                    origin=rule.origin,
                    remedy=f"take {who} out of {first.name}{_where(preset, first)}, or out of "
                    f"{second.name}{_where(preset, second)}; or end the separation at {rule.origin}",
                )
    yield from elsewhere.findings()


def _in_two(rule: Separation, preset: JudgedPreset) -> Iterator[tuple[Person, JudgedRole, JudgedRole]]:
    """Yield everybody who is in two groups that fit different globs of the rule, with these groups."""
    seen: dict[str, list[tuple[str, JudgedRole]]] = {}
    told: set[tuple[str, str, str]] = set()
    for glob in rule.roles:
        for role in preset.roles:
            if not fits(glob, role.name):
                continue
            for person in role.members:
                for other_glob, other in seen.get(person.id, ()):
                    pair = (person.id, min(other.uuid, role.uuid), max(other.uuid, role.uuid))
                    if other_glob != glob and other.uuid != role.uuid and pair not in told:
                        told.add(pair)
                        yield person, other, role
                seen.setdefault(person.id, []).append((glob, role))
