"""People from the directory of Procore itself, through the real command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.account import company_seed, write_seed
from tests.support.rules import RULED
from tests.support.sandbox import running_sandbox
from tests.support.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCE = "kind: source\nsource: directory\ntype: service\n"
TEAMS = """\
kind: teams
teams:
  ap-west: [{from: directory, where: {title: Clerk}}]
"""


def numbered() -> dict[str, Any]:
    """Return a company whose directory knows the numbers of employees."""
    seed = company_seed()
    for at, one in enumerate(seed["people"], start=1):
        one.update(employee_id=f"{at:04}", job_title="Clerk" if at < 4 else "Field")
    return seed


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    """Return a trial with a rule for the directory."""
    with running_sandbox(write_seed(tmp_path / "seed", numbered()), "--lag", "0") as sandbox:
        one = Trial(tmp_path / "approvals", sandbox)
        ruled = RULED.replace("[{from: hr, where: {title: Accountant}}]", "[cy@acme.test, dee@acme.test]")
        one.write({"assignments/invoice.yaml": ruled, "teams.yaml": TEAMS, "people.yaml": SOURCE})
        yield one


def test_01_no_other_source_is_needed(trial: Trial) -> None:
    """Active and inactive people are read with two requests, and nothing is written to the service."""
    trial.sandbox.log(forget=True)
    assert "directory: 8 people (the first reading" in trial.ends(0, "people")
    assert [one["path"].rpartition("/")[2] for one in trial.sandbox.log() if "users" in one["path"]] == [
        "users",
        "inactive",
    ]
    assert {one["method"] for one in trial.sandbox.log()} <= {"GET", "POST"}
    assert trial.writes() == []
    lock = (trial.folder / "people.lock" / "people.yaml").read_text()
    assert '"id": "directory:0001"' in lock
    assert "Clerk" not in lock


def test_02_somebody_who_is_inactive_left(trial: Trial, tmp_path: Path) -> None:
    """Inactive in the directory is left, and so out of every role in the next plan."""
    trial.ends(0, "people")
    seed = numbered()
    seed["people"][1]["active"] = False
    trial.sandbox.seed_anew(write_seed(tmp_path / "later", seed))
    shown = trial.ends(0, "people")
    assert "− Bo   bo@acme.test   left (directory)" in shown


def test_03_what_it_refuses(trial: Trial) -> None:
    """People without a number are errors by user; an account that may not read the directory is a source unread."""
    trial.write_only({"people.yaml": f"{SOURCE}columns: {{id: contact}}\n"})
    assert "user 1 of directory has no value in 'contact'" in trial.ends(7, "people")
    trial.write_only({"people.yaml": SOURCE})
    trial.sandbox.fail({"path": r"/users\??", "status": 403, "times": 1})
    assert "the source directory cannot be read" in trial.ends(6, "people")
    assert not (trial.folder / "people.lock").exists()
