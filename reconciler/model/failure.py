"""Defines what a command writes as JSON when it fails, as a value; it raises nothing."""

from __future__ import annotations

from typing import Literal

import msgspec

from reconciler.model.diagnostics import Diagnostic

__all__ = ["FAILURE_FORMAT", "Failure"]

FAILURE_FORMAT: Literal["reconciler/error/1"] = "reconciler/error/1"


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Output of any command with --format json when it fails; ``code`` is its exit code."""

    format: Literal["reconciler/error/1"]
    code: int
    message: str
    diagnostics: tuple[Diagnostic, ...]
