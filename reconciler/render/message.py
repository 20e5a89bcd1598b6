"""Turns a drift report into a short message for a chat, or into none where all of it is known; it sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.alerts import Message
from reconciler.render.differences import alarming, company_words, in_a_line, sides
from reconciler.render.escaping import escape_message

if TYPE_CHECKING:
    from reconciler.model.drift import DriftReport

__all__ = ["drift_message"]

MOST_LINES = 10


def drift_message(report: DriftReport, previous: DriftReport | None, link: str | None) -> Message | None:
    """Give the message where something is new, or where nothing is left of what the report before was alarmed by."""
    left = alarming(report)
    new = [one for one in left if one.state == "new"]
    company = escape_message(company_words(report))
    if new:
        shown = [f"- {escape_message(in_a_line(one))}" for one in new[:MOST_LINES]]
        if len(new) > MOST_LINES:
            shown.append(f"- … and {len(new) - MOST_LINES:,} more")
        known = [f"{len(left) - len(new):,} known before"] if len(left) > len(new) else []
        counts = ", ".join((f"{len(new):,} new ({sides(new)})", *known))
        return _message(f"Drift: {company}", (counts, "\n".join(shown)), link, alarming=True)
    if not left and previous is not None and alarming(previous):
        acknowledged = report.summary.acknowledged
        rest = f"nothing is left but what somebody answers for ({acknowledged:,})"
        words = rest if acknowledged else "nothing is left: live is what git says"
        return _message(f"Drift is over: {company}", (words,), link, alarming=False)
    return None


def _message(title: str, lines: tuple[str, ...], link: str | None, *, alarming: bool) -> Message:
    address = (link or "").replace("(", "%28").replace(")", "%29")  # neither may end the link early
    parts = (*lines, *((f"[All of it]({address})",) if address else ()))
    return Message(title=title, body="\n\n".join(parts), alarming=alarming)
