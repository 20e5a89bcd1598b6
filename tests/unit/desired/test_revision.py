"""Where in a git work tree a folder stands, as git tells it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from reconciler.desired import folder_in_work_tree

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["approvals", "teams/approvals", " ünder, 100% \n", "-x"])
def test_a_folder_below_the_root(tmp_path: Path, name: str) -> None:
    """Its way from the root, as it is, with a slash at the end."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    folder = tmp_path / name
    folder.mkdir(parents=True)
    assert folder_in_work_tree(folder) == f"{name}/"


def test_a_link_is_followed(tmp_path: Path) -> None:
    """What counts is where the files are, because there the forge shows them."""
    subprocess.run(["git", "init", "-q", str(tmp_path / "work")], check=True)
    (tmp_path / "work" / "approvals").mkdir()
    (tmp_path / "link").symlink_to("work/approvals")
    assert folder_in_work_tree(tmp_path / "link") == "approvals/"


def test_no_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of git, at the root of a work tree, in a folder that is gone, and without git."""
    assert folder_in_work_tree(tmp_path) == ""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert folder_in_work_tree(tmp_path) == ""
    assert folder_in_work_tree(tmp_path / "gone") == ""
    monkeypatch.setenv("PATH", "")
    (tmp_path / "approvals").mkdir()
    assert folder_in_work_tree(tmp_path / "approvals") == ""
