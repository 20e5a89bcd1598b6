"""Ordinary environments, one by one: what is set, what is said, which code."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.command_line import reconciler
from tests.support.wire import serving

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = (
    "kind: assignments\ntemplate: Invoice Approval\nprojects:\n"
    "  - project: Harbor Bridge\n    groups: {Project Manager: [ann@acme.test]}\n"
)
CREDENTIALS = {"RECONCILER_CLIENT_ID": "a", "RECONCILER_CLIENT_SECRET": "b"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository of the service that Procore publishes; nothing reaches it from here."""
    found = tmp_path / "approvals"
    found.mkdir()
    (found / "reconciler.yaml").write_text('kind: settings\nversion: 1\ncompany_id: "4211"\n')
    (found / "invoice.yaml").write_text(DOCUMENT)
    return found


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"HTTPS_PROXY": "us:hunter2@proxy.test:1"}, "HTTPS_PROXY has no scheme"),
        ({"HTTPS_PROXY": "http://us:hun/ter2@proxy.test:1"}, "HTTPS_PROXY is no valid address"),
        ({"ALL_PROXY": "socks5://us:hunter2@127.0.0.1:1"}, "ALL_PROXY names a SOCKS proxy: install 'httpx[socks]'"),
        ({"SSL_CERT_FILE": "none.pem"}, "SSL_CERT_FILE names none.pem, which cannot be read"),
        ({"SSL_CERT_FILE": "invoice.yaml"}, "SSL_CERT_FILE names invoice.yaml, which holds no certificate"),
        ({"REQUESTS_CA_BUNDLE": "none.pem", "SSL_CERT_FILE": ""}, "REQUESTS_CA_BUNDLE names none.pem, which cannot"),
    ],
)
def test_01_the_way_to_the_service(folder: Path, environment: dict[str, str], said: str) -> None:
    """One sentence that names the variable, never its password, and 64; with --verbose too, and for alarms."""
    for command in (("plan",), ("plan", "--verbose"), ("export", "--company", "4211", "--out", "out")):
        ran = reconciler(folder, *command, environment={**CREDENTIALS, **environment})
        assert ran.code == 64, ran.shown
        assert said in ran.stderr
        assert "hunter2" not in ran.shown
    place = {"GITHUB_REPOSITORY": "acme/approvals", "GITHUB_API_URL": "https://github.test/api/v3", "GITHUB_TOKEN": "t"}
    ran = reconciler(folder, "approved", "--out", "plans", environment={**place, **environment})
    assert ran.code == 64, ran.shown
    assert said.replace("httpx", "requests") in ran.stderr
    assert "hunter2" not in ran.shown


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl")
def test_02_a_certificate_that_is_refused(folder: Path, tmp_path: Path) -> None:
    """It is said to be that, at once, by every client; with its authority named in either variable it holds."""
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1 -addext"
    subprocess.run(
        [
            *command.split(),
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            tmp_path / "key.pem",
            "-out",
            tmp_path / "cert.pem",
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}"
    with serving(lambda _asked: answer, context) as wire:
        service = {**CREDENTIALS, "RECONCILER_API_URL": wire.address, "RECONCILER_AUTH_URL": wire.address}
        forge = {"GITLAB_TOKEN": "t", "CI_PROJECT_PATH": "acme/approvals", "CI_SERVER_URL": wire.address}
        for arguments, environment in ((("plan",), service), (("comment", "result.json", "--pr", "7"), forge)):
            (folder / "result.json").write_text(
                '{"format": "reconciler/error/1", "code": 7, "message": "x", "diagnostics": []}'
            )
            ran = reconciler(folder, *arguments, environment=environment)
            assert (ran.code, "is refused" in ran.stderr, "SSL_CERT_FILE" in ran.stderr) == (6, True, True), ran.shown
            assert wire.asked == []
            for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
                named = {"SSL_CERT_FILE": "", "REQUESTS_CA_BUNDLE": "", variable: str(tmp_path / "cert.pem")}
                ran = reconciler(folder, *arguments, environment={**environment, **named})
                assert "certificate" not in ran.stderr
                assert wire.asked
                wire.asked.clear()
