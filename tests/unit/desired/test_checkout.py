"""Whether the documents that are checked out are those of git, looked at without git status."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from reconciler.desired.git.checkout import describe_source, find_unseen
from reconciler.model.exclusion import Exclusion
from tests.support.account import INVOICE, write_documents
from tests.support.traps import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEAMS = "kind: teams\nteams:\n  west: [ann@acme.test, bo@acme.test]\n"


def commit(folder: Path) -> None:
    """Commit everything there is."""
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x")


def dirty(root: Path, **options: str) -> bool:
    """Return whether the documents differ from HEAD."""
    return describe_source(root, **options).dirty  # type: ignore[arg-type]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a configuration repository in a folder of a git repository, with one commit."""
    git(tmp_path, "init", "-q", "-b", "main")
    folder = tmp_path / "approvals"
    files = {"a.yaml": INVOICE, "deep/teams.yaml": TEAMS, "notes.txt": TEAMS, ".hidden/x.yaml": "x", "old/y.yaml": "y"}
    write_documents(folder, files)
    (folder / "linked.yaml").symlink_to("./notes.txt")
    (folder / "more.yaml").symlink_to("linked.yaml")
    commit(tmp_path)
    return folder


def test_a_clean_work_tree(root: Path) -> None:
    """Nothing differs; what is hidden, excluded, staged or no document does not count."""
    assert not dirty(root)
    (root / ".hidden" / "x.yaml").write_text("changed")
    (root / "README.md").write_text("new")
    (root / "a.yaml").write_text("staged")
    git(root, "add", "-A")
    (root / "a.yaml").write_text(INVOICE)
    assert not dirty(root), "what is read is what HEAD has"
    (root / "old" / "y.yaml").write_text("changed")
    assert describe_source(root).dirty
    assert not describe_source(root, exclude=Exclusion.of("old/")).dirty
    assert find_unseen(root) == []


def write(path: Path, text: str) -> None:
    """Write a file, in place of whatever is there."""
    path.unlink(missing_ok=True)
    path.write_text(text)


def link(path: Path, target: str) -> None:
    """Make a link, in place of whatever is there."""
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def ignore(root: Path) -> None:
    """Add a document that git is told to ignore."""
    (root / ".gitignore").write_text("*.yaml\n")
    (root / "new.yaml").write_text("x")


def nest(root: Path) -> None:
    """Make a repository of its own below, which git passes over."""
    git(root, "init", "-q", "in")
    (root / "in" / "z.yaml").write_text("x")


def pipe(root: Path) -> None:
    """Put a pipe in the place of a document, which nobody writes to."""
    (root / "a.yaml").unlink()
    os.mkfifo(root / "a.yaml")


