"""Makes a judged plan from documents and Procore; it applies nothing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.desired.git.losses import judge_losses
from reconciler.errors import UsageError
from reconciler.operations.bases import read_base_for, with_old_lines, with_power_of_base
from reconciler.operations.choice import choose
from reconciler.operations.comparison import Comparison, with_people_of_base
from reconciler.operations.judged_plan import judged_plan
from reconciler.operations.live_source import live_source, provenance_of
from reconciler.operations.observation import observe, with_age
from reconciler.operations.readers import open_reader
from reconciler.operations.recollection import remember
from reconciler.operations.refresh import open_refreshing_reader
from reconciler.operations.repository_findings import freezes_of, loosening_findings, settings_findings
from reconciler.operations.workspace import journal_folder, open_workspace, read_documents
from reconciler.planning.absences_ahead import judge_absences, judge_leave
from reconciler.planning.digests import for_day
from reconciler.planning.guards.ends import judge_ends
from reconciler.planning.restricting import WHOLE

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence
    from pathlib import Path

    from reconciler.desired.git.base_revision import Base
    from reconciler.model.base import BaseTarget
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Documents
    from reconciler.model.memory import Memory
    from reconciler.model.plan import Cause, Plan
    from reconciler.model.selection import Selection
    from reconciler.operations.observation import Observation
    from reconciler.operations.readers import LiveReader
    from reconciler.operations.run import Run
    from reconciler.operations.workspace import Workspace
    from reconciler.planning.restricting import Restriction

__all__ = [
    "PlanOrder",
    "make_plan",
    "plan_repository",
]


class PlanOrder(NamedTuple):
    """How a plan is to be made: against what, how much of it, and for which day (null: today)."""

    snapshot: Path | None = None
    refresh: bool = False
    base: str | None = None
    adds_only: bool = False
    only: Cause | None = None
    selection: Selection | None = None
    on: datetime.date | None = None


def plan_repository(run: Run, settings_file: Path | None, order: PlanOrder) -> Plan:
    """Read a repository and Procore, and return the plan.

    Raises UsageError for an order that contradicts itself, and every error of reading documents and the service.
    """
    if order.refresh and order.snapshot is None:
        raise UsageError("--refresh goes with --snapshot FILE; make one with: reconciler snapshot --out FILE")
    on = None if order.on == run.today else order.on
    if on is not None:
        run = msgspec.structs.replace(run, today=on)
    workspace = open_workspace(run, settings_file)
    choice = choose(workspace.root, base=order.base, only=order.only)
    base = None if choice.base is None else read_base_for(workspace, choice.base, choice.restriction)
    workspace = with_power_of_base(workspace, base)
    workspace = with_old_lines(workspace, base, journal_folder(workspace.root, None))
    made = make_plan(
        workspace,
        *read_documents(workspace),
        snapshot=order.snapshot,
        refresh=order.refresh,
        base=base,
        adds_only=order.adds_only,
        restriction=choice.restriction,
        selection=order.selection,
    )
    return made if on is None else for_day(made, on)


def make_plan(  # noqa: PLR0913 - where from, what, and how; each named
    workspace: Workspace,
    documents: Documents,
    diagnostics: Sequence[Diagnostic],
    *,
    snapshot: Path | None = None,
    refresh: bool = False,
    base: Base | None = None,
    adds_only: bool = False,
    restriction: Restriction = WHOLE,
    selection: Selection | None = None,
    journal: Path | None = None,
) -> Plan:
    """Read live state, compare it with the documents, judge, and return the plan.

    ``journal`` is the folder that may add to what is known of the days before. With ``refresh`` the presets that differ
    from the snapshot are read again. So are the presets whose documents changed since the base. Everything else comes
    from the snapshot. All is judged, and what ``selection`` chooses is taken of it then.
    """
    if base is not None:
        diagnostics = (*diagnostics, *judge_losses(base, workspace.root, workspace.settings.exclusion))
    read = (documents, diagnostics)
    comparison = Comparison(base, workspace.service.company_id)
    if refresh and snapshot is not None:
        observation, refreshed = _observe_anew(workspace, read, comparison, snapshot, restriction)
    else:
        with open_reader(workspace, snapshot) as reader:
            observation, refreshed = _observe(workspace, reader, read, comparison, restriction), None
    today = workspace.run.today
    ends = (
        *judge_ends(documents, today),
        *judge_absences(documents, today),
        *judge_leave(documents.lock, documents, observation.resolved),
    )
    changed = (*settings_findings(workspace, base), *loosening_findings(workspace, documents, base))
    found = (*changed, *observation.diagnostics, *ends)
    observation = msgspec.structs.replace(observation, diagnostics=found)
    return judged_plan(
        observation,
        comparison,
        provenance_of(
            workspace, live_source(observation.state, from_snapshot=snapshot is not None, refreshed=refreshed)
        ),
        recall=partial(_recall, workspace, observation, base, journal_folder(workspace.root, journal)),
        adds_only=adds_only,
        restriction=restriction,
        selection=selection,
        freezes=freezes_of(documents.policy, workspace.run.environment),
        today=workspace.run.today,
    )


def _recall(
    workspace: Workspace,
    observation: Observation,
    base: Base | None,
    journal: Path,
    asked: dict[str, BaseTarget] | None,
) -> Memory | None:
    return remember(workspace, observation, base, asked, journal)


def _observe(
    workspace: Workspace,
    reader: LiveReader,
    read: tuple[Documents, Sequence[Diagnostic]],
    comparison: Comparison,
    restriction: Restriction,
) -> Observation:
    """Observe what documents and base name, and say so where that is known from long ago."""
    base = comparison.base
    bases = (base.documents,) if base and base.documents else ()
    observation = observe(
        *read, reader, bases=bases, own_account=workspace.settings.service_account, tolerance=workspace.tolerance
    )
    observation = with_people_of_base(observation, reader, comparison, restriction)
    return with_age(observation, workspace.run.clock.now())


def _observe_anew(
    workspace: Workspace,
    read: tuple[Documents, Sequence[Diagnostic]],
    comparison: Comparison,
    snapshot: Path,
    restriction: Restriction,
) -> tuple[Observation, int]:
    """Observe through a snapshot, but read again what matters; return how many presets were read again too."""
    with open_refreshing_reader(workspace, read[0], comparison.base, snapshot) as reader:
        return _observe(workspace, reader, read, comparison, restriction), reader.refreshed
