"""Reads results that commands wrote as JSON, whichever they are, and days of the journal of routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.drift import decode_report, encode_report
from reconciler.errors import DocumentsError, ReconcilerError
from reconciler.journal.route_records import is_route_journal
from reconciler.model.drift import DRIFT_FORMAT
from reconciler.model.failure import FAILURE_FORMAT, Failure
from reconciler.operations.plan_files import FormatHead, read_content
from reconciler.operations.route_days import decode_route_day
from reconciler.planning.plan_file import decode_plan

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.drift import DriftReport
    from reconciler.model.plan import Plan
    from reconciler.model.routed_day import RoutedDay

__all__ = ["encode_report", "read_result"]

_CODES = (1, 3, 4, 5, 6, 7, 64, 130)


def read_result(path: Path) -> Plan | DriftReport | RoutedDay:
    """Read a plan, a drift report, or a file of the journal of routes.

    Raises what ended the command that wrote a failure there; FileError, DocumentsError or StaleError when the file
    cannot be used.
    """
    content = read_content(path)
    found = _format_of(content)
    if found == FAILURE_FORMAT:
        raise _recorded(_read_failure(content, path), path)
    if found == DRIFT_FORMAT:
        return decode_report(content, str(path))
    if not found and is_route_journal(path, content):
        return decode_route_day(content, path)
    return decode_plan(content, str(path))


def _format_of(content: bytes) -> str:
    try:
        return msgspec.json.decode(content, type=FormatHead).format
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""  # reading it as a plan says why it is none


def _recorded(failure: Failure, path: Path) -> ReconcilerError:
    """Return what ends this command as the one ended that wrote the failure."""
    if failure.code not in _CODES:
        return DocumentsError(f"{path} names the exit code {failure.code}, with which no command fails")

    class RecordedError(ReconcilerError):
        exit_code = failure.code

    return RecordedError(failure.message, diagnostics=failure.diagnostics)


def _read_failure(content: bytes, path: Path) -> Failure:
    try:
        return msgspec.json.decode(content, type=Failure)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentsError(f"{path} is not {FAILURE_FORMAT}: {error}; write it with --format json") from None
