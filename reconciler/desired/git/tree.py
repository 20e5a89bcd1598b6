"""The files of one commit below a folder, those of its submodules included, read out of git alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from reconciler.desired.git.program import ask_git
from reconciler.desired.git.revision import LINK, SUBMODULE
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Entry", "Tree", "is_submodule_here", "read_contents", "read_tree"]

_MOST_SUBMODULES = 100
_MOST_HOPS = 40  # as the kernel follows
_LONGEST_PATH = 4096  # the same
_FILE = "blob"
_LACKING = (
    "git does not have all files of the base revision; fetch it whole (a partial clone is not completed here: clone "
    "without --filter, or run 'git fetch --refetch --no-filter')"
)


class Entry(msgspec.Struct, frozen=True):
    """A file or link: its mode, the name of its content, and the folder of the repository that has it."""

    mode: str
    content: str
    repository: str


class Tree(msgspec.Struct, frozen=True):
    """Files and links by their path below the root.

    ``links`` are the targets of links, as they are written. ``absent`` are the commits of submodules, by their folder.
    Such a submodule is not checked out here, or does not have that commit.
    """

    entries: dict[str, Entry]
    links: dict[str, str]
    absent: dict[str, str]

    def resolve(self, name: str) -> str | None:
        """Follow links, also to folders, within the tree; null where one leads out of it, or around in a circle."""
        parts = name.split("/")
        at: list[str] = []
        hops = 0
        while parts:
            part = parts.pop(0)
            if part in {"", "."}:
                continue
            if part == "..":
                if not at:
                    return None
                at.pop()
                continue
            at.append(part)
            target = self.links.get("/".join(at))
            if target is not None:
                hops += 1
                if hops > _MOST_HOPS or target.startswith("/") or len(target) > _LONGEST_PATH:
                    return None
                at.pop()
                parts[:0] = target.split("/")
                if len(at) + len(parts) > _LONGEST_PATH:
                    return None
        return "/".join(at)

    def file(self, name: str) -> Entry | None:
        """Return the file that a path leads to."""
        entry = self.entries.get(name)
        if entry is None or entry.mode == LINK:
            found = self.resolve(name)
            entry = None if found is None else self.entries.get(found)
        return None if entry is None or entry.mode == LINK else entry

    def folders(self) -> set[str]:
        """Return the folders that hold files, at any depth."""
        found: set[str] = set()
        for name in self.entries:
            folder = name.rpartition("/")[0]
            while folder and folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        return found


def read_tree(git: str, root: Path, commit: str) -> Tree:
    """List the files of a commit below ``root``; raises UsageError where git does not have the whole list.

    A submodule that is checked out is read from its own repository, at the commit that the tree names.
    """
    entries: dict[str, Entry] = {}
    absent: dict[str, str] = {}
    waiting = [("", commit)]
    looked_at = 0
    while waiting:
        folder, revision = waiting.pop()
        if folder:
            looked_at += 1
            if looked_at > _MOST_SUBMODULES or not is_submodule_here(git, root, folder):
                absent[folder] = revision
                continue
        listed = ask_git(git, root / folder, "ls-tree", "-r", "-z", revision)
        if listed is None and folder:
            absent[folder] = revision
            continue
        if listed is None:
            raise UsageError("git cannot show the base revision (git ls-tree); look at 'git fsck', and fetch it whole")
        within = f"{folder}/" if folder else ""
        for line in listed.decode("utf-8", "surrogateescape").split("\0"):
            about, _, name = line.partition("\t")
            mode, kind, content = about.split(" ") if name else ("", "", "")
            if kind == _FILE:
                entries[f"{within}{name}"] = Entry(mode, content, folder)
            elif mode == SUBMODULE:
                waiting.append((f"{within}{name}", content))
    linked = {name: entry for name, entry in entries.items() if entry.mode == LINK}
    links = {name: os.fsdecode(target) for name, target in _contents(git, root, linked) if target is not None}
    return Tree(entries, links, absent)


def is_submodule_here(git: str, root: Path, name: str) -> bool:
    """Return whether a folder is a work tree of its own.

    git takes an empty folder for a part of the outer work tree.
    """
    folder = root / name
    if not os.path.lexists(folder / ".git") or folder.resolve() != root.resolve() / name:
        return False
    return ask_git(git, folder, "rev-parse", "--show-prefix") == b"\n"


def read_contents(git: str, root: Path, wanted: dict[str, Entry]) -> dict[str, bytes]:
    """Read files by name; raises UsageError where git does not have all of them."""
    found: dict[str, bytes] = {}
    for name, content in _contents(git, root, wanted):
        if content is None:
            raise UsageError(_LACKING)
        found[name] = content
    return found


def _contents(git: str, root: Path, wanted: dict[str, Entry]) -> Iterator[tuple[str, bytes | None]]:
    """Yield what git has of these files; null where it has nothing."""
    by_repository: dict[str, list[str]] = {}
    for name, entry in wanted.items():
        by_repository.setdefault(entry.repository, []).append(name)
    for folder, names in by_repository.items():
        told = "".join(f"{wanted[name].content}\n" for name in names).encode()
        answer = ask_git(git, root / folder, "cat-file", "--batch", told=told)
        if answer is None:
            raise UsageError(_LACKING)
        at = 0
        for name in names:
            end = answer.index(b"\n", at)
            size = answer[at:end].rsplit(b" ", 1)[1]
            at = end + 1
            if not size.isdigit():
                yield name, None
                continue
            yield name, answer[at : at + int(size)]
            at += int(size) + 1
