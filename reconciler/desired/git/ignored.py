"""Documents that git ignores: they are read all the same, and no reviewer sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.desired.git.program import ask_git
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.phrases import counted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["find_ignored", "judge_ignored", "listed"]

_NAMES_SHOWN = 5


def find_ignored(git: str, root: Path, folders: list[str], names: Iterable[str]) -> list[str]:
    """Return which of these files git ignores; ``folders`` are those of repositories, the outer first."""
    asked: dict[str, list[str]] = {}
    for name in names:
        folder = max((one for one in folders if name.startswith(f"{one}/")), key=len, default="")
        asked.setdefault(folder, []).append(name[len(folder) + 1 :] if folder else name)
    ignored: list[str] = []
    for folder, inner in asked.items():
        # behind ./ no name is a pattern to git
        told = "\0".join(f"./{one}" for one in inner).encode("utf-8", "surrogateescape")
        answer = ask_git(git, root / folder, "check-ignore", "-z", "--stdin", told=told) or b""
        within = f"{folder}/" if folder else ""
        names_back = answer.decode("utf-8", "surrogateescape").split("\0")
        ignored += [f"{within}{one.removeprefix('./')}" for one in names_back if one]
    return sorted(ignored)


def judge_ignored(names: list[str]) -> list[Diagnostic]:
    """Warn of documents that git ignores."""
    if not names:
        return []
    words, them = ("is", "it") if len(names) == 1 else ("are", "them")
    message = (
        f"{counted(len(names), 'document')} that git ignores {words} read all the same ({listed(names)}), and no "
        f"reviewer sees {them}: commit {them} with 'git add --force', or name {them} under 'exclude:' in the settings"
    )
    return [Diagnostic(severity="warning", code="documents/ignored", message=message)]


def listed(names: list[str]) -> str:
    """Return the first few names, and how many more there are."""
    shown = ", ".join(name if name.isprintable() else ascii(name) for name in names[:_NAMES_SHOWN])
    more = len(names) - _NAMES_SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown
