"""Turns a drift report into the view that every format shows, what is new first; it contains no markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.drift import SIDES, unseen_words
from reconciler.model.phrases import counted
from reconciler.model.plan import AddedPerson, GroupChange, RemovedPerson
from reconciler.model.titles import place_title
from reconciler.render.views.difference_lines import unseen_by_key
from reconciler.render.views.findings import findings
from reconciler.render.views.rows import PresetView, RowView, SectionView
from reconciler.render.views.sections import shown_login, shown_name, to_show
from reconciler.render.views.view import PlanView, shown_cost, shown_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reconciler.model.drift import Drift, DriftReport, Notice, NoticeKind, Unseen, UnseenNotice
    from reconciler.model.plan import PresetChange
    from reconciler.render.views.rows import Half

__all__ = ["drift_changes", "drift_view"]


_CODES: dict[NoticeKind, str] = {
    "invalid-preset": "drift/invalid-preset",
    "inactive": "drift/inactive",
    "not-possible": "drift/not-possible",
    "ends-soon": "drift/ends-soon",
    "group-appeared": "drift/group-appeared",
    "group-vanished": "drift/group-vanished",
    "group-renamed": "drift/group-renamed",
}


def drift_view(report: DriftReport) -> PlanView:
    """Return the view of a report: new, known, acknowledged, unseen and ended differences, each by template."""
    summary = report.summary
    company = f"{report.company_name} ({report.company_id})" if report.company_name else f"company {report.company_id}"
    if report.drifts:
        verb = "drifts" if summary.drifted == 1 else "drift"
        headline = f"{summary.drifted:,} of {counted(summary.presets, 'preset')} {verb}"
    else:
        headline = f"{counted(summary.presets, 'preset')}, no drift{' in what was read' if summary.unseen else ''}"
    return PlanView(
        company=company,
        headline=headline,
        counts=_counts(report),
        state="",
        findings=findings(
            (*_as_findings(report.notices), *_unseen_findings(report.unseen_notices), *report.diagnostics)
        ),
        overrides=(),
        sections=_all_sections(report),
        people=(),
        already=(
            *(one.message for one in report.resolved_notices),
            *(f"{one.message} (released unseen)" for one in report.released_notices),
        ),
        untouched="",
        source=shown_source(report.source),
        cost=shown_cost(report.live, summary.presets),
        digest="",
        already_title="resolved, and shown in the report before",
        already_noun="notices",
    )


def _counts(report: DriftReport) -> str:
    summary = report.summary
    sides = [f"{number:,} {word}" for number, word in (
        (summary.live_only, SIDES["live-only"]), (summary.git_only, SIDES["git-only"]),
    ) if number]  # fmt: skip
    states = [f"{number:,} {word}" for number, word in (
        (summary.new, "new"), (summary.known, "known"), (summary.acknowledged, "acknowledged"),
        (summary.resolved, "resolved"), (summary.unseen, "unseen"), (summary.released, "released"),
        (summary.held, "held"),
    ) if number]  # fmt: skip
    oldest = [f"oldest since {summary.oldest[:10]}"] if summary.oldest else []
    return " · ".join(part for part in (", ".join(sides), ", ".join(states), *oldest) if part)


def _as_findings(notices: Iterable[Notice]) -> list[Diagnostic]:
    return [
        Diagnostic(
            severity="warning" if one.state == "new" else "note",
            code=_CODES[one.kind],
            message=one.message if one.state == "new" else f"{one.message} (known since {one.since[:10]})",
            address=one.address,
            origin=one.origin,
        )
        for one in notices
    ]


def _unseen_findings(notices: Iterable[UnseenNotice]) -> list[Diagnostic]:
    return [
        Diagnostic(
            severity="note",
            code=_CODES[one.notice.kind],
            message=f"{one.notice.message} (not looked at since {one.last_seen[:10]}: {unseen_words(one.reason)})",
            address=one.notice.address,
            origin=one.notice.origin,
        )
        for one in notices
    ]


def _all_sections(report: DriftReport) -> tuple[SectionView, ...]:
    parts: list[tuple[Half, Sequence[Drift]]] = [
        ("new", [one for one in report.drifts if one.state == "new"]),
        ("known", [one for one in report.drifts if one.state == "known"]),
        ("acknowledged", [one for one in report.drifts if one.state == "acknowledged"]),
        ("unseen", [one.drift for one in report.unseen]),
        ("resolved", report.resolved),
        ("released", report.released),
    ]
    unseen = unseen_by_key(report)
    return tuple(section for half, drifts in parts for section in _sections(half, drifts, unseen))


def _sections(half: Half, drifts: Iterable[Drift], unseen: Mapping[tuple[str, ...], Unseen]) -> list[SectionView]:
    templates: dict[tuple[str, str], dict[str, list[Drift]]] = {}
    for one in drifts:
        templates.setdefault((one.template.title, one.template.id), {}).setdefault(one.address, []).append(one)
    return [
        SectionView(name=name, half=half, presets=_presets(half, by_address.values(), unseen))
        for (name, _), by_address in sorted(templates.items())
    ]


def _presets(
    half: Half, groups: Iterable[Sequence[Drift]], unseen: Mapping[tuple[str, ...], Unseen]
) -> tuple[PresetView, ...]:
    """Return presets that differ in just the same way once, those where somebody was added in Procore first."""
    alike: dict[tuple[RowView, ...], list[Drift]] = {}
    for drifts in groups:
        shown = (_row(half, one, unseen.get(one.key)) for one in drifts)
        rows = sorted(shown, key=lambda row: (row.sign != "−", row.label, row.login))
        alike.setdefault(tuple(rows), []).append(drifts[0])
    views = []
    for same_rows, firsts in alike.items():
        ordered = sorted((place_title(one.project), one.address) for one in firsts)
        views.append(
            PresetView(
                name=ordered[0][0],
                addresses=tuple(address for _, address in ordered),
                rows=same_rows,
                same=tuple(name for name, _ in ordered[1:]),
                address=ordered[0][1],
            )
        )
    return tuple(sorted(views, key=lambda one: (one.rows[0].sign != "−", one.name)))


def _row(half: Half, one: Drift, unseen: Unseen | None) -> RowView:
    live = one.direction == "live-only"
    return RowView(
        label=_label(one),
        sign="−" if live else "+",
        name=shown_name(one.person),
        login=shown_login(one.person),
        reason=_why(half, one) if unseen is None else _why_unseen(unseen),
        side=one.side,
        over=half in {"resolved", "released"},
    )


def _label(one: Drift) -> str:
    return one.group.name if one.group else "workflow manager"


def _why(half: Half, one: Drift) -> str:
    if half == "resolved":
        return f"since {one.since[:10]}; resolved"
    if half == "released":
        return f"since {one.since[:10]}; ended unseen by a line in git"
    at = f" ({one.origin.path}:{one.origin.line})" if one.origin else ""
    words = f"not in git{at}" if one.direction == "live-only" else f"still in git{at}"
    if half == "acknowledged":
        return f"{words}; {one.owner} knows until {one.until}: {one.reason}"
    return words if half == "new" else f"{words}; since {one.since[:10]}"


def _why_unseen(unseen: Unseen) -> str:
    one = unseen.drift
    words = f"last seen {unseen.last_seen[:10]}: {unseen_words(unseen.reason)}; since {one.since[:10]}"
    return words if one.until is None else f"{words}; {one.owner} knows until {one.until}: {one.reason}"


def drift_changes(drifts: Iterable[Drift]) -> tuple[PresetChange, ...]:
    """Return differences in the shape of changes, for charts: additions in Procore as removals, and the reverse.

    Workflow managers are counted as one more role, so that charts and figures agree.
    """
    groups: dict[str, dict[str, list[Drift]]] = {}
    for one in drifts:
        groups.setdefault(one.address, {}).setdefault(one.group.uuid if one.group else "", []).append(one)
    return tuple(_as_change(by_uuid) for by_uuid in groups.values())


def _as_change(by_uuid: dict[str, list[Drift]]) -> PresetChange:
    first = next(iter(by_uuid.values()))[0]
    groups = []
    for uuid, drifts in by_uuid.items():
        live = [one.person for one in drifts if one.direction == "live-only"]
        git = [one.person for one in drifts if one.direction == "git-only"]
        groups.append(
            GroupChange(
                uuid=uuid,
                name=_label(drifts[0]),
                remove=tuple(RemovedPerson(one.id, one.login, one.name) for one in live),
                add=tuple(AddedPerson(one.id, one.login, one.name) for one in git),
                keep=(),
            )
        )
    return to_show(first, tuple(groups))
