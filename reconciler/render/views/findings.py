"""Puts diagnostics into the shape that formats show: errors first, alike ones together; it contains no markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.diagnostics import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.diagnostics import Diagnostic

__all__ = ["FindingView", "each", "findings", "named_few"]

NAMES_SHOWN = 8
PEOPLE_SHOWN = 50
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
_SHOWN_OF_A_KIND = {"error": 20, "warning": 8, "note": 8}
_APART = 2  # so many of one line are shown each by itself


class FindingView(msgspec.Struct, frozen=True, kw_only=True):
    """One line about a problem; ``place`` is where in the documents, or the address; ``remedy`` the way through."""

    severity: Severity
    code: str
    place: str
    what: str
    remedy: str = ""


def findings(diagnostics: Iterable[Diagnostic], places: Mapping[str, str] | None = None) -> tuple[FindingView, ...]:
    """Return what is shown of diagnostics.

    Many findings that one line of a document causes become one, with the places of the others. So do many that differ
    in their line alone. Only the first few of one kind are shown, and the others are counted. A remedy that was just
    given is not repeated. ``places`` are people's words for addresses.
    """
    ordered = sorted(diagnostics, key=lambda one: _SEVERITIES.index(one.severity))
    kinds: dict[tuple[str, str], list[FindingView]] = {}
    for one in _folded(ordered, places or {}):
        kinds.setdefault((one.severity, one.code), []).append(one)
    shown: list[FindingView] = []
    for found in kinds.values():
        most = _SHOWN_OF_A_KIND[found[0].severity]
        shown.extend(found[:most])
        if len(found) > most:
            what = f"{len(found) - most:,} more of this kind; --format json lists all of them"
            shown.append(FindingView(severity=found[0].severity, code=found[0].code, place="", what=what))
    return tuple(_told_once(shown))


def each(diagnostics: Iterable[Diagnostic]) -> Iterable[FindingView]:
    """Return diagnostics in the order given; of those that differ in their place alone, one with the other places.

    A remedy that was just given is not repeated.
    """
    return _told_once(_alike_together(diagnostics))


def _alike_together(diagnostics: Iterable[Diagnostic]) -> Iterable[FindingView]:
    for one, others in _by_message(diagnostics):
        yield _view(one, _elsewhere(others))


def _by_message(diagnostics: Iterable[Diagnostic]) -> Iterable[tuple[Diagnostic, tuple[str, ...]]]:
    """Yield diagnostics in their order; many that differ in their line alone as the first, with the other lines."""
    families: dict[tuple[str, str, str], list[Diagnostic]] = {}
    ordered = list(diagnostics)
    for one in ordered:
        if one.origin:
            families.setdefault((one.severity, one.code, one.message), []).append(one)
    lines = {key: tuple(dict.fromkeys(str(one.origin) for one in family)) for key, family in families.items()}
    shown: set[tuple[str, str, str]] = set()
    for one in ordered:
        key = (one.severity, one.code, one.message)
        if not one.origin or len(lines[key]) <= _APART:
            yield one, ()
        elif key not in shown:
            shown.add(key)
            yield one, lines[key][1:]


def _elsewhere(lines: tuple[str, ...]) -> str:
    return f" (and in {len(lines):,} more places: {named_few(lines)})" if lines else ""


def _folded(diagnostics: Iterable[Diagnostic], places: Mapping[str, str]) -> Iterable[FindingView]:
    families: dict[tuple[str, ...], list[Diagnostic]] = {}
    ordered = list(diagnostics)
    for number, one in enumerate(ordered):
        alike = (one.severity, one.code, str(one.origin)) if one.origin and one.address else (str(number),)
        families.setdefault(alike, []).append(one)
    apart = {id(one) for family in families.values() if len(family) <= _APART for one in family}
    together = {id(one): lines for one, lines in _by_message(one for one in ordered if id(one) in apart)}
    for family in families.values():
        if len(family) > _APART:
            yield _view(family[0], _others(family, places))
        else:
            yield from (_view(one, _elsewhere(together[id(one)])) for one in family if id(one) in together)


def _others(family: list[Diagnostic], places: Mapping[str, str]) -> str:
    """Return the people that the rest of a family is about, where each is about one; else the places."""
    people = tuple(dict.fromkeys(one.subject for one in family if one.subject))
    if all(one.subject for one in family) and len(people) > 1:
        rest = people[1:]
        shown = ", ".join(rest[:PEOPLE_SHOWN])
        beyond = f" and {len(rest) - PEOPLE_SHOWN:,} more" if len(rest) > PEOPLE_SHOWN else ""
        return f"; likewise {len(rest):,} more: {shown}{beyond}"
    others = tuple(dict.fromkeys(places.get(one.address or "", one.address or "") for one in family[1:]))
    return f"; likewise in {len(family) - 1:,} more: {named_few(others)}"


def _view(one: Diagnostic, more: str) -> FindingView:
    place = str(one.origin) if one.origin else one.address or ""
    return FindingView(
        severity=one.severity, code=one.code, place=place, what=f"{one.finding}{more}", remedy=one.remedy or ""
    )


def _told_once(shown: Iterable[FindingView]) -> Iterable[FindingView]:
    told: set[str] = set()
    for one in shown:
        repeated = one.remedy in told
        if one.remedy:
            told.add(one.remedy)
        yield msgspec.structs.replace(one, remedy="as above") if repeated else one


def named_few(names: tuple[str, ...]) -> str:
    """Name the first few of many and count the others."""
    shown = ", ".join(names[:NAMES_SHOWN])
    beyond = len(names) - NAMES_SHOWN
    return f"{shown} and {beyond:,} more" if beyond > 0 else shown
