"""A plan file: taken back whole, refused when altered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from reconciler.errors import DocumentsError, StaleError
from reconciler.model.plan import Plan
from reconciler.planning.digests import plan_digest
from reconciler.planning.plan_file import decode_plan, encode_plan
from tests.support.account import INVOICE
from tests.support.scenarios import mixed_causes
from tests.support.values import plan_documents

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def remove_from_shown(plan: dict[str, Any]) -> None:
    """Show one removal less than is done."""
    plan["changes"][0]["groups"][0]["remove"] = []


def show_other_group(plan: dict[str, Any]) -> None:
    """Show the change at another group."""
    plan["changes"][0]["groups"][0]["uuid"] = "acc"


def show_group_twice(plan: dict[str, Any]) -> None:
    """Show the same group twice."""
    plan["changes"][0]["groups"] *= 2


def show_no_group(plan: dict[str, Any]) -> None:
    """Show nothing of what is done."""
    plan["changes"][0]["groups"] = []


def show_group_that_is_nowhere(plan: dict[str, Any]) -> None:
    """Show a group that is neither before nor after."""
    plan["changes"][0]["groups"].append({"uuid": "x", "name": "X", "add": [], "remove": [], "keep": []})


def count_wrong(plan: dict[str, Any]) -> None:
    """Report that less is removed."""
    plan["summary"]["removals"] = 0


def write_elsewhere(plan: dict[str, Any]) -> None:
    """Send the write to another project than the address says."""
    plan["changes"][0]["project"]["id"] = "1099"


def write_at_company_level(plan: dict[str, Any]) -> None:
    """Send the write to the company."""
    plan["changes"][0]["project"] = None


def climb_out(plan: dict[str, Any]) -> None:
    """Make an id a part of a path that leads elsewhere."""
    plan["changes"][0]["project"]["id"] = ".."
    plan["changes"][0]["address"] = "projects/../templates/11"
    plan["digest"] = plan_digest(msgspec.convert(plan, Plan))


@pytest.mark.parametrize(
    "alter",
    [
        write_elsewhere,
        write_at_company_level,
        climb_out,
        remove_from_shown,
        show_other_group,
        show_group_twice,
        show_no_group,
        show_group_that_is_nowhere,
        count_wrong,
    ],
)
def test_a_plan_that_shows_something_else_than_it_does(tmp_path: Path, alter: Callable[[dict[str, Any]], None]) -> None:
    """The digest does not cover what is shown, so it is compared with what is done."""
    plan = plan_documents(tmp_path, {"a.yaml": INVOICE})
    altered = json.loads(encode_plan(plan))
    alter(altered)
    with pytest.raises(StaleError, match="it shows something else than it would do"):
        decode_plan(json.dumps(altered).encode(), "plan.json")


def test_a_group_dropped_from_after_is_refused_even_with_a_new_digest(tmp_path: Path) -> None:
    """Leaving a group out would clear it, so such a plan is not taken whatever its digest."""
    plan = plan_documents(tmp_path, {"a.yaml": INVOICE})
    altered = json.loads(encode_plan(plan))
    del altered["changes"][0]["after"]["super"]
    altered["digest"] = plan_digest(msgspec.convert(altered, Plan))
    with pytest.raises(StaleError, match="it shows something else"):
        decode_plan(json.dumps(altered).encode(), "plan.json")


@pytest.mark.parametrize("part", ["add", "remove", "manager", "base"])
def test_a_plan_of_one_cause_that_does_more(tmp_path: Path, part: str) -> None:
    """It moves nobody for the other cause, and names the base by which causes were told."""
    plan = mixed_causes(tmp_path)
    whole = json.loads(encode_plan(plan))
    assert decode_plan(encode_plan(plan), "plan.json").only is None
    altered = {**whole, "only": "drift"}
    for change in altered["changes"]:
        for group in change["groups"]:
            for one in (*group["add"], *group["remove"]):
                one["cause"] = "drift"
        if change["workflow_manager"]:
            change["workflow_manager"]["cause"] = "drift"
    counts = {key: altered["summary"][key] for key in ("additions", "removals", "managers")}
    altered["summary"]["drift"] = counts
    assert decode_plan(json.dumps(altered).encode(), "plan.json").only == "drift"
    if part == "base":
        altered["source"]["base"] = None
    elif part == "manager":
        change = next(one for one in altered["changes"] if one["workflow_manager"])
        change["workflow_manager"]["cause"] = "requested"
        counts["managers"] -= 1
    else:
        group = next(one for change in altered["changes"] for one in change["groups"] if one[part])
        group[part][0]["cause"] = "requested"
        counts["additions" if part == "add" else "removals"] -= 1
    with pytest.raises(StaleError, match="it shows something else than it would do"):
        decode_plan(json.dumps(altered).encode(), "plan.json")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"format": "reconciler/plan/2"}',
        b"\xff",
        b'{"a": "\\ud800"}',
        b'{"digest": ' + b"[" * 100000,
    ],
)
def test_what_is_no_plan(content: bytes) -> None:
    """Anything else is named as such, with the format that is expected."""
    with pytest.raises(DocumentsError, match=r"plan\.json is not a plan of format reconciler/plan/1"):
        decode_plan(content, "plan.json")
