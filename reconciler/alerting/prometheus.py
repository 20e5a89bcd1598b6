"""Writes gauges as Prometheus reads them, and pushes them to a gateway; it counts nothing itself."""

from __future__ import annotations

import math
import ssl
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from prometheus_client import CollectorRegistry, generate_latest, push_to_gateway
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import default_handler
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from reconciler.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from reconciler.model.alerts import Gateway, Metric
    from reconciler.model.service import Secret

__all__ = ["Prometheus"]

TIMEOUT_SECONDS = 30
LARGEST_BYTES = 16 * 1024 * 1024
_COMPANY = "company"
_HINTS = {
    401: "; set RECONCILER_METRICS_TOKEN, or RECONCILER_METRICS_USER and RECONCILER_METRICS_PASSWORD",
    403: "; may this login push?",
}


MetricFamily = GaugeMetricFamily | CounterMetricFamily


class _NoRedirect(HTTPRedirectHandler):
    """Follows no redirect: a login goes to the gateway alone."""

    def redirect_request(self, *_arguments: object) -> None:
        """Follow none."""


class _Gauges(Collector):
    """Returns the families of one company, each figure with the company's id."""

    def __init__(self, metrics: Iterable[Metric], company_id: str) -> None:
        self._metrics = tuple(metrics)
        self._company_id = company_id

    def collect(self) -> Iterator[MetricFamily]:
        """Yield each gauge with its figures."""
        for metric in self._metrics:
            kind = GaugeMetricFamily if metric.kind == "gauge" else CounterMetricFamily
            family = kind(metric.name, metric.meaning, labels=(_COMPANY, *metric.labels))
            for figure in metric.figures:
                family.add_metric((self._company_id, *figure.labels), figure.value)
            yield family


class Prometheus:
    """The text format, for a file or a Pushgateway."""

    def text(self, metrics: Iterable[Metric], company_id: str) -> bytes:
        """Return the text that a collector reads."""
        return generate_latest(_registry(metrics, company_id))

    def counted(self, name: str, company_id: str, text: str) -> float:
        """Return what a text of before counts of the company; 0 where it counts nothing that can be understood."""
        try:
            samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
        except (ValueError, KeyError, IndexError):
            return 0.0
        wanted = (f"{name}_total", company_id)
        values = [one.value for one in samples if (one.name, one.labels.get(_COMPANY)) == wanted]
        return max((one for one in values if math.isfinite(one)), default=0.0)

    def pushed(self, name: str, company_id: str, gateway: Gateway, job: str) -> float:
        """Return what a Pushgateway counts of the company; 0 where it does not tell."""
        more = {} if gateway.authorization is None else {"Authorization": gateway.authorization.reveal()}
        request = Request(f"{gateway.url.rstrip('/')}/metrics", headers=more)  # noqa: S310 - checked to be http or https
        try:
            with build_opener(_NoRedirect()).open(request, timeout=TIMEOUT_SECONDS) as answer:
                text = answer.read(LARGEST_BYTES).decode(errors="replace")
        except (OSError, HTTPException, ValueError):
            return 0.0
        ours = [line for line in text.splitlines() if line.startswith(f"{name}_total{{") and f'job="{job}"' in line]
        return self.counted(name, company_id, "\n".join([f"# TYPE {name}_total counter", *ours, ""]))

    def push(self, metrics: Iterable[Metric], company_id: str, gateway: Gateway, job: str) -> None:
        """Replace what a Pushgateway holds of the company and a job; raises DeliveryError."""
        where = urlsplit(gateway.url).netloc
        try:
            push_to_gateway(
                gateway.url,
                job=job,
                registry=_registry(metrics, company_id),
                grouping_key={_COMPANY: company_id},
                timeout=TIMEOUT_SECONDS,
                handler=_handler(gateway.authorization),
            )
        except HTTPError as error:
            error.close()
            hint = _HINTS.get(error.code, "")
            raise DeliveryError(f"the Pushgateway at {where} refuses the metrics: {error.code}{hint}") from None
        except (OSError, HTTPException) as error:
            reason = error.reason if isinstance(error, URLError) else error
            if isinstance(reason, ssl.SSLError):
                raise DeliveryError(
                    f"the certificate of the Pushgateway at {where} is refused; where a proxy or your company's "
                    "authority signs it, name the file of its certificate in SSL_CERT_FILE"
                ) from None
            raise DeliveryError(
                f"the Pushgateway at {where} cannot be reached ({type(reason).__name__}); look at the address, the "
                "network and the proxy"
            ) from None


def _handler(authorization: Secret | None) -> Callable[..., Callable[[], None]]:
    """Return what sends a push, with a login where there is one."""

    def handle(
        url: str, method: str, timeout: float | None, headers: list[tuple[str, str]], data: bytes
    ) -> Callable[[], None]:
        more = [] if authorization is None else [("Authorization", authorization.reveal())]
        return default_handler(url, method, timeout, [*headers, *more], data)

    return handle


def _registry(metrics: Iterable[Metric], company_id: str) -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Gauges(metrics, company_id))
    return registry