EDITS: dict[str, Callable[[Path], object]] = {
    "edited": lambda root: write(root / "a.yaml", "x"),
    "added": lambda root: write(root / "new.yaml", "x"),
    "deleted": lambda root: (root / "deep" / "teams.yaml").unlink(),
    "removed from git": lambda root: git(root, "rm", "-q", "a.yaml"),
    "renamed": lambda root: (root / "a.yaml").rename(root / "b.yaml"),
    "executable": lambda root: (root / "a.yaml").chmod(0o755),
    "target of a link": lambda root: write(root / "notes.txt", "x"),
    "link in place of a file": lambda root: link(root / "a.yaml", "notes.txt"),
    "file in place of a link": lambda root: write(root / "linked.yaml", TEAMS),
    "link elsewhere": lambda root: link(root / "linked.yaml", "a.yaml"),
    "target gone": lambda root: (root / "notes.txt").unlink(),
    "settings": lambda root: write(root / "reconciler.yaml", "x"),
    "ignored": ignore,
    "a pipe": pipe,
    "a repository inside": nest,
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit(root: Path, edit: str) -> None:
    """Whatever makes another document of one is seen, and is no more than an edit."""
    EDITS[edit](root)
    assert dirty(root)
    assert find_unseen(root) == []


def test_a_link_to_nothing(root: Path) -> None:
    """It is as it was committed until something is there."""
    (root / "linked.yaml").unlink()
    (root / "linked.yaml").symlink_to("later.txt")
    commit(root)
    assert not dirty(root)
    (root / "later.txt").write_text("x")
    assert dirty(root)


def test_settings_of_another_name(root: Path) -> None:
    """They count where they are named."""
    (root / "other.conf").write_text("x")
    commit(root)
    (root / "other.conf").write_text("y")
    assert not dirty(root)
    assert dirty(root, settings="other.conf")


def test_the_executable_bit_where_it_says_nothing(root: Path) -> None:
    """On file systems without it, git was told so."""
    (root / "a.yaml").chmod(0o755)
    git(root, "config", "core.fileMode", "false")
    assert not dirty(root)


def test_line_ends(root: Path) -> None:
    """YAML reads them alike, so a checkout with other line ends is not dirty, and an edit in it is."""
    git(root, "config", "core.autocrlf", "true")
    (root / "a.yaml").unlink()
    git(root, "checkout", "-q", "--", "a.yaml")
    assert b"\r\n" in (root / "a.yaml").read_bytes()
    assert not dirty(root)
    git(root, "update-index", "--assume-unchanged", "a.yaml")
    assert find_unseen(root) == []
    git(root, "update-index", "--no-assume-unchanged", "a.yaml")
    (root / "a.yaml").write_bytes((root / "a.yaml").read_bytes() + b"# more\r\n")
    assert dirty(root)


def test_line_ends_in_git(root: Path) -> None:
    """A document that git has with both is as it is; other line ends than those of git are an edit there."""
    content = INVOICE.replace("\n", "\r\n").encode()
    (root / "a.yaml").write_bytes(content)
    git(root, "-c", "core.autocrlf=false", "commit", "-qam", "x")
    assert not dirty(root)
    (root / "a.yaml").write_bytes(content.replace(b"\r\n", b"\n"))
    assert dirty(root)


def test_a_document_behind_a_filter(root: Path) -> None:
    """Git has other bytes than are read here, so nothing says that they are those of the revision."""
    git(root, "config", "filter.secret.clean", "tr a-m n-z")
    git(root, "config", "filter.secret.smudge", "cat")
    (root / ".gitattributes").write_text("a.yaml filter=secret\n")
    (root / "a.yaml").touch()
    git(root, "add", "--renormalize", ".")
    commit(root)
    assert git(root, "status", "--porcelain") == ""
    assert dirty(root)


def test_another_hash(tmp_path: Path) -> None:
    """Names of contents are those of the repository."""
    git(tmp_path, "init", "-q", "--object-format=sha256")
    write_documents(tmp_path, {"a.yaml": INVOICE})
    commit(tmp_path)
    assert not dirty(tmp_path)
    (tmp_path / "a.yaml").write_text("x")
    assert dirty(tmp_path)


def test_what_cannot_be_read_is_dirty(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In doubt the documents differ: a tree that is gone, a folder or a file that cannot be read."""
    (root / "a.yaml").unlink()
    (root / "a.yaml").mkdir()
    (root / "a.yaml" / "a.yaml").write_text("x")
    assert dirty(root)
    tree = git(root, "rev-parse", "HEAD:approvals")
    (root.parent / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    assert dirty(root)
    monkeypatch.setenv("PATH", "")
    assert describe_source(root).revision is None


def unseen(root: Path, *exclude: str) -> list[str]:
    """Return what is not checked out, or changed unseen."""
    return [f"{one.severity} {one.code} {one.message}" for one in find_unseen(root, exclude=Exclusion.of(*exclude))]


CODE = "error documents/not-checked-out"


def test_a_sparse_checkout(root: Path) -> None:
    """Documents outside of it are an error with the way out, which works; what is excluded may stay away."""
    for options in (("--cone",), ("--cone", "--sparse-index")):
        git(root.parent, "sparse-checkout", "set", *options, "approvals/old")
        assert not (root / "deep").exists()
        assert unseen(root) == [
            f"{CODE} 1 document in git is outside the sparse checkout or marked skip-worktree (deep/teams.yaml): "
            "run 'git sparse-checkout disable', or 'git update-index --no-skip-worktree FILE'"
        ]
        assert unseen(root, "deep/") == []
        git(root.parent, "sparse-checkout", "disable")
        assert unseen(root) == []
    git(root.parent, "sparse-checkout", "set", "--no-cone", "*.yaml")
    assert "notes.txt" in unseen(root)[0], "a document is a link to it"


@pytest.mark.parametrize(
    ("flag", "words"), [("skip-worktree", "sparse"), ("assume-unchanged", "--no-assume-unchanged")]
)
@pytest.mark.parametrize("name", ["a.yaml", "reconciler.yaml", "linked.yaml", "notes.txt"])
@pytest.mark.parametrize("edit", ["edited", "gone", "linked", "pipe"])
def test_a_file_that_git_was_told_not_to_look_at(root: Path, flag: str, words: str, name: str, edit: str) -> None:
    """As git has it, it may stay; edited, gone, or replaced by a link (even to itself), it is an error."""
    git(root, "update-index", f"--{flag}", name)
    assert unseen(root) == []
    (root / name).unlink()
    if edit == "edited":
        (root / name).write_text("x")
    elif edit == "pipe":
        os.mkfifo(root / name)
    elif edit == "linked":
        (root / name).symlink_to(name if name == "notes.txt" else "deep/teams.yaml")
    assert git(root, "status", "--porcelain") == ""
    (found,) = unseen(root)
    assert found.startswith(f"{CODE} 1 document in git is ")
    assert name in found
    assert words in found
    git(root, "update-index", f"--no-{flag}", name)
    assert unseen(root) == []
    assert dirty(root), "now it is an ordinary edit"


def test_many_files(root: Path) -> None:
    """The first five are named, however they are called, and the rest are counted."""
    for number in range(9):
        (root / "old" / f"{number}\n.yaml").write_text("x")
    commit(root)
    git(root.parent, "sparse-checkout", "set", "--cone", "approvals/deep")
    assert r"marked skip-worktree ('old/0\n.yaml', 'old/1\n.yaml'," in unseen(root)[0]
    assert "'old/4\\n.yaml' and 5 more): run" in unseen(root)[0]


def test_a_hidden_file_may_be_marked(root: Path) -> None:
    """It is no document."""
    git(root, "update-index", "--skip-worktree", ".hidden/x.yaml")
    (root / ".hidden" / "x.yaml").unlink()
    assert unseen(root) == []


@pytest.fixture
def outer(tmp_path: Path) -> Path:
    """Return a repository with a submodule that has one of its own, all of them with documents."""
    for name in ("innermost", "inner", "outer"):
        git(tmp_path, "init", "-q", "-b", "main", name)
    write_documents(tmp_path / "innermost", {"teams.yaml": TEAMS})
    (tmp_path / "innermost" / "reconciler.yaml").unlink()
    commit(tmp_path / "innermost")
    (tmp_path / "inner" / "a.yaml").write_text(INVOICE)
    git(tmp_path / "inner", "submodule", "--quiet", "add", str(tmp_path / "innermost"), "in")
    commit(tmp_path / "inner")
    write_documents(tmp_path / "outer", {"b.yaml": INVOICE.replace("Harbor Bridge", "Cedar Tower")})
    git(tmp_path / "outer", "submodule", "--quiet", "add", str(tmp_path / "inner"), "sub")
    git(tmp_path / "outer", "submodule", "--quiet", "update", "--init", "--recursive")
    commit(tmp_path / "outer")
    return tmp_path / "outer"


@pytest.mark.parametrize("folder", ["sub", "sub/in"])
def test_edits_in_submodules(outer: Path, folder: str) -> None:
    """They are read as documents, so they count: edited, added, hidden from git, committed there alone."""
    assert not dirty(outer)
    file = outer / folder / ("a.yaml" if folder == "sub" else "teams.yaml")
    text = file.read_text()
    file.write_text("x")
    assert dirty(outer)
    git(outer / folder, "update-index", "--assume-unchanged", file.name)
    assert f"assume-unchanged, and missing or changed here ({folder}/{file.name}): run" in unseen(outer)[0]
    git(outer / folder, "update-index", "--no-assume-unchanged", file.name)
    commit(outer / folder)
    assert dirty(outer)
    assert unseen(outer) == []
    file.write_text(text)
    assert not dirty(outer)
    (outer / folder / "more.yaml").write_text("x")
    assert dirty(outer)


def test_a_submodule_that_is_not_checked_out(outer: Path, tmp_path: Path) -> None:
    """An empty folder is not a folder without documents; checked out, excluded or removed it is as it should be."""
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(outer), "clone")
    (found,) = unseen(clone)
    assert found == (
        f"{CODE} 1 submodule in git is not checked out (sub): run 'git submodule update --init --recursive', or name "
        "the folder under 'exclude:' in the settings"
    )
    assert dirty(clone)
    assert unseen(clone, "sub/") == []
    assert not describe_source(clone, exclude=Exclusion.of("sub/")).dirty
    (clone / "sub" / ".git").mkdir()
    assert dirty(clone), "git would look at the outer repository"
    assert unseen(clone) == [found]
    (clone / "sub" / "a.yaml").write_text(INVOICE)
    assert unseen(clone) == [found]
    (clone / "sub" / ".git").rmdir()
    assert (unseen(clone), dirty(clone)) == ([], True), "a copy in its place is an edit"
    (clone / "sub" / "a.yaml").unlink()
    (clone / "sub").rmdir()
    assert unseen(clone) == [found]
    git(clone, "submodule", "--quiet", "update", "--init")
    assert "sub/in" in unseen(clone)[0]
    git(clone, "submodule", "--quiet", "update", "--init", "--recursive")
    assert (unseen(clone), dirty(clone)) == ([], False)
    git(clone, "rm", "-q", "sub")
    assert (unseen(clone), dirty(clone)) == ([], True)


def test_a_submodule_without_the_commit_it_should_be_at(outer: Path) -> None:
    """What the revision has is not known, so the documents differ from it."""
    git(outer, "update-index", "--cacheinfo", f"160000,{'1' * 40},sub")
    git(outer, "commit", "-qm", "x")
    assert dirty(outer)
    assert unseen(outer) == []


def test_more_submodules_than_are_looked_into(outer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those beyond are named, and never taken for empty."""
    monkeypatch.setattr("reconciler.desired.git.checkout._MOST_SUBMODULES", 1)
    monkeypatch.setattr("reconciler.desired.git.tree._MOST_SUBMODULES", 1)
    assert "not checked out (sub/in): run" in unseen(outer)[0]
    assert dirty(outer)


def test_a_repository_that_git_does_not_answer_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can tell then whether all is checked out, and that is said; without a repository nothing is."""
    unborn = root.parent / "unborn"
    git(root.parent, "init", "-q", "unborn")
    assert unseen(unborn) == []
    git(root, "config", "core.repositoryFormatVersion", "99")
    told = "so whether all documents are checked out is not known"
    warning = "warning documents/unknown-checkout"
    assert unseen(root) == [f"{warning} git does not answer here (try 'git status'), {told}"]
    monkeypatch.setenv("PATH", "")
    assert unseen(root) == [f"{warning} there is no git on this machine, {told}"]
    (root.parent / ".git").rename(root.parent / "moved")
    assert unseen(root) == []


def test_an_index_that_cannot_be_listed(root: Path) -> None:
    """What may be missing is not known, so nothing is planned on it."""
    (root.parent / ".git" / "index").write_bytes(b"broken")
    assert unseen(root) == [
        "error documents/not-checked-out git cannot list the files it has here, so documents may be missing: look at "
        "'git fsck', and clone whole"
    ]
    assert subprocess.run(["git", "-C", str(root), "ls-files"], check=False, capture_output=True).returncode != 0
