"""Every request to GitHub against its official description, and commands against a mock server made from it.

The description is the package ``@octokit/openapi``, the mock server is Prism; both come from the npm registry.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from reconciler.errors import ForgeError
from reconciler.forge import open_forge
from reconciler.model.alerts import DriftIssue, IssueLine
from reconciler.model.review import CommitStatus, MergedChange, Review
from reconciler.settings.forge import read_forge
from tests.support.account import INVOICE
from tests.support.serving import answering
from tests.support.trial import committed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from reconciler.forge import Forge
    from tests.support.github_stub import GitHubStub
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.slow

HEAD, MERGED = "a" * 40, "b" * 40
STATUS = CommitStatus(context="reconciler/plan/4211", state="success", description="sha256:1", link="https://x.test/1")
MARKER = "<!-- reconciler plan 4211 -->"
API = "https://api.github.com"


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the description; gives the address of the mock server."""
    if shutil.which("npm") is None:
        pytest.skip("there is no npm")
    folder = tmp_path_factory.mktemp("prism")
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    packages = ["@octokit/openapi", "@stoplight/prism-cli"]
    installed = subprocess.run(
        ["npm", "install", "--no-fund", "--no-audit", "--ignore-scripts", *packages],
        cwd=folder, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    if installed.returncode != 0:
        pytest.skip(f"{packages} cannot be had here: {installed.stderr.splitlines()[:1]}")
    document = "node_modules/@octokit/openapi/generated/api.github.com.json"
    command = ["node", "node_modules/.bin/prism", "mock", "--port", "0", "--verboseLevel", "info", document]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            address = next(line for line in server.stdout if "listening on" in line).split()[-1]
            reader = threading.Thread(target=lambda: [None for _ in server.stdout or ()])
            reader.start()
            yield address
        finally:
            server.terminate()


class Proxy:
    """Stands before the mock server, so that the addresses in its examples lead back here; remembers violations."""

    def __init__(self, mock: str) -> None:
        self.mock = mock
        self.address = ""
        self.asked: list[str] = []
        self.violations: list[str] = []


def _handler(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, content, wrong = ask(proxy.mock, self.command, self.path, body)
            proxy.asked.append(f"{self.command} {self.path}")
            proxy.violations += [f"{self.command} {self.path}: {one}" for one in wrong if "/graphql" not in self.path]
            if self.path.endswith("/graphql"):  # which the description does not cover
                status, content = 200, json.dumps({"data": {"viewer": {"login": "octocat"}}}).encode()
            elif "/statuses/" in self.path and self.command == "POST" and status == 201:
                # an example of another status: GitHub answers with the one that was set
                content = json.dumps({**json.loads(content), **_echo(body)}).encode()
            answer = content.replace(API.encode(), proxy.address.encode())
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            if status != 204:
                self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - as the base class calls them

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class names it
            """Report nothing."""

    return Handler


def _echo(body: bytes) -> dict[str, Any]:
    sent = json.loads(body)
    return {name: sent[name] for name in ("context", "state")}


def ask(mock: str, method: str, path: str, body: bytes) -> tuple[int, bytes, list[str]]:
    """Ask the mock server; gives status, body, and what the description has against the request."""
    headers = {"Authorization": "token t", "Content-Type": "application/json"} if body else {"Authorization": "token t"}
    answer = httpx.request(method, f"{mock}{path}", content=body, headers=headers, trust_env=False, timeout=30)
    told = [] if answer.status_code == 204 or not answer.content else [answer.json()]
    wrong = [str(one) for one in told if isinstance(one, dict) and "prism/errors" in str(one.get("type", ""))]
    found = json.loads(answer.headers.get("sl-violations", "[]"))
    wrong += [str(one) for one in found if "request" in one["location"]]
    return answer.status_code, answer.content, wrong


@pytest.fixture
def mocked(description: str) -> Iterator[Proxy]:
    """Serve the mock server under an address that its examples name."""
    proxy = Proxy(description)
    with answering(_handler(proxy)) as proxy.address:
        yield proxy


@contextmanager
def refused() -> Iterator[None]:
    """Let the forge refuse; what it was asked counts."""
    try:
        yield
    except ForgeError as error:
        if "does not document" in error.message:
            raise


def issue(*keys: str) -> DriftIssue:
    """Return an issue with a line for each key."""
    lines = tuple(IssueLine(key=one, text=f"line {one}", new=True) for one in keys)
    marker = "<!-- reconciler drift 4211 -->"
    return DriftIssue(
        marker=marker, title="Drift", label="reconciler-drift", body=f"{marker}\n{keys}", lines=lines, closing="Over."
    )


def everything(forge: Forge) -> None:
    """Ask for all that any command asks for."""
    review = Review(marker=MARKER, body="one", resolved=False, labels={}, status=STATUS)
    more = Review(marker=MARKER, body="two", resolved=False, labels={}, status=STATUS)
    over = Review(marker=MARKER, body="nothing", resolved=True, labels={}, status=STATUS)
    calls: list[Callable[[], object]] = [
        partial(forge.head, 5),
        *(partial(forge.show, 5, one) for one in (review, more, over)),
        partial(forge.label, 5, {"roles:removes-people": True, "roles:guarded": False}),
        partial(forge.label, 5, {"roles:removes-people": False}),
        partial(forge.mark, HEAD, STATUS),
        partial(forge.mark, HEAD, CommitStatus(context="c", state="failure", description="d")),
        partial(forge.mark, HEAD, CommitStatus(context="c", state="error", description="d")),
        partial(forge.mark, HEAD, CommitStatus(context="c", state="pending", description="d")),
        partial(forge.status, HEAD, "c"),
        partial(forge.merged, MERGED),
        lambda: list(forge.plan_files(MergedChange(number=5, head=HEAD))),
        *(partial(forge.keep_issue, one) for one in (issue("a"), issue("a", "b"), issue(), issue("c"))),
    ]
    for call in calls:
        with refused():
            call()


def test_every_request_is_as_described(github: GitHubStub, description: str) -> None:
    """Method, path, query and body of all that the commands ask, against the description."""
    github.open_pull(5, HEAD, "roles:guarded")
    github.merge(5, MERGED)
    github.say(5, "github-actions[bot]", f"{MARKER}\nold")
    github.say(5, "github-actions[bot]", f"{MARKER}\nolder")
    github.keep(HEAD, b"ours")
    everything(open_forge(read_forge(github.environment)))
    wrong: list[str] = []
    described = 0
    for one in github.asked:
        if not one.path.startswith("/api/v3/"):
            continue  # GraphQL, and where artefacts are kept
        query = httpx.QueryParams(one.query)
        path = f"{one.path.removeprefix('/api/v3')}{f'?{query}' if one.query else ''}"
        body = b"" if one.body is None else json.dumps(one.body).encode()
        wrong += [f"{one.method} {path}: {found}" for found in ask(description, one.method, path, body)[2]]
        described += 1
    assert wrong == []
    assert described > 30
    assert {one.method for one in github.asked} == {"GET", "POST", "PATCH", "DELETE"}


def test_the_description_would_tell(description: str) -> None:
    """A state that there is not, and a path that there is not."""
    body = b'{"state": "running", "context": "c"}'
    assert ask(description, "POST", f"/repos/acme/approvals/statuses/{HEAD}", body)[2]
    assert ask(description, "GET", "/repos/acme/approvals/pulls/5/comment", b"")[2]


def test_every_answer_is_understood(mocked: Proxy) -> None:
    """What the description gives as examples is read without a complaint."""
    everything(open_forge(read_forge({"GITHUB_REPOSITORY": "octocat/Hello-World", "GITHUB_API_URL": mocked.address,
                                      "GITHUB_TOKEN": "t"})))  # fmt: skip
    assert mocked.violations == []
    assert len(mocked.asked) > 15


def test_the_commands_against_the_mock_server(tmp_path: Path, sandbox: RunningSandbox, mocked: Proxy) -> None:
    """'comment', 'approved' and 'drift --issue' end as the answers say, and never in a defect."""
    trial = committed(tmp_path / "approvals", sandbox, {"assignments/invoice.yaml": INVOICE})
    environment: dict[str, Any] = {
        "GITHUB_REPOSITORY": "octocat/Hello-World", "GITHUB_API_URL": mocked.address, "GITHUB_TOKEN": "t",
    }  # fmt: skip
    trial.plan_result()
    head = trial.git("rev-parse", "HEAD")
    commented = trial.run("comment", "result.json", "--pr", "5", "--commit", head, **environment)
    assert commented.startswith("exit 0"), commented
    approved = trial.run("approved", "--out", "plans", **environment)
    assert approved.startswith("exit 5"), approved
    trial.sandbox.edit("32", "1042", pm=["1", "2", "4"])
    drifted = trial.run("drift", "--issue", **environment)
    assert drifted.startswith("exit 2"), drifted
    assert "opened" in drifted
    marked = trial.run("mark", "--begin", **environment)
    assert marked.startswith("exit 0"), marked
    assert mocked.violations == []
