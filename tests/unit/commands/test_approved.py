"""Which commits wait to be applied, as their statuses tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from reconciler.commands import approved
from reconciler.commands.workspace import open_workspace
from reconciler.errors import UsageError
from reconciler.model.review import CommitStatus
from tests.support.account import INVOICE
from tests.support.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.commands.workspace import Workspace


class Statuses:
    """A forge that knows the states of commits and nothing else."""

    def __init__(self, **states: str) -> None:
        self.states = states

    def status(self, commit: str, context: str) -> CommitStatus | None:
        """Give the state of a commit."""
        state = self.states.get(commit)
        return None if state is None else CommitStatus(context=context, state=cast("Any", state), description="")


@pytest.fixture
def commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the commits of a repository, the oldest first, of which no more than two are looked at."""
    trial = Trial(tmp_path / "approvals", cast("Any", None))
    made = []
    for number in range(3):
        trial.write({"assignments/invoice.yaml": f"{INVOICE}# {number}\n"})
        made.append(trial.commit())
    monkeypatch.setattr(approved, "_COMMITS_LOOKED_AT", 2)
    return made


def waiting(folder: Path, since: str | None = None, **states: str) -> tuple[str | None, tuple[str, ...]]:
    """Give what waits."""
    common: Any = type("Common", (), {"config": folder / "approvals"})()
    workspace: Workspace = open_workspace(common)
    return approved._waiting(cast("Any", Statuses(**states)), workspace, since)


def test_since_the_newest_green_one(tmp_path: Path, commits: list[str]) -> None:
    """A red one in between waits as well."""
    first, second, third = commits
    assert waiting(tmp_path, **{third: "success"}) == (third, ())
    assert waiting(tmp_path, **{second: "success", third: "failure"}) == (second, (third,))
    assert waiting(tmp_path, first) == (first, (second, third))


def test_nothing_beyond_what_is_looked_at_is_passed_over(tmp_path: Path, commits: list[str]) -> None:
    """A green one further back may be there, so somebody has to name it."""
    with pytest.raises(UsageError, match="none of the last 2 commits carries a successful reconciler/apply/4211"):
        waiting(tmp_path, **{commits[0]: "success"})


def test_the_first_time(tmp_path: Path, commits: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all of the history was looked at and none is green, the newest stands alone."""
    monkeypatch.setattr(approved, "_COMMITS_LOOKED_AT", 3)
    assert waiting(tmp_path) == (None, (commits[2],))
