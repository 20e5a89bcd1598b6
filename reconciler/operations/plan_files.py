"""Reads and writes plan files, or the failures that were written in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.errors import DocumentsError, FileError
from reconciler.model.failure import FAILURE_FORMAT, Failure
from reconciler.model.plan import PLAN_FORMAT
from reconciler.planning import decode_plan, encode_plan

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.plan import Plan

__all__ = ["FormatHead", "encode_plan", "read_content", "read_plan", "read_plan_or_failure"]


class FormatHead(msgspec.Struct):
    """The name of a format, which every result begins with."""

    format: str = ""


def read_plan(path: Path) -> Plan:
    """Read a plan file; raises FileError, DocumentsError or StaleError when it cannot be used."""
    return decode_plan(read_content(path, "the plan "), str(path))


def read_plan_or_failure(path: Path) -> Plan | Failure:
    """Read what ``plan --format json`` wrote; raises FileError, DocumentsError, or StaleError for an altered plan."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror}") from error
    try:
        if msgspec.json.decode(content, type=FormatHead).format == FAILURE_FORMAT:
            return msgspec.json.decode(content, type=Failure)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentsError(
            f"{path} is neither {PLAN_FORMAT} nor {FAILURE_FORMAT}: {error}; write it with 'plan --format json'"
        ) from None
    return decode_plan(content, str(path))


def read_content(path: Path, what: str = "") -> bytes:
    """Return the content of a result; raise FileError, which calls it ``what``, where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileError(
            f"cannot read {what}{path}: {error.strerror}; plans are saved with: reconciler plan --out FILE"
        ) from error
