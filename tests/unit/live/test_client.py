"""The client against a real server that misbehaves on demand."""

from __future__ import annotations

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx
import msgspec
import pytest

from reconciler.errors import (
    AnswerError,
    AnswerLostError,
    CredentialsError,
    RateLimitError,
    RequestRefusedError,
    UnreachableError,
    WriteForbiddenError,
)
from reconciler.live.answers import TooLong
from reconciler.live.client import ServiceClient
from reconciler.live.interruptible_waits import Interrupted
from reconciler.live.reader import Reader
from reconciler.live.writer import Writer
from reconciler.model.live import Place, Tool, Wanted
from reconciler.model.service import Credentials, Secret, Service
from tests.support.account import company_seed, write_seed
from tests.support.runs import now
from tests.support.sandbox import preset_path, running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconciler.model.progress import Progress
    from tests.support.sandbox import RunningSandbox

PRESET = preset_path("32", "1042")
TEMPLATES = "/rest/v2.0/companies/4211/workflows/templates"


class Waits:
    """A sleep that hardly waits, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        """Remember, and let time pass: who waits for a moment of the clock asks again and again until it is there."""
        self.seconds.append(seconds)
        time.sleep(min(seconds, 0.01))


@pytest.fixture
def waits() -> Waits:
    """Return a sleep that does not wait."""
    return Waits()


@pytest.fixture
def client(sandbox: RunningSandbox, waits: Waits) -> Iterator[ServiceClient]:
    """A reading client that never waits."""
    with ServiceClient(sandbox.service, sandbox.credentials, sleep=waits) as made:
        yield made


def statuses(sandbox: RunningSandbox) -> list[int]:
    """Return the status of every request so far."""
    return [one["status"] for one in sandbox.log()]


def test_a_reading_client_cannot_write(sandbox: RunningSandbox, client: ServiceClient) -> None:
    """The transport refuses before a byte is sent, whatever the way and the method."""
    preset = Reader(client, lambda _progress: None, now=now).preset("1042", "32")
    with pytest.raises(WriteForbiddenError, match="this client only reads; PATCH"):
        Writer(client).replace_assignees(preset, {}, None)
    for method in ("POST", "PUT", "DELETE", "HEAD", "OPTIONS"):
        with pytest.raises(WriteForbiddenError):
            client._client().request(method, f"{sandbox.address}{PRESET}")
    with pytest.raises(WriteForbiddenError):
        client._client().post(f"{sandbox.address}/oauth/token?x=1")
    assert [one["method"] for one in sandbox.log()] == ["GET"]


@pytest.mark.parametrize("status", [500, 502, 504])
def test_server_errors_are_repeated_with_growing_waits(
    sandbox: RunningSandbox, client: ServiceClient, waits: Waits, status: int
) -> None:
    """Four failures and a success are a success."""
    sandbox.fail({"status": status, "times": 4})
    assert client.get(PRESET, "a preset").status_code == 200
    assert statuses(sandbox) == [status] * 4 + [200]
    assert len(waits.seconds) == 4
    assert waits.seconds[3] > waits.seconds[0]


def test_a_503_waits_as_long_as_it_says(sandbox: RunningSandbox, client: ServiceClient, waits: Waits) -> None:
    """Retry-After in seconds, and a little more."""
    sandbox.fail({"status": 503, "headers": {"Retry-After": "7"}})
    client.get(PRESET, "a preset")
    assert 7.0 <= waits.seconds[0] <= 7.5


@pytest.mark.parametrize("told", ["inf", "nan", "1e9", "-1", "soon", "99999999999999"])
def test_an_absurd_retry_after_is_not_believed(
    sandbox: RunningSandbox, client: ServiceClient, waits: Waits, told: str
) -> None:
    """Neither a crash nor a wait for days."""
    sandbox.fail(
        {"status": 503, "headers": {"Retry-After": told, "X-Rate-Limit-Limit": "9", "X-Rate-Limit-Remaining": "x"}}
    )
    client.get(PRESET, "a preset")
    assert waits.seconds[0] < 2
    sandbox.fail({"status": 503, "headers": {"Retry-After": "86400"}})
    client.get(PRESET, "a preset")
    assert waits.seconds[1] < 3700


def test_a_server_that_stays_down_is_given_up(sandbox: RunningSandbox, client: ServiceClient) -> None:
    """After five attempts, with the service's own words."""
    sandbox.fail({"status": 500, "times": 9})
    with pytest.raises(UnreachableError, match="a preset: 500 in 5 attempts: made to fail"):
        client.get(PRESET, "a preset")
    assert statuses(sandbox) == [500] * 5


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
def test_refusals_are_never_repeated(sandbox: RunningSandbox, client: ServiceClient, status: int) -> None:
    """Asking again would not help."""
    body = '{"error": {"code": "no", "message": "not you", "details": ["a", "b"]}}'
    sandbox.fail({"status": status, "times": 9, "body": body})
    with pytest.raises(RequestRefusedError, match=f"a preset: refused with {status}: no; not you; a; b") as raised:
        client.get(PRESET, "a preset")
    assert raised.value.status == status
    assert statuses(sandbox) == [status]


