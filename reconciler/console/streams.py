"""Writes results to stdout or a file, and what is not a result to stderr."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from reconciler.console.run_formats import apply_text
from reconciler.errors import FileError
from reconciler.operations.files import write_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from reconciler.console.voice import Voice
    from reconciler.model.outcomes import ApplyReport

__all__ = ["emit", "emit_report", "note"]


def emit(text: str, out: Path | None = None) -> None:
    """Write a result to stdout, or whole to a file; a reader that went away is not a failure."""
    if out is not None:
        write_file(out, text.encode("utf-8"))
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - until the process ends
    except OSError as error:
        raise FileError(f"the result cannot be written to stdout: {error.strerror}") from error


def note(text: str, voice: Voice) -> None:
    """Print on stderr what is not a result."""
    if not voice.quiet:
        sys.stderr.write(f"{text}\n")


def emit_report(report: ApplyReport, names: Mapping[str, str], voice: Voice, shown_as: str, out: Path | None) -> None:
    """Show the report, with names for addresses; if it cannot be written, it goes to the next stream."""
    text = apply_text(report, names, shown_as, color=out is None and voice.color(sys.stdout))
    try:
        emit(text, out)
    except FileError as error:
        # what was written to the service must be reported, wherever that is possible
        if out is None:
            sys.stderr.write(text)
            raise
        note(f"{error.message}; the report goes to stdout", voice)
        emit(text)
