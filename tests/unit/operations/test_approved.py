"""Which commits wait to be applied, as their statuses tell, and which of them have a proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from reconciler.errors import StaleError
from reconciler.model.review import CommitStatus, FoundStatus
from reconciler.operations import approved, commits
from reconciler.operations.workspace import open_workspace
from tests.support.account import INVOICE
from tests.support.runs import make_run
from tests.support.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.operations.commits import WaitingCommits
    from reconciler.operations.workspace import Workspace


class Statuses:
    """A forge that knows the states of commits, and their descriptions behind a colon, and nothing else."""

    def __init__(self, **states: str) -> None:
        self.states = states

    def status(self, commit: str, context: str, _trusted: object = None) -> FoundStatus:
        """Return the state of a commit."""
        if commit not in self.states:
            return FoundStatus()
        state, _, description = self.states[commit].partition(": ")
        status = CommitStatus(context=context, state=cast("Any", state), description=description)
        return FoundStatus(status=status, history=(status,))

    def merged(self, _commit: str) -> None:
        """Know of no request."""


@pytest.fixture
def made(tmp_path: Path) -> list[str]:
    """Return the commits of a repository, the oldest first; the last one changes no document."""
    trial = Trial(tmp_path / "approvals", cast("Any", None))
    found = []
    for number in range(3):
        trial.write({"assignments/invoice.yaml": f"{INVOICE}# {number}\n"})
        found.append(trial.commit())
    (trial.folder / "README.md").write_text("words\n")
    return [*found, trial.commit()]


def workspace_of(folder: Path) -> Workspace:
    """Open the repository."""
    return open_workspace(make_run(folder), folder / "approvals")


def waiting(folder: Path, since: str | None = None, **states: str) -> WaitingCommits:
    """Return what waits."""
    return approved._waiting(cast("Any", Statuses(**states)), workspace_of(folder), since)


def refused(folder: Path, **states: str) -> list[str]:
    """Return why there are no plans."""
    forge = cast("Any", Statuses(**states))
    workspace = workspace_of(folder)
    with pytest.raises(StaleError) as caught:
        approved._plans(forge, workspace, approved._waiting(forge, workspace, None))
    return [f"{one.code}: {one.message}" for one in caught.value.diagnostics]


def test_since_the_newest_green_one(tmp_path: Path, made: list[str]) -> None:
    """A red one in between waits as well."""
    first, second, third, last = made
    assert waiting(tmp_path, **{last: "success"}).commits == ()
    found = waiting(tmp_path, **{second: "success", third: "failure"})
    assert (found.since, found.commits, set(found.failed)) == (second, (third, last), {third})
    assert waiting(tmp_path, first).commits == (second, third, last)


def test_nothing_is_known_where_no_commit_is_green(
    tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first time, after a red one, and where only commits further back might be: 5, and no commit turns green."""
    by_digest = "no commit is known as applied: plan all documents, have that plan reviewed, and run: reconciler apply"
    with pytest.raises(StaleError, match=by_digest) as caught:
        waiting(tmp_path)
    assert [one.message for one in caught.value.diagnostics] == [
        "no successful status reconciler/apply/4211 on the last 4 commits"
    ]
    with pytest.raises(StaleError, match=by_digest):
        waiting(tmp_path, **{made[2]: "failure: not tried"})
    monkeypatch.setattr(commits, "MOST_COMMITS", 2)
    monkeypatch.setattr(approved, "MOST_COMMITS", 2)
    with pytest.raises(StaleError, match=r"name it with --since\)"):
        waiting(tmp_path, **{made[0]: "success"})


def test_the_only_commit(tmp_path: Path) -> None:
    """It has no status either."""
    trial = Trial(tmp_path / "approvals", cast("Any", None))
    trial.commit()
    with pytest.raises(StaleError) as caught:
        waiting(tmp_path)
    assert caught.value.diagnostics[0].message.endswith("reconciler/apply/4211 on the only commit")


def test_a_failure_that_no_plan_repeats(tmp_path: Path, made: list[str]) -> None:
    """An apply by hand that failed at a commit without documents: no later commit turns green for nothing."""
    _, _, third, last = made
    green = {third: "success"}
    assert refused(tmp_path, **green, **{last: "failure: not wholly applied (exit code 4): 1 failed"}) == [
        f"policy/not-proved: commit {last[:12]}: an apply failed there, and no plan repeats it"
    ]
    for harmless in ("not tried (exit code 64): no digest", "not proved: 3 presets differ"):
        forge = cast("Any", Statuses(**green, **{last: f"failure: {harmless}"}))
        workspace = workspace_of(tmp_path)
        assert approved._plans(forge, workspace, approved._waiting(forge, workspace, None)) == {}


def test_a_failure_that_a_plan_repeats(tmp_path: Path, made: list[str]) -> None:
    """What failed with the plan of a waiting commit is tried again with it."""
    _, second, third, last = made
    states = {second: "success", third: "failure: not wholly applied", last: "failure: not wholly applied"}
    assert refused(tmp_path, **states) == [
        f"policy/no-approved-plan: commit {third[:12]}: it came with no merged request"
    ]
