"""Runs every guard over a plan, and says what they found and which overrides lifted something."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reconciler.planning.guards.additions import group_additions, run_additions
from reconciler.planning.guards.case import removals_of
from reconciler.planning.guards.chosen_people import loses_everything, own_account, protected_person
from reconciler.planning.guards.lookback import judge_memory
from reconciler.planning.guards.members import below_minimum, missing_required, separation
from reconciler.planning.guards.overrides import lift
from reconciler.planning.guards.possible_people import inactive_person, not_possible, unknown_in_policy
from reconciler.planning.guards.removals import (
    empties_group,
    first_adoption,
    group_removals,
    run_removals,
    whole_group,
)
from reconciler.planning.guards.routed_steps import routed_steps

if TYPE_CHECKING:
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.plan import UsedOverride
    from reconciler.planning.guards.case import Case

__all__ = ["Judgement", "judge", "removals_left"]


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
