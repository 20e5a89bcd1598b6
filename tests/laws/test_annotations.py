"""Laws of the formats for forges: whatever a text holds, it stays a text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.diagnostics import Diagnostic, Origin
from reconciler.render.annotations import render_annotations, without_commands
from reconciler.render.escaping import printable
from reconciler.render.junit import render_junit
from reconciler.render.places import placed
from reconciler.render.sarif import render_sarif
from tests.support.forges import check_sarif, read_junit, run_line

if TYPE_CHECKING:
    from reconciler.model.diagnostics import Severity

TEXTS = st.text() | st.text("%:,=#[]()<>&\"'\r\n\0\u202e\u2028\x85 ]0DA25\ufffe\uffffé", max_size=30)
SEVERITIES: st.SearchStrategy[Severity] = st.sampled_from(["error", "warning", "note"])
ORIGINS = st.none() | st.builds(Origin, TEXTS, st.integers(-2, 10**6), st.integers(-2, 10**6))
DIAGNOSTICS = st.builds(
    Diagnostic, severity=SEVERITIES, code=TEXTS, message=TEXTS, address=st.none() | TEXTS, origin=ORIGINS
)


@given(DIAGNOSTICS)
def test_an_annotation_is_one_line_that_says_what_was_said(one: Diagnostic) -> None:
    """The runner reads back message, code and path as they can be shown, and finds one command."""
    text = render_annotations([one])
    (line,) = text.splitlines()
    command = run_line(line)
    assert command is not None
    assert text == f"{line}\n"
    assert command.name == {"error": "error", "warning": "warning", "note": "notice"}[one.severity]
    assert command.properties["title"].strip() == printable(one.code).strip()
    if one.origin or not one.address:
        assert command.message == printable(one.message)
    else:
        assert command.message == printable(f"{one.address}: {one.message}")
    assert ("file" in command.properties) == (one.origin is not None)
    if one.origin:
        assert command.properties["file"].strip() == printable(one.origin.path).strip()


@given(st.text() | st.text("#[]:e \n\t", max_size=20))
def test_no_text_beside_annotations_is_a_command(text: str) -> None:
    """Neither in the new form nor in the old one, and nothing is lost of it."""
    quiet = without_commands(text)
    assert [run_line(line) for line in quiet.split("\n")] == [None] * (text.count("\n") + 1)
    assert quiet.replace("\u200b", "") == text.replace("\u200b", "")


@given(st.lists(DIAGNOSTICS, max_size=4), TEXTS)
def test_sarif_is_as_the_specification_says(found: list[Diagnostic], folder: str) -> None:
    """A result a diagnostic, in order, whatever the texts and paths are."""
    path = f"{folder.strip('/')}/reconciler.yaml".lstrip("/")
    results = check_sarif(json.loads(render_sarif(placed(found, path), path)))
    assert [one["ruleId"] for one in results] == [printable(one.code) for one in found]


@given(st.lists(DIAGNOSTICS, max_size=4))
def test_junit_is_well_formed(found: list[Diagnostic]) -> None:
    """A test case a diagnostic, or one that passed; an error failed; parsers lose nothing."""
    cases = read_junit(render_junit(found))
    assert len(cases) == (len(found) or 1)
    for case, one in zip(cases, found, strict=False):
        assert case[0].tag == ("failure" if one.severity == "error" else "system-out")
        assert printable(one.message).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff") in (case[0].text or "")
