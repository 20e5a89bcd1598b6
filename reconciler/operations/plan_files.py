"""Reads and writes plan files, or the failures that were written in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.errors import DocumentsError, FileError, UsageError
from reconciler.model.failure import FAILURE_FORMAT, Failure
from reconciler.model.plan import PLAN_FORMAT
from reconciler.planning.plan_file import decode_plan, encode_plan

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.plan import Plan

__all__ = ["FormatHead", "encode_plan", "read_content", "read_plan", "read_plan_or_failure"]


class FormatHead(msgspec.Struct):
    """The name of a format, which every result begins with."""

    format: str = ""


def read_plan(path: Path) -> Plan:
    """Read a plan file; raises FileError, DocumentsError, StaleError or UsageError when it cannot be used."""
    return _whole(decode_plan(read_content(path, "the plan "), str(path)), path)


def read_plan_or_failure(path: Path) -> Plan | Failure:
    """Read what ``plan --format json`` wrote.

    Raises FileError, DocumentsError, StaleError for an altered plan, or UsageError for a part of one.
    """
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
    return _whole(decode_plan(content, str(path)), path)


def _whole(plan: Plan, path: Path) -> Plan:
    """Return a plan that is whole; raise UsageError for a part of one."""
    if plan.selection is not None:
        raise UsageError(
            f"{path} shows a part of a plan ({plan.selection}): name the file of the whole plan, or give the "
            "options of the part to reconciler apply"
        )
    return plan


def read_content(path: Path, what: str = "") -> bytes:
    """Return the content of a result; raise FileError, which calls it ``what``, where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileError(
            f"cannot read {what}{path}: {error.strerror}; plans are saved with: reconciler plan --out FILE"
        ) from error
