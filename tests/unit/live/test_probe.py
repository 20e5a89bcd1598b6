"""The probe asks once, waits for nothing but the window of ten seconds, and cannot write."""

from __future__ import annotations

import datetime
from contextlib import closing, contextmanager
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import (
    AnswerError,
    CredentialsError,
    RateLimitError,
    RequestRefusedError,
    UnreachableError,
    WriteForbiddenError,
)
from reconciler.live.first_pages import read_companies, read_templates
from reconciler.live.hosts import connect, look_up
from reconciler.live.probe import Knock, Probe
from reconciler.model.service import Credentials, Network, Secret, Service
from tests.support.wire import answer, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from tests.support.wire import Wire

TOKEN = answer('{"access_token": "t0ken", "expires_in": 5400}')
LIMITED = answer(status=429, Retry_After="7", X_Rate_Limit_Limit="25")


class Script:
    """Answers one after the other, and the last one for ever; the token call has its own."""

    def __init__(self, *answers: bytes, token: bytes = TOKEN) -> None:
        self._answers = list(answers)
        self._token = token

    def __call__(self, asked: str) -> bytes:
        """Return the next answer."""
        if asked.startswith("POST"):
            return self._token
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


@contextmanager
def probing(script: Callable[[str], bytes]) -> Iterator[tuple[Probe, Wire, list[float]]]:
    """Yield a probe that is signed in, what it asks, and the seconds for which it waits."""
    waits: list[float] = []
    with serving(script) as wire:
        service = Service(company_id="4211", api_url=wire.address, auth_url=wire.address)
        with closing(Probe(service, Network(), lambda _seconds: None, waits.append)) as probe:
            probe.sign_in_with(Credentials(client_id="a", client_secret=Secret("hunter2")))
            yield probe, wire, waits


def test_a_knock_has_no_credentials() -> None:
    """Any answer is good, and asks for no token; a connection that ends says why."""
    for status in (200, 404, 503):
        with probing(Script(answer(status=status))) as (probe, wire, _):
            assert probe.knock(wire.address) == Knock()
            assert wire.asked == ["GET /"]
    with probing(Script(b"x\r\n\r\n")) as (probe, wire, _):
        assert probe.knock(wire.address).failure == "the connection ended within the answer, or the answer is not HTTP"
    with probing(Script(answer(b"x", Content_Encoding="gzip"))) as (probe, wire, _):
        assert probe.knock(wire.address) == Knock()


@pytest.mark.parametrize("status", [500, 502, 503, 408])
def test_nothing_is_repeated(status: int) -> None:
    """A failure is a finding: it is asked for once, and not waited for."""
    with probing(Script(answer(status=status))) as (probe, wire, waits):
        with pytest.raises(UnreachableError, match=f"the list of companies: .*{status}"):
            read_companies(probe)
        assert (wire.targets, waits) == (["/rest/v1.0/companies?per_page=100"], [])


def test_the_short_window_is_waited_for_once() -> None:
    """Ten seconds are, once; a window that stays used up ends it, and asks no more."""
    with probing(Script(LIMITED, answer('[{"id": 1, "name": "A"}]'))) as (probe, _, waits):
        assert read_companies(probe).items == [("1", "A")]
        assert (waits, probe.requests, probe.is_limited) == ([7.0], 2, False)
    with probing(Script(LIMITED)) as (probe, wire, waits):
        for _ in range(2):
            with pytest.raises(RateLimitError):
                read_companies(probe)
        assert (waits, len(wire.targets), probe.is_limited) == ([7.0], 2, True)


def test_the_long_window_is_not_waited_for() -> None:
    """An hour is told at once."""
    with probing(Script(answer(status=429, Retry_After="1800"))) as (probe, wire, waits):
        with pytest.raises(RateLimitError, match=r"the request limit is used up \(429\)"):
            read_companies(probe)
        assert (waits, len(wire.targets), probe.is_limited) == ([], 1, True)
        assert probe.rate is not None
        assert (probe.rate.remaining, probe.rate.reset_in, probe.rate.is_spike) == (0, 1800.0, False)


