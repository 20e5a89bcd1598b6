"""Which revision held some days ago, and which overrides stood in any since."""

from __future__ import annotations

import datetime
import subprocess
from typing import TYPE_CHECKING

import pytest

from reconciler.desired.git.earlier import find_earlier, read_overrides_since
from tests.support.command_line import clean_environment

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400
NOW = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
FOURTEEN = NOW - datetime.timedelta(days=14)
TODAY = NOW.date()


def git(folder: Path, *arguments: str, at: float = 0) -> str:
    """Run git at a moment, in seconds from now."""
    stamp = f"{int(NOW.timestamp() + at)} +0000"
    environment = {**clean_environment(), "GIT_COMMITTER_DATE": stamp, "GIT_AUTHOR_DATE": stamp}
    identity = ("-c", "user.name=T", "-c", "user.email=t@acme.test", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def history(folder: Path, *days_ago: float) -> list[str]:
    """Make one commit for each day, and return them, the oldest first."""
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    found = []
    for number, days in enumerate(days_ago):
        (folder / "policy.yaml").write_text(
            f"kind: policy\noverrides: [{{reason: r, address: '*', until: 2026-12-01, allow_removals: {number + 1}}}]\n"
        )
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "x", at=-days * DAY)
        found.append(git(folder, "rev-parse", "HEAD"))
    return found


@pytest.mark.parametrize(
    ("days_ago", "found", "since"),
    [
        ((30, 20, 3, 1), 1, 2),
        ((30, 20), 1, 0),  # nothing since: what holds now held then
        ((3, 2, 1), 0, 2),  # the repository is younger: its first commit
        ((30, 3, 40, 1), 0, 3),  # a date set back cuts nothing short
        ((30, 3, -5, 1), 0, 3),
    ],
)
def test_the_commit_before_the_oldest_that_is_newer(
    tmp_path: Path, days_ago: tuple[float, ...], found: int, since: int
) -> None:
    """By the dates of commits, whatever their order."""
    commits = history(tmp_path / "a", *days_ago)
    earlier = find_earlier(tmp_path / "a", commits[-1], FOURTEEN)
    assert (earlier.revision, len(earlier.since), earlier.unknown) == (commits[found], since, None)


def test_days_never_go_back(tmp_path: Path) -> None:
    """A commit is no older than those before it, whatever its own date says."""
    commits = history(tmp_path / "a", 30, 3, 40, 1)
    earlier = find_earlier(tmp_path / "a", commits[-1], FOURTEEN)
    days = [(NOW - datetime.timedelta(days=one)).date() for one in (1, 3, 3)]
    assert [(one.name, one.day) for one in earlier.since] == list(zip(reversed(commits[1:]), days, strict=True))


def test_merged_requests_count_by_their_merge(tmp_path: Path) -> None:
    """What was committed on a branch long ago and merged lately is as new as the merge."""
    folder = tmp_path / "a"
    (first,) = history(folder, 30)
    git(folder, "switch", "-q", "-c", "request")
    git(folder, "commit", "-q", "--allow-empty", "-m", "on the branch", at=-20 * DAY)
    git(folder, "switch", "-q", "main")
    git(folder, "merge", "-q", "--no-ff", "request", "-m", "merge", at=-2 * DAY)
    assert find_earlier(folder, "HEAD", FOURTEEN).revision == first


def test_a_history_that_is_cut_off(tmp_path: Path) -> None:
    """The end of a shallow clone is no first commit, and no history at all tells nothing."""
    commits = history(tmp_path / "a", 5, 4, 3, 2)
    git(tmp_path, "clone", "-q", "--depth", "2", f"file://{tmp_path / 'a'}", "shallow")
    earlier = find_earlier(tmp_path / "shallow", commits[-1], FOURTEEN)
    assert earlier.revision is None
    assert "git fetch --unshallow" in (earlier.unknown or "")
    (tmp_path / "none").mkdir()
    assert find_earlier(tmp_path / "none", "HEAD", FOURTEEN).unknown == "git cannot show the history"


def test_overrides_of_every_commit_since(tmp_path: Path) -> None:
    """Each as it stood then; what no path names is not read, and names with signs in them mean themselves."""
    folder = tmp_path / "a"
    history(folder, 30, 3, 2, 1)
    earlier = find_earlier(folder, "HEAD", FOURTEEN)
    since = [one.name for one in earlier.since]
    found = read_overrides_since(folder, since, ["policy.yaml"])
    assert sorted(one.allow_removals for one in found) == [2, 3, 4]
    assert read_overrides_since(folder, since, ["*.yaml"]) == []
    assert read_overrides_since(folder, since, []) == []
    assert read_overrides_since(folder, (), ["policy.yaml"]) == []


def test_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known, and nothing fails."""
    monkeypatch.setenv("PATH", "")
    assert find_earlier(tmp_path, "HEAD", FOURTEEN).unknown == "git cannot show the history"
    assert read_overrides_since(tmp_path, ("x",), ["policy.yaml"]) == []
