"""Returns diagnostics as JUnit XML, which most pipelines can show; escaping is left to the standard library."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from reconciler.render.escaping import printable
from reconciler.render.places import told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.diagnostics import Diagnostic

__all__ = ["render_junit"]

_SUITE = "reconciler"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_FORBIDDEN = re.compile("[\ufffe\uffff]")  # what XML 1.0 has no place for, besides what is made visible anyway


def render_junit(diagnostics: Sequence[Diagnostic]) -> str:
    """Return one test suite with a test case a diagnostic: an error failed, anything else passed and says why.

    Without diagnostics there is one test case, ``documents``, which passed.
    """
    failures = sum(one.severity == "error" for one in diagnostics)
    counts = {"tests": str(len(diagnostics) or 1), "failures": str(failures), "errors": "0", "skipped": "0"}
    suites = ET.Element("testsuites")
    suite = ET.SubElement(suites, "testsuite", {"name": _SUITE, **counts})
    if not diagnostics:
        ET.SubElement(suite, "testcase", classname=_SUITE, name="documents")
    seen: Counter[str] = Counter()
    for one in diagnostics:
        _add_case(suite, one, seen)
    ET.indent(suites)
    return f"{_DECLARATION}{ET.tostring(suites, encoding='unicode')}\n"


def _add_case(suite: ET.Element, one: Diagnostic, seen: Counter[str]) -> None:
    place = _visible(str(one.origin) if one.origin else one.address or "")
    name = _visible(one.code) + (f" at {place}" if place else "")
    seen[name] += 1
    if seen[name] > 1:
        # forges keep one test case of a name and would lose the others
        name = f"{name} ({seen[name]})"
    about = {"classname": _visible(one.origin.path if one.origin else one.address or _SUITE), "name": name}
    if one.origin:
        about |= {"file": _visible(one.origin.path), "line": str(one.origin.line)}
    case = ET.SubElement(suite, "testcase", about)
    message = _visible(told(one))
    shown = f"{place}: {message}" if one.origin else message
    if one.severity == "error":
        ET.SubElement(case, "failure", message=message, type=_visible(one.code)).text = shown
    else:
        ET.SubElement(case, "system-out").text = f"{one.severity}: {shown}"


def _visible(text: str) -> str:
    return _FORBIDDEN.sub(lambda found: f"\\u{ord(found.group()):04x}", printable(text))
