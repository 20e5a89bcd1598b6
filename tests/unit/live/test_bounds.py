"""Answers without end, and answers that repeat a secret: the client against a server that sends any bytes."""

from __future__ import annotations

import base64
import functools
import gzip
import itertools
import os
import shutil
import socket
import ssl
import subprocess
import time
import tracemalloc
import zlib
from typing import TYPE_CHECKING, Any

import httpcore
import pytest

from reconciler.errors import (
    AnswerError,
    AnswerLostError,
    RequestRefusedError,
    ServiceError,
    UnreachableError,
)
from reconciler.live.bodies import BodyError, read_body
from reconciler.live.client import ServiceClient
from reconciler.live.deadline import Deadline
from reconciler.live.pages import WORKFLOWS, read_pages
from reconciler.live.reader import Reader
from reconciler.live.transport import ANSWER_BYTES, ERROR_BYTES
from reconciler.live.wire import TemplateItem
from reconciler.model.masks import hide
from reconciler.model.service import Credentials, Secret, Service
from reconciler.settings.network import read_network
from tests.support.runs import now
from tests.support.wire import answer, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

SECRET = "hunter2+token/of=Kim"
WITH_TOKEN = Credentials(access_token=Secret(SECRET))
WITH_SECRET = Credentials(client_id="us", client_secret=Secret(SECRET))
SHORT = 0.25
MEBIBYTE = bytes(1024 * 1024)
GZIP = {"Content_Encoding": "gzip"}


def a_client(address: str, credentials: Credentials = WITH_TOKEN, **options: Any) -> ServiceClient:
    """Return a client that does not wait between its attempts."""
    service = Service(company_id="1", api_url=address, auth_url=address)
    network = read_network(os.environ, address)
    return ServiceClient(service, credentials, sleep=lambda _seconds: None, network=network, **options)


def zeros(mebibytes: int) -> Iterator[bytes]:
    """Yield many bytes."""
    for _ in range(mebibytes):
        yield MEBIBYTE


