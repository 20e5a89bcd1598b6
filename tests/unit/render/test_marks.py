"""What commits are marked with after a run: every way in which a run can end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.failure import FAILURE_FORMAT, Failure
from reconciler.model.outcomes import APPLY_FORMAT, ApplyReport, ApplySummary, Outcome
from reconciler.model.review import ApprovedPlans
from reconciler.render.messages.marks import FinishedRun, mark_of
from tests.support.account import INVOICE
from tests.support.values import live_state, plan_documents

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.plan import Plan

DIGEST = f"sha256:{'9' * 64}"
HELD = Diagnostic(severity="warning", code="documents/held", message="gone")
HIDDEN = Diagnostic(severity="warning", code="live/hidden-projects", message="at most 1 of 2")
FOUND = ApprovedPlans(format="reconciler/approved/1", since="5e5e5e5e5e5e5e5e", commits=("a",), plans=())
FAILED = Failure(format=FAILURE_FORMAT, code=5, message="no digest\n::x", diagnostics=())


def report(run_id: str = "1", presets: int = 1, approved: tuple[str, ...] = (DIGEST,), **counts: int) -> ApplyReport:
    """Return a report of apply."""
    outcomes = tuple(Outcome(address=f"a{one}", preset_id=str(one), status="applied") for one in range(presets))
    return ApplyReport(
        format=APPLY_FORMAT,
        run_id=run_id,
        digest=DIGEST,
        approved=approved,
        outcomes=outcomes,
        whole=True,
        summary=ApplySummary(**counts),
    )


RUNS: dict[str, tuple[dict[str, Any], str, bool]] = {
    "applied": ({"code": 0, "report": report()}, f"+applied: plan {DIGEST}, 1 preset", True),
    "several": (
        {"code": 0, "report": report(presets=1200, approved=("a", "b"))}, "+applied: 2 plans, 1,200 presets", True
    ),
    "no digest named": ({"code": 0, "report": report(approved=())}, f"+applied: plan {DIGEST}, 1 preset", True),
    "old lines held": (
        {"code": 0, "report": msgspec.structs.replace(report(), held=(HELD,))},
        f"+applied: plan {DIGEST}, 1 preset; 1 line held",
        True,
    ),
    "old lines held and nothing to do": (
        {"code": 0, "report": msgspec.structs.replace(report(presets=0), held=(HELD, HELD))},
        f"+nothing differed: plan {DIGEST}; 2 lines held",
        True,
    ),
    "an empty plan by digest": ({"code": 0, "report": report(presets=0)}, f"+nothing differed: plan {DIGEST}", True),
    "no document": ({"code": 0, "found": FOUND}, "+no document changed since 5e5e5e5e5e5e, which is applied", False),
    "partly": (
        {"code": 4, "report": report(applied=3, failed=1)},
        "-not wholly applied (exit code 4): 3 applied, 1 failed",
        True,
    ),
    "stale": ({"code": 5, "report": report(stale=2)}, "-not wholly applied (exit code 5): 2 stale", True),
    "a bad line that nobody reviewed": (
        {"code": 5, "report": report(applied=1, held=2)},
        "-not wholly applied (exit code 5): 1 applied, 2 held",
        True,
    ),
    "a held line and a code that does not fit": (
        {"code": 0, "report": report(held=1)}, "-not wholly applied: 1 held", True
    ),
    "a part": (
        {"code": 0, "report": msgspec.structs.replace(report(applied=1), whole=False)},
        "-not wholly applied: 1 applied, a part of what the documents ask for was not planned",
        True,
    ),
    "a code that does not fit": ({"code": 0, "report": report(failed=1)}, "-not wholly applied: 1 failed", True),
    "a report without presets": ({"code": 1, "report": report()}, "-not wholly applied (exit code 1): no preset", True),
    "declined": (
        {"code": 0, "report": report(run_id="", skipped=1)},
        "-not proved: neither an apply nor an empty plan shows that the documents are live",
        False,
    ),
    "wrong digest": ({"code": 5, "report": FAILED}, "-not tried (exit code 5): no digest\\u000a::x", False),
    "nothing known": ({"code": 5, "found": FAILED}, "-not tried (exit code 5): no digest\\u000a::x", False),
    "wrong usage": ({"code": 64}, "-not tried (exit code 64)", False),
    "plans that were not applied": (
        {"code": 0, "found": msgspec.structs.replace(FOUND, plans=("p",))},
        "-not proved: neither an apply nor an empty plan shows that the documents are live",
        False,
    ),
    "an older file": (
        {"code": 0, "found": msgspec.structs.replace(FOUND, since=None)},
        "-not proved: neither an apply nor an empty plan shows that the documents are live",
        False,
    ),
    "cut off before": ({"code": None}, "-not tried: the run was cut off", False),
    "cut off within": ({"code": None, "begun": True}, "-not wholly applied: its report is missing", True),
    "a defect on the way": (
        {"code": 1, "begun": True, "report": FAILED}, "-not wholly applied (exit code 1): its report is missing", True
    ),
    "a report that was lost": ({"code": 0, "begun": True}, "-not wholly applied: its report is missing", True),
    "cut off after": (
        {"code": None, "begun": True, "report": report(applied=1)}, "-not wholly applied: 1 applied", True
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RUNS)
def test_what_a_run_is_marked_with(name: str) -> None:
    """Green only with a proof, and whether anything may have been written."""
    given, expected, tried = RUNS[name]
    found = mark_of(FinishedRun(**given))
    sign = "+" if found.state == "success" else "-"
    assert (sign + found.description, found.tried) == (expected, tried)


def planned(folder: Path, **documents: str) -> Plan:
    """Return a plan of the whole."""
    return plan_documents(folder, {f"{name}.yaml": text for name, text in documents.items()}, live_state())


def test_a_plan_of_the_whole(tmp_path: Path) -> None:
    """An empty one of live as it is proves; nothing else does."""
    empty = planned(tmp_path / "a", invoice=INVOICE.replace("cy@", "bo@"))
    assert not empty.changes
    found = mark_of(FinishedRun(code=0, found=FAILED, plan=empty))
    assert (found.state, found.description) == ("success", f"nothing differed: plan {empty.digest} changes nothing")
    differing = planned(tmp_path / "b", invoice=INVOICE)
    found = mark_of(FinishedRun(code=5, found=FAILED, plan=differing))
    assert (found.state, found.description) == ("failure", f"not proved: 1 preset differs, plan {differing.digest}")
    replace = msgspec.structs.replace
    held = replace(empty.summary, held=1)
    for plan, why in (
        (replace(empty, complete=False), "is incomplete"),
        (replace(empty, applicable=False), "is refused"),
        (replace(empty, adds_only=True), "leaves a part alone"),
        (replace(empty, only="drift"), "leaves a part alone"),
        (replace(empty, live=replace(empty.live, source="snapshot")), "was made from a snapshot"),
        (replace(empty, summary=held), "holds 1 line: correct them, or apply it by its digest"),
        (replace(empty, diagnostics=(HIDDEN,)), "does not see all projects: let the account see them, or apply it"),
    ):
        found = mark_of(FinishedRun(code=0, plan=plan))
        assert found.state == "failure"
        assert found.description.startswith(f"not proved: the plan {why}")
    many = replace(differing, changes=differing.changes * 2)
    assert "2 presets differ" in mark_of(FinishedRun(code=5, plan=many)).description
