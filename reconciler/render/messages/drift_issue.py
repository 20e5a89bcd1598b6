"""Turns a drift report into what an issue on a forge shows, within its size; it speaks to no forge."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from reconciler.model.alerts import DriftIssue, IssueLine
from reconciler.render.formats.markdown import fitted_view
from reconciler.render.text.escapes import escape_address, escape_markdown, escape_message, hidden_marker
from reconciler.render.views.budget import Budget
from reconciler.render.views.difference_lines import alarming, company_words, in_a_line, nothing_left, unseen_by_key
from reconciler.render.views.drift_view import drift_view

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.drift import Drift, DriftReport, Unseen

__all__ = ["DRIFT_LABEL", "ISSUE_CHARACTERS", "drift_issue"]

DRIFT_LABEL = "reconciler-drift"
ISSUE_CHARACTERS = 65_536
MOST_LINES = 1_000
_KEY_DIGITS = 10
_ROOM_FOR_MARKS = 200  # characters, for what finds the issue again


def drift_issue(report: DriftReport, link: str | None) -> DriftIssue:
    """Return what the issue of a company shows; without lines there is nothing to report, and it is closed.

    Unseen differences have lines too, so that it stays open while one of them is not acknowledged.

    The cost of reading is left out: the body must differ only where its findings do.
    """
    drifts = alarming(report)
    unseen = unseen_by_key(report)
    lines = tuple(_line(one, unseen) for one in drifts[:MOST_LINES])
    marker = hidden_marker("drift", report.company_id)
    told = f"<!-- told {'in part' if len(drifts) > MOST_LINES else 'all'}: {' '.join(one.key for one in lines)} -->"
    words = nothing_left(report)
    view = msgspec.structs.replace(drift_view(report), cost="", link=link or "")
    room = Budget(ISSUE_CHARACTERS - len(told) - _ROOM_FOR_MARKS)
    shown = fitted_view(view, room, "The whole of it:" if link else "The whole of it: reconciler drift.", lambda: view)
    return DriftIssue(
        marker=marker,
        title=f"Drift: {escape_message(company_words(report))}",
        label=DRIFT_LABEL,
        body=f"{marker}\n{told}\n{shown}",
        lines=lines,
        closing=f"{words[0].upper()}{words[1:]}.",
        link=escape_address(link) if link else "",
    )


def _line(one: Drift, unseen: Mapping[tuple[str, ...], Unseen]) -> IssueLine:
    key = hashlib.sha256("\n".join(one.key).encode()).hexdigest()[:_KEY_DIGITS]
    return IssueLine(key=key, text=escape_markdown(in_a_line(one, unseen)), new=one.state == "new")
