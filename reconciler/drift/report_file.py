"""Puts a drift report together, and takes an earlier one from its file; it compares nothing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from reconciler.drift.absence import Absence, report_unseen
from reconciler.errors import DocumentsError, StaleError
from reconciler.model.diagnostics import count_held
from reconciler.model.drift import DRIFT_FORMAT, DriftReport, DriftSummary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Source
    from reconciler.model.drift import Drift, Notice, TemplateGroups
    from reconciler.model.plan import LiveSource
    from reconciler.model.selection import Selection, Slice

__all__ = ["build_report", "decode_report", "encode_report", "slice_report"]


def build_report(  # noqa: PLR0913 - the report's own parts, each named
    *,
    drifts: Sequence[Drift],
    notices: Sequence[Notice],
    absence: Absence,
    previous: DriftReport | None,
    templates: Sequence[TemplateGroups],
    diagnostics: Sequence[Diagnostic],
    presets: int,
    company_id: str,
    company_name: str | None,
    source: Source,
    live: LiveSource,
    created_at: str,
) -> DriftReport:
    """Return the report; ``absence`` is what the report before had and this run does not find.

    Templates that this run did not look at stay as in the report before. A later run then notices what changed
    meanwhile.
    """
    looked_at = {one.id for one in templates}
    kept = [one for one in previous.templates if one.id not in looked_at] if previous else []
    return DriftReport(
        format=DRIFT_FORMAT,
        created_at=created_at,
        company_id=company_id,
        company_name=company_name,
        source=source,
        live=live,
        previous=previous.created_at if previous else None,
        summary=_summary(drifts, absence, len(notices), presets, count_held(diagnostics)),
        drifts=tuple(drifts),
        notices=tuple(notices),
        resolved=absence.resolved,
        resolved_notices=absence.resolved_notices,
        unseen=absence.unseen,
        unseen_notices=absence.unseen_notices,
        released=absence.released,
        released_notices=absence.released_notices,
        templates=tuple(sorted((*templates, *kept), key=lambda one: one.id)),
        diagnostics=(*diagnostics, *report_unseen(absence.unseen, previous)),
    )


def _summary(drifts: Sequence[Drift], absence: Absence, notices: int, presets: int, held: int) -> DriftSummary:
    states = [one.state for one in drifts]
    directions = [one.direction for one in drifts]
    unseen = [one.drift for one in absence.unseen]
    return DriftSummary(
        presets=presets,
        drifted=len({one.address for one in drifts}),
        live_only=directions.count("live-only"),
        git_only=directions.count("git-only"),
        new=states.count("new"),
        known=states.count("known"),
        acknowledged=states.count("acknowledged"),
        resolved=len(absence.resolved),
        notices=notices,
        oldest=min((one.since for one in (*drifts, *unseen) if one.state != "acknowledged"), default=None),
        unseen=len(unseen),
        unseen_acknowledged=[one.state for one in unseen].count("acknowledged"),
        released=len(absence.released),
        held=held,
    )


def slice_report(report: DriftReport, chosen: Slice, selection: Selection) -> DriftReport:
    """Return the chosen part of a report, with its figures; templates and diagnostics stay whole."""

    def drifts(several: Sequence[Drift]) -> tuple[Drift, ...]:
        return tuple(filter(partial(_has_drift, chosen), several))

    def notices(several: Sequence[Notice]) -> tuple[Notice, ...]:
        return tuple(filter(partial(_has_notice, chosen), several))

    part = msgspec.structs.replace(
        report,
        selection=selection,
        drifts=drifts(report.drifts),
        notices=notices(report.notices),
        resolved=drifts(report.resolved),
        resolved_notices=notices(report.resolved_notices),
        unseen=tuple(one for one in report.unseen if _has_drift(chosen, one.drift)),
        unseen_notices=tuple(one for one in report.unseen_notices if _has_notice(chosen, one.notice)),
        released=drifts(report.released),
        released_notices=notices(report.released_notices),
    )
    absence = Absence(
        part.resolved, part.resolved_notices, part.unseen, part.unseen_notices, part.released, part.released_notices
    )
    summary = _summary(part.drifts, absence, len(part.notices), report.summary.presets, report.summary.held)
    return msgspec.structs.replace(part, summary=summary)


def _has_drift(chosen: Slice, drift: Drift) -> bool:
    group = None if drift.group is None else drift.group.uuid
    return chosen.has_place(drift.address, group) and chosen.has_person((drift.person.id,))


def _has_notice(chosen: Slice, notice: Notice) -> bool:
    group = None if notice.group is None else notice.group.uuid
    people = () if notice.person is None else (notice.person.id,)
    return chosen.has_place(notice.address, group) and (chosen.people is None or chosen.has_person(people))


def encode_report(report: DriftReport) -> bytes:
    """Return the report as JSON, for the file and for ``--format json`` alike."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def decode_report(content: bytes, name: str, company_id: str | None = None) -> DriftReport:
    """Return an earlier report from the content of the file ``name``, of this company where one is named.

    Raises DocumentsError for anything that is not a report. Where a company is named, raises StaleError for a report of
    another company, or of a part.
    """
    try:
        report = msgspec.json.decode(content, type=DriftReport)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentsError(
            f"{name} is not a report of format {DRIFT_FORMAT}: {error}; "
            "write it with: reconciler drift --format json --out FILE"
        ) from None
    if company_id is not None and report.company_id != company_id:
        raise StaleError(f"{name} is of company {report.company_id}, the settings are for {company_id}")
    if company_id is not None and report.selection is not None:
        raise StaleError(
            f"{name} is of a part ({report.selection}), by which everything else would be new: name a report of all"
        )
    return report
