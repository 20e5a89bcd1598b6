"""Makes a plan: documents and live in, a judged value out; it carries nothing out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.desired import judge_losses
from reconciler.errors import UsageError
from reconciler.model.diagnostics import HELD, Diagnostic
from reconciler.model.plan import LiveSource, Plan
from reconciler.operations.bases import read_base_for, with_old_lines, with_power_of_base
from reconciler.operations.choice import choose
from reconciler.operations.comparison import Comparison, compare_documents, with_people_of_base
from reconciler.operations.observation import observe, with_age
from reconciler.operations.readers import open_reader
from reconciler.operations.recollection import remember
from reconciler.operations.refresh import open_refreshing_reader
from reconciler.operations.repository_findings import freezes_of, loosening_findings, settings_findings
from reconciler.operations.workspace import journal_folder, open_workspace, read_documents, source_of
from reconciler.planning import WHOLE, build_plan, count_managed
from reconciler.planning.changed_names import judge_names
from reconciler.planning.guards import (
    judge,
    judge_base_policy,
    judge_ends,
    judge_frozen,
    judge_unknown_policy,
    plan_case,
)
from reconciler.planning.notes import judge_acknowledged, judge_kept, unreadable_diagnostics
from reconciler.planning.past import needs_memory
from reconciler.planning.per_person import changes_per_person
from reconciler.planning.released import judge_released, judge_unseen

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from reconciler.desired import Base
    from reconciler.model.base import BaseTarget
    from reconciler.model.documents import Documents, Source
    from reconciler.model.live import LiveState
    from reconciler.model.memory import Memory
    from reconciler.model.plan import PlanService
    from reconciler.model.policy import Frozen
    from reconciler.operations.comparison import Compared
    from reconciler.operations.observation import Observation
    from reconciler.operations.readers import LiveReader
    from reconciler.operations.run import Run
    from reconciler.operations.workspace import Workspace
    from reconciler.planning import Restriction
    from reconciler.planning.guards.case import Case

__all__ = [
    "PlanOrder",
    "judged_plan",
    "live_source",
    "make_plan",
    "plan_repository",
]


class PlanOrder(NamedTuple):
    """How a plan is to be made: against what, and how much of it."""

    snapshot: Path | None = None
    refresh: bool = False
    base: str | None = None
    adds_only: bool = False
    only_drift: bool = False
    only_requested: bool = False


def plan_repository(run: Run, settings_file: Path | None, order: PlanOrder) -> Plan:
    """Read a repository and live, and return the plan.

    Raises UsageError for an order that contradicts itself, and every error of reading documents and the service.
    """
    if order.refresh and order.snapshot is None:
        raise UsageError("--refresh goes with --snapshot FILE; make one with: reconciler snapshot --out FILE")
    workspace = open_workspace(run, settings_file)
    choice = choose(workspace.root, base=order.base, only_drift=order.only_drift, only_requested=order.only_requested)
    base = None if choice.base is None else read_base_for(workspace, choice.base, choice.restriction)
    workspace = with_power_of_base(workspace, base)
    workspace = with_old_lines(workspace, base, journal_folder(workspace.root, None))
    return make_plan(
        workspace,
        *read_documents(workspace),
        snapshot=order.snapshot,
        refresh=order.refresh,
        base=base,
        adds_only=order.adds_only,
        restriction=choice.restriction,
    )


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
    journal: Path | None = None,
) -> Plan:
    """Read live state, compare it with the documents, judge, and return the plan.

    ``journal`` is the folder that may add to what is known of the days before. With ``refresh`` the presets that differ
    from the snapshot are read again. So are the presets whose documents changed since the base. Everything else comes
    from the snapshot.
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
    ends = judge_ends(documents, workspace.run.today)
    changed = (*settings_findings(workspace, base), *loosening_findings(workspace, documents, base))
    found = (*changed, *observation.diagnostics, *ends)
    observation = msgspec.structs.replace(observation, diagnostics=found)
    return judged_plan(
        observation,
        comparison,
        recall=partial(_recall, workspace, observation, base, journal_folder(workspace.root, journal)),
        adds_only=adds_only,
        restriction=restriction,
        freezes=freezes_of(documents.policy, workspace.run.environment),
        today=workspace.run.today,
        company_id=workspace.service.company_id,
        company_name=workspace.settings.company_name,
        service=workspace.plan_service,
        source=source_of(workspace),
        live=live_source(observation.state, from_snapshot=snapshot is not None, refreshed=refreshed),
        created_at=workspace.run.clock.moment(),
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


def judged_plan(  # noqa: PLR0913 - the plan's own parts, each named
    observation: Observation,
    comparison: Comparison,
    *,
    recall: Callable[[dict[str, BaseTarget] | None], Memory | None] | None = None,
    adds_only: bool,
    restriction: Restriction = WHOLE,
    freezes: tuple[Frozen, ...],
    today: datetime.date,
    company_id: str,
    company_name: str | None,
    service: PlanService,
    source: Source,
    live: LiveSource,
    created_at: str,
) -> Plan:
    """Compare what was observed, ask every guard, and give the plan.

    It asks nobody else anything, but ``recall`` for the days before, where guards need them, by what the base asks for.
    """
    base = comparison.base
    compared = compare_documents(observation, comparison, restriction, adds_only=adds_only)
    managed = count_managed(observation.resolved)
    needed = recall is not None and needs_memory(compared.changes, observation.resolved, compared.then)
    memory = recall(compared.then) if recall is not None and needed else None
    case = _case(compared, observation, base, managed, today, memory)
    judgement = judge(case, partial=adds_only or restriction != WHOLE)
    held_by_base = [] if base is None else _judge_base(case, base)
    return build_plan(
        compared.changes,
        presets=len(observation.resolved),
        managed=managed,
        diagnostics=(
            *unreadable_diagnostics(observation.state.unreadable),
            *judge_frozen(freezes, "warning"),
            *judgement.diagnostics,
            *held_by_base,
            *_told(compared, observation, base, company_id, today),
        ),
        adds_only=adds_only,
        only=restriction.only,
        withheld=compared.withheld,
        already=compared.already,
        people=changes_per_person(compared.changes, case.presets),
        overrides=judgement.overrides,
        complete=not observation.state.unreadable,
        company_id=company_id,
        company_name=company_name,
        service=service,
        source=msgspec.structs.replace(source, base=base.revision if base else None),
        live=live,
        created_at=created_at,
    )


def _judge_base(case: Case, base: Base) -> list[Diagnostic]:
    """Return what the policy of the base forbids, or what cannot be said of it."""
    unknown = judge_unknown_policy(case, base.unknown, base.revision)
    return (
        unknown
        if base.documents is None
        else [*unknown, *judge_base_policy(case, base.documents.policy, base.revision)]
    )


def _case(
    compared: Compared,
    observation: Observation,
    base: Base | None,
    managed: int,
    today: datetime.date,
    memory: Memory | None,
) -> Case:
    """Return what guards look at; the service account of the base is guarded as well as that of the settings."""
    settings_of_base = base.settings if base else None
    accounts = (observation.own_account, settings_of_base.service_account if settings_of_base else None)
    return plan_case(
        compared.changes,
        observation.resolved,
        observation.state,
        observation.policy,
        managed=managed,
        today=today,
        own_accounts=tuple({one.key: one for one in accounts if one is not None}.values()),
        unknown=observation.unknown,
        memory=memory,
        doubtful_base=base.revision if base is not None and base.errors else None,
    )


def _told(
    compared: Compared, observation: Observation, base: Base | None, company_id: str, today: datetime.date
) -> list[Diagnostic]:
    """Describe what of base and live a reader of the plan should know, and what was found in the documents."""
    released: list[Diagnostic] = []
    unseen: list[Diagnostic] = []
    if base is not None and compared.then is not None:
        released = judge_released(compared.then, observation.resolved, base.revision, observation.state.catalogue)
        released.extend(judge_names(compared.then, observation.resolved, base.revision))
        held = [one.message for one in observation.diagnostics if one.code == HELD]
        unseen = judge_unseen(base.documents_for(company_id), observation.state, base.revision, held)
    kept = judge_kept(compared.changes, observation.state)
    acknowledged = judge_acknowledged(compared.changes, observation.acknowledged, today)
    return [*released, *unseen, *kept, *acknowledged, *compared.left_alone, *observation.diagnostics]


def live_source(state: LiveState, *, from_snapshot: bool, refreshed: int | None = None) -> LiveSource:
    """Return when and from where live was observed, and what that cost."""
    pacing = state.pacing
    return LiveSource(
        observed_at=state.observed_at,
        source="snapshot" if from_snapshot else "api",
        requests=pacing.requests if pacing else None,
        lower_bound=pacing.lower_bound if pacing else None,
        seconds=pacing.seconds if pacing else None,
        refreshed=refreshed,
    )