def test_what_is_not_documented_is_an_error(sandbox: RunningSandbox, client: ServiceClient) -> None:
    """Redirects are not followed: the token would go along."""
    sandbox.fail({"status": 302, "headers": {"Location": "http://127.0.0.1:9/"}, "body": ""})
    with pytest.raises(AnswerError, match="answered 302, which the service does not document"):
        client.get(PRESET, "a preset")


def test_a_401_renews_the_token_once(sandbox: RunningSandbox, client: ServiceClient) -> None:
    """One renewal, then the credentials are refused."""
    client.get(PRESET, "a preset")
    sandbox.fail({"status": 401, "times": 1})
    assert client.get(PRESET, "a preset").status_code == 200
    sandbox.fail({"status": 401, "times": 2})
    with pytest.raises(CredentialsError, match="refuses the credentials for a preset"):
        client.get(PRESET, "a preset")


def test_a_token_is_renewed_before_it_ends(tmp_path: Path, waits: Waits) -> None:
    """Tokens of two seconds: no request is ever refused."""
    with (
        running_sandbox(write_seed(tmp_path, company_seed()), "--token-seconds", "2") as sandbox,
        ServiceClient(sandbox.service, sandbox.credentials, sleep=waits) as client,
    ):
        for _ in range(6):
            client.get(PRESET, "a preset")
            time.sleep(0.5)
        assert statuses(sandbox) == [200] * 6


def test_wrong_credentials(sandbox: RunningSandbox) -> None:
    """Wrong secret, wrong token, wrong company: each says what to look at, and no secret."""
    wrong = Credentials(client_id="sandbox", client_secret=Secret("hunter2"))
    with ServiceClient(sandbox.service, wrong) as client, pytest.raises(CredentialsError) as raised:
        client.get(PRESET, "a preset")
    assert "check both" in raised.value.message
    assert "hunter2" not in raised.value.message
    token = Credentials(access_token=Secret("hunter2"))
    with (
        ServiceClient(sandbox.service, token) as client,
        pytest.raises(CredentialsError, match="RECONCILER_ACCESS_TOKEN"),
    ):
        client.get(PRESET, "a preset")
    other = Service(company_id="1", api_url=sandbox.address, auth_url=sandbox.address)
    with (
        ServiceClient(other, sandbox.credentials) as client,
        pytest.raises(RequestRefusedError, match="Procore-Company-Id"),
    ):
        client.get(PRESET, "a preset")
    elsewhere = Service(company_id="4211", api_url=sandbox.address, auth_url=f"{sandbox.address}/_sandbox/requests?")
    with (
        ServiceClient(elsewhere, sandbox.credentials) as client,
        pytest.raises(CredentialsError, match="did not answer with a token"),
    ):
        client.get(PRESET, "a preset")


