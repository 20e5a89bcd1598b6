"""Whole outputs of the formats for forges: workflow commands of GitHub, SARIF, JUnit."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import msgspec

from reconciler import __version__
from reconciler.model.diagnostics import TO_ALLOW_IT, Diagnostic, Origin
from reconciler.render.formats.github_annotations import render_annotations
from reconciler.render.formats.junit import render_junit, render_junit_strict
from reconciler.render.formats.sarif import MOST_RESULTS, render_sarif
from reconciler.render.text.places import placed
from tests.support.forges import check_sarif, read_junit, run_line

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

SETTINGS = "teams/approvals 100%/reconciler.yaml"
ADDRESS = "projects/1042/templates/11"
REMEDY = "raise 'allow_removals' at policy.yaml:4:5 from 2 to 3"
HOSTILE = "a\r\n::error::b ##[add-mask]c 50%,d]]>&<x a='1'>\u202egnp\0 [here](https://evil.test) \ufffe"
USUAL = [
    Diagnostic(severity="error", code="documents/unknown-group", message="no 'Manger'", origin=Origin("a.yaml", 6, 7)),
    Diagnostic(
        severity="error",
        code="policy/group-removals",
        message=f"3 people would go{TO_ALLOW_IT}{REMEDY}",
        remedy=REMEDY,
        address=ADDRESS,
        origin=Origin("a, b/ü 1%.yaml", 3, 5),
    ),
    Diagnostic(severity="error", code="live/unreadable", message="could not be read: 403", address=ADDRESS),
    Diagnostic(severity="warning", code="policy/unknown-role", message="no such role", origin=Origin("p.yaml", 2, 1)),
    Diagnostic(severity="note", code="policy/first-adoption", message="name the base with --base"),
]
UNUSUAL = [
    Diagnostic(severity="error", code="documents/kind", message=HOSTILE, origin=Origin("a.yaml", 1, 1)),
    Diagnostic(severity="error", code="documents/kind", message=HOSTILE, origin=Origin("a.yaml", 9, 1)),
    Diagnostic(severity="warning", code=f"x/{HOSTILE}", message="", address=HOSTILE, origin=Origin("//e", -3, 0)),
    Diagnostic(severity="note", code="x/y", message="", origin=Origin(f"../{HOSTILE}.yaml", 2, 2)),
    Diagnostic(severity="note", code="x/y", message=HOSTILE, address=HOSTILE),
    Diagnostic(severity="error", code="a/b", message="twice", address=ADDRESS),
    Diagnostic(severity="error", code="a/b", message="twice", address=ADDRESS),
]


def test_workflow_commands(whole: SnapshotAssertion) -> None:
    """A line each, the file from the repository's root, the remedy in the message; nothing where there is none."""
    assert render_annotations(placed(USUAL, SETTINGS)) == whole
    assert render_annotations([]) == ""


def test_workflow_commands_of_hostile_text(whole: SnapshotAssertion) -> None:
    """Each line starts the one command that we mean, and shows what is invisible."""
    text = render_annotations(placed(UNUSUAL, SETTINGS))
    commands = [run_line(line) for line in text.splitlines()]
    assert [one.name for one in commands if one] == [
        "error", "error", "warning", "notice", "notice", "error", "error",
    ]  # fmt: skip
    assert commands[2] is not None
    assert (commands[2].properties["line"], commands[2].properties["col"]) == ("1", "1")
    assert text == whole


def test_sarif(whole: SnapshotAssertion) -> None:
    """A rule a code and a result a diagnostic, each with a location, as code scanning demands."""
    text = render_sarif(placed(USUAL, SETTINGS), SETTINGS)
    check_sarif(json.loads(text))
    assert text.replace(f'"{__version__}"', '"<version>"') == whole


def test_sarif_of_hostile_text(whole: SnapshotAssertion) -> None:
    """No link, no address of elsewhere, no empty text; two that are alike are told apart."""
    text = render_sarif(placed(UNUSUAL, SETTINGS), SETTINGS)
    check_sarif(json.loads(text))
    assert text.replace(f'"{__version__}"', '"<version>"') == whole


def test_sarif_without_results() -> None:
    """Code scanning closes what was found before."""
    log = json.loads(render_sarif([], "reconciler.yaml"))
    assert check_sarif(log) == []
    assert log["runs"][0]["tool"]["driver"]["rules"] == []


def test_sarif_of_a_company() -> None:
    """Code scanning keeps the results of each company apart."""
    log = json.loads(render_sarif([], "reconciler.yaml", "4211"))
    assert log["runs"][0]["automationDetails"] == {"id": "reconciler/4211/"}


def test_sarif_of_too_many() -> None:
    """Errors stay, in their order; the last result counts what was left out."""
    note, error = USUAL[-1], USUAL[0]
    results = check_sarif(json.loads(render_sarif([*[note] * MOST_RESULTS, error, error], SETTINGS)))
    assert len(results) == MOST_RESULTS
    assert [one["level"] for one in results[-3:]] == ["error", "error", "warning"]
    assert results[-1]["message"]["text"].startswith("3 more are left out")
    assert len(check_sarif(json.loads(render_sarif([note] * MOST_RESULTS, SETTINGS)))) == MOST_RESULTS


def test_fingerprints_stay_while_lines_move() -> None:
    """Neither the place nor a place in the message counts; the path, the words and the address do."""
    first = Diagnostic(
        severity="error", code="a/b", message="as at c.yaml:3:4, first in line 9", origin=Origin("a.yaml", 6, 7)
    )
    replace = msgspec.structs.replace
    moved = replace(first, message="as at c.yaml:13:8, first in line 19", origin=Origin("a.yaml", 16, 9))
    others = [
        replace(first, origin=Origin("b.yaml", 6, 7)),
        replace(first, code="a/c"),
        replace(first, message="as at d.yaml:3:4, first in line 9"),
        replace(first, address=ADDRESS),
    ]
    wanted, found, *different = (
        check_sarif(json.loads(render_sarif([one], SETTINGS)))[0]["partialFingerprints"]
        for one in (first, moved, *others)
    )
    assert found == wanted
    assert len({*found.values(), *(value for one in different for value in one.values())}) == 5


def test_junit_in_the_strict_form(whole: SnapshotAssertion) -> None:
    """No file, no line, no words of a case that passed: these follow at the end."""
    assert render_junit_strict(placed(USUAL, SETTINGS), "2026-01-02T03:04:05Z") == whole
    for diagnostics in ([], UNUSUAL):
        suite = ET.fromstring(render_junit_strict(diagnostics, "2026-01-02T03:04:05Z")).find("testsuite")  # noqa: S314
        assert suite is not None
        assert len(suite.findall("testcase")) == int(suite.get("tests", "")) == (len(diagnostics) or 1)


def test_junit(whole: SnapshotAssertion) -> None:
    """Errors failed, the rest passed and says why."""
    text = render_junit(placed(USUAL, SETTINGS))
    assert [case[0].tag for case in read_junit(text)] == ["failure"] * 3 + ["system-out"] * 2
    assert text == whole


def test_junit_of_hostile_text(whole: SnapshotAssertion) -> None:
    """It is well-formed whatever a text holds, and no two test cases have one name."""
    text = render_junit(placed(UNUSUAL, SETTINGS))
    assert len(read_junit(text)) == len(UNUSUAL)
    assert text == whole


def test_junit_without_problems(whole: SnapshotAssertion) -> None:
    """One test case that passed, because an empty report is a failure to many pipelines."""
    assert render_junit([]) == whole
