"""Guards: pure functions that return findings against a plan, counted in people; they change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reconciler.planning.guards.additions import count_additions, group_additions, run_additions
from reconciler.planning.guards.base_policy import judge_base_policy, judge_unknown_policy
from reconciler.planning.guards.case import Case, removals_of
from reconciler.planning.guards.chosen_people import loses_everything, own_account, protected_person
from reconciler.planning.guards.ends import judge_ends
from reconciler.planning.guards.frozen import judge_frozen
from reconciler.planning.guards.gathering import plan_case
from reconciler.planning.guards.lookback import judge_memory
from reconciler.planning.guards.loosening import judge_loosening
from reconciler.planning.guards.members import below_minimum, missing_required, separation
from reconciler.planning.guards.offline import judge_documents
from reconciler.planning.guards.overrides import lift
from reconciler.planning.guards.people import inactive_person, not_possible, unknown_in_policy
from reconciler.planning.guards.removals import (
    empties_group,
    first_adoption,
    group_removals,
    run_removals,
    whole_group,
)
from reconciler.planning.guards.routed_steps import routed_steps, routing_key
from reconciler.planning.guards.settings import judge_settings

if TYPE_CHECKING:
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.plan import UsedOverride

__all__ = [
    "Case",
    "Judgement",
    "count_additions",
    "judge",
    "judge_base_policy",
    "judge_documents",
    "judge_ends",
    "judge_frozen",
    "judge_loosening",
    "judge_settings",
    "judge_unknown_policy",
    "plan_case",
    "removals_left",
    "routing_key",
]  # fmt: skip


def removals_left(case: Case) -> int:
    """Return how many removals count towards the limit of a run: those that no override lifts."""
    return len(lift(case).open(removals_of(case.changes)))


class Judgement(NamedTuple):
    """Findings of the guards, and the overrides that lift something."""

    diagnostics: tuple[Diagnostic, ...]
    overrides: tuple[UsedOverride, ...]


def judge(case: Case, *, partial: bool = False) -> Judgement:
    """Run every guard, in the order in which findings are shown.

    A ``partial`` plan leaves out changes that overrides may be meant for. So its overrides that do nothing are not
    reported.
    """
    lifting = lift(case)
    diagnostics = (
        *run_removals(case, lifting),
        *group_removals(case, lifting),
        *whole_group(case, lifting),
        *run_additions(case),
        *group_additions(case),
        *empties_group(case),
        *protected_person(case, lifting),
        *own_account(case, lifting),
        *first_adoption(case, lifting),
        *below_minimum(case),
        *missing_required(case),
        *separation(case),
        *not_possible(case),
        *inactive_person(case),
        *loses_everything(case),
        *unknown_in_policy(case),
        *routed_steps(case),
        *judge_memory(case, lifting),
        *lifting.findings(unused=not partial),
    )
    return Judgement(diagnostics, lifting.used_overrides())
