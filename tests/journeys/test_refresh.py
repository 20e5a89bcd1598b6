"""Plans against a snapshot in which only what matters is read anew, through the real command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.account import INVOICE
from tests.support.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox

AS_LIVE = (
    INVOICE.replace("cy@", "bo@")
    + "  - project: Cedar Tower\n    groups: {Accounting: [cy@acme.test, dee@acme.test]}\n"
)
DIRECTORY = "/rest/v1.0/companies/4211/users/inactive"
REFRESHED = ("plan", "--snapshot", "live.json", "--refresh", "changed", "--base", "main")
BUDGET = "kind: assignments\ntemplate: Budget\ncompany: {groups: {Finance: [cy@acme.test]}}\n"


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Return a repository that live agrees with, and a snapshot of it."""
    one = Trial(tmp_path / "approvals", sandbox)
    one.write({"assignments/invoice.yaml": AS_LIVE, ".gitignore": "*.json\n"})
    one.commit()
    one.run("snapshot", "--out", "live.json")
    sandbox.log(forget=True)
    return one


def asked(trial: Trial) -> list[str]:
    """Return what was asked of the service, in short, sorted."""
    log = trial.sandbox.log(forget=True)
    assert {one["method"] for one in log} <= {"GET"}
    return sorted(one["path"].rpartition("/workflows/")[2] or one["path"].rpartition("/")[2] for one in log)


def test_01_nothing_changed(trial: Trial) -> None:
    """The directory alone is asked, whatever happened live elsewhere."""
    trial.sandbox.edit("31", "1041", acc=["3"])
    shown = trial.run(*REFRESHED)
    assert "nothing to change" in shown
    assert "2 presets from a snapshot of <moment>, 0 read again with 1 request" in shown
    assert asked(trial) == [DIRECTORY]


def test_02_what_a_change_touches_is_seen_as_it_is(trial: Trial) -> None:
    """Somebody clicked there after the snapshot: the plan knows, and says that it drifted."""
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    trial.write({"assignments/invoice.yaml": AS_LIVE.replace("bo@acme.test]", "bo@acme.test, cy@acme.test]")})
    shown = trial.run(*REFRESHED)
    assert "requested: 1 role added (1 person) · drift: 1 role removed (1 person)" in shown
    assert "drift: added in Procore, never in git" in shown
    assert asked(trial) == [DIRECTORY, "possible_assignees", "presets/32"]
    whole = json.loads(trial.run("plan", "--format", "json").split("--- stdout\n")[1].split("--- stderr")[0])
    assert whole["digest"] in shown


def test_03_what_already_differs_is_seen_as_it_is(trial: Trial) -> None:
    """A preset that differed from git in the snapshot is read anew, though nobody touched its documents."""
    trial.sandbox.edit("31", "1041", acc=["3"])
    assert trial.run("snapshot", "--out", "live.json").startswith("exit 0")
    trial.sandbox.edit("31", "1041", acc=["3", "4"])
    assert "nothing to change" in trial.run(*REFRESHED)
    assert "presets/31" in asked(trial)


def test_04_what_the_snapshot_never_looked_at(trial: Trial) -> None:
    """A template that nobody managed before is read whole, with its version."""
    trial.write({"assignments/budget.yaml": BUDGET})
    shown = trial.run(*REFRESHED)
    assert "3 presets from a snapshot of <moment>, 1 read again with 4 requests" in shown
    assert asked(trial) == [
        "/rest/v1.0/companies/4211/users/inactive",
        "presets",
        "presets/33",
        "templates/versions/913",
    ]


def test_05_somebody_the_snapshot_does_not_know(trial: Trial) -> None:
    """They are looked up where they are to be assigned; a misspelt login is still told."""
    trial.write({"assignments/invoice.yaml": AS_LIVE.replace("bo@acme.test]", "bo@acme.test, hal@acme.test]")})
    assert "+ Hal" in trial.run(*REFRESHED)
    trial.write({"assignments/invoice.yaml": AS_LIVE.replace("bo@acme.test]", "bo@acme.test, hall@acme.test]")})
    wrong = trial.run(*REFRESHED)
    assert wrong.startswith("exit 7")
    assert "did you mean hal@acme.test (Hal)?" in wrong


def test_06_what_cannot_be_meant(trial: Trial) -> None:
    """Without a snapshot there is nothing to refresh; one that is not there is told; an old one says so."""
    assert "--refresh goes with --snapshot FILE" in trial.run("plan", "--refresh", "changed")
    assert trial.run("plan", "--snapshot", "missing.json", "--refresh", "changed").startswith("exit 64")
    path = trial.folder / "live.json"
    snapshot = json.loads(path.read_text())
    text = path.read_text().replace(snapshot["observed_at"], "2026-01-01T00:00:00Z")
    path.write_text(text)
    assert "[live/old-snapshot]" in trial.run("plan", "--snapshot", "live.json")
