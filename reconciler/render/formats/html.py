"""Shows a plan or a drift report as one HTML page that needs nothing but itself; everything is escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from markupsafe import Markup

from reconciler.model.phrases import counted
from reconciler.render.formats.page_parts import content_policy, page_environment, page_part
from reconciler.render.views.charts import CHART_WIDTH, charts, matrix
from reconciler.render.views.drift_view import drift_changes, drift_view
from reconciler.render.views.persons import person_views
from reconciler.render.views.rows import Sign
from reconciler.render.views.view import plan_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.drift import DriftReport, DriftSummary
    from reconciler.model.plan import Plan, PresetChange, Summary
    from reconciler.render.views.persons import PersonView
    from reconciler.render.views.view import By, PlanView

__all__ = ["render_drift_html", "render_plan_html"]

MOST_MATRIX_ROWS_UNFOLDED = 20
_SYMBOLS = {"error": "✗", "warning": "!", "note": "·"}


def _script(noun: str) -> Markup:
    """Return our own script, which counts what is shown by this noun (one of ours)."""
    return Markup(page_part("report.js").replace(" changes`", f" {noun}`"))  # noqa: S704 - a file of this package


def render_plan_html(plan: Plan, *, by: By = "preset") -> str:
    """Return a plan as one HTML page: no network, no script but its own, readable without any script at all."""
    view = plan_view(plan)
    return _page(
        view,
        by=by,
        people=person_views(plan),
        changes=plan.changes,
        guarded=_guarded(plan),
        created_at=plan.created_at,
        dress=_Dress(
            title="Changes",
            nothing="Nothing to change.",
            noun="changes",
            words={"−": "− loses", "+": "+ gains", "→": "→ changes"},
            column="Change",
            sides=(SideView(name="Removed", sign="−"), SideView(name="Added", sign="+")),
            filters=(("removal", "removals"), ("drift", "drift"), ("guarded", "guarded")),
            figures=_plan_figures(plan.summary),
            already_title="Already so",
            already_words="Asked for by these documents, and live has it: nothing to do.",
            already_counted=counted(len(view.already), "group"),
        ),
    )


def render_drift_html(report: DriftReport) -> str:
    """Return a drift report as the same page: new, known, acknowledged, unseen and ended differences."""
    view = drift_view(report)
    return _page(
        view,
        by="preset",
        people=(),
        changes=drift_changes(report.drifts),
        guarded=frozenset(),
        created_at=report.created_at,
        dress=_Dress(
            title="Differences",
            nothing="Live is as git has it.",
            noun="differences",
            words={},
            column="Side",
            sides=(
                SideView(name="added in Procore", sign="+", said=True),
                SideView(name="removed in Procore", sign="−", said=True),
            ),
            filters=(
                ("new", "new"),
                ("known", "known"),
                ("acknowledged", "acknowledged"),
                ("unseen", "unseen"),
                ("removal", "added in Procore"),
            ),
            figures=_drift_figures(report.summary),
            already_title="Over",
            already_words="Was worth knowing in the report before, and is resolved.",
            already_counted=counted(len(view.already), "notice"),
        ),
    )


class FigureView(msgspec.Struct, frozen=True, kw_only=True):
    """One of the figures at the top; ``kind`` gives it a colour."""

    name: str
    value: str
    more: str = ""
    kind: str = ""


class SideView(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two halves of charts, the dangerous one first; ``said`` puts its name beside every number."""

    name: str
    sign: Sign
    said: bool = False


class _Dress(msgspec.Struct, frozen=True, kw_only=True):
    """Texts and parts of a page that depend on what it shows."""

    title: str
    nothing: str
    noun: str
    words: dict[str, str]
    column: str
    sides: tuple[SideView, SideView]
    filters: tuple[tuple[str, str], ...]
    figures: tuple[FigureView, ...]
    already_title: str
    already_words: str
    already_counted: str


def _page(  # noqa: PLR0913 - the parts of a page, each named
    view: PlanView,
    *,
    by: By,
    people: Sequence[PersonView],
    changes: Sequence[PresetChange],
    guarded: frozenset[str],
    created_at: str,
    dress: _Dress,
) -> str:
    style, script = page_part("report.css"), _script(dress.noun)
    return (
        page_environment()
        .get_template("report.html.j2")
        .render(
            msgspec.structs.asdict(dress),
            view=view,
            by=by,
            people=people,
            charts=charts(changes) if changes else (),
            matrix=matrix(changes),
            guarded=guarded,
            created_at=created_at,
            symbols=_SYMBOLS,
            style=style,
            script=script,
            content_policy=content_policy(style, script),
            chart_width=CHART_WIDTH,
            most_unfolded=MOST_MATRIX_ROWS_UNFOLDED,
        )
    )


def _plan_figures(summary: Summary) -> tuple[FigureView, ...]:
    figures = [
        FigureView(name="presets change", value=f"{summary.changed:,}", more=f"of {summary.presets:,}"),
        FigureView(name="roles removed", value=f"−{summary.removals:,}", kind="removal"),
        FigureView(name="roles added", value=f"+{summary.additions:,}", kind="addition"),
        FigureView(name="workflow managers change", value=f"{summary.managers:,}"),
        FigureView(name="people concerned", value=f"{summary.people:,}"),
    ]
    if summary.drift is not None:
        drift = f"−{summary.drift.removals:,} +{summary.drift.additions:,}"
        figures.append(FigureView(name="of all this, drift", value=drift))
    return tuple(figures)


def _drift_figures(summary: DriftSummary) -> tuple[FigureView, ...]:
    return (
        FigureView(name="presets drift", value=f"{summary.drifted:,}", more=f"of {summary.presets:,}"),
        FigureView(name="added in Procore", value=f"+{summary.live_only:,}", more="not in git", kind="removal"),
        FigureView(name="removed in Procore", value=f"−{summary.git_only:,}", more="still in git", kind="addition"),
        FigureView(name="new", value=f"{summary.new:,}"),
        FigureView(name="known", value=f"{summary.known:,}"),
        FigureView(name="acknowledged", value=f"{summary.acknowledged:,}"),
        FigureView(name="resolved", value=f"{summary.resolved:,}"),
        FigureView(name="unseen", value=f"{summary.unseen:,}", more="not looked at" if summary.unseen else ""),
    )


def _guarded(plan: Plan) -> frozenset[str]:
    """Return the addresses for which a guard raised an error or a warning."""
    found = (one for one in plan.diagnostics if one.severity != "note" and one.code.startswith("policy/"))
    return frozenset("/".join(one.address.split("/")[:4]) for one in found if one.address)
