"""Whole outputs of every format, for the scenarios a reviewer meets."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.desired import Base, read_repository, read_settings_document
from reconciler.model.diagnostics import Diagnostic, Origin
from reconciler.model.documents import Source
from reconciler.model.live import PeopleList
from reconciler.model.outcomes import APPLY_FORMAT, ApplyReport, ApplySummary, Outcome, RecordedRun
from reconciler.model.plan import LiveSource
from reconciler.render.markdown import render_plan_markdown
from reconciler.render.terminal import render_apply, render_diagnostics, render_plan, render_runs
from tests.support.account import INVOICE, company_seed, write_documents
from tests.support.values import TODAY, live_state, observe_documents, plan_documents, plan_observation

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from reconciler.model.outcomes import Status
    from reconciler.model.plan import Plan

HOSTILE = "<b>A|b`c` @all **x** \u202egnp\x1b[31m\nhttps://evil.test [y](z)"


def empty(folder: Path) -> Plan:
    """Nothing to change."""
    return plan_documents(folder, {"a.yaml": INVOICE.replace("cy@", "bo@")})


def one_change(folder: Path) -> Plan:
    """One in, one out."""
    return plan_documents(folder, {"a.yaml": INVOICE})


def everything(folder: Path) -> Plan:
    """Both levels, a manager, a team, a where, a note."""
    documents = {
        "assignments/invoice.yaml": (
            "kind: assignments\ntemplate: Invoice Approval\nworkflow_manager: ann@acme.test\nprojects:\n"
            "  - where: {stage: Course of Construction}\n    groups: {Accounting: [team:west, cy@acme.test]}\n"
            "  - project: Harbor Bridge\n    groups: {Project Manager: [{person: dee@acme.test, until: 2027-01-31}]}\n"
        ),
        "assignments/budget.yaml": (
            "kind: assignments\ntemplate: Budget\ncompany: {groups: {Finance: [cy@acme.test, eli@acme.test]}}\n"
        ),
        "teams.yaml": "kind: teams\nteams: {west: [dee@acme.test, eli@acme.test]}\n",
    }
    return plan_documents(folder, documents)


def mixed_causes(folder: Path) -> Plan:
    """What these documents ask for, what drifted, and what is already so, against a base."""
    seed = company_seed()
    seed["presets"][0]["groups"] = {"creator": [], "pm": ["1", "6"], "acc": ["3", "4"], "super": []}
    seed["presets"][1]["groups"] = {"creator": [], "pm": ["1", "2", "5"], "acc": ["3"], "super": []}
    base_text = (
        "kind: assignments\ntemplate: Invoice Approval\nworkflow_manager: ann@acme.test\nprojects:\n"
        "  - {project: Harbor Bridge, groups: {Project Manager: [ann@acme.test, bo@acme.test]}}\n"
        "  - {project: Cedar Tower, groups: {Project Manager: [ann@acme.test]}}\n"
    )
    text = base_text.replace("bo@acme.test]", "cy@acme.test]").replace(
        "[ann@acme.test]", "[ann@acme.test, fay@acme.test]"
    )
    file = write_documents(folder / "base", {"a.yaml": base_text})
    settings = read_settings_document(file)
    base = Base("b" * 40, settings, read_repository(file, settings, TODAY)[0])
    return plan_observation(observe_documents(folder / "now", {"a.yaml": text}, live_state(seed)), base=base)


def many_alike(folder: Path) -> Plan:
    """The same change in twelve presets, one of them with something more."""
    seed = company_seed()
    project, preset = seed["projects"][0], seed["presets"][0]
    for number in range(12):
        one = str(2000 + number)
        seed["projects"].append({**project, "id": one, "name": f"Site {number:02}", "stage": "Bidding"})
        seed["presets"].append({**preset, "id": f"8{one}", "project_id": one})
    text = (
        "kind: assignments\ntemplate: Invoice Approval\nprojects:\n"
        "  - where: {stage: Bidding}\n    groups: {Project Manager: [bo@acme.test]}\n"
        "  - project: Site 03\n    groups: {Accounting: [cy@acme.test]}\n"
    )
    return plan_documents(folder, {"a.yaml": text}, live_state(seed))


def refused(folder: Path) -> Plan:
    """Somebody who may not be assigned; a warning and a note besides."""
    state = live_state()
    nobody = tuple(PeopleList(project_id=one.project_id, tool_type=one.tool_type, people=()) for one in state.assignees)
    extra = (
        Diagnostic(severity="note", code="a/note", message="by the way"),
        Diagnostic(severity="warning", code="a/warning", message="mind this", origin=Origin("a.yaml", 1, 2)),
    )
    return plan_documents(folder, {"a.yaml": INVOICE}, msgspec.structs.replace(state, assignees=nobody), extra)


def incomplete(folder: Path) -> Plan:
    """A project that could not be listed."""
    state = live_state()
    partly = msgspec.structs.replace(state, presets=(), listed=())
    return plan_documents(folder, {"a.yaml": INVOICE}, partly)


def hostile_names(folder: Path) -> Plan:
    """Names that are markup, mentions, escapes and line breaks."""
    seed = company_seed()
    seed["people"][2]["name"] = HOSTILE
    seed["people"][1]["name"] = None
    seed["projects"][1]["name"] = HOSTILE
    seed["templates"][0]["versions"][0]["responsible_groups"][1]["name"] = HOSTILE
    text = (
        "kind: assignments\ntemplate: Invoice Approval\nprojects:\n  - project: {id: 1042}\n    groups:\n"
        '      "<b>A|b`c` @all **x** \\u202egnp\\e[31m\\nhttps://evil.test [y](z)": [ann@acme.test, cy@acme.test]\n'
    )
    return plan_documents(folder, {"a.yaml": text}, live_state(seed))


def from_snapshot(folder: Path) -> Plan:
    """No requests, no revision, a company without a name."""
    plan = one_change(folder)
    live = LiveSource(observed_at="2026-11-22T08:00:00Z", source="snapshot")
    return msgspec.structs.replace(plan, live=live, source=Source(), company_name=None)


def slow(folder: Path) -> Plan:
    """Many requests, minutes, and uncommitted changes."""
    plan = one_change(folder)
    live = LiveSource(
        observed_at="2026-11-23T08:00:00Z", source="api", requests=20107, lower_bound=20100, seconds=754.2
    )
    return msgspec.structs.replace(plan, live=live, source=Source(revision="b" * 40, dirty=True))


SCENARIOS = [
    empty,
    one_change,
    everything,
    many_alike,
    mixed_causes,
    refused,
    incomplete,
    hostile_names,
    from_snapshot,
    slow,
]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_plan_on_a_terminal(tmp_path: Path, whole: SnapshotAssertion, scenario: Callable[[Path], Plan]) -> None:
    """As a person reads it, without colours."""
    text = render_plan(scenario(tmp_path), color=False)
    assert "\x1b" not in text
    assert text == whole


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_plan_as_markdown(tmp_path: Path, whole: SnapshotAssertion, scenario: Callable[[Path], Plan]) -> None:
    """As a forge takes it: every row of a table has as many cells as its head."""
    text = render_plan_markdown(scenario(tmp_path))
    assert text == whole
    cells = 0
    for line in text.splitlines():
        if not line.startswith("|"):
            cells = 0
            continue
        found = len(re.findall(r"(?<!\\)\|", line))
        assert cells in {0, found}
        cells = found


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


def test_two_thousand_changes_render(tmp_path: Path) -> None:
    """Large plans render too, every removal in them."""
    seed = company_seed()
    project, preset = seed["projects"][0], seed["presets"][0]
    for number in range(1000):
        one = str(5000 + number)
        seed["projects"].append({**project, "id": one, "name": f"Site {number}", "stage": "Bidding"})
        groups = {**preset["groups"], "pm": [str(1 + number % 7)], "acc": [str(1 + number % 3), "8"]}
        seed["presets"].append({**preset, "id": f"8{one}", "project_id": one, "groups": groups})
    text = (
        "kind: assignments\ntemplate: Invoice Approval\nprojects:\n"
        "  - where: {stage: Bidding}\n    groups: {Project Manager: [hal@acme.test], Accounting: [hal@acme.test]}\n"
    )
    plan = plan_documents(tmp_path, {"a.yaml": text}, live_state(seed))
    assert plan.summary.removals == 2000
    shown = io.StringIO(render_plan(plan, color=False)).readlines()
    assert shown[0].startswith("Acme Construction (4211)      1,000 of 1,000 presets change      +1,000 −2,000")


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