@pytest.mark.parametrize("token", ["", "a b", "SECRET\\n", "é"])
def test_a_token_no_header_could_hold_is_not_shown(sandbox: RunningSandbox, token: str) -> None:
    """It would end up in an error message."""
    answer = FakeAnswers(f'{{"access_token": "{token}"}}')
    with answer as address:
        service = Service(company_id="4211", api_url=sandbox.address, auth_url=address)
        with ServiceClient(service, sandbox.credentials) as client, pytest.raises(CredentialsError) as raised:
            client.get(PRESET, "a preset")
    assert raised.value.message == f"{address}/oauth/token did not answer with a token; check auth_url"


def test_a_token_service_that_is_down_loses_no_write(sandbox: RunningSandbox, waits: Waits) -> None:
    """Nothing was sent, so nothing is unknown."""
    with FakeAnswers("", status=503) as address:
        service = Service(company_id="4211", api_url=sandbox.address, auth_url=address)
        with ServiceClient(service, sandbox.credentials, writes=True, sleep=waits) as client:
            with pytest.raises(UnreachableError) as raised:
                client.patch(PRESET, {}, "writing")
            assert not isinstance(raised.value, AnswerLostError)
    service = Service(company_id="4211", api_url=sandbox.address, auth_url="http://127.0.0.1:9")
    with ServiceClient(service, sandbox.credentials, writes=True, sleep=waits) as client:
        with pytest.raises(UnreachableError, match="the token: cannot reach") as raised:
            client.patch(PRESET, {}, "writing")
        assert not isinstance(raised.value, AnswerLostError)


def test_an_error_that_repeats_the_token_does_not_show_it() -> None:
    """Whatever the service says."""
    credentials = Credentials(access_token=Secret("hunter2token"))
    with FakeAnswers('{"error": {"message": "no rights for hunter2token"}}', status=403) as address:
        service = Service(company_id="1", api_url=address, auth_url=address)
        with ServiceClient(service, credentials) as client, pytest.raises(RequestRefusedError) as raised:
            client.get("/x", "a thing")
    assert raised.value.message == "a thing: refused with 403: no rights for …"


@pytest.mark.parametrize(("code", "words"), [('"403"', ""), ("403", ""), ('"blocked"', "blocked; ")])
def test_a_code_is_told_once(code: str, words: str) -> None:
    """The service's own code is often the status again."""
    credentials = Credentials(access_token=Secret("hunter2token"))
    body = f'{{"error": {{"code": {code}, "message": "the header is missing", "details": []}}}}'
    with FakeAnswers(body, status=403) as address:
        service = Service(company_id="1", api_url=address, auth_url=address)
        with ServiceClient(service, credentials) as client, pytest.raises(RequestRefusedError) as raised:
            client.get("/x", "a thing")
    assert raised.value.message == f"a thing: refused with 403: {words}the header is missing"


