"""Whole outputs of every format, for the scenarios a reviewer meets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler import __version__
from reconciler.model.diagnostics import Diagnostic, Origin
from reconciler.model.outcomes import APPLY_FORMAT, ApplyReport, ApplySummary, Outcome, RecordedRun
from reconciler.planning.plan_file import encode_plan
from reconciler.render.formats.findings_page import render_diagnostics
from reconciler.render.formats.github_annotations import render_annotations
from reconciler.render.formats.html import render_plan_html
from reconciler.render.formats.junit import render_junit
from reconciler.render.formats.markdown import render_plan_markdown
from reconciler.render.formats.run_pages import render_apply, render_runs
from reconciler.render.formats.sarif import render_sarif
from reconciler.render.formats.terminal import render_plan
from reconciler.render.views.budget import Budget
from tests.support.account import INVOICE, company_seed
from tests.support.scenarios import SCENARIOS, everything, two_thousand
from tests.support.values import live_state, plan_documents

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from reconciler.model.outcomes import Status
    from reconciler.model.plan import Plan
    from reconciler.render.views.view import By


# of very many changes only what is cut or counted is looked at: in these formats they have the shapes of few
WHOLE = [one for one in SCENARIOS if one is not two_thousand]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_plan_on_a_terminal(tmp_path: Path, whole: SnapshotAssertion, scenario: Callable[[Path], Plan]) -> None:
    """As a person reads it, without colours."""
    text = render_plan(scenario(tmp_path), color=False)
    assert "\x1b" not in text
    assert text == whole


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_plan_on_a_terminal_by_person(
    tmp_path: Path, whole: SnapshotAssertion, scenario: Callable[[Path], Plan]
) -> None:
    """Who gains and loses what, those who lose most first."""
    assert render_plan(scenario(tmp_path), color=False, by="person") == whole


@pytest.mark.parametrize("scenario", WHOLE)
def test_a_plan_as_a_page(tmp_path: Path, whole: SnapshotAssertion, scenario: Callable[[Path], Plan]) -> None:
    """One file of HTML; tests in a browser look at what it does."""
    assert render_plan_html(scenario(tmp_path)) == whole


@pytest.mark.parametrize("scenario", WHOLE)
def test_a_plan_as_json(tmp_path: Path, whole: SnapshotAssertion, scenario: Callable[[Path], Plan]) -> None:
    """The file that is saved, applied, and read by other programs."""
    assert encode_plan(scenario(tmp_path)).decode() == whole


@pytest.mark.parametrize("by", ["preset", "person"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_plan_as_markdown(tmp_path: Path, whole: SnapshotAssertion, scenario: Callable[[Path], Plan], by: By) -> None:
    """As a forge takes it, within a comment: every row of a table has as many cells as its head."""
    text = render_plan_markdown(scenario(tmp_path), by=by, budget=Budget(65_536))
    assert len(text) <= 65_536
    assert text == whole
    cells = 0
    for line in text.splitlines():
        if not line.startswith("|"):
            cells = 0
            continue
        found = len(re.findall(r"(?<!\\)\|", line))
        assert cells in {0, found}
        cells = found


@pytest.mark.parametrize(
    ("scenario", "shown_as"),
    [(one, shown_as) for shown_as in ("github", "sarif", "junit") for one in WHOLE] + [(two_thousand, "github")],
)
def test_problems_of_a_plan(
    tmp_path: Path, whole: SnapshotAssertion, scenario: Callable[[Path], Plan], shown_as: str
) -> None:
    """What a plan's guards and notes are for pipelines: workflow commands, code scanning, test reports."""
    diagnostics = scenario(tmp_path).diagnostics
    if shown_as == "github":
        assert render_annotations(diagnostics) == whole
    elif shown_as == "sarif":
        assert render_sarif(diagnostics, "reconciler.yaml").replace(__version__, "<version>") == whole
    else:
        assert render_junit(diagnostics) == whole


