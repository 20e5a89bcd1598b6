"""Compares the documents that are checked out with those that git has; no program of the repository runs for it."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reconciler.desired.git.ignored import find_ignored, judge_ignored, listed
from reconciler.desired.git.program import ask_git, why_git_refuses
from reconciler.desired.git.revision import LINK, SUBMODULE, find_revision
from reconciler.desired.git.tree import is_submodule_here, read_tree
from reconciler.desired.repository import document_names, is_document, may_hold_documents
from reconciler.errors import DocumentsError, UsageError
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.documents import Source
from reconciler.model.exclusion import Exclusion
from reconciler.model.phrases import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.desired.git.tree import Tree

__all__ = ["describe_source", "find_unseen"]

_NOTHING = Exclusion()

_SETTINGS = "reconciler.yaml"
_EXECUTABLE = "100755"
_SHA1_LETTERS = 40
_MOST_SUBMODULES = 100
_MOST_HOPS = 40  # as the kernel follows
_SPARSE = "run 'git sparse-checkout disable', or 'git update-index --no-skip-worktree FILE'"
_ASSUMED = "run 'git update-index --no-assume-unchanged FILE', then restore or commit them"
_SUBMODULES = "run 'git submodule update --init --recursive', or name the folder under 'exclude:' in the settings"


def describe_source(root: Path, *, exclude: Exclusion = _NOTHING, settings: str = _SETTINGS) -> Source:
    """Return the revision checked out in ``root``, and whether the documents there differ from it.

    Without git, outside a repository, or before the first commit, the revision is null.

    Documents are read as the bytes of the work tree, and those of a revision as git has them. ``dirty`` compares these
    bytes. A file that was edited, added or removed makes the work tree dirty, also one that git ignores. In a
    submodule, files are compared with the commit that the revision names.

    Line ends alone are no difference, because YAML reads them alike: autocrlf does not make a work tree dirty. A
    document behind a filter (clean and smudge, LFS, encryption) is dirty: git has other bytes than are read here. If
    git cannot tell, the work tree is dirty.
    """
    git = shutil.which("git")
    revision = None if git is None else find_revision(git, root)
    if git is None or revision is None:
        # where git does not trust the folder there is a revision, and nobody can tell what differs from it
        return Source(dirty=git is not None and why_git_refuses(git, root) is not None)
    try:
        tree = read_tree(git, root, revision)
        here = document_names(root, exclude)
    except (UsageError, DocumentsError):
        return Source(revision=revision, dirty=True)
    if os.path.lexists(root / settings):
        here.add(settings)
    there = {name for name in tree.entries if name == settings or is_document(name, exclude)}
    unknown = any(may_hold_documents(folder, exclude) for folder in tree.absent)
    dirty = unknown or here != there or _any_differs(git, root, tree, sorted(there))
    return Source(revision=revision, dirty=dirty)


def _any_differs(git: str, root: Path, tree: Tree, names: Iterable[str]) -> bool:
    modes = False
    for name in names:
        file = _look(os.path.join(root, name))  # noqa: PTH118 - thousands of Paths take long
        if file is None or _differs(file, tree, name):
            return True
        mode = tree.entries[name].mode
        modes = modes or (mode != LINK and file.executable != (mode == _EXECUTABLE))
    # some file systems do not keep the bit, and git's configuration says so
    return modes and ask_git(git, root, "config", "--type=bool", "--get", "core.fileMode") != b"false\n"


class _File(NamedTuple):
    """Entry of the work tree: where a link leads, the content (null where there is none), the executable bit."""

    link: str | None
    content: bytes | None
    executable: bool


def _look(path: str) -> _File | None:
    """Read a file or link, and the file it leads to; return null for anything unreadable or not a file."""
    try:
        here = os.lstat(path)
        link = os.readlink(path) if stat.S_ISLNK(here.st_mode) else None  # noqa: PTH115 - as it is written
        there = here
        if link is not None:
            if not os.path.exists(path):  # noqa: PTH110 - see above
                return _File(link, None, executable=False)
            there = os.stat(path)  # noqa: PTH116 - see above
        if not stat.S_ISREG(there.st_mode):
            return None if link is None else _File(link, None, executable=False)
        with open(path, "rb") as file:  # noqa: PTH123 - see above
            return _File(link, file.read(), bool(there.st_mode & stat.S_IXUSR))
    except OSError:
        return None


def _differs(file: _File, tree: Tree, name: str) -> bool:
    """Compare a document with the one of the tree; a link with where it leads, and what is there."""
    if file.link != (tree.links.get(name) if tree.entries[name].mode == LINK else None):
        return True
    entry = tree.file(name)
    if entry is None or file.content is None:
        return entry is not None or file.content is not None
    return not _is_content(file.content, entry.content)


def _is_content(content: bytes, named: str) -> bool:
    """Return whether git would give this content that name, apart from line ends."""
    if _name(content, named) == named:
        return True
    unix = content.replace(b"\r\n", b"\n")
    return unix != content and _name(unix, named) == named


def _name(content: bytes, like: str) -> str:
    """Return the name that git gives a content, in the hash of another name."""
    digest = hashlib.sha1(usedforsecurity=False) if len(like) == _SHA1_LETTERS else hashlib.sha256()
    digest.update(b"blob %d\0" % len(content))
    digest.update(content)
    return digest.hexdigest()


class _Staged(NamedTuple):
    """A file of the index; ``flag`` is the letter of git ls-files -v."""

    flag: str
    mode: str
    content: str

    @property
    def skipped(self) -> bool:
        return self.flag in {"S", "s"}

    @property
    def assumed(self) -> bool:
        return self.flag.islower() and not self.skipped


def find_unseen(
    root: Path, *, exclude: Exclusion = _NOTHING, settings: str = _SETTINGS, read: Iterable[str] = ()
) -> list[Diagnostic]:
    """Find documents that git has and the work tree has not, or the other way round, unseen by ``git status``.

    These are files outside a sparse checkout, files marked skip-worktree or assume-unchanged, and submodules that are
    not checked out. Files among ``read`` that git ignores are a warning. Ordinary deletions and edits are not reported.
    A repository in which git does not answer is a warning.
    """
    git = shutil.which("git")
    if git is None or find_revision(git, root) is None:
        return _without_git(git, root)
    staged: dict[str, _Staged] = {}
    absent: list[str] = []
    folders = _read_index(git, root, staged, absent, exclude)
    if folders is None:
        message = (
            "git cannot list the files it has here, so documents may be missing: look at 'git fsck', and clone whole"
        )
        return [_error(message)]
    skipped: list[str] = []
    assumed: list[str] = []
    for name in sorted(_read_names(root, staged, exclude, settings)):
        one = staged[name]
        if (one.skipped or one.assumed) and not _is_staged(root / name, one):
            (skipped if one.skipped else assumed).append(name)
    found = (
        (skipped, "document", "outside the sparse checkout or marked skip-worktree", _SPARSE),
        (assumed, "document", "marked assume-unchanged, and missing or changed here", _ASSUMED),
        (absent, "submodule", "not checked out", _SUBMODULES),
    )
    missing = [
        _error(
            f"{counted(len(names), noun)} in git {'is' if len(names) == 1 else 'are'} {why} ({listed(names)}): {remedy}"
        )
        for names, noun, why, remedy in found
        if names
    ]
    return [*missing, *judge_ignored(find_ignored(git, root, folders, set(read) - staged.keys()))]


def _read_index(
    git: str, root: Path, staged: dict[str, _Staged], absent: list[str], exclude: Exclusion
) -> list[str] | None:
    """List the index, and those of submodules; return the folders of these repositories, null where git cannot."""
    waiting = [""]
    folders: list[str] = []
    looked_at = 0
    while waiting:
        folder = waiting.pop()
        folders.append(folder)
        listed = ask_git(git, root / folder, "ls-files", "-z", "-v", "--stage")
        if listed is None:
            return None
        within = f"{folder}/" if folder else ""
        for line in listed.decode("utf-8", "surrogateescape").split("\0"):
            about, _, name = line.partition("\t")
            if not name:
                continue
            flag, mode, content = about.split(" ")[:3]
            path = f"{within}{name}"
            if mode != SUBMODULE:
                staged[path] = _Staged(flag, mode, content)
            elif may_hold_documents(path, exclude):
                looked_at += 1
                if looked_at <= _MOST_SUBMODULES and is_submodule_here(git, root, path):
                    waiting.append(path)
                elif looked_at > _MOST_SUBMODULES or _is_unknown(root / path):
                    absent.append(path)
    return folders


def _is_unknown(folder: Path) -> bool:
    """Return whether a submodule is missing, empty, or a repository that git cannot read; a plain copy is an edit."""
    return not folder.is_dir() or os.path.lexists(folder / ".git") or not any(folder.iterdir())


def _read_names(root: Path, staged: dict[str, _Staged], exclude: Exclusion, settings: str) -> set[str]:
    """Return the files of the index that are read: documents, settings, and where links among them lead."""
    names = {name for name in staged if name == settings or is_document(name, exclude)}
    linked = [name for name in names if staged[name].mode == LINK]
    return names | {target for name in linked for target in _targets(root, name) if target in staged}


def _targets(root: Path, name: str) -> Iterator[str]:
    """Yield where a link leads, step by step and in the end."""
    yield os.path.relpath(os.path.realpath(root / name), os.path.realpath(root))
    for _ in range(_MOST_HOPS):
        if not (root / name).is_symlink():
            return
        name = os.path.normpath(Path(name).parent / (root / name).readlink())
        yield name


def _is_staged(path: Path, staged: _Staged) -> bool:
    file = _look(str(path))
    if file is None or (file.link is not None) != (staged.mode == LINK):
        return False
    content = file.content if file.link is None else os.fsencode(file.link)
    return content is not None and _is_content(content, staged.content)


def _without_git(git: str | None, root: Path) -> list[Diagnostic]:
    """Warn where git cannot tell whether all is checked out; before the first commit nothing can be missing."""
    if not any(os.path.lexists(folder / ".git") for folder in (root, *root.parents)):
        return []
    if git is not None and ask_git(git, root, "rev-parse", "--git-dir") is not None:
        return []
    refusal = None if git is None else why_git_refuses(git, root)
    why = "there is no git on this machine" if git is None else "git does not answer here (try 'git status')"
    unknown = "whether all documents are checked out is not known"
    message = f"{unknown}: {refusal}" if refusal else f"{why}, so {unknown}"
    return [Diagnostic(severity="warning", code="documents/unknown-checkout", message=message)]


def _error(message: str) -> Diagnostic:
    return Diagnostic(severity="error", code="documents/not-checked-out", message=message)