@functools.cache
def packed(kind: str, mebibytes: int) -> bytes:
    """Return a few bytes that unpack to many."""
    window = {"gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS, "raw": -zlib.MAX_WBITS}[kind]
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    return b"".join(packer.compress(part) for part in zeros(mebibytes)) + packer.flush()


def chunked(parts: Iterable[bytes], **headers: str) -> Iterator[bytes]:
    """Yield an answer of unknown length."""
    names = {"Transfer_Encoding": "chunked", **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in names.items())
    yield f"HTTP/1.1 200 OK\r\n{head}\r\n".encode()
    for part in parts:
        if part:
            yield f"{len(part):x}\r\n".encode() + part + b"\r\n"
    yield b"0\r\n\r\n"


def packed_forever() -> Iterator[bytes]:
    """Yield zeros without end, stored rather than packed."""
    packer = zlib.compressobj(0, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    for part in forever(MEBIBYTE):
        yield packer.compress(part)


def with_more_behind() -> Iterator[bytes]:
    """Yield something that is packed, and bytes without end behind it."""
    yield gzip.compress(b"{}")
    yield from forever(MEBIBYTE)


def forever(part: bytes, pause: float = 0.0) -> Iterator[bytes]:
    """Yield the same without end."""
    while True:
        yield part
        time.sleep(pause)


@pytest.mark.parametrize("kind", ["gzip", "deflate", "raw"])
def test_a_bomb_is_not_unpacked(kind: str) -> None:
    """A few hundred kilobytes for many megabytes: refused at the bound, without ever holding much more."""
    bomb = packed(kind, 300)
    assert len(bomb) < len(MEBIBYTE)
    encoding = "gzip" if kind == "gzip" else "deflate"
    with serving(lambda _asked: answer(bomb, Content_Encoding=encoding)) as wire, a_client(wire.address) as client:
        tracemalloc.start()
        try:
            with pytest.raises(AnswerError, match="a thing: the answer is larger than 67,108,864 bytes"):
                client.get("/x", "a thing")
            assert tracemalloc.get_traced_memory()[1] < 2 * ANSWER_BYTES
        finally:
            tracemalloc.stop()
    assert len(wire.asked) == 1


def test_an_answer_may_be_as_large_as_the_bound() -> None:
    """One byte more is too much, packed or not."""
    most = ANSWER_BYTES // 1024 // 1024
    bodies = {"/gzip": answer(packed("gzip", most), Content_Encoding="gzip"), "/plain": answer(b"".join(zeros(most)))}
    bodies["/more"] = answer(b"".join(zeros(most)) + b"1")
    with serving(lambda asked: bodies[asked.removeprefix("GET ")]) as wire, a_client(wire.address) as client:
        for path in ("/gzip", "/plain"):
            assert len(client.get(path, "a thing").content) == ANSWER_BYTES
        with pytest.raises(AnswerError, match="is larger than"):
            client.get("/more", "a thing")


@pytest.mark.parametrize("kind", ["plain", "gzip", "behind"])
def test_a_body_without_end_ends(kind: str) -> None:
    """Chunks without end, as they are, within gzip, and behind the end of what is packed."""
    bodies = {"plain": (forever(MEBIBYTE), {}), "gzip": (packed_forever(), GZIP), "behind": (with_more_behind(), GZIP)}
    parts, headers = bodies[kind]
    with (
        serving(lambda _asked: chunked(parts, **headers)) as wire,
        a_client(wire.address) as client,
        pytest.raises(AnswerError, match="is larger than"),
    ):
        client.get("/x", "a thing")


OK = b"HTTP/1.1 200 OK\r\n"
TRICKLES: dict[str, Callable[[], Iterator[bytes]]] = {
    "body": lambda: chunked(forever(b" ", 0.05)),
    "headers": lambda: trickling(OK, b"X: 1\r\n"),
    "hints": lambda: trickling(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "length": lambda: trickling(OK + b"Content-Length: 99\r\n\r\n", b" "),
}


def trickling(start: bytes, part: bytes) -> Iterator[bytes]:
    """Yield a start, then the same part slowly, for ten seconds: without a deadline a test fails, and does not hang."""
    yield start
    yield from itertools.islice(forever(part, 0.05), 200)


@pytest.mark.parametrize("kind", TRICKLES)
def test_an_answer_that_trickles_ends(kind: str) -> None:
    """Each byte comes in time and the whole never does: the time of the whole request counts."""
    with (
        serving(lambda _asked: TRICKLES[kind]()) as wire,
        a_client(wire.address, seconds=SHORT) as client,
    ):
        started = time.monotonic()
        with pytest.raises(UnreachableError, match=r"a thing: cannot reach .*: no whole answer within 0\.25 seconds"):
            client.get("/x", "a thing")
        assert 5 * SHORT <= time.monotonic() - started < 20 * SHORT
    assert len(wire.asked) == 5


def test_a_deadline_leaves_no_wait_when_it_is_over() -> None:
    """Each wait is the shorter of its own and what is left."""
    deadline = Deadline(50)
    deadline.start()
    assert 40 < deadline.limit(None) <= 50
    assert deadline.limit(3) == 3
    assert not deadline.passed()
    over = Deadline(0)
    over.start()
    assert over.passed()
    with pytest.raises(httpcore.TimeoutException):
        over.limit(3)


def test_a_server_that_takes_nothing_in_is_left() -> None:
    """A request that is never read ends as well, and an answer that never begins."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with a_client(address, seconds=SHORT, writes=True) as client:
            with pytest.raises(AnswerLostError, match=r"no whole answer within 0\.25 seconds"):
                client.patch("/x", {"filling": "x" * 20_000_000}, "writing")
            with pytest.raises(UnreachableError, match=r"no whole answer within 0\.25 seconds"):
                client.get("/x", "a thing")


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Return a server's side of TLS, with a certificate that the client trusts by its environment."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    return context


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl")
def test_the_same_bounds_hold_within_tls(certificate: ssl.SSLContext) -> None:
    """A whole answer, one that trickles, and a handshake that never comes."""
    with serving(lambda asked: answer("{}") if asked == "GET /x" else TRICKLES["body"](), certificate) as wire:
        with a_client(wire.address, seconds=2) as client:
            assert client.get("/x", "a thing").content == b"{}"
        with a_client(wire.address, seconds=SHORT) as client, pytest.raises(UnreachableError, match="no whole answer"):
            client.get("/slow", "a thing")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with a_client(address, seconds=SHORT) as client, pytest.raises(UnreachableError, match="no whole answer"):
            client.get("/x", "a thing")


def test_a_slow_answer_to_a_write_is_a_lost_one() -> None:
    """The write may have happened: neither a trickle nor a bomb is repeated."""
    large = answer(packed("gzip", 100), **GZIP)
    with (
        serving(lambda asked: large if asked.endswith("/large") else TRICKLES["body"]()) as wire,
        a_client(wire.address, seconds=SHORT, writes=True) as client,
    ):
        for path in ("/slow", "/large"):
            with pytest.raises(AnswerLostError):
                client.patch(path, {}, "writing")
    assert wire.asked == ["PATCH /slow", "PATCH /large"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            answer(packed("gzip", 100), **GZIP),
            r"did not answer with a token \(the answer is larger than 67,108,864 bytes\)",
        ),
        (answer(b"junk", **GZIP), r"did not answer with a token \(the answer cannot be unpacked\)"),
        (None, r"the token: cannot reach .*: no whole answer within 0\.25 seconds"),
    ],
    ids=["bomb", "junk", "trickle"],
)
def test_the_token_call_is_bounded_as_well(body: bytes | None, words: str) -> None:
    """The same bytes and the same time; nothing was written, so nothing is lost."""
    with (
        serving(lambda _asked: body or TRICKLES["body"]()) as wire,
        a_client(wire.address, WITH_SECRET, seconds=SHORT, writes=True) as client,
    ):
        with pytest.raises(ServiceError, match=words):
            client.get("/x", "a thing")
        with pytest.raises(ServiceError, match=words) as raised:
            client.patch("/x", {}, "writing")
        assert not isinstance(raised.value, AnswerLostError)
    assert set(wire.asked) == {"POST /oauth/token"}


def test_a_bomb_in_an_error_leaves_the_status() -> None:
    """Words of more than the bound are dropped; 403 stays a refusal and 503 is repeated."""
    large = answer(packed("gzip", 100), 403, **GZIP)
    plain = answer(b" " * ERROR_BYTES + b"{}", 403)
    with (
        serving(lambda asked: {"/large": large, "/plain": plain}.get(asked.removeprefix("GET "), b"")) as wire,
        a_client(wire.address) as client,
    ):
        for path in ("/large", "/plain"):
            with pytest.raises(RequestRefusedError) as raised:
                client.get(path, "a thing")
            assert raised.value.message == "a thing: refused with 403"
    turns = iter([answer(packed("gzip", 100), 503, **GZIP), answer(b"{}")])
    with serving(lambda _asked: next(turns)) as wire, a_client(wire.address) as client:
        assert client.get("/x", "a thing").content == b"{}"


@pytest.mark.parametrize(
    ("headers", "body", "words"),
    [
        ({"Content_Encoding": "br"}, b"x", "is packed in a way that nobody asked for"),
        ({"Content_Encoding": "gzip, gzip"}, b"x", "is packed in a way that nobody asked for"),
        (GZIP, gzip.compress(b"{}" * 99, mtime=0)[:-9], "cannot be unpacked"),
        (GZIP, b"junk", "cannot be unpacked"),
        ({"Content_Encoding": "deflate"}, b"\xff\xff", "cannot be unpacked"),
    ],
)
def test_a_body_that_cannot_be_unpacked(headers: dict[str, str], body: bytes, words: str) -> None:
    """Layers, kinds that nobody asked for, half a body, junk."""
    with (
        serving(lambda _asked: answer(body, **headers)) as wire,
        a_client(wire.address) as client,
        pytest.raises(AnswerError) as raised,
    ):
        client.get("/x", "a thing")
    assert raised.value.message == f"a thing: the answer {words}"


def test_bodies_arrive_as_they_were_sent() -> None:
    """Plain, packed in each way, in any pieces, and empty."""
    text = b"".join(str(number).encode() for number in range(20_000))
    for encoding, body in (
        ("", text),
        ("Identity", text),
        ("gzip", gzip.compress(text)),
        (" X-Gzip", gzip.compress(text)),
        ("deflate", zlib.compress(text)),
        ("deflate", zlib.compress(text)[2:-4]),
    ):
        for size in (2, 1000, len(body)):
            pieces = [body[start : start + size] for start in range(0, len(body), size)]
            assert read_body(pieces, encoding, len(text)) == text
            with pytest.raises(BodyError, match="is larger than"):
                read_body(pieces, encoding, len(text) - 1)
    assert read_body([], "gzip", 9) == b""


ECHOES = {
    "status line": f"HTTP/9.9 {SECRET}\r\n\r\n".encode(),
    "header line": f"HTTP/1.1 200 OK\r\n{SECRET}\r\n\r\n".encode(),
    "reason": answer(status=f"403 no rights for {SECRET}"),
    "reason of a 200": answer("<html>", status=f"200 {SECRET}"),
    "unknown status": answer(status=f"302 {SECRET}", Location=f"http://{SECRET}:x/"),
    "type": answer("<html>", Content_Type=f"text/{SECRET}"),
    "type in capitals": answer("<html>", Content_Type=f"text/{SECRET.upper()}"),
    "body": answer(f'{{"error": "{SECRET}"}}', 422),
    "body, encoded": answer('{"error": "hunter2%2Btoken%2Fof%3DKim"}', 422),
    "next page": answer('{"data": []}', Link=f'<http://{SECRET.lower().replace("/", ".")}/x>; rel="next"'),
    "id twice": answer('{"data": [ITEM, ITEM]}'.replace("ITEM", '{"id": "hunter2", "name": "a", "tool_type": "t"}')),
}


@pytest.mark.parametrize("kind", ECHOES)
def test_what_repeats_the_token_does_not_show_it(kind: str) -> None:
    """Wherever the service puts it: status line, reason, header, body, address."""
    with (
        serving(lambda _asked: ECHOES[kind]) as wire,
        a_client(wire.address, Credentials(access_token=Secret("hunter2" if kind == "id twice" else SECRET))) as client,
        pytest.raises(ServiceError) as raised,
    ):
        read_pages(client, "/x", list[TemplateItem], "a list", WORKFLOWS)
    assert "hunter2" not in raised.value.message.lower()


def test_the_client_secret_is_not_shown_either() -> None:
    """By the token call, and by any call after it."""
    token = answer('{"access_token": "good"}')
    for script in (
        lambda _asked: ECHOES["status line"],
        lambda _asked: ECHOES["reason"],
        lambda asked: token if asked.startswith("POST") else ECHOES["body"],
        lambda asked: token if asked.startswith("POST") else ECHOES["type"],
    ):
        with (
            serving(script) as wire,
            a_client(wire.address, WITH_SECRET) as client,
            pytest.raises(ServiceError) as raised,
        ):
            Reader(client, lambda _progress: None, now=now).catalogue(with_projects=False, fields=frozenset())
        assert "hunter2" not in raised.value.message


def test_secrets_are_hidden_and_nothing_else() -> None:
    """The longest form first, bearer tokens of anybody, login and query of any address."""
    assert hide("a b, Bearer abc", []) == "a b, …"
    secrets = [Secret(""), Secret("ab"), Secret("ab/c")]
    assert hide("ab/c ab%2Fc AB x access_token=zz", secrets) == "… … … x …"
    assert hide("at https://us:pw@h.test/x?key=1#y, and 'ftp://h?z'", []) == "at https://h.test/x and 'ftp://h'"


@pytest.mark.parametrize("status", ["407 SECRET", "SECRET"])
def test_a_proxy_that_repeats_its_password_does_not_show_it(monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    """A proxy's status line is quoted by the library; ours says the status alone."""
    login = base64.b64encode(b"us:hunter2").decode()
    with serving(lambda _asked: f"HTTP/1.1 {status.replace('SECRET', login)}\r\n\r\n".encode()) as wire:
        monkeypatch.setenv("HTTPS_PROXY", wire.address.replace("://", "://us:hunter2@"))
        monkeypatch.delenv("NO_PROXY", raising=False)
        with a_client("https://api.example.test") as client, pytest.raises(UnreachableError) as raised:
            client.get("/x", "a thing")
    assert "hunter2" not in raised.value.message
    assert login not in raised.value.message
    assert wire.asked[0] == "CONNECT api.example.test:443"
    assert ("the proxy refuses the connection (407)" in raised.value.message) is (status != "SECRET")
