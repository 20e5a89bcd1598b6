"""The findings of a check of a set-up, one value a line."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

__all__ = ["Check", "Checkup", "Mark", "blocked", "failed", "passed", "skipped", "split_remedy", "warned"]

_BETWEEN = re.compile("[:;] ")
Mark = Literal["ok", "warning", "failed", "blocked", "skipped"]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One check: its ``name`` stays the same from release to release.

    ``found`` is a sentence for people. ``remedy`` says what to do, and is null where nothing is to be done. A check is
    ``blocked`` where it was not made because another one failed: ``because`` names that one, and is null elsewhere. It
    is ``skipped`` where this set-up has nothing to check.
    """

    name: str
    mark: Mark
    found: str
    remedy: str | None = None
    because: str | None = None


class Checkup(msgspec.Struct, frozen=True, kw_only=True, tag_field="format", tag="reconciler/doctor/1"):
    """All checks of a set-up, in order.

    A set-up is ``healthy`` where no check failed; warnings do not count. ``requests`` is how many requests the service
    got, without the token call.
    """

    healthy: bool
    requests: int
    checks: tuple[Check, ...]


def passed(name: str, found: str) -> Check:
    """Return a check that found nothing wrong."""
    return Check(name=name, mark="ok", found=found)


def warned(name: str, found: str, remedy: str) -> Check:
    """Return a check that found something which stops no command."""
    return Check(name=name, mark="warning", found=found, remedy=remedy)


def failed(name: str, found: str, remedy: str) -> Check:
    """Return a check that failed."""
    return Check(name=name, mark="failed", found=found, remedy=remedy)


def blocked(name: str, because: str) -> Check:
    """Return a check that was not made, because an earlier one failed."""
    return Check(name=name, mark="blocked", found=f"not checked, because '{because}' failed", because=because)


def skipped(name: str, found: str) -> Check:
    """Return a check that has no object in this set-up."""
    return Check(name=name, mark="skipped", found=found)


def split_remedy(message: str) -> tuple[str, str]:
    """Split a message at its first colon or semicolon; return what is wrong, and what to do."""
    parts = _BETWEEN.split(message, maxsplit=1)
    return (message, "run the command again with --verbose") if len(parts) == 1 else (parts[0], parts[1])
