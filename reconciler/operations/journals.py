"""Finds what the journals given say of plans that are about to be applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.applying import require_none_older
from reconciler.errors import DocumentsError
from reconciler.journal import read_applied

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reconciler.model.plan import Plan
    from reconciler.operations.run import Run

__all__ = ["require_newest"]


def require_newest(plans: Sequence[Plan], folder: Path, company_id: str, run: Run) -> None:
    """Refuse saved plans that are older than what was applied since.

    Without a journal this is not known, and a note says so. Raises StaleError, and DocumentsError for a journal that
    cannot be read.
    """
    try:
        applied = read_applied(folder, company_id)
    except DocumentsError as error:
        raise DocumentsError(
            f"{error.message}; whether a newer plan was applied cannot be checked: move the file away, or add "
            "--allow-older"
        ) from None
    if applied is None:
        run.reporter.note(
            f"no run in the journal {folder}: not checked whether a newer plan was applied since this one was made "
            "(another folder: --journal)  [policy/older-plan]"
        )
        return
    require_none_older(plans, applied, run.clock.now())
