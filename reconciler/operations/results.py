"""Results that commands write as JSON and read again: plans, drift reports, failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.drift import decode_report, encode_report
from reconciler.errors import DocumentsError, FileError, ReconcilerError
from reconciler.model.drift import DRIFT_FORMAT
from reconciler.model.failure import FAILURE_FORMAT, Failure
from reconciler.model.plan import PLAN_FORMAT
from reconciler.planning import decode_plan, encode_plan

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.drift import DriftReport
    from reconciler.model.plan import Plan

__all__ = ["encode_plan", "encode_report", "read_plan", "read_plan_or_failure", "read_result"]

_CODES = (1, 3, 4, 5, 6, 7, 64, 130)


class _Head(msgspec.Struct):
    format: str = ""


def read_plan(path: Path) -> Plan:
    """Read a plan file; raises FileError, DocumentsError or StaleError when it cannot be used."""
    return decode_plan(_content(path, "the plan "), str(path))


def read_result(path: Path) -> Plan | DriftReport:
    """Read a plan or a drift report.

    Raises what ended the command that wrote a failure there; FileError, DocumentsError or StaleError when the file
    cannot be used.
    """
    content = _content(path)
    found = _format_of(content)
    if found == FAILURE_FORMAT:
        raise _recorded(_read_failure(content, path), path)
    if found == DRIFT_FORMAT:
        return decode_report(content, str(path))
    return decode_plan(content, str(path))


def read_plan_or_failure(path: Path) -> Plan | Failure:
    """Read what ``plan --format json`` wrote; raises FileError, DocumentsError, or StaleError for an altered plan."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror}") from error
    try:
        if msgspec.json.decode(content, type=_Head).format == FAILURE_FORMAT:
            return msgspec.json.decode(content, type=Failure)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentsError(
            f"{path} is neither {PLAN_FORMAT} nor {FAILURE_FORMAT}: {error}; write it with 'plan --format json'"
        ) from None
    return decode_plan(content, str(path))


def _content(path: Path, what: str = "") -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileError(
            f"cannot read {what}{path}: {error.strerror}; plans are saved with: reconciler plan --out FILE"
        ) from error


def _format_of(content: bytes) -> str:
    try:
        return msgspec.json.decode(content, type=_Head).format
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
