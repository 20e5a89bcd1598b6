"""The files that run a routing process for months: their figures follow the code, and their probes tell the truth."""

from __future__ import annotations

import datetime
import json
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from reconciler.commands.route import route
from reconciler.live import client, rate_windows, transport
from reconciler.model.routed import Health
from reconciler.operations.route_stop import STOP_SECONDS
from reconciler.render.messages.route_metrics import route_metrics
from tests.support.command_line import clean_environment
from tests.support.pipelines import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "examples" / "route"
CONTAINER = (FOLDER / "Containerfile").read_text(encoding="utf-8")
UNIT = (FOLDER / "reconciler-route.service").read_text(encoding="utf-8")
CLUSTER: list[dict[str, Any]] = [*yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text(encoding="utf-8"))]
RULES = yaml.safe_load((FOLDER / "alerts.yaml").read_text(encoding="utf-8"))["groups"][0]["rules"]
RULE_TESTS = yaml.safe_load((FOLDER / "alerts-test.yaml").read_text(encoding="utf-8"))["tests"]
POD: dict[str, Any] = next(one for one in CLUSTER if one["kind"] == "Deployment")["spec"]["template"]["spec"]
ROUTE: dict[str, Any] = next(one for one in POD["containers"] if one["name"] == "route")
HEALTH = "/run/reconciler/health.json"
# one request that fails as often as it is tried: nothing is heard of the process in between
LONGEST_SILENCE = client.ATTEMPTS * transport.REQUEST_SECONDS + (client.ATTEMPTS - 1) * client.LONGEST_BACKOFF_SECONDS


def setting(name: str) -> str:
    """Return the only value of a setting of the unit."""
    (value,) = re.findall(rf"^{name}=(.*)$", UNIT, re.MULTILINE)
    return str(value)


def seconds(span: str) -> int:
    """Return the seconds of a span as systemd writes it."""
    return int(span.removesuffix("min")) * 60 if span.endswith("min") else int(span)


def arrays(instruction: str) -> list[list[str]]:
    """Return the arrays of an instruction of the Containerfile."""
    return [json.loads(one) for one in re.findall(rf"^ *{instruction} (\[.*\])$", CONTAINER, re.MULTILINE)]


