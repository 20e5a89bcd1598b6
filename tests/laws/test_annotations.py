"""Laws of the formats for forges: whatever a text holds, it stays a text."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.diagnostics import Diagnostic, Origin
from reconciler.render.formats.github_annotations import render_annotations
from reconciler.render.formats.junit import render_junit
from reconciler.render.formats.sarif import render_sarif
from reconciler.render.text.logs import LogText, log_text
from reconciler.render.text.places import placed
from reconciler.render.text.visible import printable
from tests.support.forges import check_sarif, commands_of, read_junit, run_line

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


LOGS = st.text() | st.text("#[]:ev \n\r\t\xa0\ufeff", max_size=20)
PARTS = st.sampled_from(["::", "##", "[", "section_start", "section_end", ":", "\r", "\n", " ", "\x1b[0K", "vso", "x"])
LOGS |= st.lists(PARTS, max_size=12).map("".join)


@given(LOGS, st.lists(st.integers(0, 30), max_size=4))
def test_no_text_in_a_log_is_a_command(text: str, cuts: list[int]) -> None:
    """Neither for GitHub nor for GitLab or Azure, wherever it is cut into pieces, and nothing is lost of it."""
    quiet = log_text(text)
    assert commands_of(quiet) == []
    log = LogText()
    places = [0, *sorted(cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]
    assert "".join(map(log.add, pieces)) + log.finish() == quiet
    assert quiet.replace("\u200b", "").replace("\\u000d", "\r") == text.replace("\u200b", "").replace("\\u000d", "\r")


@given(st.recursive(LOGS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LOGS, inner, max_size=3)))
def test_json_in_a_log_means_the_same(value: object) -> None:
    """Whatever its texts and keys are."""
    text = log_text(msgspec.json.format(msgspec.json.encode(value), indent=2).decode(), "json")
    assert commands_of(text) == []
    assert json.loads(text) == value


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
