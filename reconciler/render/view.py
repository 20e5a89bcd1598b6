"""Turns a plan into what every format shows: lines, order, folding; it contains no markup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from reconciler.model.live import Person
from reconciler.model.plan import Counts, GroupChange, PresetChange
from reconciler.render.findings import FindingView, findings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.diagnostics import Origin
    from reconciler.model.plan import AlreadySo, Cause, Plan, RemovedPerson, UsedOverride, WithheldChange

__all__ = ["PlanView", "PresetView", "RowView", "SectionView", "plan_view"]


Sign = Literal["−", "+", "→"]


class RowView(msgspec.Struct, frozen=True, kw_only=True):
    """One line: who gains or loses what, and why. ``label`` is the role, or the workflow manager."""

    label: str
    sign: Sign
    name: str
    login: str
    reason: str


class PresetView(msgspec.Struct, frozen=True, kw_only=True):
    """One preset; ``same`` names others that change in just the same way."""

    name: str
    address: str
    rows: tuple[RowView, ...]
    same: tuple[str, ...]


class SectionView(msgspec.Struct, frozen=True, kw_only=True):
    """One template."""

    name: str
    presets: tuple[PresetView, ...]


class PlanView(msgspec.Struct, frozen=True, kw_only=True):
    """The whole plan, guards first, the dangerous half before the harmless one."""

    company: str
    headline: str
    counts: str
    state: str
    findings: tuple[FindingView, ...]
    overrides: tuple[str, ...]
    sections: tuple[SectionView, ...]
    drift: tuple[SectionView, ...]
    already: tuple[str, ...]
    withheld: tuple[SectionView, ...]
    untouched: str
    source: str
    cost: str
    digest: str


def plan_view(plan: Plan) -> PlanView:
    """Give the view of a plan."""
    summary = plan.summary
    company = f"{plan.company_name} ({plan.company_id})" if plan.company_name else f"company {plan.company_id}"
    if plan.changes:
        headline = f"{summary.changed:,} of {_count(summary.presets, 'preset')} change{_s(summary.changed)}"
    elif plan.complete:
        headline = f"{_count(summary.presets, 'preset')}, nothing to change"
    else:
        headline = "nothing is planned"
    return PlanView(
        company=company,
        headline=headline,
        counts=_counts(plan),
        state=_state(plan),
        findings=findings(plan.diagnostics, {change.address: _place(change) for change in plan.changes}),
        overrides=tuple(_override(one) for one in plan.overrides),
        sections=_sections(_half(plan.changes, "requested")),
        drift=_sections(_half(plan.changes, "drift")),
        already=tuple(_already(one) for one in plan.already),
        withheld=_sections([_as_change(one) for one in plan.withheld]),
        untouched=_untouched(plan),
        source=_source(plan),
        cost=_cost(plan),
        digest=plan.digest,
    )


def _s(changed: int) -> str:
    return "s" if changed == 1 else ""


def _count(number: int, noun: str, nouns: str | None = None) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {nouns or noun + 's'}"


def _counts(plan: Plan) -> str:
    summary = plan.summary
    if summary.drift is None:
        return _people_roles(summary.additions, summary.removals, summary.managers) if plan.changes else ""
    drift = summary.drift
    requested = _people_roles(
        summary.additions - drift.additions, summary.removals - drift.removals, summary.managers - drift.managers
    )
    parts = [f"requested: {requested}"] if plan.changes else []
    if drift != Counts():
        parts.append(f"drift: {_people_roles(drift.additions, drift.removals, drift.managers)}")
    if summary.already:
        parts.append(f"{summary.already:,} already so")
    return " · ".join(parts)


def _people_roles(additions: int, removals: int, managers: int) -> str:
    more = f", {_count(managers, 'workflow manager')}" if managers else ""
    return f"+{additions:,} −{removals:,} people-roles{more}"


def _state(plan: Plan) -> str:
    if not plan.complete:
        return "incomplete: something in scope could not be read, so this is no basis for changes"
    if not plan.applicable:
        return "stopped: this plan will not be applied as it is"
    if plan.adds_only:
        return f"partial: only additions; {_withheld_counts(plan)} withheld"
    return ""


def _withheld_counts(plan: Plan) -> str:
    managers = sum(one.workflow_manager is not None for one in plan.withheld)
    counts = [_count(plan.summary.withheld, "removal")]
    if managers:
        counts.append(_count(managers, "change of workflow manager", "changes of workflow manager"))
    return " and ".join(counts)


def _source(plan: Plan) -> str:
    if plan.source.revision is None:
        return "documents not under version control"
    dirty = " with uncommitted changes" if plan.source.dirty else ""
    base = f", base {plan.source.base[:12]}" if plan.source.base else ""
    return f"documents at {plan.source.revision[:12]}{dirty}{base}"


def _cost(plan: Plan) -> str:
    live = plan.live
    presets = _count(plan.summary.presets, "preset")
    if live.source == "snapshot":
        return f"{presets} from a snapshot of {live.observed_at}, no requests"
    requests = _count(live.requests or 0, "request")
    return f"{presets} read with {requests} (lower bound {live.lower_bound or 0:,}) in {_seconds(live.seconds or 0)}"


def _seconds(seconds: float) -> str:
    if seconds < 10:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _half(changes: Iterable[PresetChange], cause: Cause) -> list[PresetChange]:
    """Give what of the changes has this cause; a change of which nothing has it is left out."""
    half = []
    for change in changes:
        groups = [
            msgspec.structs.replace(
                group,
                add=tuple(one for one in group.add if one.cause == cause),
                remove=tuple(one for one in group.remove if one.cause == cause),
            )
            for group in change.groups
        ]
        manager = change.workflow_manager
        if manager is not None and manager.cause != cause:
            manager = None
        groups = [group for group in groups if group.add or group.remove]
        if groups or manager is not None:
            half.append(msgspec.structs.replace(change, groups=tuple(groups), workflow_manager=manager))
    return half


def _already(one: AlreadySo) -> str:
    place = f"{one.template.name} · {one.project.name if one.project else 'company'} · {one.group}"
    people = [f"+ {_name(person)} ({_login(person)})" for person in one.add]
    people.extend(f"− {_name(person)} ({_login(person)})" for person in one.remove)
    return f"{place}: {', '.join(people)}"


def _login(person: Person) -> str:
    return person.login or f"login id {person.id}"


def _override(one: UsedOverride) -> str:
    who = f", {one.person}" if one.person else ""
    role = f", {one.role}" if one.role else ""
    removals = "1 removal" if one.used == 1 else f"{one.used:,} removals"
    return (
        f"override {one.origin or ''}: {removals} of the {one.allow_removals:,} it allows at {one.address}{role}{who}, "
        f"until {one.until}: {one.reason}"
    )


def _as_change(one: WithheldChange) -> PresetChange:
    """Give what is withheld in the shape of a change, so that it is shown like one."""
    groups = tuple(
        GroupChange(uuid=group.uuid, name=group.name, add=(), remove=group.remove, keep=()) for group in one.groups
    )
    return PresetChange(
        address=one.address,
        preset_id="",
        project=one.project,
        template=one.template,
        tool_type="",
        workflow_manager=one.workflow_manager,
        groups=groups,
        before={},
        after={},
    )


def _sections(changes: Iterable[PresetChange]) -> tuple[SectionView, ...]:
    templates: dict[tuple[str, str], dict[object, list[PresetChange]]] = {}
    for change in changes:
        alike = templates.setdefault((change.template.name, change.template.id), {})
        alike.setdefault(_signature(change), []).append(change)
    sections = []
    for (name, _), alike in sorted(templates.items(), key=lambda item: item[0]):
        groups = sorted(alike.values(), key=lambda changes: (not _removes(changes[0]), _place(changes[0])))
        sections.append(SectionView(name=name, presets=tuple(_preset(changes) for changes in groups)))
    return tuple(sections)


def _signature(change: PresetChange) -> object:
    """Give what makes two changes read the same, whatever the preset."""
    manager = change.workflow_manager
    return (
        tuple(
            (group.name, tuple(one.id for one in group.remove), tuple(one.id for one in group.add))
            for group in change.groups
        ),
        (manager.before.id if manager.before else None, manager.after.id) if manager else None,
    )


def _removes(change: PresetChange) -> bool:
    return any(group.remove for group in change.groups)


def _place(change: PresetChange) -> str:
    return change.project.name if change.project else "company"


def _preset(changes: list[PresetChange]) -> PresetView:
    first, *others = sorted(changes, key=_place)
    groups = sorted(first.groups, key=lambda group: not group.remove)
    rows = [row for group in groups for row in _group_rows(group)]
    manager = first.workflow_manager
    if manager is not None:
        before = str(manager.before) if manager.before else "nobody"
        rows.append(
            RowView(
                label="workflow manager",
                sign="→",
                name=f"{before} → {manager.after}",
                login=manager.after.login or "",
                reason=_why(manager.cause, "changed live", manager.origin),
            )
        )
    return PresetView(
        name=_place(first),
        address=first.address,
        rows=tuple(rows),
        same=tuple(_place(change) for change in others),
    )


def _group_rows(group: GroupChange) -> list[RowView]:
    rows = [
        RowView(
            label=group.name,
            sign="−",
            name=_name(Person(one.id, one.login, one.name)),
            login=one.login or f"login id {one.id}",
            reason=_why_removed(one, group),
        )
        for one in group.remove
    ]
    for one in group.add:
        via = f" by {one.via}" if one.via else ""
        rows.append(
            RowView(
                label=group.name,
                sign="+",
                name=_name(Person(one.id, one.login, one.name)),
                login=one.login or f"login id {one.id}",
                reason=_why(one.cause, "removed live", one.origin) + via,
            )
        )
    return rows


def _why(cause: Cause, moved: str, origin: Origin | None) -> str:
    return f"drift: {moved}, still in {_at(origin)}" if cause == "drift" else _at(origin)


def _why_removed(one: RemovedPerson, group: GroupChange) -> str:
    """Say why somebody goes: these documents took them out, or they were added behind git's back."""
    if one.cause == "drift":
        return f"drift: added live, not in {_at(group.origin)}"
    if one.base_origin is not None:
        return f"no longer in {one.base_origin.path} (line {one.base_origin.line} at the base)"
    return f"not in {_at(one.origin)}" if one.origin else ""


def _name(person: Person) -> str:
    return person.name or "(no name)"


def _at(origin: Origin | None) -> str:
    return f"{origin.path}:{origin.line}" if origin else ""


def _untouched(plan: Plan) -> str:
    unmanaged = sum(change.unmanaged for change in plan.changes)
    dynamic = sum(change.dynamic for change in plan.changes)
    parts = [
        _count(number, noun)
        for number, noun in ((unmanaged, "unmanaged role group"), (dynamic, "dynamic group"))
        if number
    ]
    return f"left as they are in these presets: {' and '.join(parts)}" if parts else ""
