"""One whole journey of people: an export changes, a pull request says why, it is merged and applied."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from tests.support.people_files import SOURCE, write_workers
from tests.support.rules import RULED, TEAMS
from tests.support.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.github_stub import GitHubStub
    from tests.support.sandbox import RunningSandbox

ANN = ("1", "Active", "2", "Accounts Payable", "Clerk", "Permanent", "24-016;24-017")
BRANCH = "reconciler/people-4211"


def day(days: int) -> str:
    """Return a day before or after today."""
    return (datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=days)).isoformat()


class Repository:
    """A repository, its forge, and what a reviewer does in both."""

    def __init__(self, trial: Trial, forge: GitHubStub) -> None:
        self.trial = trial
        self.forge = forge

    def propose(self, code: int = 0) -> str:
        """Run the schedule: read, and propose what changed; the work tree is thrown away as on a runner."""
        shown = self.trial.ends(code, "people", "--pull-request", **self.forge.environment)
        self.trial.git("checkout", "-q", "--", ".")
        return shown

    def review(self) -> str:
        """Check the branch of the request out, plan it against main, and return the plan."""
        self.trial.git("checkout", "-qb", "review")
        for name, text in self.forge.branches[BRANCH].items():
            path = self.trial.folder / name
            if text is None:
                path.unlink()
            else:
                path.write_text(text)
        self.trial.commit("people")
        return self.trial.ends(0, "plan", "--base", "main", "--out", "plan.json")

    def merge_and_apply(self) -> None:
        """Merge the request as it is, and apply its plan."""
        self.trial.git("checkout", "-q", "main")
        self.trial.git("merge", "-q", "--ff-only", "review")
        self.trial.git("branch", "-qd", "review")
        self.trial.ends(0, "apply", "plan.json", "--allow-older")

    def members(self, group: str) -> list[str]:
        """Return who holds a role in Procore."""
        return sorted(self.trial.sandbox.groups("32", "1042")[group])


def test_a_year_in_short(tmp_path: Path, sandbox: RunningSandbox, github: GitHubStub) -> None:
    """A leaver, a held team, a rule edit, and an absence that begins and ends by the due run."""
    trial = Trial(tmp_path / "approvals", sandbox)
    teams = TEAMS.replace("gus@acme.test, ", "")
    policy = (
        "kind: policy\nlimits:\n  group_removals: {count: 5, percent: 100}\n  run_removals: {count: 9, percent: 100}\n"
    )
    ignored = "*.json\n*.csv\n.reconciler/\n"
    documents = {"assignments/invoice.yaml": RULED, "teams.yaml": teams, "people.yaml": SOURCE, "policy.yaml": policy}
    trial.write({**documents, ".gitignore": ignored})
    write_workers(trial.folder)
    trial.ends(0, "people")
    trial.commit()
    trial.ends(0, "apply", "--yes")
    repository = Repository(trial, github)
    assert repository.members("pm") == ["1", "2"]
    assert "nothing to propose" in repository.propose()

    # somebody leaves at HR: a request says so, and its plan says why
    write_workers(trial.folder, {"ann": ("1", "Terminated", *ANN[2:])})
    assert "opened pull request 1" in repository.propose(3), "nobody is left whose manager is asked for"
    assert github.pulls[1]["title"] == "People: 1 left (1 role in 1 preset)"
    shown = repository.review()
    assert "left (hr)" in shown
    repository.merge_and_apply()
    assert repository.members("pm") == ["2"]
    assert "nothing to change" in trial.ends(0, "plan", "--base", "HEAD")

    # a department is renamed: nobody goes, and the run says that nobody is found any more
    renamed = {
        "ann": ("1", "Terminated", "2", "Payables", *ANN[4:]),
        "bo": ("2", "Active", "6", "Payables", "Director", "Permanent", ""),
        "dee": ("4", "Active", "2", "Payables", "Clerk", "Temporary", ""),
    }
    write_workers(trial.folder, renamed)
    assert "ap-west is held: it finds 0 people" in trial.ends(3, "people")

    # the rule follows, in a request of its own: validate asks for the lock that goes with it
    trial.git("checkout", "-qb", "review")
    trial.write_only({"teams.yaml": teams.replace("Accounts Payable", "Payables")})
    assert "run 'reconciler people'" in trial.ends(7, "validate")
    trial.ends(0, "people", "--base", "main")
    trial.commit("rule")
    assert "nothing to change" in trial.ends(0, "plan", "--base", "main", "--out", "plan.json")
    repository.merge_and_apply()
    assert repository.members("pm") == ["2"]

    # somebody is away from today on: the due run replaces them, and later brings them back
    away = f"person: bo@acme.test, from: {day(0)}, to: {day(9)}, replacement: gus@acme.test"
    trial.write_only({"absences.yaml": f"kind: absences\nabsences:\n  - {{{away}}}\n"})
    trial.commit("absence")
    trial.ends(0, "apply", "--due", day(-1), "--yes")
    assert repository.members("pm") == ["7"]
    assert "no drift" in trial.ends(0, "drift")
    over = away.replace(day(0), day(-9)).replace(day(9), day(-1))
    trial.write_only({"absences.yaml": f"kind: absences\nabsences:\n  - {{{over}}}\n"})
    trial.commit("as if it were over")
    assert "is back, was replaced by gus@acme.test" in trial.ends(0, "apply", "--due", day(-2), "--yes")
    assert repository.members("pm") == ["2"]


def test_what_is_held(tmp_path: Path, sandbox: RunningSandbox, github: GitHubStub) -> None:
    """A team that would lose many keeps them: the run ends with 3, and the request says so first."""
    trial = Trial(tmp_path / "approvals", sandbox)
    ignored = "*.json\n*.csv\n.reconciler/\n"
    trial.write({"assignments/invoice.yaml": RULED, "teams.yaml": TEAMS, "people.yaml": SOURCE, ".gitignore": ignored})
    many = {f"p{at}": (f"{100 + at}", "Active", "2", "Accounts Payable", "Clerk", "Permanent", "") for at in range(8)}
    write_workers(trial.folder, many)
    trial.ends(0, "people")
    trial.commit()
    repository = Repository(trial, github)
    moved = {name: (*row[:3], "Field", *row[4:]) for name, row in many.items()}
    write_workers(trial.folder, {**moved, "ann": ("1", "Terminated", *ANN[2:])})
    assert "opened pull request 1" in repository.propose(3)
    assert github.pulls[1]["body"].startswith("- **ap-west is held**")
    assert "p0@acme.test" in (github.branches[BRANCH]["people.lock/teams/ap-west.yaml"] or "")
