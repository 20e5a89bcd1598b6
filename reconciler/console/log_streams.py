"""Keeps a pipeline's runner from reading commands in what is written to stdout and stderr."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from reconciler.render.text.logs import LogText

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.render.text.logs import LogKind

__all__ = ["LogStream", "guarded_streams"]

_KINDS: dict[str, LogKind] = {
    "json": "json",
    "sarif": "json",
    "html": "markup",
    "junit": "markup",
    "junit-strict": "markup",
}


class LogStream:
    """A text stream that guards what is written to it; everything else is passed to the stream behind it.

    It has no ``buffer``: writing there would bypass the guard.
    """

    def __init__(self, stream: Any, kind: LogKind) -> None:
        self._stream = stream
        self._text = LogText(kind)
        self._lock = threading.RLock()  # a signal may come in the middle of a write

    def write(self, text: str) -> int:
        """Write a piece of text."""
        if not isinstance(text, str):
            raise TypeError(f"text is written here, not {type(text).__name__}")
        with self._lock:
            self._stream.write(self._text.add(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write pieces of text."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Pass on everything that was written so far."""
        with self._lock:
            self._stream.write(self._text.finish())
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":
            raise AttributeError(name)
        return getattr(self._stream, name)


@contextmanager
def guarded_streams(shown_as: str | None) -> Iterator[None]:
    """Guard stdout and stderr until the block ends; ``shown_as`` is the format of what goes to stdout.

    Annotations for GitHub (``github``) are meant as commands, so stdout stays unguarded for them.
    """
    before = (sys.stdout, sys.stderr)
    if shown_as != "github":
        sys.stdout = LogStream(sys.stdout, _KINDS.get(shown_as or "", "text"))
    sys.stderr = LogStream(sys.stderr, "text")
    guarded = (sys.stdout, sys.stderr)
    try:
        yield
    finally:
        # where its reader went away, stdout was replaced meanwhile, and stays so
        now = (sys.stdout, sys.stderr)
        for stream, name, own, original in zip(now, ("stdout", "stderr"), guarded, before, strict=True):
            if stream is own:
                with suppress(OSError, ValueError):  # the writer reports a stream that is gone
                    stream.flush()
                setattr(sys, name, original)
