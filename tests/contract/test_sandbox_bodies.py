"""Bodies of requests, good ones and bad ones, held against the sandbox in the same process and over a socket."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.support.caller import ASSIGNEES, CREDENTIALS, PRESET, WHOLE, memberships

if TYPE_CHECKING:
    import httpx

    from tests.support.caller import Caller, Starter

MEBIBYTE = 1024 * 1024


def ask(call: Caller, content: bytes, kind: str | None) -> httpx.Response:
    """Ask for a token with a body of some kind."""
    headers = {} if kind is None else {"Content-Type": kind}
    return call.http.post("/oauth/token", content=content, headers=headers)


def multipart(fields: dict[str, str]) -> tuple[bytes, str]:
    """Return a multipart form and its type."""
    parts = [
        f'--xyz\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()
    ]
    return ("".join(parts) + "--xyz--\r\n").encode(), "multipart/form-data; boundary=xyz"


def test_tokens_by_three_kinds_of_bodies(make: Starter) -> None:
    """Section 3: urlencoded, multipart or JSON give a bearer token, whose life is a whole number of seconds."""
    call = make(token_seconds=90.5)
    urlencoded = urlencode(CREDENTIALS).encode()
    for content, kind in (
        (urlencoded, "application/x-www-form-urlencoded"),
        (urlencoded, None),
        multipart(CREDENTIALS),
        (json.dumps(CREDENTIALS).encode(), "application/json; charset=utf-8"),
        (json.dumps({**CREDENTIALS, "scope": None, "more": {}}).encode(), "application/json"),
    ):
        answer = ask(call, content, kind)
        told = answer.json()
        assert answer.status_code == 200, told
        assert set(told) == {"access_token", "token_type", "expires_in", "created_at"}
        assert (told["token_type"], told["expires_in"], type(told["expires_in"])) == ("bearer", 90, int)
        assert call("GET", PRESET, Authorization=f"Bearer {told['access_token']}").status_code == 200


def test_no_token_for_bad_bodies(call: Caller) -> None:
    """400 for what cannot be read or asks for another grant, 401 for wrong credentials; always JSON with a reason."""
    wrong = multipart({**CREDENTIALS, "client_secret": "x"})
    asked = [
        (urlencode({**CREDENTIALS, "client_secret": "x"}).encode(), None, (401, "invalid_client")),
        (urlencode({**CREDENTIALS, "client_id": "x"}).encode(), None, (401, "invalid_client")),
        (*wrong, (401, "invalid_client")),
        (json.dumps({**CREDENTIALS, "client_id": 1}).encode(), "application/json", (401, "invalid_client")),
        (urlencode({**CREDENTIALS, "grant_type": "password"}).encode(), None, (400, "unsupported_grant_type")),
        (b"", None, (400, "unsupported_grant_type")),
        (b"\xff\xfe", None, (400, "invalid_request")),
        (b"grant_type=%ff", None, (400, "invalid_request")),
        (b"{", "application/json", (400, "invalid_request")),
        (b"[]", "application/json", (400, "invalid_request")),
        (b"[" * 100_000, "application/json", (400, "invalid_request")),
        (b"no form", "multipart/form-data; boundary=xyz", (400, "invalid_request")),
        (b"no form", "multipart/form-data", (400, "invalid_request")),
        (b"--xyz\r\n\r\n\xff\r\n--xyz--", "multipart/form-data; boundary=xyz", (400, "unsupported_grant_type")),
        (b"x" * (MEBIBYTE + 1), None, (413, "invalid_request")),
    ]
    for content, kind, expected in asked:
        answer = ask(call, content, kind)
        assert (answer.status_code, answer.json()["error"]) == expected, content[:40]
        assert answer.json()["error_description"]


UNREADABLE = [
    b"", b"{", b"nothing", b"\xff", b'{"default": true}x', b'{"default": NaN}', b'{"default": "\\ud800"}',
    b'{"workflow_manager_id": "\xed\xa0\x80"}', b'{"\\udc00": 1}', b"[" * 100_000, b'{"a":' * 50_000, b"9" * 5000,
    b'{"default": 1e999}', "{'default': true}".encode("utf-16"),
]  # fmt: skip
MISSHAPEN: list[Any] = [
    None, True, 1, "text", [], [[]], {"default": None}, {"default": "true"}, {"default": 10**30}, {"x": {}},
    {"responsible_group_memberships": "pm"}, {"responsible_group_memberships": [None]},
    {"responsible_group_memberships": [[]]}, {"responsible_group_memberships": [{"uuid": "pm"}]},
    {"responsible_group_memberships": [{"uuid": {}, "login_ids": []}]},
    {"responsible_group_memberships": [{"uuid": "pm", "login_ids": {}}]},
    {"responsible_group_memberships": [{"uuid": "pm", "login_ids": [["1"]]}]},
    {"responsible_group_memberships": [{"uuid": "pm", "login_ids": [10**30]}]},
    {"responsible_group_memberships": [{"uuid": "pm", "login_ids": ["1"], "more": 1}]},
    {"individual_assignees": {}}, {"individual_assignees": [{"step_uuid": [], "logins": []}]},
    {"individual_assignees": [{"step_uuid": "s", "logins": ["1"]}]},
    {"individual_assignees": [{"step_uuid": "s", "logins": [{"id": 1}]}]},
    {"individual_assignees": [{"step_uuid": "s", "logins": [{"id": "1", "role_type": ["responder"]}]}]},
    {"individual_assignees": [{"step_uuid": "s", "logins": [{"id": "1", "login": "ann@acme.test"}]}]},
    {"workflow_manager_id": {}}, {"workflow_manager_id": "\x00"}, {"workflow_manager_id": "9" * 100_000},
    memberships(**{"\x00": []}), memberships(**{**WHOLE, "pm": ["'; DROP TABLE preset; --"]}),
]  # fmt: skip


@pytest.mark.parametrize("path", [PRESET, ASSIGNEES])
def test_bad_bodies_are_refused_and_never_stored(call: Caller, path: str) -> None:
    """What is no JSON is a 400, what has another shape a 422, what is too large a 413; nothing changes by it."""
    before = call("GET", PRESET).json()
    bodies = [(content, 400) for content in UNREADABLE] + [(json.dumps(one).encode(), 422) for one in MISSHAPEN]
    bodies += [(b" " * MEBIBYTE + b"{}", 413), (b"[" * (3 * MEBIBYTE), 413)]
    for content, status in bodies:
        answer = call("PATCH", path, content=content, Content_Type="application/json")
        assert (answer.status_code, set(answer.json()) <= {"error", "errors"}) == (status, True), content[:80]
        assert len(answer.content) < 500
    assert call("GET", PRESET).json() == before
    log = call.http.get("/_sandbox/requests").json()["log"]
    assert {one["status"] for one in log} == {200, 400, 413, 422}


def test_the_largest_body_is_taken(call: Caller) -> None:
    """One mebibyte, blanks included."""
    body = json.dumps({"workflow_manager_id": "1"}).encode()
    assert call("PATCH", ASSIGNEES, content=body.rjust(MEBIBYTE)).status_code == 200


def test_bad_faults_are_refused(call: Caller) -> None:
    """The control is as strict: what could not be shown is refused, and nothing is shown by it."""
    good = {"status": 200, "headers": {"X-A": "b"}, "content_type": "text/html", "body": "<p>"}
    assert call.http.put("/_sandbox/faults", json=[good]).status_code == 204
    for content, status in (
        (b"{", 400),
        (b"[[]]", 422),
        (b"{}", 422),
        *(
            (json.dumps([one]).encode(), 422)
            for one in ({"x": 1}, {"status": 100}, {"status": 600}, {"status": "500"}, {"path": "("}, {"times": 1.5},
                        {"headers": {"X": "a\nb"}}, {"headers": {"é": "a"}}, {"content_type": "ü"})
        ),
    ):  # fmt: skip
        assert call.http.put("/_sandbox/faults", content=content).status_code == status, content
    shown = call("GET", PRESET)
    assert (shown.text, shown.headers["X-A"]) == ("<p>", "b")
    call.http.put("/_sandbox/faults", json=[{"status": 204}])
    assert (call("GET", PRESET).status_code, call("GET", PRESET).status_code) == (204, 200)
