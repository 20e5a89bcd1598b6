"""Updates people, and writes or pushes figures of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NoReturn

from reconciler.errors import DeliveryError
from reconciler.operations.alarms import News, tell_everyone
from reconciler.operations.people import update_people
from reconciler.operations.workspace import open_workspace
from reconciler.render.messages.people_metrics import people_metrics

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.alerts import Metric
    from reconciler.model.people_report import PeopleReport
    from reconciler.operations.alarms import Alarms
    from reconciler.operations.people import PeopleOrder
    from reconciler.operations.run import Run

__all__ = ["update_people_and_tell"]


def update_people_and_tell(run: Run, settings_file: Path | None, order: PeopleOrder, alarms: Alarms) -> PeopleReport:
    """Update people as ordered, and hand on the figures.

    Raises what ``update_people`` raises, and DeliveryError where figures could not be written.
    """
    started = time.monotonic()
    report = update_people(run, settings_file, order)
    read_at = run.clock.now().timestamp()

    def metrics(_before: float) -> tuple[Metric, ...]:
        return people_metrics(report, time.monotonic() - started, read_at)

    def nothing() -> NoReturn:
        raise AssertionError("there is no issue and no message of people")

    if alarms.metrics_at is not None or alarms.gateway is not None:
        company_id = open_workspace(run, settings_file).settings.company_id
        news = News(company_id, "reconciler_people", nothing, metrics, nothing)
        if tell_everyone(alarms, news, run):
            raise DeliveryError("the lock is as it is shown, and figures could not be delivered")
    return report
