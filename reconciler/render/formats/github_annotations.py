"""Renders diagnostics as workflow commands of GitHub; no text in them can start a command of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.render.text.places import told
from reconciler.render.text.visible import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.diagnostics import Diagnostic

__all__ = ["render_annotations"]

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render_annotations(diagnostics: Iterable[Diagnostic]) -> str:
    """Return one ``::error file=…,line=…,col=…,title=code::message`` a diagnostic; ``warning`` and ``notice`` alike.

    The text is empty where there are none. A diagnostic without a place has no ``file``, ``line`` and ``col``.
    """
    return "".join(f"{_annotation(one)}\n" for one in diagnostics)


def _annotation(one: Diagnostic) -> str:
    properties = {"title": one.code}
    if one.origin:
        line, column = str(one.origin.line), str(one.origin.column)
        properties = {"file": one.origin.path, "line": line, "col": column, **properties}
    named = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[one.severity]} {named}::{_data(told(one))}"


def _data(text: str) -> str:
    """Escape a message, the percent sign first, because the runner puts it back last."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")
