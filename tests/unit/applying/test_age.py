"""Whether a plan is older than what another plan did: moments of two machines, and the same plan again."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.applying import require_none_older
from reconciler.errors import StaleError
from reconciler.model.outcomes import AppliedPreset
from tests.support.account import INVOICE
from tests.support.values import live_state, plan_documents

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.plan import Plan

NOW = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
ADDRESS = "projects/1042/templates/11"


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Return a plan that was made at nine."""
    made = plan_documents(tmp_path, {"a.yaml": INVOICE}, live_state())
    return msgspec.structs.replace(made, created_at="2026-11-23T09:00:00Z")


def applied(at: str, *digests: str, address: str = ADDRESS, run_id: str = "r1") -> AppliedPreset:
    """Return a preset that was applied on that day."""
    return AppliedPreset(address=address, at=f"2026-11-23T{at}Z", run_id=run_id, digests=frozenset(digests))


def why(plan: Plan, *found: AppliedPreset) -> list[str]:
    """Return why a plan is refused."""
    with pytest.raises(StaleError) as caught:
        require_none_older([plan], found, NOW)
    assert {one.code for one in caught.value.diagnostics} == {"policy/older-plan"}
    assert {one.address for one in caught.value.diagnostics} == {ADDRESS}
    return [one.message for one in caught.value.diagnostics]


def test_another_plan_was_applied_later(plan: Plan) -> None:
    """The preset, the run and both moments are named; of several runs the last one."""
    assert why(plan, applied("09:00:01", run_id="r1"), applied("10:30:00.250", run_id="r2")) == [
        "Invoice Approval · Harbor Bridge: run r2 applied another plan at 2026-11-23T10:30:00.250Z, this one was made "
        "at 2026-11-23T09:00:00Z"
    ]
    with pytest.raises(StaleError, match=r"1 preset was applied by another plan .* or add --allow-older"):
        require_none_older([plan], [applied("10:00:00")], NOW)
    with pytest.raises(StaleError, match="2 presets were applied by another plan"):
        require_none_older([plan, plan], [applied("10:00:00")], NOW)


def test_what_makes_no_plan_older(plan: Plan) -> None:
    """An earlier moment, the same second, another preset, and the plan itself, alone or among others."""
    harmless = [
        applied("08:59:59"),
        applied("09:00:00.999"),
        applied("10:00:00", address="projects/1/templates/11"),
        applied("10:00:00", plan.digest),
        applied("10:00:00", "another", plan.digest),
    ]
    require_none_older([plan], harmless, NOW)  # raises where one of them counts
    (message,) = why(plan, *harmless, applied("10:30:00"))
    assert "2026-11-23T10:30:00" in message


def test_clocks_that_differ(plan: Plan) -> None:
    """A plan from the future has no moment to compare with, nor has one without any."""
    ahead = msgspec.structs.replace(plan, created_at="2026-11-23T12:01:01Z")
    (message,) = why(ahead, applied("08:00:00"))
    assert message.endswith("made at 2026-11-23T12:01:01Z; by the clock of this machine it is 2026-11-23T12:00:00Z now")
    almost = msgspec.structs.replace(plan, created_at="2026-11-23T12:00:59Z")
    require_none_older([almost], [applied("11:59:00")], NOW)
    for text in ("yesterday", "2026-11-23T09:00:00"):
        assert why(msgspec.structs.replace(plan, created_at=text), applied("08:00:00"))
    assert why(plan, msgspec.structs.replace(applied("08:00:00"), at="?"))
    elsewhere = msgspec.structs.replace(plan, created_at="2026-11-23T11:00:00+02:00")
    require_none_older([elsewhere], [applied("09:00:00")], NOW)
