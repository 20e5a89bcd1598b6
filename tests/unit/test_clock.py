"""The clock of a run, and what a client tells of the service's."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest

from reconciler.clock import Clock
from reconciler.live.client import ServiceClient
from reconciler.model.service import Credentials, Secret, Service
from tests.support.runs import now
from tests.support.wire import answer, serving

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = 24 * 3600


def test_a_difference_is_taken_once() -> None:
    """A minute is nothing; what two answers agree on counts, is known then, and a day is another day."""
    clock = Clock(now)
    assert clock.correct(60) is None
    assert clock.correct(3 * DAY) is None
    assert clock.correct(3 * DAY + 59) is True
    assert clock.correct(3 * DAY) is None
    days = (clock.now() - now()).total_seconds() / DAY
    assert days == pytest.approx(3, abs=0.01)
    assert [clock.correct(0), clock.correct(0)] == [None, True]


def test_one_answer_of_a_proxy_changes_nothing() -> None:
    """Neither alone, nor between others, nor with a moment that no clock has."""
    clock = Clock(now)
    assert [clock.correct(one) for one in (3 * DAY, 0, 3 * DAY, 9 * DAY, 0)] == [None] * 5
    assert [clock.correct(10**10), clock.correct(10**10)] == [None, None]
    assert abs((clock.now() - now()).total_seconds()) < 1


@pytest.mark.parametrize(
    ("headers", "differs"),
    [
        (lambda: {"Date": formatdate(time.time() + DAY, usegmt=True)}, True),
        (lambda: {"Date": formatdate(time.time() - DAY, usegmt=True)}, True),
        (lambda: {"Date": formatdate(usegmt=True)}, False),
        (lambda: {"Date": formatdate(time.time() - DAY, usegmt=True), "Age": "86400"}, False),
        (lambda: {"Date": "yesterday"}, False),
        (dict, False),
    ],
)
def test_a_date_is_compared(headers: Callable[[], dict[str, str]], differs: bool) -> None:  # noqa: FBT001 - a table
    """A date far from this machine's is told once; a cached copy, nonsense and silence tell nothing."""
    told: list[float] = []
    credentials = Credentials(client_id=None, access_token=Secret("t"))
    with serving(lambda _asked: answer("{}", Content_Type="application/json", **headers())) as wire:
        service = Service(company_id="1", api_url=wire.address, auth_url=wire.address)
        with ServiceClient(service, credentials, differs=told.append) as client:
            client.get("/rest/v1.0/me", "me")
            client.get("/rest/v1.0/me", "me")
    assert any(told) == differs
    assert len(told) <= 2
