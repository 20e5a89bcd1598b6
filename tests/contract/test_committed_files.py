"""Files that a request commits where the jobs on GitLab, which run in the checkout, write their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.gitlab_delivery import GitLabDelivery
from tests.support.loopback import receiving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.gitlab_stub import GitLabStub
    from tests.support.sandbox import RunningSandbox


@pytest.fixture
def delivery(tmp_path: Path, sandbox: RunningSandbox, gitlab: GitLabStub) -> Iterator[GitLabDelivery]:
    """A repository on GitLab with a first commit, known as applied."""
    with receiving() as elsewhere:
        one = GitLabDelivery(tmp_path, sandbox, gitlab, elsewhere)
        one.push("as live")
        one.known()
        yield one


def commit(delivery: GitLabDelivery, name: str, text: str) -> None:
    """Commit a file under a name that git is told to ignore."""
    delivery._write(text, name)
    delivery.git("add", "-f", name)
    delivery._commit()


def test_what_approved_would_have_found(delivery: GitLabDelivery) -> None:
    """A failed apply by digest marks the commit that it was for, and no other that a committed file names."""
    first = delivery.commits[0]
    found = {"format": "reconciler/approved/1", "since": first, "commits": [first], "plans": []}
    commit(delivery, "approved.json", json.dumps(found))
    delivery.keep_status(delivery.commits[-1], "reconciler/apply/4211", "applied")
    delivery.click("1")
    delivery.refuse_writes()
    delivery.run("shown")
    assert "c2 red" in delivery.outcomes[-1], delivery.outcomes


def test_a_journal(delivery: GitLabDelivery) -> None:
    """It does not turn a typo in the digest into a run that may have written something."""
    commit(delivery, "journal/x.jsonl", "x\n")
    delivery.known()
    delivery.run(f"sha256:{'0' * 64}")
    assert "no mark" in delivery.outcomes[-1], delivery.outcomes


def test_a_report_before(delivery: GitLabDelivery) -> None:
    """It does not make drift known that nobody was told of."""
    delivery.click("1", "5", "6", "7")
    delivery._run("drift")
    before = (delivery.runner.workspace / "previous.json").read_text()
    commit(delivery, "previous.json", before)
    delivery._run("drift")
    report = json.loads((delivery.runner.workspace / "drift.json").read_text())
    assert report["summary"]["new"] == json.loads(before)["summary"]["new"] > 0


def test_a_plan(delivery: GitLabDelivery) -> None:
    """Where no plan can be made, none is kept for a later apply to find."""
    delivery._write("{}", "plan.json")
    delivery.git("add", "-f", "plan.json")
    delivery.request("broken")
    assert not (delivery.runner.workspace / "plan.json").exists()
