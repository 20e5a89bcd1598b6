"""Reads the documents of another revision out of git itself; nothing is checked out and no file here is touched."""

from __future__ import annotations

import datetime
import shutil
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.desired.git.program import ask_git, why_git_refuses
from reconciler.desired.git.tree import read_contents, read_tree
from reconciler.desired.git.unread import Unread, is_same_now, moved_settings
from reconciler.desired.kinds import KINDS
from reconciler.desired.repository import assemble, decode_settings_file, is_document, may_hold_documents, read_files
from reconciler.errors import DocumentsError, UsageError
from reconciler.model.diagnostics import Diagnostic, Origin
from reconciler.model.documents import Documents, SettingsDocument
from reconciler.model.people_lock import is_of_lock

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from reconciler.desired.git.tree import Tree
    from reconciler.model.exclusion import Exclusion

__all__ = ["Base", "read_base", "read_documents_at", "read_settings_at", "same_documents"]


# what a filter leaves in git, where the work tree has a document
_FILTERED = {
    b"version https://git-lfs.github.com/spec/": "git holds an LFS pointer here and not the document: take "
    "documents out of LFS",
    b"\0GITCRYPT\0": "git holds this document encrypted (git-crypt), so nobody can say what it asked for: keep "
    "documents unencrypted",
}


class Base(msgspec.Struct, frozen=True):
    """A revision by its full name, with its documents; null where it had no usable settings.

    If there are ``errors``, the documents are incomplete. They still show what was managed, but not who moved.
    ``files`` are the paths of all documents, understood or not. ``absent`` are the submodules whose documents cannot be
    read here. ``unknown`` are files and submodules that may have held a policy, cannot be read, and are not the same
    now. Settings files that moved are among them. ``committed_at`` is the moment of the commit, ``root`` the folder of
    the settings.
    """

    revision: str
    settings: SettingsDocument | None
    documents: Documents | None
    errors: tuple[Diagnostic, ...] = ()
    files: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    committed_at: datetime.datetime | None = None
    root: Path | None = None

    def documents_for(self, company_id: str) -> Documents | None:
        """Return the documents, or null where they are of another company or cannot be used."""
        same_company = self.settings is not None and self.settings.company_id == company_id
        return self.documents if same_company else None


def read_base(settings_file: Path, revision: str) -> Base:
    """Read the documents at ``revision``, those in submodules included, teams by their names.

    A submodule that is not checked out, or that lacks the commit of then, is an error of the base. Raises UsageError
    when git does not know the revision, or has only a part of its files.
    """
    root = settings_file.parent
    git = shutil.which("git")
    if git is None:
        raise UsageError("--base needs git, and there is none on this machine")
    if not revision:
        raise UsageError("--base is empty (a variable that is not set?); name a branch, tag or commit")
    if ask_git(git, root, "rev-parse", "--git-dir") is None:
        refusal = why_git_refuses(git, root)
        raise UsageError(
            refusal or f"{root} is not in a git repository, so there is no base to compare with; leave --base out"
        )
    look = ("--max-count=1", "--timestamp", "--end-of-options", f"{revision}^{{commit}}")
    named = ask_git(git, root, "rev-list", *look)
    if not named:
        raise UsageError(
            f"git knows no commit '{revision}' here; name a branch, tag or commit, and fetch it first where the "
            "checkout is shallow"
        )
    made_at, commit = named.decode("ascii").split()
    committed_at = datetime.datetime.fromtimestamp(int(made_at), datetime.UTC)
    tree = read_tree(git, root, commit)
    files = _Files(git, root, tree)
    settings, errors = _settings(files, settings_file.name)
    if settings is None:
        unknown = (settings_file.name,) if errors else moved_settings(git, root, commit, settings_file.name)
        return Base(commit, None, None, errors, unknown=unknown, committed_at=committed_at, root=root)
    names = sorted(one for one in tree.entries if one != settings_file.name and is_document(one, settings.exclusion))
    absent = sorted(one for one in tree.absent if may_hold_documents(one, settings.exclusion))
    unread = Unread()
    lock_files: dict[str, bytes] = {}
    contents = chain(_contents(files, names), _refused(tree, settings.exclusion, absent))
    files_read = unread.watch(read_files(contents, lock_files))
    documents, diagnostics = assemble(files_read, lock_files, joined=settings.joined_sources)
    errors = tuple(one for one in diagnostics if one.severity == "error")
    documents = msgspec.structs.replace(documents, files=sum(not is_of_lock(one) for one in names))
    outer = {tree.entries[one].repository or one if one in tree.entries else one for one in unread.names(errors)}
    unknown = tuple(one for one in sorted(outer) if not is_same_now(git, root, commit, one))
    return Base(commit, settings, documents, errors, tuple(names), tuple(absent), unknown, committed_at, root)


