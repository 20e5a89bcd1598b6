"""Warns of folders that lost all documents since a base, and of documents of the base that cannot be read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reconciler.desired.repository import document_names
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.people_lock import is_of_lock
from reconciler.model.phrases import counted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from reconciler.desired.git.base_revision import Base
    from reconciler.model.exclusion import Exclusion

__all__ = ["emptied_folders", "judge_losses"]

_ERRORS_SHOWN = 5


def judge_losses(base: Base, root: Path, exclude: Exclusion) -> list[Diagnostic]:
    """Warn of folders that held documents at the base and hold none now, and of submodules that cannot be compared."""
    revision = base.revision[:12]
    emptied = (
        emptied_folders([one for one in base.files if not is_of_lock(one)], document_names(root, exclude))
        if base.files
        else {}
    )
    messages = [
        f"{_shown(folder)}/ held {counted(count, 'document')} at the base {revision} and holds none "
        f"now, so nothing there is managed any more: if that is a mistake, restore the folder from {revision}"
        for folder, count in emptied.items()
    ]
    found = [_warning("documents/emptied-folder", message) for message in messages]
    # submodules are reported below, each with its remedy
    errors = [one for one in base.errors if one.code != "documents/not-checked-out"]
    if errors:
        shown = "; ".join(f"{one.origin}: {one.message}" for one in errors[:_ERRORS_SHOWN])
        more = f" and {len(errors) - _ERRORS_SHOWN:,} more" if len(errors) > _ERRORS_SHOWN else ""
        problems = counted(len(errors), "problem")
        message = (
            f"{problems} in the documents at the base {revision}, so what they asked for is not known, and nobody "
            f"loses a role there in this plan ({shown}{more}): correct them in a request of their own first"
        )
        found.append(_warning("documents/wrong-at-base", message))
    for folder in base.absent:
        message = (
            f"the submodule {_shown(folder)} cannot be read at the base {revision}, so what its documents asked for "
            "then counts as not managed: run 'git submodule update --init --recursive', and fetch that commit in it"
        )
        found.append(_warning("documents/not-checked-out", message))
    return found


def emptied_folders(then: Iterable[str], now: Iterable[str]) -> dict[str, int]:
    """Return the outermost folders that hold no file now, with the number of files they held, at any depth."""
    held, holds = _count(then), _count(now)
    emptied = {folder: count for folder, count in sorted(held.items()) if folder not in holds}
    return {folder: count for folder, count in emptied.items() if folder.rpartition("/")[0] not in emptied}


def _count(names: Iterable[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for name in names:
        parts = name.split("/")
        counts.update("/".join(parts[:depth]) for depth in range(1, len(parts)))
    return counts


def _shown(folder: str) -> str:
    return folder if folder.isprintable() else ascii(folder)


def _warning(code: str, message: str) -> Diagnostic:
    return Diagnostic(severity="warning", code=code, message=message)
