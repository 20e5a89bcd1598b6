"""Turns a drift report into a short message for a chat, or none if it has no news."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.alerts import Message
from reconciler.render.text.escapes import escape_message
from reconciler.render.views.difference_lines import (
    alarming,
    company_words,
    in_a_line,
    nothing_left,
    sides,
    unseen_by_key,
)

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from reconciler.model.drift import Drift, DriftReport

__all__ = ["drift_message"]

MOST_LINES = 10


def drift_message(report: DriftReport, previous: DriftReport | None, link: str | None) -> Message | None:
    """Return a message if something is new or newly unseen, or if the last alarm is over; else null."""
    left = alarming(report)
    unseen = unseen_by_key(report)
    before = {one.drift.key for one in previous.unseen} if previous else set()
    told = [one for one in left if one.state == "new" or (one.key in unseen and one.key not in before)]
    company = escape_message(company_words(report))
    if told:
        shown = [f"- {escape_message(in_a_line(one, unseen))}" for one in told[:MOST_LINES]]
        if len(told) > MOST_LINES:
            shown.append(f"- … and {len(told) - MOST_LINES:,} more")
        return _message(f"Drift: {company}", (_counts(left, unseen), "\n".join(shown)), link, alarming=True)
    if not left and previous is not None and alarming(previous):
        return _message(f"Drift is resolved: {company}", (nothing_left(report),), link, alarming=False)
    return None


def _counts(left: Sequence[Drift], unseen: Container[tuple[str, ...]]) -> str:
    """Count what is new, known and unseen; what is new and unseen counts as both."""
    new = [one for one in left if one.state == "new"]
    known = sum(one.state != "new" and one.key not in unseen for one in left)
    out_of_sight = sum(one.key in unseen for one in left)
    parts = [f"{len(new):,} new ({sides(new)})"] if new else []
    parts += [f"{number:,} {words}" for number, words in ((known, "known before"), (out_of_sight, "unseen")) if number]
    return ", ".join(parts)


def _message(title: str, lines: tuple[str, ...], link: str | None, *, alarming: bool) -> Message:
    address = (link or "").replace("(", "%28").replace(")", "%29")  # neither may end the link early
    parts = (*lines, *((f"[All of it]({address})",) if address else ()))
    return Message(title=title, body="\n\n".join(parts), alarming=alarming)