def test_colours_are_for_terminals(tmp_path: Path) -> None:
    """The same words in colour, and nothing but colour besides."""
    plan = everything(tmp_path)
    colored = render_plan(plan, color=True)
    assert "\x1b[31m" in colored
    plain = re.sub(r"\x1b\[[0-9;]*m", "", colored)
    assert [line.rstrip() for line in plain.splitlines()] == render_plan(plan, color=False).splitlines()


def test_problems(whole: SnapshotAssertion) -> None:
    """A place or an address or neither, the sentence, the code."""
    found = [
        Diagnostic(severity="error", code="documents/x", message="no [red]good[/red]", origin=Origin("a.yaml", 3, 4)),
        Diagnostic(severity="warning", code="live/y", message="mind", address="projects/1/templates/2"),
        Diagnostic(severity="note", code="a/z", message="by the way"),
    ]
    assert render_diagnostics(found, color=False) == whole


def test_what_apply_did(whole: SnapshotAssertion) -> None:
    """A line a preset, names where they are known, and the sum."""
    told: tuple[tuple[Status, str | None], ...] = (
        ("applied", None),
        ("already", None),
        ("stale", "live moved"),
        ("failed", "422\nx"),
        ("unverified", "?"),
        ("skipped", "y"),
    )
    outcomes = tuple(
        Outcome(address=f"projects/{number}/templates/2", preset_id="3", status=status, error=error)
        for number, (status, error) in enumerate(told)
    )
    summary = ApplySummary(applied=1, already=1, stale=1, failed=1, unverified=1, skipped=1)
    report = ApplyReport(format=APPLY_FORMAT, run_id="r", digest="sha256:x", outcomes=outcomes, summary=summary)
    nothing = ApplyReport(format=APPLY_FORMAT, run_id="r", digest="sha256:x", outcomes=(), summary=ApplySummary())
    names = {"projects/0/templates/2": "Invoice · Harbor Bridge"}
    assert render_apply(report, names, color=False) + render_apply(nothing, {}, color=False) == whole


def test_past_runs(whole: SnapshotAssertion) -> None:
    """Finished, cut off, and none at all."""
    finished = RecordedRun(
        run_id="run-2", started_at="t2", finished_at="t3", command="apply", company_id="1", digest="sha256:x",
        revision="c" * 40, changes=3, outcomes=(), open=(), summary=ApplySummary(applied=3),
    )  # fmt: skip
    cut = msgspec.structs.replace(
        finished, run_id="run-1", finished_at=None, summary=None, revision=None, open=("a/b",)
    )
    assert render_runs([finished, cut], color=False) + render_runs([], color=False) == whole


def test_no_field_of_a_plan_file_reaches_the_terminal_raw(tmp_path: Path) -> None:
    """A plan file may come from anywhere: no text in it may move a cursor or clear a screen."""
    plan = everything(tmp_path)
    evil = "\x1b[2J\x1b[HFAKE\r\n"

    def poisoned(value: object) -> object:
        if isinstance(value, str):
            return value + evil
        if isinstance(value, dict):
            return {key: poisoned(one) if key not in FIXED else one for key, one in value.items()}
        return [poisoned(one) for one in value] if isinstance(value, list) else value

    for source in ("api", "snapshot"):
        live = msgspec.structs.replace(plan.live, source=source)
        diagnostic = Diagnostic(severity="note", code="a/b", message="m", address="x", origin=Origin("p", 1, 1))
        document = poisoned(msgspec.to_builtins(msgspec.structs.replace(plan, live=live, diagnostics=(diagnostic,))))
        text = render_plan(msgspec.convert(document, type(plan)), color=False)
        assert "FAKE" in text
        assert "\x1b" not in text
        assert "\r" not in text


FIXED = {"format", "from", "severity", "cause"}


def test_one_overlong_name_hides_nobody_else(tmp_path: Path) -> None:
    """It is cut visibly, and every other row keeps its login and its reason."""
    seed = company_seed()
    seed["people"][2]["name"] = "N" * 3000
    text = render_plan(plan_documents(tmp_path, {"a.yaml": INVOICE}, live_state(seed)), color=False)
    assert "− Bo" in text
    assert "bo@acme.test   not in a.yaml:6" in text
    assert "NNN…" in text
    assert max(map(len, text.splitlines())) < 300
