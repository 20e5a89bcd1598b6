"""Renders diagnostics as SARIF 2.1.0 for code scanning, with the meaning of each code."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from reconciler import __version__
from reconciler.model.diagnostics import Diagnostic
from reconciler.render.text.meanings import MEANINGS
from reconciler.render.text.places import told
from reconciler.render.text.visible import ZERO_WIDTH_SPACE, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["render_sarif"]

MOST_RESULTS: Final = 25_000
_GRAVITY = ("error", "warning", "note")
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_FINGERPRINT = "reconcilerDiagnostic/v1"
_LINE_NUMBERS = re.compile(r":\d+:\d+\b|\bline \d+")


def render_sarif(diagnostics: Sequence[Diagnostic], settings_path: str, company_id: str | None = None) -> str:
    """Return one run with a result a diagnostic and a rule a code.

    Code scanning refuses a whole file for one result without a location. So a diagnostic without a place is put at the
    settings file, without a line. It refuses a file with too many results as well. Then the least grave are left out,
    and the last result says so. Runs of several companies stay apart by ``company_id``.
    """
    diagnostics = _within_limit(diagnostics)
    rules = list(dict.fromkeys(one.code for one in diagnostics))
    indexes = {code: index for index, code in enumerate(rules)}
    seen: Counter[str] = Counter()
    driver = {"name": "reconciler", "version": __version__, "rules": [_rule(code) for code in rules]}
    run = {
        "tool": {"driver": driver},
        **({} if company_id is None else {"automationDetails": {"id": f"reconciler/{company_id}/"}}),
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, indexes[one.code], settings_path, seen) for one in diagnostics],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(log), indent=2).decode() + "\n"


def _rule(code: str) -> dict[str, Any]:
    meaning = MEANINGS.get(code) or _plain(printable(code))
    return {
        "id": printable(code),
        "shortDescription": {"text": meaning},
        "fullDescription": {"text": meaning},
        "help": {"text": f"{meaning}. The message of each result says what to do about it."},
    }


def _within_limit(diagnostics: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
    """Return as many diagnostics as are accepted, in their order, those that are errors before others."""
    if len(diagnostics) <= MOST_RESULTS:
        return diagnostics
    by_gravity = sorted(range(len(diagnostics)), key=lambda at: _GRAVITY.index(diagnostics[at].severity))
    kept = [diagnostics[at] for at in sorted(by_gravity[: MOST_RESULTS - 1])]
    left_out = len(diagnostics) - len(kept)
    message = f"{left_out:,} more are left out, because code scanning takes {MOST_RESULTS:,}: see them with 'show'"
    return [*kept, Diagnostic(severity="warning", code="run/left-out", message=message)]


def _result(one: Diagnostic, index: int, settings_path: str, seen: Counter[str]) -> dict[str, Any]:
    path = one.origin.path if one.origin else settings_path
    return {
        "ruleId": printable(one.code),
        "ruleIndex": index,
        "level": one.severity,
        "message": {"text": _plain(told(one))},
        "locations": [_location(one, path)],
        "partialFingerprints": {_FINGERPRINT: _fingerprint(one, path, seen)},
    }


def _location(one: Diagnostic, path: str) -> dict[str, Any]:
    artifact = {"uri": _uri(path), "uriBaseId": "%SRCROOT%"}
    physical: dict[str, Any] = {"artifactLocation": artifact}
    if one.origin:
        physical["region"] = {"startLine": one.origin.line, "startColumn": one.origin.column}
    location: dict[str, Any] = {"physicalLocation": physical}
    if one.address:
        location["logicalLocations"] = [{"fullyQualifiedName": printable(one.address)}]
    return location


def _uri(path: str) -> str:
    """Return a path as a relative reference; bytes of it that are no text are kept."""
    return quote(path.encode("utf-8", "surrogateescape"), safe="/")


def _fingerprint(one: Diagnostic, path: str, seen: Counter[str]) -> str:
    """Return what stays the same while lines move; of several that are alike each has a number."""
    same = (one.code, path, one.address or "", _LINE_NUMBERS.sub("", one.message))
    digest = hashlib.sha256("\0".join(same).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    seen[digest] += 1
    return f"{digest}:{seen[digest]}"


def _plain(text: str) -> str:
    """Return text in which viewers find no link, and never none, which the specification forbids.

    Braces stay single, though it would have them doubled: viewers show them as they stand, and remedies are copied.
    """
    return text.replace("](", f"]{ZERO_WIDTH_SPACE}(") or "nothing is said about it"
