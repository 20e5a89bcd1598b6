"""Words for why somebody comes or goes; it contains no markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.model.because import Because
    from reconciler.model.diagnostics import Origin
    from reconciler.model.plan import AddedPerson, ManagerChange, RemovedPerson

__all__ = ["reason_added", "reason_manager", "reason_removed"]


def reason_added(one: AddedPerson) -> str:
    """Return why somebody comes: a line of the documents, or what Procore has instead."""
    if one.because is not None and one.because.kind == "absence":
        return f"{_absence(one.because, 'replaces', 'is back, was replaced by')} ({_at(one.origin)})"
    if one.cause == "drift":
        return _drift(one.origin, "removed in Procore") + (f" by {one.via}" if one.via else "")
    via = f" by {one.via}" if one.via else ""
    return f"{_at(one.origin)}{via}{_behind(one.because)}"


def reason_removed(one: RemovedPerson) -> str:
    """Return why somebody goes: these documents took them out, or they were added behind git's back."""
    because = one.because
    if because is not None and because.kind == "absence":
        return _absence(because, "away, replaced by", "replaced")
    if one.cause == "drift":
        return f"drift: added in Procore, never in git{_behind(because)}"
    if one.base_origin is not None:
        at = f"{one.base_origin.path} (line {one.base_origin.line} at the base)"
        words = f"no longer in {one.base_via}, which {at} names" if one.base_via else f"no longer in {at}"
    else:
        words = f"not in {_at(one.origin)}" if one.origin else ""
    return f"{words}{_behind(because)}"


def reason_manager(one: ManagerChange) -> str:
    """Return why the workflow manager changes."""
    if one.because is not None and one.because.kind == "absence":
        return f"{_absence(one.because, 'replaces', 'is back, was replaced by')} ({_at(one.origin)})"
    if one.cause == "drift":
        return _drift(one.origin, "another one in Procore")
    return _at(one.origin)


def _drift(origin: Origin | None, moved: str) -> str:
    return f"drift: {moved}, still in git ({_at(origin)})"


def _absence(because: Because, now: str, ended: str) -> str:
    until = "" if because.until is None else f" until {because.until}"
    return f"{ended if because.ended else now} {because.person or 'nobody'}{until}"


def _behind(because: Because | None) -> str:
    """Return what is known behind a line, such as "; left (hr)"."""
    if because is None:
        return ""
    if because.kind == "due":
        return "" if because.until is None else f"; the last day was {because.until}"
    return f"; {because.kind}{'' if because.source is None else f' ({because.source})'}"


def _at(origin: Origin | None) -> str:
    return f"{origin.path}:{origin.line}" if origin else ""
