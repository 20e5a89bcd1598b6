"""Reads a YAML text as the events of each document, with PyYAML's C parser; it builds no values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from yaml.events import DocumentStartEvent, StreamEndEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["each_document"]

_Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def each_document(text: str) -> Iterator[tuple[Any, Callable[[], Any]]]:
    """Yield, for each document, its first event and a function that returns the next one.

    The caller must take every event of a document.

    Raises yaml.YAMLError where the text stops being YAML.
    """
    parser = _Parser(text)
    next_event = parser.get_event
    try:
        while True:
            event = next_event()
            if event.__class__ is StreamEndEvent:
                return
            if event.__class__ is DocumentStartEvent:
                yield next_event(), next_event
    finally:
        parser.dispose()
