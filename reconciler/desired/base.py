"""Reads the documents of another revision out of git itself; nothing is checked out and no file here is touched."""

from __future__ import annotations

import posixpath
import shutil
from typing import TYPE_CHECKING

import msgspec

from reconciler.desired.repository import assemble, decode_settings_file, is_document
from reconciler.desired.revision import ask_git
from reconciler.desired.yaml_reader import read_yaml
from reconciler.errors import DocumentsError, UsageError
from reconciler.model.diagnostics import Diagnostic, Origin
from reconciler.model.documents import Documents, SettingsDocument

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator
    from pathlib import Path

    from reconciler.desired.yaml_reader import LocatedDocument

__all__ = ["Base", "read_base", "same_documents"]

_LINK = "120000"
_FILE = "blob"


class Base(msgspec.Struct, frozen=True):
    """A revision by its full name, with its documents; null where it had no usable settings.

    Where ``errors`` tell of something that could not be understood, the documents are only a part of what was asked
    for: enough to say what was managed, and no basis for saying who moved.
    """

    revision: str
    settings: SettingsDocument | None
    documents: Documents | None
    errors: tuple[Diagnostic, ...] = ()


class _Entry(msgspec.Struct, frozen=True):
    """A file or link in a tree, by the name of its content."""

    mode: str
    content: str


def read_base(settings_file: Path, revision: str, today: datetime.date) -> Base:
    """Read the documents at ``revision`` as they stand on that day (UTC).

    Raises UsageError when git does not know the revision.
    """
    root = settings_file.parent
    git = shutil.which("git")
    if git is None:
        raise UsageError("--base needs git, and there is none on this machine")
    if not revision:
        raise UsageError("--base is empty (a variable that is not set?); name a branch, tag or commit")
    if ask_git(git, root, "rev-parse", "--git-dir") is None:
        raise UsageError(f"{root} is no git repository, so there is no base to compare with; leave --base out")
    named = ask_git(git, root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if named is None:
        raise UsageError(
            f"git knows no commit '{revision}' here; name a branch, tag or commit, and fetch it first where the "
            "checkout is shallow"
        )
    commit = named.decode("ascii").strip()
    tree = _Tree(git, root, commit)
    settings, errors = _settings(tree, settings_file.name)
    if settings is None:
        return Base(commit, None, None, errors)
    documents, diagnostics = assemble(_documents(tree, settings_file.name, settings), today)
    return Base(commit, settings, documents, tuple(one for one in diagnostics if one.severity == "error"))


def same_documents(one: Documents, other: Documents) -> bool:
    """Tell whether documents ask for and permit the same, line by line; the order of files does not matter."""
    return _content(one) == _content(other)


def _content(documents: Documents) -> tuple[object, ...]:
    policy = documents.policy
    limits = [(limit.count, limit.percent) for limit in (policy.group_removals, policy.run_removals)]
    listed = (
        documents.assignments,
        documents.teams.values(),
        policy.roles,
        policy.protected,
        policy.separate,
        policy.overrides,
        policy.frozen,
    )
    return (limits, *(sorted(map(msgspec.json.encode, values)) for values in listed))


class _Tree:
    """The files of one commit below the root, and their content."""

    def __init__(self, git: str, root: Path, commit: str) -> None:
        self._git = git
        self._root = root
        listed = self._ask("ls-tree", "-r", "-z", commit)
        self.entries: dict[str, _Entry] = {}
        for line in listed.decode("utf-8", "surrogateescape").split("\0"):
            about, _, name = line.partition("\t")
            if name:
                mode, kind, content = about.split(" ")[:3]
                if kind == _FILE:
                    self.entries[name] = _Entry(mode, content)

    def _ask(self, *arguments: str, told: bytes = b"") -> bytes:
        answer = ask_git(self._git, self._root, *arguments, told=told)
        if answer is None:
            raise UsageError(f"git cannot show the base revision (git {arguments[0]}); look at 'git fsck'")
        return answer

    def read(self, names: list[str]) -> dict[str, bytes]:
        """Give the content of files; a link gives what it leads to, and is left out where that is not in the tree."""
        contents = self._contents([self.entries[name].content for name in names])
        found = dict(zip(names, contents, strict=True))
        for name in names:
            if self.entries[name].mode == _LINK:
                target = posixpath.normpath(
                    posixpath.join(posixpath.dirname(name), found.pop(name).decode("utf-8", "replace"))
                )
                if target in self.entries and self.entries[target].mode != _LINK:
                    (found[name],) = self._contents([self.entries[target].content])
        return found

    def _contents(self, objects: list[str]) -> list[bytes]:
        answer = self._ask("cat-file", "--batch", told="".join(f"{one}\n" for one in objects).encode())
        contents, at = [], 0
        for _ in objects:
            end = answer.index(b"\n", at)
            told = answer[at:end].rsplit(b" ", 1)[1]
            if not told.isdigit():
                raise UsageError("git does not have all files of the base revision; fetch it whole")
            size = int(told)
            contents.append(answer[end + 1 : end + 1 + size])
            at = end + 1 + size + 1
        return contents


def _settings(tree: _Tree, name: str) -> tuple[SettingsDocument | None, tuple[Diagnostic, ...]]:
    content = tree.read([name]).get(name) if name in tree.entries else None
    if content is None:
        return None, ()
    try:
        return decode_settings_file(content, name), ()
    except DocumentsError as error:
        return None, error.diagnostics


def _documents(
    tree: _Tree, settings_name: str, settings: SettingsDocument
) -> Iterator[tuple[list[LocatedDocument], list[Diagnostic]]]:
    """Read every document of the tree; one that the work tree would refuse is an error here as well."""
    names = sorted(name for name in tree.entries if name != settings_name and is_document(name, settings.exclude))
    contents = tree.read([one for one in names if one.isprintable()])
    for name in names:
        if name in contents:
            yield read_yaml(contents[name], name)
        elif name.isprintable():
            yield [], [_error("documents/link", "this link leads to no file of the revision", name)]
        else:
            yield [], [_error("documents/name", "the file's name holds characters that cannot be shown", ascii(name))]


def _error(code: str, message: str, name: str) -> Diagnostic:
    return Diagnostic(severity="error", code=code, message=message, origin=Origin(name, 1, 1))
