"""Defines the parts of an alarm about drift: figures, an issue on a forge, a message; it sends nothing."""

from __future__ import annotations

from typing import Literal

import msgspec

from reconciler.model.service import Secret

__all__ = ["DriftIssue", "Figure", "FinishedApply", "Gateway", "IssueLine", "Message", "Metric"]


class Figure(msgspec.Struct, frozen=True):
    """One value of a metric, with a label value for each of its label names."""

    value: float
    labels: tuple[str, ...] = ()


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """A gauge or a counter; ``labels`` are the names that its figures have values for."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    figures: tuple[Figure, ...]
    kind: Literal["gauge", "counter"] = "gauge"


class IssueLine(msgspec.Struct, frozen=True, kw_only=True):
    """One difference that is not acknowledged: its hidden ``key``, and a line of Markdown; ``new`` as in the report."""

    key: str
    text: str
    new: bool


class DriftIssue(msgspec.Struct, frozen=True, kw_only=True):
    """The issue of one company's drift, or of its failed applies, that a forge shows while there are ``lines``.

    ``marker`` is in the body and finds it again. The keys of the lines behind it tell the next run what was already
    reported. ``back`` is the text for the case that there is something again. ``noun`` names what a line is.
    ``closing`` is the text for the case that nothing is left. ``link`` (Markdown, or empty) is shown below the text.
    """

    marker: str
    title: str
    label: str
    body: str
    lines: tuple[IssueLine, ...]
    closing: str
    link: str = ""
    back: str = "Drift is back"
    noun: str = "difference"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A short text for a chat (Markdown), already harmless there; ``alarming`` tells whether somebody should look."""

    title: str
    body: str
    alarming: bool


class Gateway(msgspec.Struct, frozen=True, kw_only=True):
    """A Pushgateway; ``authorization`` is the value of that header, null where it lets everybody in."""

    url: str
    authorization: Secret | None = None


class FinishedApply(msgspec.Struct, frozen=True, kw_only=True):
    """The end of an apply: its exit ``code`` (null: it was cut off), and the same in ``words``.

    ``lines`` say what is wrong. They are empty where all that was approved is live. ``outcomes`` counts presets by
    status, ``at`` is UTC.
    """

    company_id: str
    company_name: str | None
    code: int | None
    words: str
    lines: tuple[str, ...]
    outcomes: dict[str, int]
    at: str
