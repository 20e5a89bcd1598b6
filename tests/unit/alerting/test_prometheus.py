"""Gauges as Prometheus reads them, and a gateway that refuses or is gone."""

from __future__ import annotations

import sys

import pytest
from prometheus_client.parser import text_string_to_metric_families

from reconciler.alerting import open_gauges
from reconciler.errors import DeliveryError, UsageError
from reconciler.model.alerts import Figure, Gateway, Metric
from reconciler.model.service import Secret
from tests.support.loopback import receiving
from tests.support.wire import answer, serving

METRICS = (
    Metric(name="plain", meaning="One.", figures=(Figure(2.5),)),
    Metric(name="labelled", meaning="Two\nlines \\.", labels=("kind",), figures=(Figure(1, ("a",)), Figure(0, ("b",)))),
)


def test_the_text() -> None:
    """Names, meanings, labels and values come out of the parser as they went in, for any id of a company."""
    families = list(text_string_to_metric_families(open_gauges().text(METRICS, '4"2\\11').decode()))
    assert [(one.name, one.documentation, one.type) for one in families] == [
        ("plain", "One.", "gauge"), ("labelled", "Two\nlines \\.", "gauge"),
    ]  # fmt: skip
    assert [(sample.labels, sample.value) for one in families for sample in one.samples] == [
        ({"company": '4"2\\11'}, 2.5),
        ({"company": '4"2\\11', "kind": "a"}, 1),
        ({"company": '4"2\\11', "kind": "b"}, 0),
    ]


def test_a_push() -> None:
    """It replaces what is there of the company, below a path too."""
    with receiving() as gateway:
        open_gauges().push(METRICS, "4211", Gateway(url=f"{gateway.address}/prefix/"), "reconciler_drift")
        (push,) = gateway.taken
    assert (push.method, push.path) == ("PUT", "/prefix/metrics/job/reconciler_drift/company/4211")
    assert push.body == open_gauges().text(METRICS, "4211")


def test_a_gateway_that_refuses_or_is_gone() -> None:
    """One sentence, with the host alone."""
    with receiving() as gateway:
        gateway.status = 400
        with pytest.raises(DeliveryError, match=r"at 127\.0\.0\.1:\d+ refuses the metrics: 400$"):
            open_gauges().push(METRICS, "4211", Gateway(url=gateway.address), "reconciler_drift")
        gone = gateway.address
    remedy = "look at the address, the network and the proxy"
    told = rf"at 127\.0\.0\.1:\d+ cannot be reached \(ConnectionRefusedError\); {remedy}$"
    with pytest.raises(DeliveryError, match=told):
        open_gauges().push(METRICS, "4211", Gateway(url=f"{gone}/secret"), "reconciler_drift")


def test_a_count_that_a_gateway_does_not_tell() -> None:
    """It begins at 0, and no redirect gets the login."""
    held = 'f_total{company="4211",job="apply"} 3\nf_total{company="4211",job="other"} 9\n'
    answers = [answer(held), answer("<html>"), answer(status=404), answer(status=302, Location="/elsewhere")]
    with serving(lambda _asked: answers.pop(0)) as wire:
        gateway = Gateway(url=wire.address, authorization=Secret("Bearer t"))
        assert [open_gauges().pushed("f", "4211", gateway, "apply") for _ in range(4)] == [3.0, 0.0, 0.0, 0.0]
        assert wire.asked == ["GET /metrics"] * 4
    assert open_gauges().pushed("f", "4211", gateway, "apply") == 0.0


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    monkeypatch.delitem(sys.modules, "reconciler.alerting.prometheus", raising=False)
    with pytest.raises(UsageError, match=r"prometheus_client is not installed: .* pip install '\.\[metrics\]'"):
        open_gauges()
