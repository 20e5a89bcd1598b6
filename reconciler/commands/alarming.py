"""Tells the world what a drift run found: an issue, metrics, chats; each is tried even when another fails."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from reconciler.commands.files import require_writable, write_file
from reconciler.commands.forges import open_forge_here
from reconciler.commands.options import note
from reconciler.commands.showing import checked_link
from reconciler.errors import DeliveryError, ReconcilerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.alerting import Gauges, Post
    from reconciler.commands.options import Common
    from reconciler.forge import Forge
    from reconciler.model.alerts import Gateway, Metric
    from reconciler.model.drift import DriftReport

__all__ = ["Alarms", "alarm_options", "prepare_alarms", "raise_alarms"]

_DEFECT = ReconcilerError.exit_code
_FOR_COLLECTORS = 0o644  # the collector of textfiles runs as somebody else, and no name stands in the file


class Alarms(NamedTuple):
    """What there is to be told, ready to be used; null for whom nobody asked."""

    forge: Forge | None
    gauges: Gauges | None
    metrics_at: Path | None
    gateway: Gateway | None
    post: Post | None
    link: str | None


class Found(NamedTuple):
    """A report, the one before it, and how long it took."""

    report: DriftReport
    previous: DriftReport | None
    seconds: float


def alarm_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--issue``, ``--metrics``, ``--push-metrics``, ``--notify`` and ``--link``."""
    for option in reversed(
        (
            click.option("--issue", is_flag=True, help="Keep one issue on the forge for as long as there is drift."),
            click.option("--metrics", "metrics_at", type=click.Path(path_type=Path), metavar="FILE",
                         help="Write figures for Prometheus (a .prom file)."),
            click.option("--push-metrics", "gateway", metavar="URL", help="Push the figures to a Pushgateway."),
            click.option("--notify", is_flag=True, help="Tell the webhooks in RECONCILER_NOTIFY what is new, or over."),
            click.option("--link", metavar="URL", callback=checked_link,
                         help="Where all of it can be seen, for the issue and webhooks."),
        )
    ):  # fmt: skip
        command = option(command)
    return command


def prepare_alarms(
    *, issue: bool, metrics_at: Path | None, gateway: str | None, notify: bool, link: str | None
) -> Alarms:
    """Find out what would fail later for want of a setting or a library, before anything is asked of the service.

    Raises UsageError, FileError, or DocumentsError for a forge whose address would give its token away.
    """
    forge = gauges = post = pushed_to = None
    if issue:
        forge = open_forge_here()
    if metrics_at is not None:
        require_writable(metrics_at)
    if gateway is not None:
        from reconciler.settings.alerts import read_gateway  # noqa: PLC0415 - only what is asked for is loaded

        pushed_to = read_gateway(gateway, os.environ)
        _settle_network(gateway)
    if metrics_at is not None or gateway is not None:
        from reconciler.alerting import open_gauges  # noqa: PLC0415 - the same

        gauges = open_gauges()
    if notify:
        from reconciler.alerting import open_post  # noqa: PLC0415 - the same
        from reconciler.settings.alerts import read_notify  # noqa: PLC0415 - the same

        post = open_post(read_notify(os.environ))
        _settle_network("https://webhook")
    return Alarms(forge=forge, gauges=gauges, metrics_at=metrics_at, gateway=pushed_to, post=post, link=link)


def _settle_network(url: str) -> None:
    from reconciler.settings.network import settle_network  # noqa: PLC0415 - only what is asked for is loaded

    settle_network(os.environ, url)


def raise_alarms(alarms: Alarms, found: Found, common: Common) -> int:
    """Notify everyone; return 0, 6 where somebody was not reached, or 1 after a defect; stderr says so."""
    codes = {_tried(tell, alarms, found, common) for tell in (_keep_issue, _write_metrics, _push_metrics, _notify)}
    return _DEFECT if _DEFECT in codes else max(codes)


def _tried(tell: Callable[[Alarms, Found], str], alarms: Alarms, found: Found, common: Common) -> int:
    try:
        done = tell(alarms, found)
    except ReconcilerError as error:
        _say_error(error.message)
        return DeliveryError.exit_code
    except Exception as error:  # noqa: BLE001 - whatever one alarm does, the others are raised
        if common.verbose:
            import traceback  # noqa: PLC0415 - only for failures

            sys.stderr.write(traceback.format_exc())
        what = f"{tell.__name__.strip('_').replace('_', ' ')}: {type(error).__name__}: {error}"
        _say_error(f"a defect of reconciler: {what}{'' if common.verbose else ' (more with --verbose)'}")
        return _DEFECT
    if done:
        note(done, common)
    return 0


def _say_error(message: str) -> None:
    from reconciler.render.escaping import printable  # noqa: PLC0415 - only for failures

    sys.stderr.write(f"error: {printable(message)}\n")


def _keep_issue(alarms: Alarms, found: Found) -> str:
    if alarms.forge is None:
        return ""
    from reconciler.render.issue import drift_issue  # noqa: PLC0415 - only what is asked for is loaded

    return alarms.forge.keep_issue(drift_issue(found.report, alarms.link))


def _write_metrics(alarms: Alarms, found: Found) -> str:
    if alarms.metrics_at is None or alarms.gauges is None:
        return ""
    text = alarms.gauges.text(_figures(found), found.report.company_id)
    write_file(alarms.metrics_at, text, mode=_FOR_COLLECTORS)
    return f"metrics written to {alarms.metrics_at}"


def _push_metrics(alarms: Alarms, found: Found) -> str:
    if alarms.gateway is None or alarms.gauges is None:
        return ""
    alarms.gauges.push(_figures(found), found.report.company_id, alarms.gateway)
    return "metrics pushed"


def _figures(found: Found) -> tuple[Metric, ...]:
    from reconciler.render.metrics import drift_metrics  # noqa: PLC0415 - only what is asked for is loaded

    return drift_metrics(found.report, found.seconds)


def _notify(alarms: Alarms, found: Found) -> str:
    if alarms.post is None:
        return ""
    from reconciler.render.message import drift_message  # noqa: PLC0415 - only what is asked for is loaded

    message = drift_message(found.report, found.previous, alarms.link)
    if message is None:
        return "nobody notified: nothing is new, and nothing is over"
    number = alarms.post.send(message)
    return f"notified {number:,} address{'' if number == 1 else 'es'}"
