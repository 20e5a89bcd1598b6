"""How a failure ends a run: in the format that was asked for on stdout, and in words on stderr."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from reconciler.console.diagnostic_formats import annotate_failure, diagnostics_text
from reconciler.console.format_names import ANNOTATION_FORMATS
from reconciler.console.invocation import Invocation, given
from reconciler.model.failure import FAILURE_FORMAT, Failure
from reconciler.render.text.visible import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.errors import ReconcilerError

__all__ = ["fail", "fail_unexpectedly", "interrupt", "show_failure"]


def fail(error: ReconcilerError, arguments: Sequence[str], invocation: Invocation) -> int:
    """Show an expected error by its own message; return its exit code."""
    if invocation.verbose:
        _say(traceback.format_exc())
    if show_failure(error.exit_code, error.message, error.diagnostics, arguments):
        return error.exit_code
    if error.diagnostics:
        _say(diagnostics_text(error.diagnostics, color=invocation.voice.color(sys.stderr)))
    _say(f"error: {printable(error.message)}\n")
    return error.exit_code


def fail_unexpectedly(error: Exception, arguments: Sequence[str], invocation: Invocation) -> int:
    """Show a defect in one line, with its traceback where that is asked for; return 1."""
    message = f"a defect of reconciler: {type(error).__name__}: {printable(str(error))}"
    if invocation.verbose:
        _say(traceback.format_exc())
    else:
        message += " (more with --verbose)"
    if not show_failure(1, message, (), arguments):
        _say(f"error: {message}\n")
    return 1


def interrupt(code: int, arguments: Sequence[str], invocation: Invocation) -> int:
    """Show what can have been written when a command was interrupted, and where to look; return the code."""
    message = "interrupted; nothing was written to the service"
    if invocation.command == "apply":
        message = "interrupted; 'reconciler history' tells what is not known, and applying again is safe"
    elif invocation.command == "route":
        message = "interrupted; the journal has each response that was sent, and routing again settles what is open"
    elif invocation.command in {"adopt", "export"}:
        message = "interrupted; nothing was written to the service, and 'git status' tells whether a document was"
    elif invocation.command == "people":
        message = "interrupted; people.lock is the old one or the new one, and running it again puts right what is left"
    elif invocation.command == "init":
        message = "interrupted; each file named above is whole: run init again to write the others"
    show_failure(code, message, (), arguments)
    _say(f"\n{message}\n")
    return code


def show_failure(code: int, message: str, diagnostics: Sequence[Any], arguments: Sequence[str]) -> bool:
    """Write a failure in the requested format; return whether stderr needs no message about it."""
    try:
        return _write_failure(code, message, diagnostics, arguments)
    except OSError:
        # a full disk, or a reader that went away: stderr shows the failure itself, and its own code counts
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - until the process ends
        return False


def _write_failure(code: int, message: str, diagnostics: Sequence[Any], arguments: Sequence[str]) -> bool:
    shown_as = given(arguments, "--format")
    if shown_as == "json":
        _write_json(code, message, diagnostics)
    elif shown_as in ANNOTATION_FORMATS:
        config = given(arguments, "--config")
        sys.stdout.write(annotate_failure(message, diagnostics, shown_as, None if config is None else Path(config)))
    sys.stdout.flush()
    return shown_as == "json"


def _write_json(code: int, message: str, diagnostics: Sequence[Any]) -> None:
    told = tuple(msgspec.structs.replace(one, message=_as_text(one.message)) for one in diagnostics)
    failure = Failure(format=FAILURE_FORMAT, code=code, message=_as_text(message), diagnostics=told)
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(failure), indent=2).decode() + "\n")


def _as_text(text: str) -> str:
    """Return a text with visible escapes for bytes of an argument or a variable that are no text."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _say(text: str) -> None:
    sys.stderr.write(text)
