"""Decides how the commits of an apply are marked: with a state, and its reason in words."""

from __future__ import annotations

import msgspec

from reconciler.model.failure import Failure
from reconciler.model.outcomes import ApplyReport
from reconciler.model.phrases import counted
from reconciler.model.plan import Plan
from reconciler.model.review import NOT_PROVED, NOT_TRIED, ApprovedPlans, CommitState
from reconciler.render.text.visible import printable

__all__ = ["FinishedRun", "Mark", "mark_of"]

_REVISION = 12


class FinishedRun(msgspec.Struct, frozen=True, kw_only=True):
    """Results that a run of apply left behind.

    ``code`` is its exit code, null if it was cut off. ``begun`` tells whether its journal was begun. ``found`` is the
    output of ``approved``, ``report`` that of ``apply``. ``plan`` is a plan of the whole, made if nothing else could
    show that the documents are live.
    """

    code: int | None
    begun: bool = False
    found: ApprovedPlans | Failure | None = None
    report: ApplyReport | Failure | None = None
    plan: Plan | None = None


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A state and its description; ``tried`` tells whether anything may have been written to the service."""

    state: CommitState
    description: str
    tried: bool


def mark_of(run: FinishedRun) -> Mark:
    """Return the mark for a run.

    It is ``success`` only for exit code 0 and one of these:

    - The apply ended well.
    - A plan of the whole is empty.
    - No document changed since a commit that is known as applied.
    """
    report = run.report if isinstance(run.report, ApplyReport) and run.report.run_id else None
    proof = _proof(run, report) if run.code == 0 else None
    if proof is not None:
        return Mark(state="success", description=proof, tried=report is not None)
    if report is not None or run.begun:
        done = "its report is missing" if report is None else _counts(report)
        return Mark(state="failure", description=f"not wholly applied{_code(run)}: {done}", tried=True)
    return Mark(state="failure", description=_why_not(run), tried=False)


def _proof(run: FinishedRun, report: ApplyReport | None) -> str | None:
    """Return the words that show that the documents are live, null where nothing does."""
    if report is not None:
        return _applied(report)
    plan, found = run.plan, run.found
    if plan is not None:
        proves = not plan.changes and _lack(plan) is None
        return f"nothing differed: plan {plan.digest} changes nothing" if proves else None
    if isinstance(found, ApprovedPlans) and found.since is not None and not found.plans:
        return f"no document changed since {found.since[:_REVISION]}, which is applied"
    return None


def _lack(plan: Plan) -> str | None:
    """Return why a plan cannot show that all documents are live, or null where it can."""
    held = plan.summary.held
    lines = counted(held, "line")
    hidden = any(one.code == "live/hidden-projects" for one in plan.diagnostics)
    lacks = (
        (not plan.complete, "the plan is incomplete"),
        (not plan.applicable, "the plan is refused"),
        (plan.adds_only or plan.only is not None or plan.selection is not None, "the plan leaves a part alone"),
        (plan.live.source != "api", "the plan was made from a snapshot"),
        (held > 0, f"the plan holds {lines}: correct them, or apply it by its digest"),
        (hidden, "the plan does not see all projects: let the account see them, or apply it by its digest"),
    )
    return next((words for lacking, words in lacks if lacking), None)


def _applied(report: ApplyReport) -> str | None:
    summary = report.summary
    if summary.stale or summary.failed or summary.unverified or summary.skipped or summary.held or not report.whole:
        return None
    digests = report.approved or (report.digest,)
    plans = f"plan {digests[0]}" if len(digests) == 1 else f"{len(digests):,} plans"
    lines = counted(len(report.held), "line")
    held = f"; {lines} held" if report.held else ""
    if not report.outcomes:
        return f"nothing differed: {plans}{held}"
    presets = len(report.outcomes)
    return f"applied: {plans}, {counted(presets, 'preset')}{held}"


def _counts(report: ApplyReport) -> str:
    counts = [f"{count:,} {status}" for status, count in msgspec.structs.asdict(report.summary).items() if count]
    part = () if report.whole else ("a part of what the documents ask for was not planned",)
    return ", ".join((*counts, *part)) or "no preset"


def _code(run: FinishedRun) -> str:
    return f" (exit code {run.code})" if run.code else ""


def _why_not(run: FinishedRun) -> str:
    plan = run.plan
    if plan is not None and plan.changes:
        presets = counted(len(plan.changes), "preset differs", "presets differ")
        return f"{NOT_PROVED}: {presets}, plan {plan.digest}"
    if plan is not None:
        return f"{NOT_PROVED}: {_lack(plan)}"
    failure = run.report if isinstance(run.report, Failure) else run.found
    if isinstance(failure, Failure):
        return printable(f"{NOT_TRIED}{_code(run)}: {failure.message}")
    if run.code == 0:
        return f"{NOT_PROVED}: neither an apply nor an empty plan shows that the documents are live"
    return f"{NOT_TRIED}{_code(run)}" if run.code else f"{NOT_TRIED}: the run was cut off"
