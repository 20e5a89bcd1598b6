"""Use cases without a terminal, and with whatever clock they are given."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.clock import Clock, OtherDayError
from reconciler.live.snapshot_file import encode_snapshot
from reconciler.operations.plan import PlanOrder, plan_repository
from reconciler.operations.run import Run
from reconciler.operations.validate import validate_repository
from tests.support.account import INVOICE, write_documents
from tests.support.command_line import clean_environment
from tests.support.runs import NOON, make_run
from tests.support.values import TODAY, live_state

ROOT = Path(__file__).parents[3]
TEMPORARY = "cy@acme.test", '{person: cy@acme.test, until: 2026-12-31, reason: "covers"}'

PROGRAM = """
import datetime, json, sys
from pathlib import Path
sys.modules.update(dict.fromkeys(("click", "rich"), None))  # neither can be imported
from reconciler.clock import Clock
from reconciler.operations.drift import look_for_drift
from reconciler.operations.plan import PlanOrder, plan_repository
from reconciler.operations.run import Run
from reconciler.operations.workspace import open_workspace
moment = datetime.datetime(2031, 5, 6, 7, 8, 9, tzinfo=datetime.UTC)
folder = Path.cwd()
run = Run(environment={}, clock=Clock(lambda: moment), folder=folder, today=moment.date())
plan = plan_repository(run, None, PlanOrder(snapshot=folder / "live.json"))
found = look_for_drift(
    open_workspace(run), folder / "journal", previous_at=None, snapshot=folder / "live.json", tells=False
)
print(json.dumps({"plan": plan.created_at, "changes": len(plan.changes), "drift": found.report.created_at,
                  "drifts": len(found.report.drifts)}))
"""


def repository(folder: Path, text: str = INVOICE) -> Path:
    """Write a repository and a snapshot of live, and return where the snapshot is."""
    write_documents(folder, {"a.yaml": text})
    snapshot = folder / "live.json"
    snapshot.write_bytes(encode_snapshot(live_state(), "4211"))
    return snapshot


def test_without_a_terminal(tmp_path: Path) -> None:
    """A plan and a look for drift, where neither click nor rich can be imported, on a day that stands still."""
    repository(tmp_path)
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM],
        cwd=tmp_path,
        env={**clean_environment(), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == {
        "plan": "2031-05-06T07:08:09Z", "changes": 1, "drift": "2031-05-06T07:08:09Z", "drifts": 2,
    }  # fmt: skip
    assert done.stderr == ""
    (journal,) = (tmp_path / "journal").iterdir()
    assert journal.name.startswith("20310506T070809000000Z-")


def test_a_year_passes(tmp_path: Path) -> None:
    """All through a year, without patching anything: what has a last day is asked for until then, and no longer."""
    snapshot = repository(tmp_path, INVOICE.replace(*TEMPORARY))
    asked = []
    last = datetime.date(2026, 12, 31)
    left = (last - NOON.date()).days
    for day in sorted({*range(0, 365, 15), left, left + 1}):
        moment = NOON + datetime.timedelta(days=day)
        plan = plan_repository(make_run(tmp_path, moment=moment), None, PlanOrder(snapshot=snapshot))
        added = {person.login for change in plan.changes for group in change.groups for person in group.add}
        asked.append((moment.date(), "cy@acme.test" in added))
        assert plan.created_at == moment.isoformat().replace("+00:00", "Z")
    assert [is_asked for _, is_asked in asked] == [day <= last for day, _ in asked]


def test_one_run_sees_one_day(tmp_path: Path) -> None:
    """Past midnight the day stays that of the start; a service with another day ends the run, for another one."""
    moments = iter([NOON, NOON + datetime.timedelta(days=1)])
    clock = Clock(lambda: next(moments, NOON + datetime.timedelta(days=2)))
    run = Run(environment={}, clock=clock, folder=tmp_path, today=clock.now().date())
    assert (run.today, run.clock.now().date()) == (TODAY, TODAY + datetime.timedelta(days=1))
    late = make_run(tmp_path)
    late.heed(86400.0)
    with pytest.raises(OtherDayError):
        late.heed(86400.0)
    assert late.clock.now().date() == TODAY + datetime.timedelta(days=1)


def test_the_environment_is_an_argument(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process has in its own does not count."""
    repository(tmp_path)
    monkeypatch.setenv("RECONCILER_COMPANY_ID", "no digits")
    documents, _ = validate_repository(make_run(tmp_path), None, None)
    assert documents.files == 1
    with pytest.raises(Exception, match="RECONCILER_COMPANY_ID is 'x'"):
        validate_repository(make_run(tmp_path, RECONCILER_COMPANY_ID="x"), None, None)
