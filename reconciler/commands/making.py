"""Makes a plan: documents and live in, a judged value out; it carries nothing out."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import msgspec

from reconciler.commands.observing import observe
from reconciler.commands.readers import open_reader
from reconciler.commands.refreshing import open_refreshing_reader
from reconciler.commands.workspace import moment, now
from reconciler.desired import describe_source, read_base
from reconciler.errors import RefusedError
from reconciler.model.plan import LiveSource, Plan
from reconciler.planning import WHOLE, build_plan, compare, count_managed, restrict, withhold
from reconciler.planning.basing import judge_released
from reconciler.planning.causes import already_so, base_targets
from reconciler.planning.guards import judge, judge_frozen, plan_case
from reconciler.planning.judging import judge_acknowledged, judge_age, judge_kept, unreadable_diagnostics
from reconciler.planning.per_person import changes_per_person
from reconciler.settings import read_freeze

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence
    from pathlib import Path

    from reconciler.commands.observing import Observation
    from reconciler.commands.options import Common
    from reconciler.commands.readers import LiveReader
    from reconciler.commands.workspace import Workspace
    from reconciler.desired import Base
    from reconciler.model.base import BaseTarget
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Documents, Source
    from reconciler.model.live import LiveState
    from reconciler.model.policy import Frozen, Policy
    from reconciler.planning import Restriction

__all__ = ["asked_by_base", "judged_plan", "live_source", "make_plan", "require_no_freeze"]


def make_plan(  # noqa: PLR0913 - where from, what, and how; each named
    workspace: Workspace,
    common: Common,
    documents: Documents,
    diagnostics: Sequence[Diagnostic],
    *,
    snapshot: Path | None = None,
    refresh: bool = False,
    base_revision: str | None = None,
    adds_only: bool = False,
    restriction: Restriction = WHOLE,
) -> Plan:
    """Read live state, compare it with the documents, judge, and give the plan.

    With ``refresh`` a snapshot tells of everything but the presets that differ from it or whose documents changed since
    the base, which are read anew.
    """
    base = None if base_revision is None else read_base(workspace.settings_file, base_revision, now().date())
    with ExitStack() as stack:
        reader: LiveReader
        refreshing = None
        if refresh and snapshot is not None:
            opened = open_refreshing_reader(workspace, common, documents, base, snapshot)
            reader = refreshing = stack.enter_context(opened)
        else:
            reader = stack.enter_context(open_reader(workspace, common, snapshot))
        observation = observe(
            documents,
            diagnostics,
            reader,
            base=base.documents if base else None,
            own_account=workspace.settings.service_account,
        )
    observation = _with_age(observation, from_snapshot=snapshot is not None)
    refreshed = refreshing.refreshed if refreshing else None
    return judged_plan(
        observation,
        base=base,
        adds_only=adds_only,
        restriction=restriction,
        freezes=_freezes(documents.policy),
        today=now().date(),
        company_id=workspace.service.company_id,
        company_name=workspace.settings.company_name,
        source=describe_source(workspace.root),
        live=live_source(observation.state, from_snapshot=snapshot is not None, refreshed=refreshed),
        created_at=moment(),
    )


def judged_plan(  # noqa: PLR0913 - the plan's own parts, each named
    observation: Observation,
    *,
    base: Base | None,
    adds_only: bool,
    restriction: Restriction = WHOLE,
    freezes: tuple[Frozen, ...],
    today: datetime.date,
    company_id: str,
    company_name: str | None,
    source: Source,
    live: LiveSource,
    created_at: str,
) -> Plan:
    """Compare what was observed, ask every guard, and give the plan; it asks nobody else anything."""
    state = observation.state
    then = None if base is None else asked_by_base(base, company_id, observation)
    wanted, left_alone = restrict(compare(observation.resolved, state.versions, then), restriction)
    changes, withheld = withhold(wanted) if adds_only else (wanted, ())
    managed = count_managed(observation.resolved)
    case = plan_case(
        changes,
        observation.resolved,
        state,
        observation.policy,
        managed=managed,
        today=today,
        own_account=observation.own_account,
        unknown=observation.unknown,
    )
    judgement = judge(case, partial=adds_only or restriction != WHOLE)
    diagnostics = (
        *unreadable_diagnostics(state.unreadable),
        *judge_frozen(freezes, "warning"),
        *judgement.diagnostics,
        *_released(base, then, observation),
        *judge_kept(changes, state),
        *judge_acknowledged(changes, observation.acknowledged, today),
        *left_alone,
        *observation.diagnostics,
    )
    return build_plan(
        changes,
        presets=len(observation.resolved),
        managed=managed,
        diagnostics=diagnostics,
        adds_only=adds_only,
        only=restriction.only,
        withheld=withheld,
        already=None if then is None else already_so(observation.resolved, then, state.versions),
        people=changes_per_person(changes, case.presets),
        overrides=judgement.overrides,
        complete=not state.unreadable,
        company_id=company_id,
        company_name=company_name,
        source=msgspec.structs.replace(source, base=base.revision if base else None),
        live=live,
        created_at=created_at,
    )


def asked_by_base(base: Base, company_id: str, observation: Observation) -> dict[str, BaseTarget]:
    """Give what the base asks for, by address; nothing where it is of another company."""
    same_company = base.settings is not None and base.settings.company_id == company_id
    return base_targets(base.documents if same_company else None, observation.state, observation.index.find)


def _released(base: Base | None, then: dict[str, BaseTarget] | None, observation: Observation) -> list[Diagnostic]:
    if base is None or then is None:
        return []
    return judge_released(then, observation.resolved, base.revision, observation.state.catalogue)


def _with_age(observation: Observation, *, from_snapshot: bool) -> Observation:
    """Say that a snapshot is old, where it is."""
    if not from_snapshot:
        return observation
    found = judge_age(observation.state.observed_at, now())
    return msgspec.structs.replace(observation, diagnostics=(*observation.diagnostics, *found))


def live_source(state: LiveState, *, from_snapshot: bool, refreshed: int | None = None) -> LiveSource:
    """Give when and from where live was observed, and what that cost."""
    pacing = state.pacing
    return LiveSource(
        observed_at=state.observed_at,
        source="snapshot" if from_snapshot else "api",
        requests=pacing.requests if pacing else None,
        lower_bound=pacing.lower_bound if pacing else None,
        seconds=pacing.seconds if pacing else None,
        refreshed=refreshed,
    )


def _freezes(policy: Policy) -> tuple[Frozen, ...]:
    asked_for = read_freeze(os.environ)
    return policy.frozen if asked_for is None else (asked_for, *policy.frozen)


def require_no_freeze(policy: Policy) -> None:
    """Raise RefusedError while the environment or the policy says that nothing is applied."""
    freezes = _freezes(policy)
    if freezes:
        raise RefusedError(
            "applying is frozen; nothing was written; plans can still be made",
            diagnostics=judge_frozen(freezes, "error"),
        )
