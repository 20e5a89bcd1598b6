"""What git tells: where in a work tree a folder stands, which commits there are, what they changed."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from reconciler.desired import folder_in_work_tree, read_changed_documents, read_history
from reconciler.errors import UsageError

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


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, as somebody."""
    identity = ("-c", "user.name=T", "-c", "user.email=t@acme.test", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, **files: str) -> str:
    """Commit files (a name's two underscores are a dot, one is a slash), and give the commit."""
    for name, text in files.items():
        path = folder / name.replace("__", ".").replace("_", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x")
    return git(folder, "rev-parse", "HEAD")


def test_history(tmp_path: Path) -> None:
    """The newest first, a merge with its first parent alone, from a revision on, or so many."""
    git(tmp_path, "init", "-q", "-b", "main")
    first = commit(tmp_path, a__yaml="1")
    git(tmp_path, "checkout", "-qb", "side")
    commit(tmp_path, b__yaml="1")
    git(tmp_path, "checkout", "-q", "main")
    second = commit(tmp_path, a__yaml="2")
    git(tmp_path, "merge", "-q", "--no-ff", "-m", "m", "side")
    merged = git(tmp_path, "rev-parse", "HEAD")
    assert read_history(tmp_path, None) == (merged, second, first)
    assert read_history(tmp_path, first) == (merged, second)
    assert read_history(tmp_path, None, most=1) == (merged,)
    assert read_history(tmp_path, "HEAD") == ()
    with pytest.raises(UsageError, match="git knows no commit '--all' here"):
        read_history(tmp_path, "--all")


def test_no_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of git, and without it: said with what to do."""
    with pytest.raises(UsageError, match="git has no history in"):
        read_history(tmp_path, None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="this needs git"):
        read_history(tmp_path, None)
    assert read_changed_documents(tmp_path, "HEAD")


def test_what_changes_documents(tmp_path: Path) -> None:
    """Any YAML below the folder that is not hidden, also one that goes; a merge counts against its first parent."""
    git(tmp_path, "init", "-q", "-b", "main")
    root = tmp_path / "approvals"
    first = commit(tmp_path, approvals_a__yaml="1", README__md="x")
    words = commit(tmp_path, README__md="y")
    hidden = commit(tmp_path, __github_x__yml="1")
    below = commit(tmp_path, approvals___github_x__yml="1")
    elsewhere = commit(tmp_path, other_b__yaml="1")
    git(tmp_path, "checkout", "-qb", "side")
    commit(tmp_path, approvals_deep_c__yml="1")
    git(tmp_path, "checkout", "-q", "main")
    git(tmp_path, "merge", "-q", "--no-ff", "-m", "m", "side")
    merged = git(tmp_path, "rev-parse", "HEAD")
    (root / "a.yaml").unlink()
    gone = commit(tmp_path)
    changing = {
        one: read_changed_documents(root, one) for one in (first, words, hidden, below, elsewhere, merged, gone)
    }
    assert [changing[one] for one in (first, merged, gone)] == [True, True, True]
    assert [changing[one] for one in (words, hidden, below, elsewhere)] == [False, False, False, False]
    assert read_changed_documents(root, "f" * 40), "in doubt it did"


def test_a_document_that_is_a_link(tmp_path: Path) -> None:
    """Where it leads to may be called anything, so any file counts."""
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "a.yaml").symlink_to("data.txt")
    commit(tmp_path, data__txt="1")
    assert read_changed_documents(tmp_path, commit(tmp_path, data__txt="2"))
