"""Turns a drift report into what an issue on a forge shows, within its size; it speaks to no forge."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from reconciler.model.alerts import DriftIssue, IssueLine
from reconciler.render.differences import alarming, company_words, in_a_line
from reconciler.render.drift import drift_view
from reconciler.render.escaping import escape_address, escape_markdown, escape_message, hidden_marker
from reconciler.render.fitting import Budget
from reconciler.render.markdown import fitted_view

if TYPE_CHECKING:
    from reconciler.model.drift import Drift, DriftReport

__all__ = ["DRIFT_LABEL", "ISSUE_CHARACTERS", "drift_issue"]

DRIFT_LABEL = "reconciler-drift"
ISSUE_CHARACTERS = 65_536
MOST_LINES = 1_000
_KEY_DIGITS = 10
_ROOM_FOR_MARKS = 200  # characters, for what finds the issue again


def drift_issue(report: DriftReport, link: str | None) -> DriftIssue:
    """Give what the issue of a company shows; without lines there is nothing to tell of, and it is closed.

    What reading cost is left out: the body shall differ only where what it tells does.
    """
    drifts = alarming(report)
    lines = tuple(_line(one) for one in drifts[:MOST_LINES])
    marker = hidden_marker("drift", report.company_id)
    told = f"<!-- told {'in part' if len(drifts) > MOST_LINES else 'all'}: {' '.join(one.key for one in lines)} -->"
    view = msgspec.structs.replace(drift_view(report), cost="", link=link or "")
    room = Budget(ISSUE_CHARACTERS - len(told) - _ROOM_FOR_MARKS)
    shown = fitted_view(view, room, "The whole of it:" if link else "The whole of it: reconciler drift.", lambda: view)
    return DriftIssue(
        marker=marker,
        title=f"Drift: {escape_message(company_words(report))}",
        label=DRIFT_LABEL,
        body=f"{marker}\n{told}\n{shown}",
        lines=lines,
        closing=_closing(report),
        link=escape_address(link) if link else "",
    )


def _line(one: Drift) -> IssueLine:
    key = hashlib.sha256("\n".join(one.key).encode()).hexdigest()[:_KEY_DIGITS]
    return IssueLine(key=key, text=escape_markdown(in_a_line(one)), new=one.state == "new")


def _closing(report: DriftReport) -> str:
    if report.summary.acknowledged:
        return f"Nothing is left but what somebody answers for ({report.summary.acknowledged:,})."
    return "Nothing is left: live is what git says."
