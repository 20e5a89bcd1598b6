"""What a pull request shows of a plan, and of the failure to make one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.model.diagnostics import Diagnostic, Origin
from reconciler.model.failure import FAILURE_FORMAT, Failure
from reconciler.model.review import CommitStatus
from reconciler.render.messages.request_review import failure_review, plan_review
from reconciler.render.views.budget import Budget
from tests.support.scenarios import (
    empty,
    first_adoption,
    guards,
    incomplete,
    manager_change,
    one_addition,
    one_change,
    only_adding,
    two_thousand,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from reconciler.model.plan import Plan
    from reconciler.model.review import Review

ROOM = Budget(65_536)
PROBLEM = Diagnostic(severity="error", code="documents/schema", message="no", origin=Origin("a.yaml", 1, 2))


def review(plan: Plan) -> Review:
    """Return the review of a plan."""
    return plan_review(plan, by="preset", budget=ROOM, link="https://ci.test/7")


@pytest.mark.parametrize(
    ("scenario", "state", "words", "labels"),
    [
        (empty, "success", "nothing to change", ""),
        (one_addition, "success", "+1 −0 in 1 preset", ""),
        (one_change, "success", "+1 −1 in 1 preset", "removes"),
        (manager_change, "success", "+0 −0 in 1 preset", ""),
        (only_adding, "success", "+1 −0 in 1 preset", ""),
        (two_thousand, "success", "+1,000 −1,000 in 500 presets", "removes guarded"),
        (guards, "failure", "stopped by guards", "removes guarded"),
        (first_adoption, "failure", "stopped by guards", "removes guarded"),
        (incomplete, "error", "incomplete", ""),
    ],
)
def test_status_and_labels(
    tmp_path: Path, scenario: Callable[[Path], Plan], state: str, words: str, labels: str
) -> None:
    """The digest stands first, whole; labels tell of removals, and of guards that stop it or were lifted."""
    plan = scenario(tmp_path)
    shown = review(plan)
    assert shown.status == CommitStatus(
        context="reconciler/plan/4211",
        state=state,  # type: ignore[arg-type]
        description=f"{plan.digest} {words}",
        link="https://ci.test/7",
    )
    assert len(shown.status.description) <= 140
    assert [name.split(":")[1].split("-")[0] for name, wanted in shown.labels.items() if wanted] == labels.split()


def test_what_is_resolved(tmp_path: Path) -> None:
    """A plan that could be applied and has nothing to do; not one that withholds something, nor a refused one."""
    plan = empty(tmp_path)
    assert review(plan).resolved
    assert not review(msgspec.structs.replace(plan, applicable=False)).resolved
    partial = only_adding(tmp_path / "partial")
    assert not review(msgspec.structs.replace(partial, changes=())).resolved
    assert not review(one_change(tmp_path / "one")).resolved


def test_the_whole_comment_is_within_the_budget(tmp_path: Path) -> None:
    """With what finds it again, which nothing in a company's id can end early."""
    plan = msgspec.structs.replace(two_thousand(tmp_path), company_id="42-->11")
    shown = plan_review(plan, by="preset", budget=Budget(5_000), link=None)
    assert shown.marker == "<!-- reconciler plan 4211 -->"
    assert len(f"{shown.marker}\n{shown.body}") <= 5_000


def test_no_plan(whole: SnapshotAssertion) -> None:
    """The problems, nothing that could be approved; labels stay as they were."""
    failure = Failure(format=FAILURE_FORMAT, code=7, message="1 problem in 1 file", diagnostics=(PROBLEM,))
    shown = failure_review(failure, "4211", budget=ROOM, link="https://ci.test/7")
    assert shown.body == whole
    assert shown.status == CommitStatus(
        context="reconciler/plan/4211", state="error", description="no plan: 1 problem in 1 file",
        link="https://ci.test/7",
    )  # fmt: skip
    assert (shown.resolved, shown.labels) == (False, {})


@pytest.mark.parametrize("count", [1, 500])
def test_no_plan_and_no_room(count: int) -> None:
    """Problems that do not fit are counted."""
    problems = tuple(
        msgspec.structs.replace(PROBLEM, message=f"{number} {'x' * 3_000}", code=f"documents/a{number}")
        for number in range(count)
    )
    failure = Failure(format=FAILURE_FORMAT, code=7, message="m" * 9_000, diagnostics=problems)
    shown = failure_review(failure, "4211", budget=Budget(9_000), link=None)
    assert len(shown.body) <= 9_000
    assert "mmm…" in shown.body
    assert (f"{count - 2:,} more, {count - 2:,} of them errors" in shown.body) == (count > 2)


@pytest.mark.parametrize("code", ["settings/changed", "settings/address-changed"])
def test_changed_settings_are_guarded(tmp_path: Path, code: str) -> None:
    """A change of the settings gets the label, also where nothing else changes."""
    plan = empty(tmp_path)
    changed = msgspec.structs.replace(plan, diagnostics=(Diagnostic(severity="warning", code=code, message="m"),))
    assert review(changed).labels["roles:guarded"]
    assert not review(plan).labels["roles:guarded"]
