"""Plans the presets of approved plans once more just before apply, and compares; it writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.errors import RefusedError, StaleError
from reconciler.model.diagnostics import Diagnostic, is_held
from reconciler.model.outcomes import Outcome
from reconciler.model.phrases import counted
from reconciler.model.plan import Plan
from reconciler.operations.chosen_parts import find_slice
from reconciler.operations.comparison import Comparison, compare_documents, with_people_of_base
from reconciler.operations.grounds import tolerance_of
from reconciler.operations.live_source import live_source, provenance_of
from reconciler.operations.observation import observe
from reconciler.operations.readers import open_live_reader
from reconciler.operations.recollection import remember
from reconciler.operations.scope_count import count_enough
from reconciler.operations.unwritten import held_presets, settled_outcomes, stale_outcomes
from reconciler.operations.workspace import source_of
from reconciler.planning.approval import (
    approved_presets,
    beyond,
    left_over,
    logins_with_two_accounts,
    newest_last,
    other_logins,
    with_adoptions,
)
from reconciler.planning.changes import build_plan
from reconciler.planning.guards.gathering import plan_case
from reconciler.planning.guards.judgement import judge
from reconciler.planning.past import needs_memory
from reconciler.planning.place_names import PlaceNames
from reconciler.planning.restricting import Restriction
from reconciler.planning.slices import slice_changes

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence
    from pathlib import Path

    from reconciler.desired.git.base_revision import Base
    from reconciler.model.base import BaseTarget
    from reconciler.model.documents import Documents
    from reconciler.model.member import Member
    from reconciler.model.memory import Memory
    from reconciler.model.plan import PresetChange
    from reconciler.operations.grounds import Grounds
    from reconciler.operations.observation import Observation
    from reconciler.operations.readers import LiveReader
    from reconciler.operations.workspace import Workspace
    from reconciler.planning.guards.case import Case

__all__ = ["Approval", "approve"]


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """The ``plan`` that may be applied now, a part of what was approved, and the ``settled`` outcomes of the rest.

    ``approved`` are the digests of the approved plans. ``fewer`` counts their roles and managers that are already
    applied, or that the documents no longer ask for. ``names`` are titles for every address, as the service names
    things now. ``held`` are lines that cannot be resolved. ``whole`` says that the plans cover all that the documents
    ask for.
    """

    plan: Plan
    settled: tuple[Outcome, ...]
    approved: tuple[str, ...]
    fewer: int
    names: dict[str, str]
    held: tuple[Diagnostic, ...] = ()
    whole: bool


class _Now(NamedTuple):
    """Documents compared with Procore now: ``changes`` that are approved, and the others (``wider``) by address.

    ``managed`` counts roles in managed groups, as many as the guards need to know. ``own_accounts`` are those that the
    settings name now or named before. ``asked`` is what the revision whose settings count asks for; null if none is
    known.
    """

    observation: Observation
    all_changes: tuple[PresetChange, ...]
    changes: tuple[PresetChange, ...]
    wider: dict[str, list[str]]
    managed: int
    own_accounts: tuple[Member, ...]
    asked: dict[str, BaseTarget] | None
    today: datetime.date


def approve(  # noqa: PLR0913 - the plans, what they are held against, and how much of it; each named
    plans: Sequence[Plan],
    workspace: Workspace,
    documents: Documents,
    diagnostics: Sequence[Diagnostic],
    grounds: Grounds,
    *,
    restriction: Restriction | None = None,
    journal: Path,
) -> Approval:
    """Read the presets of approved plans, plan them again from the documents of now, and compare.

    With ``grounds.since``, presets for which the documents ask for something else since then are planned too. A preset
    is settled as stale if anyone would gain or lose a role without an approved plan. All guards judge the rest.

    It requests the catalogue, the versions of templates, the directory, and the lists that additions need. Each preset
    of a plan takes one request, and each other preset two. Further presets are read only if the limit of a run depends
    on how many roles are managed.

    Raises:
        StaleError: a plan shows somebody with a login that is not theirs.
        RefusedError: guards stop the rest by now.

    """
    plans = newest_last(plans)
    only = approved_presets(plans)
    whole = _is_whole(plans, workspace, grounds, made_now=restriction is not None)
    if not only and grounds.since is None:
        # a plan without changes was judged when it was made, and holds what it held then
        held = tuple(dict.fromkeys(one for plan in plans for one in plan.diagnostics if is_held(one)))
        digests = _digests(plans)
        return Approval(plan=plans[-1], settled=(), approved=digests, fewer=0, names={}, held=held, whole=whole)
    restriction = Restriction(only=plans[-1].only) if restriction is None else restriction
    read = (documents, diagnostics)
    with open_live_reader(workspace) as reader:
        found = _look(reader, plans, workspace, read, grounds, restriction)
    _require_guards(found, _remembered(found, workspace, grounds, journal), grounds.power)
    plan = _plan(found, plans, workspace, grounds)
    changing = {change.address for change in found.all_changes} | found.wider.keys()
    return Approval(
        plan=plan if len(plans) > 1 or found.wider else msgspec.structs.replace(plan, digest=plans[0].digest),
        settled=(
            *stale_outcomes(plans, found.observation, found.all_changes, found.wider),
            *settled_outcomes(plans, found.observation, changing),
        ),
        approved=_digests(plans),
        fewer=left_over(found.all_changes, plans),
        names=_names(found, plans),
        held=tuple(filter(is_held, found.observation.diagnostics)),
        whole=whole,
    )


def _is_whole(plans: Sequence[Plan], workspace: Workspace, grounds: Grounds, *, made_now: bool) -> bool:
    """Return whether everything that the documents of now ask for was planned.

    The digest of a saved plan does not cover the documents that it was made of. But with ``grounds.since`` everything
    that changed since then is planned once more.
    """
    part = any(plan.adds_only or plan.only is not None or plan.selection is not None for plan in plans)
    return (made_now or grounds.since is not None) and not part and not source_of(workspace).dirty


def _look(
    reader: LiveReader,
    plans: Sequence[Plan],
    workspace: Workspace,
    read: tuple[Documents, Sequence[Diagnostic]],
    grounds: Grounds,
    restriction: Restriction,
) -> _Now:
    """Read these presets, and find what would be done, what of it is approved, and how many roles are managed."""
    compared = None if restriction.only is None else grounds.compared
    since = grounds.since
    observation = observe(
        *read,
        reader,
        bases=grounds.documents,
        own_account=workspace.settings.service_account,
        only=approved_presets(plans),
        also_changed_since=since.documents if since else None,
        two_accounts=logins_with_two_accounts(plans),
        tolerance=tolerance_of(workspace, plans, grounds),
    )
    company_id = workspace.service.company_id
    comparisons = {one.revision: Comparison(one, company_id) for one in grounds.revisions}
    comparison = Comparison(None, company_id) if compared is None else comparisons[compared.revision]
    observation = with_people_of_base(observation, reader, comparison, restriction)
    _require_logins(plans, observation)
    found = compare_documents(observation, comparison, restriction, adds_only=plans[-1].adds_only)
    bases = [comparisons[one.revision].asked(observation) or {} for one in grounds.adoption]
    changes = with_adoptions(_chosen(found.changes, plans[-1], observation), bases, plans)
    wider = {**beyond(changes, plans), **held_presets(plans, observation)}
    approved = tuple(one for one in changes if one.address not in wider)
    accounts = (*grounds.accounts, *(() if observation.own_account is None else (observation.own_account,)))
    own = tuple({one.key: one for one in accounts}.values())
    today = workspace.run.today
    managed = count_enough(reader, read[0], observation, lambda count: _case(approved, observation, count, own, today))
    return _Now(observation, changes, approved, wider, managed, own, bases[-1] if bases else None, today)


def _chosen(changes: tuple[PresetChange, ...], plan: Plan, observation: Observation) -> tuple[PresetChange, ...]:
    """Return the part of changes that a plan made now chose; a saved plan is never a part."""
    if plan.selection is None:
        return changes
    return slice_changes(changes, find_slice(plan.selection, observation, lenient=True))


def _require_logins(plans: Sequence[Plan], observation: Observation) -> None:
    errors = other_logins(plans, observation.index.find_id)
    if errors:
        people = counted(len(errors), "person has", "people have")
        raise StaleError(
            f"{people} another login than the plan shows, so nothing was written: plan again, and have that plan "
            "approved",
            diagnostics=errors,
        )


def _case(
    changes: tuple[PresetChange, ...],
    observation: Observation,
    managed: int,
    own_accounts: tuple[Member, ...],
    today: datetime.date,
) -> Case:
    return plan_case(
        changes,
        observation.resolved,
        observation.state,
        observation.policy,
        managed=managed,
        today=today,
        own_accounts=own_accounts,
        unknown=(),
        routings=observation.routings,
    )


def _remembered(found: _Now, workspace: Workspace, grounds: Grounds, journal: Path) -> Memory | None:
    """Return what guards need to know of the days before, from the revision that was applied last."""
    if not needs_memory(found.changes, found.observation.resolved, found.asked):
        return None
    return remember(workspace, found.observation, grounds.power, found.asked, journal)


def _require_guards(found: _Now, memory: Memory | None, base: Base | None) -> None:
    case = msgspec.structs.replace(
        _case(found.changes, found.observation, found.managed, found.own_accounts, found.today),
        memory=memory,
        doubtful_base=base.revision if base is not None and base.errors else None,
    )
    errors = [one for one in judge(case).diagnostics if one.severity == "error"]
    if errors:
        raise RefusedError(
            f"{counted(len(errors), 'guard stops', 'guards stop')} this plan by now; nothing was written",
            diagnostics=errors,
        )


def _plan(found: _Now, plans: Sequence[Plan], workspace: Workspace, grounds: Grounds) -> Plan:
    """Put together what may be done now; its names and logins are those that were just read."""
    compared = None if plans[-1].only is None else grounds.compared
    provenance = provenance_of(
        workspace,
        live_source(found.observation.state, from_snapshot=False),
        base=None if compared is None else compared.revision,
    )
    return build_plan(
        found.changes,
        provenance,
        presets=len(found.observation.resolved),
        managed=found.managed,
        diagnostics=(),
        adds_only=plans[-1].adds_only,
        only=plans[-1].only,
        selection=plans[-1].selection,
        complete=True,
    )


def _names(found: _Now, plans: Sequence[Plan]) -> dict[str, str]:
    names = PlaceNames(found.observation.state.catalogue)
    addresses = {
        change.address for changes in (found.all_changes, *(plan.changes for plan in plans)) for change in changes
    }
    return {address: names.of(address) for address in addresses}


def _digests(plans: Sequence[Plan]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plan.digest for plan in plans))
