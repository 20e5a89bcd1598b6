"""Plans once more what approved plans are about, just before apply, and holds it against them; it writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.commands.basing import asked_by_base, read_base_for, with_people_of_base
from reconciler.commands.making import live_source
from reconciler.commands.observing import observe
from reconciler.commands.readers import open_live_reader
from reconciler.commands.workspace import moment, now
from reconciler.desired import describe_source, read_base
from reconciler.errors import RefusedError, StaleError, UsageError
from reconciler.model.outcomes import Outcome
from reconciler.model.plan import Plan
from reconciler.planning import Restriction, build_plan, compare, restrict, withhold
from reconciler.planning.approving import approved_presets, beyond, holds, left_over, newest_last, with_adoptions
from reconciler.planning.guards import judge, plan_case

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.commands.observing import Observation
    from reconciler.commands.options import Common
    from reconciler.commands.workspace import Workspace
    from reconciler.desired import Base
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Documents
    from reconciler.model.live import NamedPreset, PresetKey
    from reconciler.model.outcomes import Status
    from reconciler.model.plan import PresetChange

__all__ = ["Approval", "approve"]


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """What may be done now: a ``plan`` that is part of what was approved, and what is ``settled`` without it.

    ``approved`` are the digests of the approved plans; ``fewer`` counts the people-roles and managers of theirs that
    are so already, or no longer asked for.
    """

    plan: Plan
    settled: tuple[Outcome, ...]
    approved: tuple[str, ...]
    fewer: int


def approve(  # noqa: PLR0913 - the plans, what they are held against, and how much of it; each named
    plans: Sequence[Plan],
    workspace: Workspace,
    common: Common,
    documents: Documents,
    diagnostics: Sequence[Diagnostic],
    *,
    since: str | None = None,
    restriction: Restriction | None = None,
) -> Approval:
    """Read the presets of approved plans, plan them anew from the documents of now, and compare.

    Where ``since`` names the revision that was applied last, presets for which the documents ask otherwise since then
    are planned too: what no approved plan says of them is refused, and never passed over. It takes the catalogue, the
    versions of templates, the directory, one request for every preset of a plan and two for every other, and the lists
    on which additions rest; nothing else can be written.

    What an approved plan leaves alone is left alone here as well, told by a comparison with the same base: by its
    cause, or by the ``restriction`` the plan was made with. Raises StaleError where anybody would move whom no approved
    plan moves, and RefusedError where guards stand against it by now.
    """
    plans = newest_last(plans)
    only = approved_presets(plans)
    base = None if since is None else read_base(workspace.settings_file, since, now().date())
    if not only and base is None:
        return Approval(plan=plans[-1], settled=(), approved=_digests(plans), fewer=0)
    restriction = Restriction(only=plans[-1].only) if restriction is None else restriction
    compared = None if restriction.only is None else _base_of(plans[-1], workspace, restriction)
    observation = _observe(workspace, common, (documents, diagnostics), only, base, (compared, restriction))
    changes = _changes(observation, plans, restriction, compared, workspace.service.company_id)
    _require_approved(changes, plans)
    _require_guards(changes, plans, observation)
    plan = _plan(changes, plans, observation, workspace, compared)
    return Approval(
        plan=plan if len(plans) > 1 else msgspec.structs.replace(plan, digest=plans[0].digest),
        settled=tuple(_settled(plans, changes, observation)),
        approved=_digests(plans),
        fewer=left_over(changes, plans),
    )


def _observe(
    workspace: Workspace,
    common: Common,
    read: tuple[Documents, Sequence[Diagnostic]],
    only: Mapping[PresetKey, NamedPreset],
    since: Base | None,
    left_alone: tuple[Base | None, Restriction],
) -> Observation:
    """Read these presets, those for which the documents ask otherwise since then, and whom the base names beside."""
    compared, restriction = left_alone
    asked = since or compared
    with open_live_reader(workspace, common) as reader:
        observation = observe(
            *read,
            reader,
            base=asked.documents if asked else None,
            own_account=workspace.settings.service_account,
            only=only,
            also_changed_since=since.documents if since else None,
        )
        return with_people_of_base(observation, reader, compared, workspace.service.company_id, restriction)


def _plan(
    changes: tuple[PresetChange, ...],
    plans: Sequence[Plan],
    observation: Observation,
    workspace: Workspace,
    compared: Base | None,
) -> Plan:
    """Put together what may be done now."""
    return build_plan(
        changes,
        presets=len(observation.resolved),
        managed=max(plan.summary.managed for plan in plans),
        diagnostics=(),
        adds_only=plans[-1].adds_only,
        only=plans[-1].only,
        complete=True,
        company_id=workspace.service.company_id,
        company_name=workspace.settings.company_name,
        service=workspace.plan_service,
        source=msgspec.structs.replace(describe_source(workspace.root), base=compared.revision if compared else None),
        live=live_source(observation.state, from_snapshot=False),
        created_at=moment(),
    )


def _digests(plans: Sequence[Plan]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plan.digest for plan in plans))


def _base_of(plan: Plan, workspace: Workspace, restriction: Restriction) -> Base:
    """Give the base by which a plan told what to leave alone; raises UsageError where it cannot tell that any more."""
    revision = plan.source.base or ""
    try:
        return read_base_for(workspace, revision, restriction)
    except UsageError as error:
        raise UsageError(
            f"what this plan leaves alone is told by a comparison with {revision[:12]}: {error.message}",
            diagnostics=error.diagnostics,
        ) from error


def _changes(
    observation: Observation, plans: Sequence[Plan], restriction: Restriction, base: Base | None, company_id: str
) -> tuple[PresetChange, ...]:
    asked = asked_by_base(base, company_id, observation, restriction)
    wanted, _ = restrict(compare(observation.resolved, observation.state.versions, asked), restriction)
    return with_adoptions(withhold(wanted)[0] if plans[-1].adds_only else wanted, plans)


def _require_approved(changes: Sequence[PresetChange], plans: Sequence[Plan]) -> None:
    wider = beyond(changes, plans)
    if wider:
        more = "1 person" if len(wider) == 1 else f"{len(wider):,} people"
        raise StaleError(
            f"{more} more would gain or lose a role than was approved, so nothing was written; plan again, and have "
            "that plan approved",
            diagnostics=wider,
        )


def _require_guards(changes: tuple[PresetChange, ...], plans: Sequence[Plan], observation: Observation) -> None:
    case = plan_case(
        changes,
        observation.resolved,
        observation.state,
        observation.policy,
        # what the plans counted: counting it anew would mean reading everything in scope
        managed=max(plan.summary.managed for plan in plans),
        today=now().date(),
        own_account=observation.own_account,
        unknown=(),
    )
    errors = [one for one in judge(case).diagnostics if one.severity == "error"]
    if errors:
        raise RefusedError(
            f"{len(errors)} guard{'s stand' if len(errors) != 1 else ' stands'} against this plan by now; nothing was "
            "written",
            diagnostics=errors,
        )


def _settled(plans: Sequence[Plan], changes: Sequence[PresetChange], observation: Observation) -> Iterator[Outcome]:
    """Give what became of every preset that was approved and does not change now."""
    changing = {change.address for change in changes}
    presets = {(one.project_id, one.template_id): one for one in observation.state.presets}
    reasons = {(one.project_id, one.template_id): one.reason for one in observation.state.unreadable}
    approved = {change.address: change for plan in plans for change in plan.changes}
    for address, change in sorted(approved.items()):
        if address in changing:
            continue
        place = (change.project.id if change.project else None, change.template.id)
        preset = presets.get(place)
        status: Status = "already"
        error = None
        if place in reasons:
            status, error = "failed", reasons[place]
        elif preset is None:
            status = "stale"
            error = "no document speaks for this preset any more, so it was not looked at; plan again"
        elif not holds(preset, address, plans):
            error = "the documents ask for something else by now, and live has it"
        yield Outcome(address=address, preset_id=change.preset_id, status=status, error=error)
