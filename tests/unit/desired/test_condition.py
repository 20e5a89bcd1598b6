"""What git knows of a clone."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from reconciler.desired.git.condition import CloneCondition, describe_clone
from tests.support.command_line import clean_environment

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

BRANCHES = ("HEAD", "main")


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, as somebody."""
    command = ("git", "-c", "user.name=T", "-c", "user.email=t@acme.test", "-c", "commit.gpgsign=false", *arguments)
    return subprocess.run(
        command, cwd=folder, env=clean_environment(), check=True, capture_output=True, text=True
    ).stdout.strip()


def test_folders_of_all_kinds(tmp_path: Path) -> None:
    """No repository, one without a commit, one with, and a clone with a remote of another name."""
    first = tmp_path / "first"
    first.mkdir()
    assert describe_clone(first, BRANCHES) == CloneCondition(has_git=True)
    git(first, "init", "-q", "-b", "main")
    assert describe_clone(first, BRANCHES) == CloneCondition(has_git=True, is_work_tree=True)
    assert not describe_clone(first / ".git", BRANCHES).is_work_tree
    git(first, "commit", "-q", "--allow-empty", "-m", "one")
    assert describe_clone(first, BRANCHES).revision == git(first, "rev-parse", "HEAD")
    git(tmp_path, "clone", "-q", "-o", "upstream", str(first), "clone")
    found = describe_clone(tmp_path / "clone", BRANCHES)
    assert (found.remote, found.base, found.missing, found.is_shallow) == ("upstream", "upstream/HEAD", None, False)
    git(tmp_path / "clone", "remote", "add", "origin", str(first))
    found = describe_clone(tmp_path / "clone", ("release", "next"))
    assert (found.remote, found.base, found.missing) == ("origin", None, "origin/release")


def test_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without git is said to be that."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert describe_clone(tmp_path, BRANCHES) == CloneCondition()
