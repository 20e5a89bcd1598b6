"""Turns the end of an apply into an issue, a short message and figures."""

from __future__ import annotations

import datetime
import hashlib
from typing import TYPE_CHECKING, get_args

from reconciler.model.alerts import DriftIssue, Figure, IssueLine, Message, Metric
from reconciler.model.outcomes import Status
from reconciler.render.text.escapes import escape_address, escape_markdown, escape_message, hidden_marker
from reconciler.render.text.visible import shortened

if TYPE_CHECKING:
    from reconciler.model.alerts import FinishedApply

__all__ = ["APPLY_FAILURES", "APPLY_LABEL", "apply_issue", "apply_message", "apply_metrics"]

APPLY_LABEL = "reconciler-apply"
APPLY_FAILURES = "reconciler_apply_failures"
MOST_LINES = 100
_LINES_OF_A_MESSAGE = 10
_KEY_DIGITS = 10


def apply_issue(finished: FinishedApply, link: str | None) -> DriftIssue:
    """Return what the issue of a company shows; without lines all is live, and it is closed."""
    marker = hidden_marker("apply", finished.company_id)
    lines = tuple(_issue_line(one) for one in finished.lines[:MOST_LINES])
    keys = " ".join(one.key for one in lines)
    told = f"<!-- told {'in part' if len(finished.lines) > MOST_LINES else 'all'}: {keys} -->"
    shown = [f"- {one.text}" for one in lines]
    if len(finished.lines) > MOST_LINES:
        shown.append(f"- … and {len(finished.lines) - MOST_LINES:,} more")
    address = escape_address(link) if link else ""
    parts = (escape_markdown(_sentence(finished.words)), "\n".join(shown), address)
    return DriftIssue(
        marker=marker,
        title=f"Apply failed: {escape_message(_company(finished))}",
        label=APPLY_LABEL,
        body="\n\n".join((f"{marker}\n{told}", *(part for part in parts if part))),
        lines=lines,
        closing=escape_markdown(_sentence(finished.words)),
        link=address,
        back="An apply failed again",
        noun="problem",
    )


def _issue_line(text: str) -> IssueLine:
    key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_KEY_DIGITS]
    return IssueLine(key=key, text=escape_markdown(shortened(text)), new=True)


def apply_message(finished: FinishedApply, link: str | None) -> Message | None:
    """Return the message of an apply that failed or was refused; nothing for one that ended well."""
    if not finished.lines:
        return None
    shown = [f"- {escape_message(shortened(one))}" for one in finished.lines[:_LINES_OF_A_MESSAGE]]
    if len(finished.lines) > _LINES_OF_A_MESSAGE:
        shown.append(f"- … and {len(finished.lines) - _LINES_OF_A_MESSAGE:,} more")
    address = (link or "").replace("(", "%28").replace(")", "%29")  # neither may end the link early
    parts = (escape_message(_sentence(finished.words)), "\n".join(shown), f"[All of it]({address})" if address else "")
    body = "\n\n".join(part for part in parts if part)
    return Message(title=f"Apply failed: {escape_message(_company(finished))}", body=body, alarming=True)


def apply_metrics(finished: FinishedApply, failures: float) -> tuple[Metric, ...]:
    """Return the figures of an apply; ``failures`` counts the runs before that failed."""
    failed = bool(finished.lines)
    at = datetime.datetime.fromisoformat(finished.at).timestamp()
    statuses = tuple(Figure(float(finished.outcomes.get(one, 0)), (one,)) for one in get_args(Status))
    return (
        Metric(
            name=APPLY_FAILURES,
            meaning="Applies that failed or were refused.",
            figures=(Figure(failures + failed),),
            kind="counter",
        ),
        Metric(
            name="reconciler_apply_failed",
            meaning="1 where the last apply failed or was refused, else 0.",
            figures=(Figure(float(failed)),),
        ),
        Metric(
            name="reconciler_apply_presets",
            meaning="Presets of the last apply, by status.",
            labels=("status",),
            figures=statuses,
        ),
        Metric(
            name="reconciler_apply_last_run_timestamp_seconds",
            meaning="When the last apply ended.",
            figures=(Figure(at),),
        ),
    )


def _company(finished: FinishedApply) -> str:
    name = shortened(finished.company_name or "")
    return f"{name} ({finished.company_id})" if name else f"company {finished.company_id}"


def _sentence(words: str) -> str:
    text = words.rstrip(".")
    return f"{text[:1].upper()}{text[1:]}." if text else ""
