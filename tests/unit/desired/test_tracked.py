"""Which files of a folder git tracks, however the folder is reached."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from reconciler.desired.git.tracked import find_tracked
from tests.support.traps import git

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def journal(root: Path, name: str = "journal") -> Path:
    """Make a repository whose folder has a tracked file and one that is not."""
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "one.jsonl").write_text("")
    git(root, "add", "-A")
    (folder / "two.jsonl").write_text("")
    return folder


def test_a_tracked_file(tmp_path: Path) -> None:
    """Only the tracked one counts, by its own folder and by a symbolic link."""
    folder = journal(tmp_path / "work")
    (tmp_path / "work" / "link").symlink_to("journal")
    assert find_tracked(tmp_path / "work", folder) == {"one.jsonl"}
    assert find_tracked(tmp_path / "work", tmp_path / "work" / "link") == {"one.jsonl"}


def test_a_repository_inside(tmp_path: Path) -> None:
    """What it tracks counts: a submodule comes with the request too."""
    journal(tmp_path / "work")
    inside = journal(tmp_path / "work" / "inside", "deep")
    assert find_tracked(tmp_path / "work", inside) == {"one.jsonl"}


def test_somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder outside of the work tree, one that is not there, and a machine without git: nothing."""
    journal(tmp_path / "work")
    elsewhere = journal(tmp_path / "elsewhere")
    assert find_tracked(tmp_path / "work", elsewhere) == frozenset()
    assert find_tracked(tmp_path / "work", tmp_path / "work" / "gone") == frozenset()
    monkeypatch.setenv("PATH", "")
    assert find_tracked(tmp_path / "work", tmp_path / "work" / "journal") == frozenset()


def test_git_that_cannot_answer(tmp_path: Path) -> None:
    """Every file of a folder that looks like a bare repository counts."""
    folder = journal(tmp_path / "work")
    subprocess.run(["git", "init", "-q", "--bare", str(folder)], check=True)
    assert {"one.jsonl", "two.jsonl"} <= find_tracked(tmp_path / "work", folder)