def programs() -> dict[str, str]:
    """Return the Python of each probe; the Containerfile has one for its health."""
    probes = {name: ROUTE[name]["exec"]["command"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    (probes["HEALTHCHECK"],) = [one for one in arrays("CMD") if one[0] == "python"]
    assert {tuple(command[:2]) for command in probes.values()} == {("python", "-c")}
    return {name: command[2] for name, command in probes.items()}


def test_the_figures_follow_the_code() -> None:
    """No watchdog, probe or stop is more impatient than the process may be slow."""
    assert seconds(setting("WatchdogSec")) > LONGEST_SILENCE
    assert seconds(setting("TimeoutStartSec")) > rate_windows._LONGEST_WAIT_SECONDS
    assert seconds(setting("TimeoutStopSec")) > STOP_SECONDS + 10
    assert POD["terminationGracePeriodSeconds"] > STOP_SECONDS + 10
    start = ROUTE["startupProbe"]
    assert start["periodSeconds"] * start["failureThreshold"] > rate_windows._LONGEST_WAIT_SECONDS
    (longest,) = re.findall(r"total_seconds\(\) > (\d+)", programs()["livenessProbe"])
    assert int(longest) == seconds(setting("WatchdogSec"))


@pytest.mark.parametrize("name", programs())
@pytest.mark.parametrize(
    ("age", "healthy", "accepted"),
    [
        (0, True, {"startupProbe", "livenessProbe", "readinessProbe", "HEALTHCHECK"}),
        (590, True, {"startupProbe", "livenessProbe", "readinessProbe", "HEALTHCHECK"}),
        (650, True, {"startupProbe", "livenessProbe"}),
        (950, True, set()),
        (0, False, {"startupProbe", "livenessProbe"}),
        (None, False, set()),
    ],
)
def test_a_probe(tmp_path: Path, name: str, age: int | None, *, healthy: bool, accepted: set[str]) -> None:
    """It accepts what it should, and neither a file that is too old nor none at all."""
    file = tmp_path / "health.json"
    if age is not None:
        at = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=age)
        file.write_text(json.dumps({"at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "healthy": healthy}))
    program = programs()[name]
    assert HEALTH in program
    done = subprocess.run([sys.executable, "-c", program.replace(HEALTH, str(file))], capture_output=True, check=False)
    assert (done.returncode == 0) == (name in accepted), done.stderr


def test_the_command_lines() -> None:
    """Each has options that exist, and names the files that the rest of its file reads."""
    (usual,) = [one for one in arrays("CMD") if one[0] == "route"]
    unit = shlex.split(setting("ExecStart"))
    assert (arrays("ENTRYPOINT"), unit[0]) == ([["reconciler"]], "/opt/reconciler/bin/reconciler")
    for line in (usual, unit[1:], ROUTE["args"]):
        given = {name: str(value) for name, value in route.make_context("route", line[1:]).params.items()}
        assert (line[0], given["interval"], given["health_at"]) == ("route", "60", HEALTH)
        assert given["journal_at"] == "/var/lib/reconciler"


def test_the_image() -> None:
    """It copies what is there, and runs as a number that is not root; the cluster takes the same number."""
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINER, re.MULTILINE)
    names = [name for line in copied for name in line.split()]
    assert "reconciler" in names
    assert [name for name in names if not (ROOT / name).exists()] == []
    users = re.findall(r"^USER (\d+):(\d+)$", CONTAINER, re.MULTILINE)
    allowed = POD["securityContext"]
    assert users == [(str(allowed["runAsUser"]), str(allowed["runAsGroup"]))] == [("10001", "10001")]


def test_the_cluster_allows_nothing_more() -> None:
    """Each container is restricted, and has bounds; nothing of the pod can be written that is no volume."""
    assert POD["securityContext"]["runAsNonRoot"]
    assert POD["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    containers = [*POD["initContainers"], *POD["containers"]]
    for one in containers:
        context = one["securityContext"]
        assert (context["allowPrivilegeEscalation"], context["readOnlyRootFilesystem"]) == (False, True)
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert one["resources"]["limits"]["memory"]
    assert {mount["name"] for one in containers for mount in one["volumeMounts"]} == {
        volume["name"] for volume in POD["volumes"]
    }
    by_name = {one["name"]: one for one in containers}
    assert all("git" not in mount["name"] for mount in by_name["route"]["volumeMounts"])
    assert not [one for one in by_name["pull"]["env"] if "CLIENT" in one["name"]]


def test_git_of_the_cluster_reads_its_secret(tmp_path: Path) -> None:
    """The helper hands out the two lines of the secret, and trusts the folder."""
    (tmp_path / "credential").write_text("username=robot\npassword=hunter2\n")
    environment = {one["name"]: one["value"] for one in POD["initContainers"][0]["env"]}
    environment = {
        name: text.replace("/etc/reconciler-git", str(tmp_path)) for name, text in environment.items()
    } | clean_environment()
    asked = "protocol=https\nhost=git.acme.test\n\n"
    done = subprocess.run(
        ["git", "credential", "fill"], input=asked, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-2:] == ["username=robot", "password=hunter2"]
    done = subprocess.run(
        ["git", "config", "safe.directory"], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "/documents\n"


def test_the_alerts() -> None:
    """Each reads figures that exist, and says how bad it is and what to do; the page names the first four."""
    health = Health(
        format="reconciler/route-health/1", at="2026-11-23T12:00:00Z", oldest_look_seconds=0,
        oldest_look_allowed_seconds=0, queues=0, queues_failed=0, waiting=0, needs_person=0, overdue=0, healthy=True,
    )  # fmt: skip
    figures = {f"{one.name}_total" if one.kind == "counter" else one.name for one in route_metrics(health, {})}
    for one in RULES:
        named = set(re.findall(r"reconciler_route_\w+", one["expr"]))
        assert named
        assert named <= figures, one["alert"]
        assert one["labels"]["severity"] in {"critical", "warning", "info"}
        assert one["annotations"]["summary"]
        assert one["annotations"]["description"].count(". ") >= 1
    page = (ROOT / "docs" / "routing.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```promql\n(.*?)```", page, re.DOTALL)
    assert block.splitlines() == [one["expr"] for one in RULES[:4]]


def test_each_alert_has_its_tests() -> None:
    """One in which it fires, and one in which it does not."""
    tested = [one for test in RULE_TESTS for one in test["alert_rule_test"]]
    names = {one["alert"] for one in RULES}
    assert {one["alertname"] for one in tested if one.get("exp_alerts")} == names
    assert {one["alertname"] for one in tested if not one.get("exp_alerts")} == names
