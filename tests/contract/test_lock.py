"""The locks that pipelines install from: whole, by hash, without an address, and as the project declares."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import venv
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement

from tests.support.pipelines import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SETUP = ROOT / ".github" / "actions" / "setup"
LOCKS = {"forge": ("forge",), "forge-metrics-notify": ("forge", "metrics", "notify")}


def pinned(name: str) -> dict[str, str]:
    """Return the versions that a lock names; each line is a package, one of its hashes, or a word on why."""
    text = (SETUP / f"{name}.txt").read_text(encoding="utf-8")
    line = re.compile(r"([a-z0-9-]+==\S+(?: ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}(?: \\)?|    #.*)")
    assert [one for one in text.splitlines() if not line.fullmatch(one)] == []
    assert "://" not in text
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_holds_what_the_project_declares(name: str) -> None:
    """Every dependency of the extras, and what builds the tool, in a version that is allowed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    declared = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    declared += [one for extra in LOCKS[name] for one in extras[extra]]
    versions = pinned(name)
    for requirement in map(Requirement, declared):
        version = versions[requirement.name.lower()]
        assert requirement.specifier.contains(version), f"{requirement} and {version}: renew the lock"


def test_there_are_no_other_locks() -> None:
    """The setup action takes the extras by the name of a file."""
    assert {path.stem for path in SETUP.glob("*.txt")} == set(LOCKS)


@pytest.mark.slow
def test_the_tool_is_installed_from_the_lock(tmp_path: Path) -> None:
    """With every hash checked, nothing built but the tool itself, and nothing missing."""
    venv.create(tmp_path / "venv", with_pip=True)
    pip: list[str | Path] = [
        tmp_path / "venv" / "bin" / "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
    ]
    lock: list[str | Path] = [
        "--require-hashes",
        "--only-binary",
        ":all:",
        "--requirement",
        SETUP / "forge-metrics-notify.txt",
    ]
    subprocess.run([*pip, *lock], check=True, timeout=300)
    subprocess.run([*pip, "--no-build-isolation", ROOT], check=True, timeout=300)
    subprocess.run([tmp_path / "venv" / "bin" / "pip", "check"], check=True, timeout=60)
    shown = subprocess.run(
        [tmp_path / "venv" / "bin" / "reconciler", "--version"], check=True, timeout=60, capture_output=True, text=True
    ).stdout
    assert shown.startswith("reconciler ")
    assert sys.version_info >= (3, 11)