def test_the_clock_of_answers() -> None:
    """By the date of the newest answer; within a minute it agrees, and without a date nobody knows."""
    with probing(Script(answer("[]"))) as (probe, _, _):
        read_companies(probe)
        assert probe.ahead is None
    for minutes, least in ((0, 0), (10, 590), (-10, -610)):
        moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=minutes)
        with probing(Script(answer("[]", Date=format_datetime(moment, usegmt=True)))) as (probe, _, _):
            read_companies(probe)
            assert probe.ahead is not None
            assert least <= probe.ahead <= least + 20


def test_what_the_company_is_named_in() -> None:
    """Lists of the company name it in a header, and calls of no company do not."""
    named: list[httpx.Request] = []
    with probing(Script(answer('{"data": []}'))) as (probe, _, _):
        assert probe._client is not None
        probe._client.event_hooks["request"].append(named.append)
        read_templates(probe)
        with pytest.raises(Exception, match="the answer is not what the service documents"):
            read_companies(probe)
    assert ["Procore-Company-Id" in one.headers for one in named if one.method == "GET"] == [True, False]


def test_how_long_a_list_is() -> None:
    """As the service says, or else as many as arrived, with more behind a full page."""
    item = '{"id": 1, "name": "A"}'
    for number, total, size, is_whole in ((2, "7", "7", False), (2, "2", "2", True), (2, "", "2", True),
                                          (100, "", "100 or more", False)):  # fmt: skip
        headers = {"Total": total} if total else {}
        with probing(Script(answer(f"[{', '.join([item] * number)}]", **headers))) as (probe, _, _):
            page = read_companies(probe)
        assert (page.size, page.is_whole) == (size, is_whole)


def test_refusals_show_no_secret() -> None:
    """Not the secret and not the token, also where the other side repeats them."""
    with (
        probing(Script(answer("[]"), token=answer("hunter2", 200))) as (probe, _, _),
        pytest.raises(CredentialsError, match="did not answer with a token") as raised,
    ):
        read_companies(probe)
    assert "hunter2" not in raised.value.message
    refused = answer('{"error": {"message": "hunter2 and t0ken may not"}}', 403)
    with probing(Script(refused)) as (probe, _, _), pytest.raises(RequestRefusedError, match="… and … may not"):
        read_companies(probe)
    with (
        probing(Script(answer(), token=answer(status=503))) as (probe, _, _),
        pytest.raises(UnreachableError, match="the token: the service answers with 503"),
    ):
        read_companies(probe)


def test_a_token_call_that_ends() -> None:
    """It is named as that of the token; what cannot be unpacked is no token."""
    with (
        probing(Script(answer(), token=b"x\r\n\r\n")) as (probe, _, _),
        pytest.raises(UnreachableError, match="the token: the connection ended"),
    ):
        read_companies(probe)
    packed = answer(b"x", Content_Encoding="gzip")
    with (
        probing(Script(answer(), token=packed)) as (probe, _, _),
        pytest.raises(CredentialsError, match="check auth_url"),
    ):
        read_companies(probe)
    with probing(Script(packed)) as (probe, _, _), pytest.raises(AnswerError, match="the list of companies: "):
        read_companies(probe)


def test_it_cannot_write() -> None:
    """Its transport refuses everything except GET and the token call."""
    with probing(Script(answer())) as (probe, wire, _):
        assert probe._client is not None
        for method in ("POST", "PATCH", "PUT", "DELETE"):
            with pytest.raises(WriteForbiddenError):
                probe._client.request(method, f"{wire.address}/rest/v1.0/me")
        assert [one for one in wire.asked if not one.endswith("/oauth/token")] == []


def test_hosts() -> None:
    """An address is looked up and connected to; a name that is too long for any is told without a question."""
    assert look_up("127.0.0.1", 443) == "127.0.0.1"
    with pytest.raises(UnreachableError):
        look_up("a" * 64 + ".test", 443)
    with serving(lambda _asked: b"") as wire:
        port = int(wire.address.rpartition(":")[2])
        connect("127.0.0.1", port)
    with pytest.raises(UnreachableError, match="Connection refused"):
        connect("127.0.0.1", port)