class FakeAnswers:
    """A real server that answers everything alike."""

    def __init__(self, body: str, *, status: int = 200) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            do_POST = do_GET  # noqa: N815 - the name the server looks for

            def log_message(self, *_arguments: object) -> None:
                """Report nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def test_a_429_waits_for_the_reset(sandbox: RunningSandbox) -> None:
    """As long as Retry-After says, and then the request is repeated; for ever it is not."""
    now = [0.0]
    waiting = ServiceClient(
        sandbox.service, sandbox.credentials, clock=lambda: now[0], sleep=lambda s: now.__setitem__(0, now[0] + s)
    )
    with waiting:
        sandbox.fail({"status": 429, "times": 2, "headers": {"Retry-After": "9"}})
        assert waiting.get(PRESET, "a preset").status_code == 200
        assert now[0] >= 18
        sandbox.fail({"status": 429, "times": 9})
        with pytest.raises(RateLimitError, match="stayed over its rate limit for 5 attempts"):
            waiting.get(PRESET, "a preset")


def test_pacing_by_the_headers_meets_no_429(tmp_path: Path) -> None:
    """Thirty requests with a spike limit of twelve: two waits, no refusal."""
    with (
        running_sandbox(write_seed(tmp_path, company_seed()), "--rate-limit", "3600,12") as sandbox,
        ServiceClient(sandbox.service, sandbox.credentials) as client,
    ):
        started = time.monotonic()
        threads = [
            threading.Thread(target=lambda: [client.get(PRESET, "a preset") for _ in range(6)]) for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - started
        assert statuses(sandbox) == [200] * 18
        assert took > 5


def test_nobody_there() -> None:
    """No connection is told with the address, after a few attempts."""
    service = Service(company_id="1", api_url="http://127.0.0.1:9", auth_url="http://127.0.0.1:9")
    credentials = Credentials(access_token=Secret("hunter2token"))
    waits = Waits()
    with (
        ServiceClient(service, credentials, sleep=waits) as client,
        pytest.raises(UnreachableError, match=r"cannot reach http://127\.0\.0\.1:9: .*refused; check the address"),
    ):
        client.get("/x", "a thing")
    assert len(waits.seconds) == 4


def test_a_lost_answer_of_a_read_is_repeated(sandbox: RunningSandbox, client: ServiceClient) -> None:
    """A connection that ends in the middle of an answer."""
    sandbox.fail({"status": 0})
    assert client.get(PRESET, "a preset").status_code == 200


def test_answers_that_are_not_what_is_documented(sandbox: RunningSandbox, client: ServiceClient) -> None:
    """HTML with 200, JSON of another shape, a preset without groups: errors, never empty lists."""
    reader = Reader(client, lambda _progress: None, now=now)
    bodies = [
        ("<html>", "text/html", "the answer is not JSON but 'text/html; charset=utf-8'; is a proxy in between?"),
        ('{"data": []}', "application/json", "Expected `object`, got `array` - at `$.data`"),
        ('{"data": {"id": "32", "template": {"id": "11"}}}', "application/json", "responsible_group_memberships"),
        ('{"x": ' + "[" * 100_000, "application/json", "the answer is not JSON"),
        ('{"data": {"id": 32}}', "application/json", "Expected `str`, got `int` - at `$.data.id`"),
    ]
    for body, content_type, words in bodies:
        sandbox.fail({"status": 200, "body": body, "content_type": content_type})
        with pytest.raises(AnswerError) as raised:
            reader.preset("1042", "32")
        assert words in raised.value.message
    sandbox.fail(
        {"status": 200, "body": '{"data": {"id": "9", "template": {"id": "11"}, "responsible_group_memberships": []}}'}
    )
    with pytest.raises(AnswerError, match="the answer is about preset 9"):
        reader.preset("1042", "32")


def with_link(
    address: str, *, total: str | None = "2", items: str = '{"id": "11", "name": "a", "tool_type": "t"}'
) -> dict[str, Any]:
    """Return a fault: one page of templates that says there is another at an address."""
    headers = {"Link": f'<{address}>; rel="next"'} if address else {}
    if total is not None:
        headers["Total"] = total
    return {"path": "/templates", "status": 200, "body": f'{{"data": [{items}]}}', "headers": headers}


def test_a_next_page_elsewhere_is_not_followed(sandbox: RunningSandbox, client: ServiceClient) -> None:
    """The token would go there."""
    reader = Reader(client, lambda _progress: None, now=now)
    for address in ("http://evil.test/x", "https://127.0.0.1/x", "http://127.0.0.1:1/x"):
        sandbox.fail(with_link(address))
        with pytest.raises(AnswerError, match="at another host"):
            reader.catalogue(with_projects=False, fields=frozenset())
    sandbox.fail(with_link("http://127.0.0.1:port/"))
    with pytest.raises(AnswerError, match="cannot be read"):
        reader.catalogue(with_projects=False, fields=frozenset())


def test_half_a_list_is_no_list(sandbox: RunningSandbox, client: ServiceClient) -> None:
    """Counts that do not add up, zero of many, and items twice, each also when the list is read again."""
    reader = Reader(client, lambda _progress: None, now=now)
    one = '{"id": "11", "name": "a", "tool_type": "t"}'
    cases = [
        (with_link("", total="2"), "1 items arrived where 2 were promised"),
        (with_link("", total="7", items=""), "0 items arrived where 7 were promised"),
        (with_link("", total="2", items=f"{one}, {one}"), "11 arrived twice"),
    ]
    for fault, words in cases:
        sandbox.fail({**fault, "times": 2})
        with pytest.raises(AnswerError, match=words):
            reader.catalogue(with_projects=False, fields=frozenset())
    sandbox.fail(with_link("", total=None))
    assert len(reader.catalogue(with_projects=False, fields=frozenset()).templates) == 1
    sandbox.fail(with_link("", total="1", items='{"id": "../x", "name": "a", "tool_type": "t"}'))
    with pytest.raises(AnswerError, match=r"does not match pattern|matching regex"):
        reader.catalogue(with_projects=False, fields=frozenset())
    shifted = '{"data": [{"id": "39", "template": {"id": "12"}}, {"id": "39", "template": {"id": "12"}}]}'
    sandbox.fail({"path": "presets[?]", "status": 200, "body": shifted, "headers": {"Total": "2"}, "times": 2})
    with pytest.raises(AnswerError, match="39 arrived twice"):
        reader.presets([Wanted(Place("1042", Tool("invoice")), frozenset({"11"}))])


def test_pages_that_lead_in_a_circle_end(sandbox: RunningSandbox, client: ServiceClient) -> None:
    """The first page again brings nothing new."""
    sandbox.fail({**with_link(f"{TEMPLATES}?per_page=100", total="5"), "times": 9})
    with pytest.raises(AnswerError, match="1 items arrived, and the pages lead in a circle"):
        Reader(client, lambda _progress: None, now=now).catalogue(with_projects=False, fields=frozenset())


def test_a_408_asks_for_smaller_pages(sandbox: RunningSandbox, client: ServiceClient) -> None:
    """From 100 down to 10, then it is given up."""
    reader = Reader(client, lambda _progress: None, now=now)
    sandbox.fail({"path": "/templates", "status": 408, "times": 3})
    assert len(reader.catalogue(with_projects=False, fields=frozenset()).templates) == 2
    asked = [one["query"] for one in sandbox.log()]
    assert asked == ["per_page=100", "per_page=50", "per_page=25", "per_page=10"]
    sandbox.fail({"path": "/templates", "status": 408, "times": 9})
    with pytest.raises(UnreachableError, match="even small pages"):
        reader.catalogue(with_projects=False, fields=frozenset())
    sandbox.fail({"status": 408, "times": 9})
    with pytest.raises(UnreachableError, match=r"took too long \(408\)"):
        reader.preset("1042", "32")
    with pytest.raises(TooLong):
        client.get(PRESET, "a preset")


def test_projects_of_another_shape(sandbox: RunningSandbox, client: ServiceClient) -> None:
    """A project without a name is not what is documented."""
    sandbox.fail({"path": "/projects", "status": 200, "body": '[{"id": 1}]', "headers": {"Total": "1"}})
    with pytest.raises(AnswerError, match="missing required field `name`"):
        Reader(client, lambda _progress: None, now=now).catalogue(with_projects=True, fields=frozenset())


def test_what_is_refused_one_by_one_is_unreadable_and_the_rest_is_read(
    sandbox: RunningSandbox, client: ServiceClient
) -> None:
    """A list or a preset that is refused is named; two presets of one template are too many."""
    wanted = [
        Wanted(Place("1041", Tool("invoice")), frozenset({"11"})),
        Wanted(Place("1042", Tool("invoice")), frozenset({"11"})),
    ]
    reader = Reader(client, lambda _progress: None, now=now)
    sandbox.fail({"path": "1041/workflows/presets[?]", "status": 403}, {"path": "presets/32", "status": 404})
    presets, unreadable = reader.presets(wanted)
    assert presets == []
    assert sorted((one.project_id, one.template_id, one.reason.partition(":")[0]) for one in unreadable) == [
        ("1041", None, "the list of invoice presets of project 1041"),
        ("1042", "11", "preset 32 of project 1042"),
    ]
    item = '{"id": "32", "template": {"id": "11"}}'
    twice = f'{{"data": [{item}, {item.replace("32", "39")}]}}'
    sandbox.fail({"path": "presets[?]", "status": 200, "body": twice, "headers": {"Total": "2"}})
    presets, unreadable = reader.presets(wanted[1:])
    assert [one.id for one in presets] == ["32"]
    assert unreadable[0].reason.endswith("shows template 11 twice")


def test_a_preset_that_changes_its_template_meanwhile(sandbox: RunningSandbox, client: ServiceClient) -> None:
    """What moves while it is read is read again by running again."""
    listed = '{"data": [{"id": "32", "template": {"id": "12"}}]}'
    sandbox.fail({"path": "presets[?]", "status": 200, "body": listed, "headers": {"Total": "1"}})
    with pytest.raises(AnswerError, match="changed its template"):
        Reader(client, lambda _progress: None, now=now).presets(
            [Wanted(Place("1042", Tool("invoice")), frozenset({"12"}))]
        )


def test_a_failure_in_one_thread_ends_the_others(sandbox: RunningSandbox, client: ServiceClient) -> None:
    """The first failure is the one told; nobody goes on asking."""
    sandbox.fail({"path": "presets/", "status": 200, "body": "<", "times": 99})
    wanted = [
        Wanted(Place("1041", Tool("invoice")), frozenset({"11"})),
        Wanted(Place("1042", Tool("invoice")), frozenset({"11"})),
    ] * 40
    with pytest.raises(AnswerError, match="not JSON"):
        Reader(client, lambda _progress: None, now=now).presets(wanted)
    assert len(sandbox.log()) < 80


def test_progress_is_told(sandbox: RunningSandbox) -> None:
    """Each step says how far it is, and what it cost so far."""
    told: list[Progress] = []
    with ServiceClient(sandbox.service, sandbox.credentials) as client:
        Reader(client, told.append, now=now).presets([Wanted(Place("1042", Tool("invoice")), frozenset({"11"}))])
    assert [(one.step, one.done, one.total) for one in told] == [("presets", 0, 1), ("presets", 1, 1)]
    assert told[-1].requests == 2


def test_a_write_is_sent_once(sandbox: RunningSandbox, waits: Waits) -> None:
    """Server errors and lost answers are never repeated blindly; a 429 is, since nothing was done."""
    with ServiceClient(sandbox.service, sandbox.credentials, writes=True, sleep=waits) as client:
        preset = Reader(client, lambda _progress: None, now=now).preset("1042", "32")
        groups = {group.uuid: tuple(person.id for person in group.members) for group in preset.groups}
        write = Writer(client).replace_assignees
        for fault, error in (
            ({"status": 502}, AnswerLostError),
            ({"status": 0, "carried_out": True}, AnswerLostError),
            ({"status": 408}, AnswerLostError),
            ({"status": 520, "carried_out": True}, AnswerLostError),
            ({"status": 302, "carried_out": True}, AnswerLostError),
            ({"status": 200, "body": "junk", "headers": {"Content-Encoding": "gzip"}}, AnswerLostError),
            ({"status": 422}, RequestRefusedError),
            ({"status": 429, "times": 9}, RateLimitError),
        ):
            sandbox.log(forget=True)
            sandbox.fail({"method": "PATCH", **fault})
            with pytest.raises(error):
                write(preset, groups, "7")
            assert len(sandbox.log()) == (5 if error is RateLimitError else 1)
        sandbox.log(forget=True)
        sandbox.fail({"method": "PATCH", "status": 429})
        write(preset, groups, "7")
        assert statuses(sandbox) == [429, 200]
        body = sandbox.log()[-1]["body"]
    assert body == {
        "workflow_manager_id": "7",
        "responsible_group_memberships": [{"uuid": uuid, "login_ids": list(ids)} for uuid, ids in groups.items()],
        "individual_assignees": [],
    }


def test_a_stopped_client_asks_no_more(sandbox: RunningSandbox) -> None:
    """Whoever still asks is ended, also in the middle of a wait."""
    with ServiceClient(sandbox.service, sandbox.credentials) as client:
        sandbox.fail({"status": 503, "headers": {"Retry-After": "60"}})
        threading.Timer(0.3, client.stop).start()
        started = time.monotonic()
        with pytest.raises(Interrupted):
            client.get(PRESET, "a preset")
        with pytest.raises(Interrupted):
            client.get(PRESET, "a preset")
        assert time.monotonic() - started < 10


def test_a_stopped_client_ends_a_request_that_nobody_answers(sandbox: RunningSandbox) -> None:
    """A request under way in another thread ends at once, and so does each one after it."""
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connections are taken, and nothing is ever read
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        service = msgspec.structs.replace(sandbox.service, api_url=address)
        with ServiceClient(service, sandbox.credentials) as client:
            threading.Timer(0.5, client.stop).start()
            started = time.monotonic()
            for _ in range(2):
                with pytest.raises(Interrupted):
                    client.get(PRESET, "a preset")
            assert time.monotonic() - started < 3


def test_an_undecodable_answer_is_an_answer_error(sandbox: RunningSandbox, client: ServiceClient) -> None:
    """A content encoding that is not what it says."""
    sandbox.fail({"status": 200, "body": "not gzip", "headers": {"Content-Encoding": "gzip"}})
    with pytest.raises((AnswerError, UnreachableError)):
        client.get(PRESET, "a preset")
    assert isinstance(client._client(), httpx.Client)


@pytest.mark.parametrize(("subtype", "read"), [("7", 7), ('"7"', 7), ("null", None)])
def test_a_subtype_is_a_number_however_it_is_spelled(
    sandbox: RunningSandbox, client: ServiceClient, subtype: str, read: int | None
) -> None:
    """Requests take an integer; an answer may give it as text."""
    item = f'{{"id": "11", "name": "a", "tool_type": "t", "tool_subtype": {subtype}, "assigned_projects_count": 3}}'
    sandbox.fail(with_link("", total="1", items=item))
    (template,) = Reader(client, lambda _progress: None, now=now).catalogue(with_projects=False, fields=None).templates
    assert (template.tool, template.assigned_projects_count) == (Tool("t", read), 3)


def test_a_long_wait_is_told_of(sandbox: RunningSandbox) -> None:
    """When it begins and once a minute, with what is left; a short one is not."""
    now, told, slept = [0.0], list[float](), list[float]()

    def sleep(seconds: float) -> None:
        now[0] += seconds
        slept.append(seconds)

    waiting = ServiceClient(sandbox.service, sandbox.credentials, clock=lambda: now[0], sleep=sleep, waits=told.append)
    with waiting:
        sandbox.fail({"status": 429, "times": 1, "headers": {"Retry-After": "150"}})
        assert waiting.get(PRESET, "a preset").status_code == 200
        assert [round(one, -1) for one in told] == [150, 90, 30]
        assert max(slept) <= 60
        told.clear()
        sandbox.fail({"status": 429, "times": 1, "headers": {"Retry-After": "5"}})
        assert waiting.get(PRESET, "a preset").status_code == 200
        assert told == []