def read_settings_at(settings_file: Path, revision: str) -> SettingsDocument | None:
    """Return the settings at a revision; null where there are none there that can be read."""
    git = shutil.which("git")
    name = settings_file.name
    content = None if git is None else ask_git(git, settings_file.parent, "cat-file", "blob", f"{revision}:./{name}")
    if content is None:
        return None
    try:
        return decode_settings_file(content, name)
    except DocumentsError:
        return None


def read_documents_at(git: str, root: Path, commit: str, names: Collection[str]) -> Documents:
    """Return what some files of a commit hold; what is not there, or cannot be understood, is left out."""
    files = _Files(git, root, read_tree(git, root, commit))
    lock_files: dict[str, bytes] = {}
    contents = _contents(files, sorted(one for one in names if one in files.tree.entries))
    documents, _ = assemble(read_files(contents, lock_files), lock_files)
    return documents


def same_documents(one: Documents, other: Documents) -> bool:
    """Return whether documents, and the people lock, ask for and permit the same, in any order of files."""
    if one.lock != other.lock:
        return False
    return all(kind.content is None or kind.content(one) == kind.content(other) for kind in KINDS.loaded())


class _Files(NamedTuple):
    """The files of a commit, and the repository to read them from."""

    git: str
    root: Path
    tree: Tree

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        """Read files by name, following links; a link that leads to no file is left out."""
        found = {name: self.tree.file(name) for name in names}
        return read_contents(self.git, self.root, {name: entry for name, entry in found.items() if entry is not None})


def _settings(files: _Files, name: str) -> tuple[SettingsDocument | None, tuple[Diagnostic, ...]]:
    content = files.read([name]).get(name) if name in files.tree.entries else None
    if content is None:
        return None, ()
    try:
        return decode_settings_file(content, name), ()
    except DocumentsError as error:
        return None, error.diagnostics


def _contents(files: _Files, names: list[str]) -> Iterator[tuple[str, bytes | Diagnostic]]:
    """Yield every document of the tree; one that the work tree would refuse is an error here as well."""
    contents = files.read(one for one in names if one.isprintable())
    for name in names:
        filtered = next(
            (words for start, words in _FILTERED.items() if contents.get(name, b"").startswith(start)), None
        )
        if filtered is not None:
            yield name, _error("documents/filtered", filtered, name)
        elif name in contents:
            yield name, contents[name]
        elif name.isprintable():
            yield name, _error("documents/link", "this link leads to no file of the revision", name)
        else:
            yield name, _error("documents/name", "the file's name holds characters that cannot be shown", name)


def _refused(tree: Tree, exclude: Exclusion, absent: list[str]) -> Iterator[tuple[str, bytes | Diagnostic]]:
    """Yield errors for entries that are not files but may hold documents: links to folders, and submodules."""
    linked = [name for name in tree.links if may_hold_documents(name, exclude) and not is_document(name, exclude)]
    folders = tree.folders() if linked else set()
    for name in sorted(linked):
        if tree.resolve(name) in folders:
            yield name, _error("documents/link", "a link to a folder is not followed", name)
    for name in absent:
        message = (
            f"the documents of this submodule at the base ({tree.absent[name][:12]}) cannot be read: run "
            "'git submodule update --init --recursive' and fetch that commit in it, or name the folder under 'exclude:'"
        )
        yield name, _error("documents/not-checked-out", message, name)


def _error(code: str, message: str, name: str) -> Diagnostic:
    origin = Origin(name if name.isprintable() else ascii(name), 1, 1)
    return Diagnostic(severity="error", code=code, message=message, origin=origin)
