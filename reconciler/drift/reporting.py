"""Puts a drift report together, and takes an earlier one from its file; it compares nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.errors import DocumentsError, StaleError
from reconciler.model.drift import DRIFT_FORMAT, DriftReport, DriftSummary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Source
    from reconciler.model.drift import Drift, Notice, TemplateGroups
    from reconciler.model.plan import LiveSource

__all__ = ["build_report", "decode_report", "encode_report"]


def build_report(  # noqa: PLR0913 - the report's own parts, each named
    *,
    drifts: Sequence[Drift],
    notices: Sequence[Notice],
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
    """Put the report together; what the report before had and this one has not is resolved."""
    keys = {one.key for one in drifts}
    noticed = {one.key for one in notices}
    resolved = tuple(one for one in previous.drifts if one.key not in keys) if previous else ()
    over = tuple(one for one in previous.notices if one.key not in noticed) if previous else ()
    return DriftReport(
        format=DRIFT_FORMAT,
        created_at=created_at,
        company_id=company_id,
        company_name=company_name,
        source=source,
        live=live,
        previous=previous.created_at if previous else None,
        summary=_summary(drifts, len(resolved), len(notices), presets),
        drifts=tuple(drifts),
        notices=tuple(notices),
        resolved=resolved,
        resolved_notices=over,
        templates=tuple(templates),
        diagnostics=tuple(diagnostics),
    )


def _summary(drifts: Sequence[Drift], resolved: int, notices: int, presets: int) -> DriftSummary:
    states = [one.state for one in drifts]
    directions = [one.direction for one in drifts]
    return DriftSummary(
        presets=presets,
        drifted=len({one.address for one in drifts}),
        live_only=directions.count("live-only"),
        git_only=directions.count("git-only"),
        new=states.count("new"),
        known=states.count("known"),
        acknowledged=states.count("acknowledged"),
        resolved=resolved,
        notices=notices,
        oldest=min((one.since for one in drifts if one.state != "acknowledged"), default=None),
    )


def encode_report(report: DriftReport) -> bytes:
    """Give the report as JSON, for the file and for ``--format json`` alike."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def decode_report(content: bytes, name: str, company_id: str | None = None) -> DriftReport:
    """Take an earlier report from the content of the file ``name``, of this company where one is named.

    Raises DocumentsError for anything that is no report, StaleError for one of another company.
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
    return report
