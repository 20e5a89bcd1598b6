"""The files that run a routing process, held against the programs that read them; each is there, or it is skipped."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.pipelines import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

FOLDER = ROOT / "examples" / "route"
UNIT = "reconciler-route.service"
# what the unit leans on, so that its own lines are the only ones that are judged
TARGETS = ("sysinit", "basic", "shutdown", "multi-user", "network-online")
WITHOUT_PROMTOOL = pytest.mark.skipif(shutil.which("promtool") is None, reason="there is no promtool")
WITHOUT_SYSTEMD = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze")


def run(*command: str | Path) -> tuple[int, str]:
    """Run a program; return its exit code, and all that it says."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a file system with the unit and what it starts, and nothing else."""
    units = tmp_path / "etc" / "systemd" / "system"
    units.mkdir(parents=True)
    shutil.copy(FOLDER / UNIT, units)
    for name in TARGETS:
        (units / f"{name}.target").write_text("[Unit]\nDescription=Here\nDefaultDependencies=no\n")
    program = tmp_path / "opt" / "reconciler" / "bin" / "reconciler"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return tmp_path


@WITHOUT_SYSTEMD
def test_the_unit_by_systemd(root: Path) -> None:
    """It has nothing to say, and the service is exposed to little."""
    assert run("systemd-analyze", "verify", f"--root={root}", "--man=no", UNIT) == (0, "")
    code, said = run(
        "systemd-analyze", "security", "--offline=yes", "--threshold=15", "--no-pager", f"--root={root}", UNIT
    )
    assert code == 0, said


@WITHOUT_SYSTEMD
@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        ("WatchdogSec=15min", "WatchdogSec=soon", "Failed to parse"),
        ("NoNewPrivileges=yes", "NoNewPrivilege=yes", "Unknown key"),
        ("/opt/reconciler/bin/reconciler route", "/opt/reconciler/bin/route", "is not executable"),
    ],
)
def test_a_unit_that_is_wrong(root: Path, line: str, instead: str, said: str) -> None:
    """It finds a slip in a value, in a name and in a path."""
    unit = root / "etc" / "systemd" / "system" / UNIT
    text = unit.read_text()
    assert line in text
    unit.write_text(text.replace(line, instead))
    assert said in run("systemd-analyze", "verify", f"--root={root}", "--man=no", UNIT)[1]


@WITHOUT_PROMTOOL
def test_the_alerts_by_promtool(tmp_path: Path) -> None:
    """The rules are good, and each fires when it should and not before."""
    code, said = run("promtool", "check", "rules", FOLDER / "alerts.yaml")
    assert code == 0, said
    for name in ("alerts.yaml", "alerts-test.yaml"):
        shutil.copy(FOLDER / name, tmp_path)
    code, said = run("promtool", "test", "rules", tmp_path / "alerts-test.yaml")
    assert code == 0, said


@WITHOUT_PROMTOOL
@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("reconciler_route_healthy == 0", "reconciler_route_healthy == 1"),
        (" or absent(reconciler_route_timestamp_seconds)", ""),
        ("for: 15m", "for: 14m"),
        ("0.95 *", "0.90 *"),
        ("for: 30m", "for: 0m"),
        ('status="held"}[1h]', 'status="held"}[2h]'),
        ('increase(reconciler_route_steps_total{status="answered-otherwise"}[1d])',
         'reconciler_route_steps_total{status="answered-otherwise"}'),
    ],
)  # fmt: skip
def test_an_alert_that_is_wrong(tmp_path: Path, line: str, instead: str) -> None:
    """The tests of the rules find another expression or another time."""
    rules = (FOLDER / "alerts.yaml").read_text()
    assert line in rules
    (tmp_path / "alerts.yaml").write_text(rules.replace(line, instead))
    shutil.copy(FOLDER / "alerts-test.yaml", tmp_path)
    code, said = run("promtool", "test", "rules", tmp_path / "alerts-test.yaml")
    assert code != 0, said


def test_the_image_is_built_from_what_it_copies(tmp_path: Path) -> None:
    """The lines of its first stage, run in folders of this test: every hash is checked, and the command starts."""
    text = (FOLDER / "Containerfile").read_text(encoding="utf-8")
    stage = re.sub(r"\\\n\s*", "", text.partition(" AS build\n")[2].partition("\nFROM ")[0])
    source, target = tmp_path / "source", tmp_path / "opt" / "reconciler"
    source.mkdir()
    for line in (one for one in stage.splitlines() if not one.startswith("#")):
        word, _, rest = line.partition(" ")
        if word == "COPY":
            *names, to = rest.split()
            for name in names:
                path = ROOT / name
                if path.is_dir():
                    shutil.copytree(path, source / to, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(path, source / to)
        elif word == "RUN":
            command = rest.replace("/opt/reconciler", str(target)).replace("python -m", f"{sys.executable} -m", 1)
            subprocess.run(["bash", "-euc", command], cwd=source, check=True, timeout=300)
        else:
            assert shlex.split(line) == ["WORKDIR", "/source"]
    shown = subprocess.run(
        [target / "bin" / "reconciler", "--version"], cwd=tmp_path, env={"PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    assert shown.startswith("reconciler ")
