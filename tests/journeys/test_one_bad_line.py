"""One bad line stops what it touches and nothing else, through the real command line."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from tests.support.account import INVOICE
from tests.support.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox

WHERE = """\
kind: assignments
template: Invoice Approval
projects:
  - where: {stage: Course of Construction%s}
    groups:
      Accounting: [cy@acme.test, dee@acme.test]
"""


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """A repository and a sandbox."""
    return Trial(tmp_path / "approvals", sandbox)


@pytest.mark.parametrize("status", [403, 404])
def test_01_one_project_that_cannot_be_read(trial: Trial, status: int) -> None:
    """Under a 'where' the plan says which line leaves the project out, and with that line it is complete."""
    trial.write({"assignments/invoice.yaml": WHERE % ""})
    refused = {"path": "/projects/1042/workflows/presets", "status": status, "times": 99}
    trial.sandbox.fail(refused)
    told = trial.run("plan")
    assert told.startswith("exit 6\n")
    way = 'to plan without this project, add except: [{id: "1042"}] to the where at assignments/invoice.yaml:4:5'
    assert way in told
    trial.write({"assignments/invoice.yaml": WHERE % ', except: [{id: "1042"}]'})
    assert trial.run("plan").startswith("exit 0\n")


def test_02_a_project_that_an_entry_names(trial: Trial) -> None:
    """There the entry itself is the line to take out, so no 'except' is proposed."""
    trial.sandbox.fail({"path": "/projects/1042/workflows/presets", "status": 403, "times": 99})
    told = trial.run("plan")
    assert told.startswith("exit 6\n")
    assert "except" not in told


def test_03_a_last_day_that_is_coming(trial: Trial) -> None:
    """'validate' and 'plan' say two weeks ahead that a group will be empty, and neither stops for it."""
    day = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=5)
    group = f"[{{person: ann@acme.test, until: {day}}}]"
    trial.write({"assignments/invoice.yaml": INVOICE.replace("[ann@acme.test, cy@acme.test]", group)})
    for command in ("validate", "plan"):
        told = trial.run(command)
        assert told.startswith("exit 0\n")
        assert f"'Project Manager' names nobody after {day}, the last day of ann@acme.test" in told
