"""Asks git for commits and what they changed; it changes nothing and needs no repository."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reconciler.desired.git.program import ask_git, why_git_refuses
from reconciler.desired.repository import is_document, may_hold_documents
from reconciler.errors import UsageError
from reconciler.model.exclusion import Exclusion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "LINK",
    "SUBMODULE",
    "find_revision",
    "find_work_tree",
    "folder_in_work_tree",
    "read_changed_documents",
    "read_history",
    "require_whole_history",
]

LINK = "120000"
SUBMODULE = "160000"


_FETCH_WHOLE = "fetch the whole history (git fetch --unshallow; in a pipeline fetch-depth: 0, or GIT_DEPTH: 0)"


def find_revision(git: str, root: Path) -> str | None:
    """Return the commit checked out in ``root``; null outside a repository and before the first commit.

    If no folder from ``root`` up has a ``.git``, git is not started. It would find no repository either, because it
    gets no ``GIT_DIR``.
    """
    if find_work_tree(root) is None:
        return None
    return _ask(git, root, "rev-parse", "--verify", "--quiet", "HEAD") or None


def find_work_tree(root: Path) -> Path | None:
    """Return the nearest folder from ``root`` up that has a ``.git``; null where none has. git is not asked."""
    here = Path(root).resolve()
    return next((folder for folder in (here, *here.parents) if os.path.lexists(folder / ".git")), None)


def read_history(root: Path, since: str | None, *, most: int | None = None) -> tuple[str, ...]:
    """Return the commits up to the one checked out in ``root``, the newest first, each merge with its first parent.

    Args:
        root: A folder of the repository.
        since: The commit before the first of them; null for all.
        most: The largest number of commits. A shallow clone may cut off a shorter history: a caller that needs
            all of it calls ``require_whole_history``.

    Raises:
        UsageError: git cannot tell, or the clone is shallow and ends before ``since``, or before the first commit.

    """
    git = shutil.which("git")
    if git is None:
        raise UsageError("this needs git, and there is none on this machine")
    first, named = "HEAD", None
    if since is not None:
        named = _ask(git, root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{since}^{{commit}}")
        if not named:
            refusal = why_git_refuses(git, root)
            raise UsageError(
                refusal
                or f"git knows no commit '{since}' here; name a branch, tag or commit, and fetch it first where the "
                "checkout is shallow"
            )
        first = f"{named}..HEAD"
    limit = () if most is None else (f"--max-count={most}",)
    listed = _ask(git, root, "rev-list", "--first-parent", *limit, first)
    if listed is None:
        refusal = why_git_refuses(git, root)
        raise UsageError(refusal or f"git has no history in {root}; commit first, or fetch it whole")
    history = tuple(listed.split())
    if most is None:
        _require_whole(git, root, history, named)
    return history


def require_whole_history(root: Path, history: Sequence[str]) -> None:
    """Raise UsageError where the oldest of these commits (the last) is where a shallow clone ends."""
    git = shutil.which("git")
    if git is not None:
        _require_whole(git, root, history, None)


def _require_whole(git: str, root: Path, history: Sequence[str], since: str | None) -> None:
    """Refuse a walk that ended because git has no more, unless the next commit is ``since``."""
    if not history:
        return
    oldest = history[-1]
    seen = _ask(git, root, "rev-list", "--max-count=1", "--parents", oldest)
    written = ask_git(git, root, "cat-file", "commit", oldest)
    if seen is None or written is None:
        raise UsageError(f"git cannot show the commit {oldest[:12]}; look at 'git fsck'")
    head = written.split(b"\n\n", 1)[0].decode("utf-8", "replace")
    parents = [line.removeprefix("parent ") for line in head.splitlines() if line.startswith("parent ")]
    if parents and seen.split() == [oldest] and parents[0] != since:
        raise UsageError(f"this clone is shallow and its history ends at {oldest[:12]}: {_FETCH_WHOLE}")


def read_changed_documents(root: Path, commit: str, *, settings: str = "reconciler.yaml") -> bool:
    """Return whether a commit changed any document below ``root``, against its first parent; in doubt it did.

    A document changes by its content, executable bit or kind. Links and submodules count under any name that is not
    hidden. If any document is a link, every file below ``root`` counts, because the link may lead to it. Links in
    submodules that are checked out matter too. If the settings are a link, every file of the repository counts. At the
    end of a shallow clone every document counts as changed.
    """
    git = shutil.which("git")
    if git is None:
        return True
    # what 'ignore' of .gitmodules says must not hide a submodule
    look = ("--raw", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none")
    commits = ("--root", "-r", "-m", "--first-parent", "--no-commit-id", "-z")
    answer = ask_git(git, root, "diff-tree", *look, *commits, "--relative", commit)
    if answer is None:
        return True
    changes = list(_changes(answer))
    if any(_counts(modes, name, settings) for modes, name in changes):
        return True
    entries = _entries(git, root, commit)
    if entries is None:
        return True
    if any(one.mode == LINK and one.name == settings for one in entries):
        return ask_git(git, root, "diff-tree", *look, *commits, commit) != b""
    return bool(changes) and any(_is_or_holds_link(git, root, one) for one in entries)


def _changes(answer: bytes) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the modes before and after of each file that changed, and its name."""
    parts = iter(answer.decode("utf-8", "surrogateescape").split("\0"))
    for about in parts:
        if about.startswith(":"):
            before, after = about[1:].split(" ")[:2]
            yield (before, after), next(parts)


def _counts(modes: tuple[str, str], name: str, settings: str) -> bool:
    if LINK in modes or SUBMODULE in modes:
        return may_hold_documents(name, Exclusion()) or name == settings
    return is_document(name, Exclusion()) or name == settings


class _Entry(NamedTuple):
    """A file, a link or a submodule of a commit, with its object."""

    mode: str
    object: str
    name: str


def _entries(git: str, root: Path, commit: str) -> list[_Entry] | None:
    """Return what a commit has below a folder; null where git cannot tell."""
    listed = ask_git(git, root, "ls-tree", "-r", "-z", "--end-of-options", commit)
    if listed is None:
        return None
    lines = (line.partition("\t") for line in listed.decode("utf-8", "surrogateescape").split("\0") if line)
    return [_Entry(about.split(" ")[0], about.split(" ")[2], name) for about, _, name in lines]


def _is_or_holds_link(git: str, root: Path, entry: _Entry) -> bool:
    """Return whether an entry is a document that is a link, or a checked-out submodule with one; in doubt true."""
    if entry.mode == SUBMODULE and may_hold_documents(entry.name, Exclusion()):
        folder = root / entry.name
        if not (folder / ".git").exists():
            return False  # its documents cannot be read at all
        inside = _entries(git, folder, entry.object)
        return inside is None or any(_is_or_holds_link(git, folder, one) for one in inside)
    return entry.mode == LINK and is_document(entry.name, Exclusion())


def folder_in_work_tree(root: Path) -> str:
    """Return the way from the root of the git work tree to ``root``, such as ``teams/approvals/``.

    It is empty at that root, without git, outside a work tree, and where git does not trust the folder.
    """
    git = shutil.which("git")
    answer = None if git is None else ask_git(git, root, "rev-parse", "--show-prefix")
    return "" if answer is None else os.fsdecode(answer.removesuffix(b"\n"))


def _ask(git: str, root: Path, *arguments: str) -> str | None:
    answer = ask_git(git, root, *arguments)
    return None if answer is None else answer.decode("utf-8", "replace").strip()
