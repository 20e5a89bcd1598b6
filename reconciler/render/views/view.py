"""Turns a plan into what every format shows: lines, order, folding; it contains no markup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from reconciler.model.phrases import counted, moved_roles
from reconciler.model.plan import Counts
from reconciler.render.text.visible import shortened
from reconciler.render.views.findings import FindingView, findings
from reconciler.render.views.persons import PersonView, person_views
from reconciler.render.views.rows import Half, SectionView
from reconciler.render.views.sections import place_name, plan_sections, shown_login, shown_name

if TYPE_CHECKING:
    from reconciler.model.documents import Source
    from reconciler.model.failure import Failure
    from reconciler.model.plan import AlreadySo, Cause, LiveSource, Plan, UsedOverride

__all__ = ["By", "PlanView", "failure_view", "plan_view", "shown_cost", "shown_source"]

By = Literal["preset", "person"]
LONGEST_MESSAGE = 500
_EVERY_HALF: tuple[Half, ...] = ("requested", "drift", "withheld")
_WITHHELD: tuple[Half, ...] = ("withheld",)
_ONLY = {"drift": "what drifted", "requested": "what documents newly ask for"}


class PlanView(msgspec.Struct, frozen=True, kw_only=True):
    """The whole plan, guards first, the dangerous half before the harmless one.

    ``left_out`` says what had no room, ``link`` where all of it can be seen. ``already`` comes at the end, below
    ``already_title``, counted by ``already_noun``.
    """

    company: str
    headline: str
    counts: str
    state: str
    findings: tuple[FindingView, ...]
    overrides: tuple[str, ...]
    sections: tuple[SectionView, ...]
    people: tuple[PersonView, ...]
    already: tuple[str, ...]
    untouched: str
    source: str
    cost: str
    digest: str
    left_out: str = ""
    link: str = ""
    already_title: str = "already applied, nothing to do"
    already_noun: str = "groups"


def plan_view(plan: Plan, by: By = "preset") -> PlanView:
    """Return the view of a plan, preset by preset, or person by person with what is withheld."""
    summary = plan.summary
    company = f"{plan.company_name} ({plan.company_id})" if plan.company_name else f"company {plan.company_id}"
    if plan.changes:
        headline = f"{summary.changed:,} of {counted(summary.presets, 'preset')} change{_s(summary.changed)}"
    elif plan.complete:
        headline = f"{counted(summary.presets, 'preset')}, nothing to change"
    else:
        headline = "nothing is planned"
    return PlanView(
        company=company,
        headline=headline,
        counts=_counts(plan),
        state=_state(plan),
        findings=findings(plan.diagnostics, {change.address: place_name(change) for change in plan.changes}),
        overrides=tuple(_override(one) for one in plan.overrides),
        sections=plan_sections(plan, _WITHHELD if by == "person" else _EVERY_HALF),
        people=person_views(plan) if by == "person" else (),
        already=tuple(_already(one) for one in plan.already),
        untouched=_untouched(plan),
        source=shown_source(plan.source),
        cost=shown_cost(plan.live, plan.summary.presets),
        digest=plan.digest,
    )


def failure_view(failure: Failure, company_id: str) -> PlanView:
    """Return the view of a failure: its problems, and nothing that could be approved."""
    return PlanView(
        company=f"company {company_id}",
        headline="no plan",
        counts=shortened(failure.message, LONGEST_MESSAGE),
        state="there is nothing here to approve; fix the problems, and a new plan is made",
        findings=findings(failure.diagnostics),
        overrides=(),
        sections=(),
        people=(),
        already=(),
        untouched="",
        source="",
        cost="",
        digest="",
    )


def _s(changed: int) -> str:
    return "s" if changed == 1 else ""


def _counts(plan: Plan) -> str:
    held = f"{counted(plan.summary.held, 'line')} held" if plan.summary.held else ""
    return " · ".join(one for one in (_changes(plan), held) if one)


def _changes(plan: Plan) -> str:
    summary = plan.summary
    if summary.drift is None:
        return moved_roles(summary.additions, summary.removals, summary.managers, _people(plan)) if plan.changes else ""
    drift = summary.drift
    requested = moved_roles(
        summary.additions - drift.additions,
        summary.removals - drift.removals,
        summary.managers - drift.managers,
        _people(plan, "requested"),
    )
    parts = [f"requested: {requested or 'nothing'}"] if plan.changes and plan.only != "drift" else []
    if drift != Counts():
        parts.append(f"drift: {moved_roles(drift.additions, drift.removals, drift.managers, _people(plan, 'drift'))}")
    if summary.already:
        parts.append(f"{summary.already:,} already applied")
    return " · ".join(parts)


def _people(plan: Plan, cause: Cause | None = None) -> int:
    """Count the people who gain or lose a role, by one cause or by either."""
    groups = [group for change in plan.changes for group in change.groups]
    moved = [(one.id, one.cause) for group in groups for one in group.add]
    moved += [(one.id, one.cause) for group in groups for one in group.remove]
    return len({login_id for login_id, by in moved if cause is None or by == cause})


def _state(plan: Plan) -> str:
    if plan.on is not None:
        return f"for {plan.on}: this plan can be read, and never applied"
    if not plan.complete:
        return "incomplete: something in scope could not be read, so this plan cannot be applied"
    if not plan.applicable:
        return "stopped: this plan will not be applied as it is"
    parts = [f"only {_ONLY[plan.only]}"] if plan.only else []
    if plan.selection is not None:
        parts.append(f"only {plan.selection}")
    if plan.adds_only:
        parts.append(f"only additions; {_withheld_counts(plan)} withheld")
    return f"partial: {', '.join(parts)}" if parts else ""


def _withheld_counts(plan: Plan) -> str:
    managers = sum(one.workflow_manager is not None for one in plan.withheld)
    counts = [counted(plan.summary.withheld, "removal")]
    if managers:
        counts.append(counted(managers, "change of workflow manager", "changes of workflow manager"))
    return " and ".join(counts)


def shown_source(source: Source) -> str:
    """Return which documents these are, in words."""
    if source.revision is None:
        return "documents not under version control"
    dirty = " with uncommitted changes" if source.dirty else ""
    base = f", base {source.base[:12]}" if source.base else ""
    return f"documents at {source.revision[:12]}{dirty}{base}"


def shown_cost(live: LiveSource, number: int) -> str:
    """Return, in words, from where live is, and what reading so many presets cost."""
    presets = counted(number, "preset")
    if live.refreshed is not None:
        requests = counted(live.requests or 0, "request")
        return f"{presets} from a snapshot of {live.observed_at}, {live.refreshed:,} read again with {requests}"
    if live.source == "snapshot":
        return f"{presets} from a snapshot of {live.observed_at}, no requests"
    requests = counted(live.requests or 0, "request")
    return (
        f"{presets} read with {requests} (lower bound {live.lower_bound or 0:,}) in {shown_seconds(live.seconds or 0)}"
    )


def shown_seconds(seconds: float) -> str:
    """Return a time in people's words."""
    if seconds < 10:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _already(one: AlreadySo) -> str:
    people = [f"+ {shown_name(person)} ({shown_login(person)})" for person in one.add]
    people.extend(f"− {shown_name(person)} ({shown_login(person)})" for person in one.remove)
    return f"{one.title}: {', '.join(people)}"


def _override(one: UsedOverride) -> str:
    who = f", {one.person}" if one.person else ""
    role = f", {one.role}" if one.role else ""
    removals = counted(one.used, "removal")
    return (
        f"override {one.origin or ''}: {removals} of the {one.allow_removals:,} it allows at {one.address}{role}{who}, "
        f"until {one.until}: {one.reason}"
    )


def _untouched(plan: Plan) -> str:
    unmanaged = sum(change.unmanaged for change in plan.changes)
    dynamic = sum(change.dynamic for change in plan.changes)
    parts = [
        counted(number, noun)
        for number, noun in ((unmanaged, "unmanaged role group"), (dynamic, "dynamic group"))
        if number
    ]
    return f"left as they are in these presets: {' and '.join(parts)}" if parts else ""
