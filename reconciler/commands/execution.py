"""Carries out an approval: one writing client, the journal, and what is said meanwhile; it approves nothing."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from reconciler.applying import apply_plan
from reconciler.commands.interrupts import first_interrupt_waits
from reconciler.commands.options import note
from reconciler.commands.progress import tell_silence, tell_waits
from reconciler.commands.readers import network_of
from reconciler.journal import Journal
from reconciler.render.escaping import printable
from reconciler.settings import read_credentials

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reconciler.commands.approval import Approval
    from reconciler.commands.options import Common
    from reconciler.commands.workspace import Workspace
    from reconciler.model.live import Preset
    from reconciler.model.outcomes import ApplyReport, Outcome

__all__ = ["carry_out"]


def _tell(approval: Approval, common: Common) -> None:
    if approval.fewer and approval.plan.changes:
        words = "change is" if approval.fewer == 1 else "changes are"
        note(f"{approval.fewer:,} approved {words} made already, or no longer asked for", common)
    if approval.held and not common.quiet:
        from reconciler.render.terminal import render_diagnostics  # noqa: PLC0415 - start-up is measured

        sys.stderr.write(render_diagnostics(approval.held, color=common.color(sys.stderr)))


class _Service:
    """Reads and writes presets with one writing client; what apply needs and no more."""

    def __init__(self, read: Callable[[str | None, str], Preset], write: Callable[..., None]) -> None:
        self.read = read
        self.replace_assignees = write


def carry_out(
    approval: Approval, commits: tuple[str, ...], workspace: Workspace, common: Common, folder: Path
) -> ApplyReport:
    """Do what may be done, and say so where it is less than was approved."""
    import time  # noqa: PLC0415

    from reconciler.live.client import ServiceClient  # noqa: PLC0415 - heavy, and not needed for a refusal
    from reconciler.live.reading import Reader  # noqa: PLC0415
    from reconciler.live.writing import Writer  # noqa: PLC0415

    _tell(approval, common)
    credentials = read_credentials(os.environ, workspace.service)
    with (
        ServiceClient(
            workspace.service,
            credentials,
            writes=True,
            network=network_of(workspace.service),
            waits=tell_waits(common),
        ) as client,
        tell_silence(client, common),
        Journal(folder) as journal,
        first_interrupt_waits(
            lambda: note("finishing the write under way; press again to leave at once", common)
        ) as stopped,
    ):
        service = _Service(Reader(client, lambda _progress: None).preset, Writer(client).replace_assignees)
        return apply_plan(
            approval.plan,
            service,
            journal,
            stopped=stopped,
            sleep=time.sleep,
            settled=approval.settled,
            approved=approval.approved,
            commits=commits,
            whole=approval.whole,
            held=approval.held,
            report=_reporter(approval, common),
        )


def _reporter(approval: Approval, common: Common) -> Callable[[int, Outcome], None]:
    total = len(approval.plan.changes) + len(approval.settled)

    def report(done: int, outcome: Outcome) -> None:
        if sys.stderr.isatty():
            note(f"{done}/{total} {printable(approval.names[outcome.address])}: {outcome.status}", common)

    return report
