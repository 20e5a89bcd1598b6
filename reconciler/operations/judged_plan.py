"""Judges what was observed and puts the plan together; it reads nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.model.diagnostics import HELD, Diagnostic
from reconciler.operations.chosen_parts import find_slice
from reconciler.operations.comparison import Comparison, compare_documents
from reconciler.planning.changed_names import judge_names
from reconciler.planning.changes import build_plan, count_managed
from reconciler.planning.guards.base_policy import judge_base_policy, judge_unknown_policy
from reconciler.planning.guards.frozen import judge_frozen
from reconciler.planning.guards.gathering import plan_case
from reconciler.planning.guards.judgement import judge
from reconciler.planning.guards.routed_steps import routing_key
from reconciler.planning.leaver_notes import judge_leavers
from reconciler.planning.notes import judge_acknowledged, judge_kept, unreadable_diagnostics
from reconciler.planning.past import needs_memory
from reconciler.planning.per_person import changes_per_person
from reconciler.planning.released import judge_released, judge_unseen
from reconciler.planning.restricting import WHOLE
from reconciler.planning.slices import slice_changes, slice_plan

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable

    from reconciler.desired.git.base_revision import Base
    from reconciler.model.base import BaseTarget
    from reconciler.model.memory import Memory
    from reconciler.model.plan import Plan, UsedOverride
    from reconciler.model.policy import Frozen
    from reconciler.model.provenance import Provenance
    from reconciler.model.selection import Selection
    from reconciler.operations.comparison import Compared
    from reconciler.operations.observation import Observation
    from reconciler.planning.guards.case import Case, JudgedPreset
    from reconciler.planning.restricting import Restriction

__all__ = ["judged_plan"]


def judged_plan(  # noqa: PLR0913 - the plan's own parts, each named
    observation: Observation,
    comparison: Comparison,
    provenance: Provenance,
    *,
    recall: Callable[[dict[str, BaseTarget] | None], Memory | None] | None = None,
    adds_only: bool,
    restriction: Restriction = WHOLE,
    selection: Selection | None = None,
    freezes: tuple[Frozen, ...],
    today: datetime.date,
) -> Plan:
    """Compare what was observed, ask every guard, and return the plan.

    ``recall`` returns what is known of the days before, for what the base asks for. It is called only if guards need
    it. With a selection the whole is judged, and then the chosen part by itself. The plan has the errors of both.
    """
    base = comparison.base
    compared = compare_documents(observation, comparison, restriction, adds_only=adds_only)
    managed = count_managed(observation.resolved)
    needed = recall is not None and needs_memory(compared.changes, observation.resolved, compared.then)
    memory = recall(compared.then) if recall is not None and needed else None

    def verdict(changes: Compared, *, partial: bool) -> _Verdict:
        return _verdict(_case(changes, observation, base, managed, today, memory), base, partial=partial)

    whole = verdict(compared, partial=adds_only or restriction != WHOLE)
    plan = build_plan(
        compared.changes,
        msgspec.structs.replace(
            provenance, source=msgspec.structs.replace(provenance.source, base=base.revision if base else None)
        ),
        presets=len(observation.resolved),
        managed=managed,
        diagnostics=(
            *unreadable_diagnostics(observation.state.unreadable),
            *judge_frozen(freezes, "warning"),
            *whole.diagnostics,
            *_findings(compared, observation, base, provenance.company_id, today),
        ),
        adds_only=adds_only,
        only=restriction.only,
        withheld=compared.withheld,
        already=compared.already,
        people=changes_per_person(compared.changes, whole.presets),
        overrides=whole.overrides,
        complete=not observation.state.unreadable,
    )
    if selection is None:
        return plan
    chosen = find_slice(selection, observation)
    alone = verdict(compared._replace(changes=slice_changes(compared.changes, chosen)), partial=True)
    part = slice_plan(_judged_alone(plan, whole, alone), chosen, selection)
    if selection.leavers:
        notes = judge_leavers(part.changes, observation.lock)
        part = msgspec.structs.replace(part, diagnostics=(*part.diagnostics, *notes))
    return part


class _Verdict(NamedTuple):
    """The verdict of all guards, also by the policy of the base; ``presets`` are as they will be."""

    diagnostics: tuple[Diagnostic, ...]
    overrides: tuple[UsedOverride, ...]
    presets: tuple[JudgedPreset, ...]


def _verdict(case: Case, base: Base | None, *, partial: bool) -> _Verdict:
    judgement = judge(case, partial=partial)
    by_base = [] if base is None else _judge_base(case, base)
    return _Verdict((*judgement.diagnostics, *by_base), judgement.overrides, case.presets)


def _judged_alone(plan: Plan, whole: _Verdict, alone: _Verdict) -> Plan:
    """Return a plan with all errors of the whole, and otherwise the findings of guards on the part."""
    kept = [one for one in plan.diagnostics if one.severity == "error" or one not in whole.diagnostics]
    errors = {(one.code, one.address, one.subject) for one in kept if one.severity == "error"}
    more = (one for one in alone.diagnostics if (one.code, one.address, one.subject) not in errors)
    return msgspec.structs.replace(plan, diagnostics=(*kept, *more), overrides=alone.overrides)


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
        routings=observation.routings,
        routed_before=_routed_by(base),
    )


def _routed_by(base: Base | None) -> frozenset[bytes] | None:
    """Return what a base routes, null where that is not known."""
    if base is None or base.documents is None:
        return None
    return frozenset(map(routing_key, base.documents.routings))


def _findings(
    compared: Compared, observation: Observation, base: Base | None, company_id: str, today: datetime.date
) -> list[Diagnostic]:
    """Return notes on the base and Procore for readers of the plan, and the findings in the documents."""
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
