"""Ordinary environments, one by one: what is set, what is said, which code."""

from __future__ import annotations

import datetime
import itertools
import json
import os
import shutil
import ssl
import stat
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from tests.support.account import INVOICE, company_seed, write_seed
from tests.support.command_line import clean_environment, reconciler
from tests.support.sandbox import running_sandbox
from tests.support.trial import Trial, committed
from tests.support.wire import answer, serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox

CEDAR = "  - project: Cedar Tower\n    groups: {Accounting: [cy@acme.test, dee@acme.test]}\n"

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
        ({"HTTPS_PROXY": "http://us:hun/ter2@proxy.test:1"}, "HTTPS_PROXY is not a valid address"),
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


def shell(folder: Path, sandbox: RunningSandbox, line: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of a shell in which RECONCILER is the command, in a process of its own."""
    command = f"{sys.executable} -m reconciler"
    return subprocess.run(
        ["bash", "-c", line.replace("RECONCILER", command)],
        cwd=folder,
        env={**clean_environment(), **sandbox.environment, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        capture_output=True,
        check=False,
    )


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A device that is always full, made for this test."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a device")
    path = tmp_path / "full"
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 7))
        path.open("wb").close()
    except PermissionError:
        pytest.skip("this machine lets nobody make a device")
    return path


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """A repository with something to do."""
    return Trial(tmp_path / "trial", sandbox)


@pytest.mark.parametrize("shown_as", ["terminal", "json", "markdown", "html"])
def test_03_a_full_disk_behind_stdout(trial: Trial, full: Path, shown_as: str) -> None:
    """64 and one sentence on stderr, in every format; a failure keeps its own code."""
    for command, code in ((f"plan --format {shown_as}", 64), (f"plan --config none --format {shown_as}", 7)):
        ran = shell(trial.folder, trial.sandbox, f"RECONCILER {command} > {full}")
        assert (ran.returncode, b"Traceback" in ran.stderr) == (code, False), ran.stderr
        assert b"error: " in ran.stderr


def test_04_a_report_that_cannot_be_written(trial: Trial, full: Path) -> None:
    """What was applied is told on stderr then, and the code is none of success."""
    ran = shell(trial.folder, trial.sandbox, f"RECONCILER apply --yes --quiet --format json > {full}")
    assert ran.returncode == 64
    assert b'"status": "applied"' in ran.stderr
    assert trial.sandbox.groups("32", "1042")["pm"] == ["1", "3"]


def test_05_closed_streams(trial: Trial) -> None:
    """Without stdout nothing is begun; without stderr all is done, and no file takes its place."""
    ran = shell(trial.folder, trial.sandbox, "RECONCILER apply --yes >&-")
    assert (ran.returncode, ran.stderr) == (64, b"error: stdout is closed: send it to a file, or to /dev/null\n")
    assert trial.writes() == []
    ran = shell(trial.folder, trial.sandbox, "RECONCILER apply --yes --format json 2>&-")
    assert ran.returncode == 0
    assert b'"status": "applied"' in ran.stdout
    for journal in (trial.folder / ".reconciler" / "journal").iterdir():
        assert all(json.loads(line) for line in journal.read_text().splitlines())


@pytest.mark.parametrize("shown_as", ["terminal", "json", "markdown", "html"])
def test_06_results_are_utf_8(trial: Trial, shown_as: str) -> None:
    """Whatever the locale says: a minus and a middle dot arrive as they are, not as escapes."""
    ran = shell(trial.folder, trial.sandbox, f"RECONCILER plan --format {shown_as}", PYTHONIOENCODING="latin-1")
    assert ran.returncode == 0, ran.stderr
    assert "\\u" not in ran.stdout.decode("utf-8")


def test_07_a_terminal_that_is_closed(trial: Trial) -> None:
    """SIGHUP lets the write under way finish, as SIGTERM does, and the run says what is left."""
    trial.write({"assignments/invoice.yaml": INVOICE + CEDAR})
    trial.sandbox.edit("31", "1041", acc=["3"])
    slow = {"method": "PATCH", "path": "presets", "status": 429, "times": 1, "headers": {"Retry-After": "3"}}
    trial.sandbox.fail(slow)
    line = (
        "RECONCILER apply --yes --format json & pid=$!; "
        "while ! grep -qs intended .reconciler/journal/*.jsonl; do sleep 0.05; done; kill -HUP $pid; wait $pid; echo $?"
    )
    ran = shell(trial.folder, trial.sandbox, line)
    assert ran.stdout.splitlines()[-1] == b"4", ran.stdout
    report = json.loads(ran.stdout.rsplit(b"\n", 2)[0])
    assert sorted(one["status"] for one in report["outcomes"]) == ["applied", "skipped"]


@pytest.mark.parametrize("ahead", [3 * 24 * 3600, -3 * 24 * 3600, 120])
def test_08_a_clock_that_is_wrong(tmp_path: Path, ahead: int) -> None:
    """It is told, and last days count by the service's clock: in plans, drift and exports alike."""
    today = datetime.datetime.now(datetime.UTC)
    until = (today + datetime.timedelta(seconds=ahead / 2)).date()
    seed = write_seed(tmp_path / "seed", company_seed())
    with running_sandbox(seed, "--clock-ahead", str(ahead)) as sandbox:
        trial = Trial(tmp_path / "documents", sandbox)
        member = f"{{person: dee@acme.test, until: {until}, reason: covers}}"
        trial.write({"assignments/invoice.yaml": DOCUMENT.replace("[ann@acme.test]", f"[ann@acme.test, {member}]")})
        ran = trial.ran("plan", "--format", "json", "--out", "plan.json")
        assert ran.code in {0, 3}, ran.shown
        told = f"the clock of this machine is {datetime.timedelta(seconds=abs(ahead))} "
        assert ran.stderr.count(told) == 1, ran.stderr
        assert ("behind" if ahead > 0 else "ahead of") in ran.stderr
        plan = json.loads(ran.stdout)
        there = [one["login"] for group in plan["changes"][0]["groups"] for one in (*group["keep"], *group["add"])]
        assert ("dee@acme.test" in there) == (ahead <= 120)
        moment = datetime.datetime.fromisoformat(plan["live"]["observed_at"])
        assert abs((moment - today).total_seconds() - ahead) < 60
        assert told[:30] in trial.ran("drift").stderr
        assert told[:30] in trial.ran("export", "--company", "4211", "--out", "out").stderr


def test_09_answers_of_two_clocks(tmp_path: Path) -> None:
    """A proxy that answers with the date of another day now and then: one sentence and 6, no defect."""
    days = (-400 + 3 * (number // 2) for number in itertools.count())

    def answered(_asked: str) -> bytes:
        moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=next(days))
        date = moment.strftime("%a, %d %b %Y %H:%M:%S GMT")
        return answer('{"data": []}', Content_Type="application/json", Date=date, Total="0", Link="")

    with serving(answered) as wire:
        one = tmp_path / "documents"
        one.mkdir()
        (one / "reconciler.yaml").write_text('kind: settings\nversion: 1\ncompany_id: "4211"\n')
        (one / "invoice.yaml").write_text(DOCUMENT)
        service = {"RECONCILER_API_URL": wire.address, "RECONCILER_AUTH_URL": wire.address}
        ran = reconciler(one, "plan", environment={**service, "RECONCILER_ACCESS_TOKEN": "t"})
    assert ran.code == 6, ran.shown
    assert "error: Procore's answers name different days" in ran.stderr


def test_10_where_a_plan_goes(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """To a pipe as it is, and through a link of the user's own; whether there is a plan or not."""
    trial = committed(tmp_path / "documents", sandbox, {"assignments/invoice.yaml": INVOICE})
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(tmp_path / "there.json")
    assert trial.ran("plan", "--out", str(pipe), "--config", "none").code == 7
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    assert trial.ran("plan", "--out", str(pipe)).code == 0
    reader.join(10)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert json.loads(read[0])["format"] == "reconciler/plan/1"
    assert trial.ran("plan", "--out", str(link)).code == 0
    assert link.is_symlink()
    assert json.loads((tmp_path / "there.json").read_text())["format"] == "reconciler/plan/1"


def test_11_what_must_be_written_is_tried_first(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """A journal or an export that could not be written ends before the first request."""
    trial = committed(tmp_path / "documents", sandbox, {"assignments/invoice.yaml": INVOICE})
    (tmp_path / "file").write_text("x")
    (trial.folder / "link").symlink_to(tmp_path)
    trial.git("add", "-f", "link")
    sandbox.log(forget=True)
    for command in (
        ("apply", "--yes", "--journal", str(tmp_path / "file")),
        ("drift", "--journal", str(tmp_path / "file" / "deep")),
        ("export", "--company", "4211", "--out", str(tmp_path / "file")),
        ("export", "--company", "4211", "--out", "link/new"),
    ):
        assert trial.ran(*command).code == 64, command
    assert sandbox.log() == []
    assert not (tmp_path / "new").exists()
