"""What an alarm about drift is made of: figures, an issue on a forge, a message; it sends nothing."""

from __future__ import annotations

import msgspec

from reconciler.model.settings import Secret

__all__ = ["DriftIssue", "Figure", "Gateway", "IssueLine", "Message", "Metric"]


class Figure(msgspec.Struct, frozen=True):
    """One value with what tells it from the others of its metric, by the metric's label names."""

    value: float
    labels: tuple[str, ...] = ()


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """A gauge; ``labels`` are the names that its figures have values for."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    figures: tuple[Figure, ...]


class IssueLine(msgspec.Struct, frozen=True, kw_only=True):
    """One difference that nobody answers for: its hidden ``key``, and a line of Markdown; ``new`` as in the report."""

    key: str
    text: str
    new: bool


class DriftIssue(msgspec.Struct, frozen=True, kw_only=True):
    """What a forge shows of the drift of one company, for as long as there are ``lines``.

    ``marker`` stands in the body and finds it again; the keys of the lines behind it tell the next run what was told.
    ``closing`` is said when nothing is left, ``link`` (Markdown, or nothing) stands below what is said.
    """

    marker: str
    title: str
    label: str
    body: str
    lines: tuple[IssueLine, ...]
    closing: str
    link: str = ""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A short text for a chat (Markdown), already harmless there; ``alarming`` tells whether somebody should look."""

    title: str
    body: str
    alarming: bool


class Gateway(msgspec.Struct, frozen=True, kw_only=True):
    """A Pushgateway; ``authorization`` is the value of that header, null where it lets everybody in."""

    url: str
    authorization: Secret | None = None
