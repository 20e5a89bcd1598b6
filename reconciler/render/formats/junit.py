"""Renders diagnostics as JUnit XML, which most pipelines can show; escaping is left to the standard library."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from reconciler.render.text.places import told
from reconciler.render.text.visible import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.diagnostics import Diagnostic

__all__ = ["render_junit", "render_junit_strict"]

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


def render_junit_strict(diagnostics: Sequence[Diagnostic], moment: str) -> str:
    """Return the same in the form that the schemas of Ant and Jenkins accept.

    These have no file and line of a test case, and no text for one that passed. So warnings and notes are listed at the
    end. ``moment`` is UTC, as files hold it.
    """
    failures = sum(one.severity == "error" for one in diagnostics)
    suites = ET.Element("testsuites")
    about = {"name": _SUITE, "package": _SUITE, "id": "0", "hostname": "localhost", "timestamp": moment[:19]}
    counts = {"tests": str(len(diagnostics) or 1), "failures": str(failures), "errors": "0", "time": "0"}
    suite = ET.SubElement(suites, "testsuite", {**about, **counts})
    ET.SubElement(ET.SubElement(suite, "properties"), "property", name="tool", value=_SUITE)
    if not diagnostics:
        ET.SubElement(suite, "testcase", classname=_SUITE, name="documents", time="0")
    seen: Counter[str] = Counter()
    passed: list[str] = []
    for one in diagnostics:
        case = ET.SubElement(suite, "testcase", {**_names(one, seen), "time": "0"})
        if one.severity == "error":
            _add_failure(case, one)
        else:
            passed.append(f"{one.severity}: {_shown(one)}  [{_visible(one.code)}]")
    ET.SubElement(suite, "system-out").text = "\n".join(passed)
    ET.SubElement(suite, "system-err")
    ET.indent(suites)
    return f"{_DECLARATION}{ET.tostring(suites, encoding='unicode')}\n"


def _add_case(suite: ET.Element, one: Diagnostic, seen: Counter[str]) -> None:
    about = _names(one, seen)
    if one.origin:
        about |= {"file": _visible(one.origin.path), "line": str(one.origin.line)}
    case = ET.SubElement(suite, "testcase", about)
    if one.severity == "error":
        _add_failure(case, one)
    else:
        ET.SubElement(case, "system-out").text = f"{one.severity}: {_shown(one)}"


def _names(one: Diagnostic, seen: Counter[str]) -> dict[str, str]:
    place = _place(one)
    name = _visible(one.code) + (f" at {place}" if place else "")
    seen[name] += 1
    if seen[name] > 1:
        # forges keep one test case of a name and would lose the others
        name = f"{name} ({seen[name]})"
    return {"classname": _visible(one.origin.path if one.origin else one.address or _SUITE), "name": name}


def _place(one: Diagnostic) -> str:
    return _visible(str(one.origin) if one.origin else one.address or "")


def _shown(one: Diagnostic) -> str:
    message = _visible(told(one))
    return f"{_place(one)}: {message}" if one.origin else message


def _add_failure(case: ET.Element, one: Diagnostic) -> None:
    ET.SubElement(case, "failure", message=_visible(told(one)), type=_visible(one.code)).text = _shown(one)


def _visible(text: str) -> str:
    return _FORBIDDEN.sub(lambda found: f"\\u{ord(found.group()):04x}", printable(text))
