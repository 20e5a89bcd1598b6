"""Turns the health of routing into figures for a monitoring system, without a name or login."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from reconciler.model.alerts import Figure, Metric
from reconciler.model.routed import STATUSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.routed import Health, RoutedStatus

__all__ = ["route_metrics"]


def route_metrics(health: Health, statuses: Mapping[RoutedStatus, int]) -> tuple[Metric, ...]:
    """Return the figures of a process; ``statuses`` counts what became of steps since it began."""
    at = datetime.datetime.fromisoformat(health.at).timestamp()
    return (
        _one("reconciler_route_oldest_look_seconds", "Age of the oldest completed look of any queue.",
             health.oldest_look_seconds),
        _one("reconciler_route_oldest_look_allowed_seconds", "Age that no look should exceed.",
             health.oldest_look_allowed_seconds),
        _one("reconciler_route_queues", "Queues that are looked at: a tool in a project.", health.queues),
        _one("reconciler_route_queues_failed", "Queues whose last look failed.", health.queues_failed),
        _one("reconciler_route_waiting", "Steps that wait for the integration.", health.waiting),
        _one("reconciler_route_needs_person", "Steps that are left to people.", health.needs_person),
        _one("reconciler_route_overdue", "Steps that wait and are overdue.", health.overdue),
        _one("reconciler_route_healthy", "1 while no look is older than allowed.", float(health.healthy)),
        _one("reconciler_route_timestamp_seconds", "When these figures were written.", at),
        Metric(
            name="reconciler_route_steps",
            meaning="Steps since the process began, by what became of them.",
            labels=("status",),
            figures=tuple(Figure(float(statuses.get(one, 0)), (one,)) for one in STATUSES),
            kind="counter",
        ),
    )  # fmt: skip


def _one(name: str, meaning: str, value: float) -> Metric:
    return Metric(name=name, meaning=meaning, figures=(Figure(float(value)),))
