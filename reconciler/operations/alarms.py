"""Report what a run found to an issue, metrics and chats; each is tried even when another fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reconciler.alerting import open_gauges, open_post
from reconciler.errors import DeliveryError, ReconcilerError
from reconciler.model.phrases import counted
from reconciler.operations.files import require_writable, write_file
from reconciler.operations.forges import open_forge_here
from reconciler.render.messages.drift_message import drift_message
from reconciler.render.messages.drift_metrics import drift_metrics
from reconciler.settings.alert_addresses import read_gateway, read_notify
from reconciler.settings.network import settle_network

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reconciler.alerting import Gauges, Post
    from reconciler.forge import Forge
    from reconciler.model.alerts import DriftIssue, Gateway, Message, Metric
    from reconciler.model.drift import DriftReport
    from reconciler.operations.run import Run

__all__ = ["ALARM_OPTIONS", "Alarms", "News", "prepare_alarms", "raise_alarms", "tell_everyone"]

ALARM_OPTIONS = ("issue", "metrics_at", "gateway", "notify", "link")
LARGEST_METRICS_BYTES = 16 * 1024 * 1024
_DEFECT = ReconcilerError.exit_code
_FOR_COLLECTORS = 0o644  # the collector of textfiles runs as somebody else, and the file holds no names


class Alarms(NamedTuple):
    """The channels to report to, ready to be used; null for one that was not asked for."""

    forge: Forge | None
    gauges: Gauges | None
    metrics_at: Path | None
    gateway: Gateway | None
    post: Post | None
    link: str | None


class Found(NamedTuple):
    """A report, the one before it, and how long it took; ``part`` is the part that was chosen for showing."""

    report: DriftReport
    previous: DriftReport | None
    seconds: float
    part: DriftReport | None = None

    @property
    def shown(self) -> DriftReport:
        """The report that people are shown: the chosen part, or all."""
        return self.report if self.part is None else self.part


class News(NamedTuple):
    """The news of one company; each part is made when it is needed.

    ``job`` is the job name for the figures at a Pushgateway. ``counter`` is the name of the figure that counts on from
    its earlier value. ``metrics`` takes that value.
    """

    company_id: str
    job: str
    issue: Callable[[], DriftIssue]
    metrics: Callable[[float], tuple[Metric, ...]]
    message: Callable[[], Message | None]
    counter: str | None = None


def prepare_alarms(
    run: Run, *, issue: bool, metrics_at: Path | None, gateway: str | None, notify: bool, link: str | None
) -> Alarms:
    """Check the settings and libraries that alarms need, before any request to the service.

    Raises UsageError, FileError, or DocumentsError for a forge whose address would give its token away.
    """
    forge = gauges = post = pushed_to = None
    if issue:
        forge = open_forge_here(run)
    if metrics_at is not None:
        require_writable(metrics_at)
    if gateway is not None:
        pushed_to = read_gateway(gateway, run.environment)
        _settle_network(run, gateway)
    if metrics_at is not None or gateway is not None:
        gauges = open_gauges()
    if notify:
        post = open_post(read_notify(run.environment))
        _settle_network(run, "https://webhook")
    return Alarms(forge=forge, gauges=gauges, metrics_at=metrics_at, gateway=pushed_to, post=post, link=link)


def _settle_network(run: Run, url: str) -> None:
    settle_network(run.environment, url)


def raise_alarms(alarms: Alarms, found: Found, run: Run) -> int:
    """Notify everyone of drift; return what ``tell_everyone`` returns."""
    return tell_everyone(alarms, _news_of_drift(found, alarms.link), run)


def _news_of_drift(found: Found, link: str | None) -> News:
    def issue() -> DriftIssue:
        from reconciler.render.messages.drift_issue import drift_issue  # noqa: PLC0415 - only what is asked for is loaded

        return drift_issue(found.report, link)

    def metrics(_before: float) -> tuple[Metric, ...]:
        return drift_metrics(found.report, found.seconds)

    def message() -> Message | None:
        return drift_message(found.report, found.previous, link)

    return News(found.report.company_id, "reconciler_drift", issue, metrics, message)


def tell_everyone(alarms: Alarms, news: News, run: Run) -> int:
    """Notify everyone; return 0, 6 if somebody was not reached, or 1 after a defect, as stderr says."""
    codes = {_tried(tell, alarms, news, run) for tell in (_keep_issue, _write_metrics, _push_metrics, _notify)}
    return _DEFECT if _DEFECT in codes else max(codes)


def _tried(tell: Callable[[Alarms, News], str], alarms: Alarms, news: News, run: Run) -> int:
    try:
        done = tell(alarms, news)
    except ReconcilerError as error:
        run.reporter.fail(error.message)
        return DeliveryError.exit_code
    except Exception as error:  # noqa: BLE001 - no matter how one alarm fails, the others are raised
        what = f"{tell.__name__.strip('_').replace('_', ' ')}: {type(error).__name__}: {error}"
        run.reporter.fail(f"a defect of reconciler: {what}", error)
        return _DEFECT
    if done:
        run.reporter.note(done)
    return 0


def _keep_issue(alarms: Alarms, news: News) -> str:
    return "" if alarms.forge is None else alarms.forge.keep_issue(news.issue())


def _write_metrics(alarms: Alarms, news: News) -> str:
    if alarms.metrics_at is None or alarms.gauges is None:
        return ""
    text = alarms.gauges.text(news.metrics(_counted_before(alarms, news)), news.company_id)
    write_file(alarms.metrics_at, text, mode=_FOR_COLLECTORS)
    return f"metrics written to {alarms.metrics_at}"


def _push_metrics(alarms: Alarms, news: News) -> str:
    if alarms.gateway is None or alarms.gauges is None:
        return ""
    before = 0.0
    if news.counter is not None:
        before = alarms.gauges.pushed(news.counter, news.company_id, alarms.gateway, news.job)
    alarms.gauges.push(news.metrics(before), news.company_id, alarms.gateway, news.job)
    return "metrics pushed"


def _counted_before(alarms: Alarms, news: News) -> float:
    """Return the earlier value of the counter from the metrics file; 0 without one."""
    if news.counter is None or alarms.metrics_at is None or alarms.gauges is None or not alarms.metrics_at.is_file():
        return 0.0
    try:
        with alarms.metrics_at.open("rb") as file:
            text = file.read(LARGEST_METRICS_BYTES).decode(errors="replace")
    except OSError:
        return 0.0
    return alarms.gauges.counted(news.counter, news.company_id, text)


def _notify(alarms: Alarms, news: News) -> str:
    if alarms.post is None:
        return ""
    message = news.message()
    if message is None:
        return "nobody notified: nothing is new, and nothing is resolved"
    number = alarms.post.send(message)
    return f"notified {counted(number, 'address', 'addresses')}"
