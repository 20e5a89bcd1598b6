"""Turns a drift report into figures for a monitoring system, without a name or login; it writes no format."""

from __future__ import annotations

import datetime
from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, get_args

from reconciler.model.alerts import Figure, Metric
from reconciler.model.drift import Direction, DriftState, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.drift import DriftReport

__all__ = ["drift_metrics"]


def drift_metrics(report: DriftReport, seconds: float) -> tuple[Metric, ...]:
    """Return the figures of a report, with the seconds it took; a count without entries is reported as zero."""
    summary = report.summary
    made = _moment(report.created_at)
    oldest = made - _moment(summary.oldest) if summary.oldest else 0.0
    differences: Counter[tuple[str, ...]] = Counter((one.state, one.direction) for one in report.drifts)
    unseen: Counter[tuple[str, ...]] = Counter((one.drift.state,) for one in report.unseen)
    notices: Counter[tuple[str, ...]] = Counter((one.kind,) for one in report.notices)
    return (
        _one("reconciler_drift_presets", "Presets that were compared.", summary.presets),
        Metric(
            name="reconciler_drift_differences",
            meaning="People in a role on one side alone, by state and direction.",
            labels=("state", "direction"),
            figures=_counted(differences, product(get_args(DriftState), get_args(Direction))),
        ),
        Metric(
            name="reconciler_drift_unseen",
            meaning="Differences of earlier reports that this run could not look at, by state.",
            labels=("state",),
            figures=_counted(unseen, product(get_args(DriftState))),
        ),
        Metric(
            name="reconciler_drift_notices",
            meaning="Notices that are not differences, by kind.",
            labels=("kind",),
            figures=_counted(notices, product(get_args(NoticeKind))),
        ),
        _one("reconciler_drift_resolved", "Differences of the report before that are resolved.", summary.resolved),
        _one("reconciler_drift_released", "Unseen differences that a line in git ended.", summary.released),
        _one("reconciler_drift_held", "Lines of documents that cannot be resolved and are held.", summary.held),
        _one(
            "reconciler_drift_oldest_age_seconds",
            "Age of the oldest difference that is not acknowledged, or 0.",
            oldest,
        ),
        _one(
            "reconciler_drift_requests",
            "Requests that reading live took, for the snapshot where there is one.",
            report.live.requests or 0,
        ),
        _one("reconciler_drift_seconds", "Seconds the run took.", round(seconds, 3)),
        _one("reconciler_drift_last_run_timestamp_seconds", "When the report was made.", made),
        _one("reconciler_drift_live_timestamp_seconds", "When live was read.", _moment(report.live.observed_at)),
    )


def _one(name: str, meaning: str, value: float) -> Metric:
    return Metric(name=name, meaning=meaning, figures=(Figure(float(value)),))


def _counted(found: Counter[tuple[str, ...]], combinations: Iterable[tuple[str, ...]]) -> tuple[Figure, ...]:
    return tuple(Figure(float(found[one]), one) for one in combinations)


def _moment(text: str) -> float:
    return datetime.datetime.fromisoformat(text).timestamp()
