"""Rules that find other people in each project, through the real command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.account import company_seed, write_seed
from tests.support.people_files import SOURCE, write_workers
from tests.support.sandbox import running_sandbox
from tests.support.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INVOICE = """\
kind: assignments
template: Invoice Approval
groups:
  Project Manager: [{from: hr, where: {title: Clerk}, each: {jobs: project_number}, else: ["team:leads"]}]
  Accounting: [{from: projects, field: custom_fields.accountant}]
projects:
  - project: Harbor Bridge
  - project: Cedar Tower
"""
COMPANY = """\
kind: assignments
template: Budget
company:
  groups:
    Finance: [{from: projects, field: x}]
"""
TEAMS = "kind: teams\nteams:\n  leads: [hal@acme.test]\n"


def clerk(number: int, jobs: str, title: str = "Clerk") -> tuple[str, ...]:
    """Return a row of the file."""
    return (str(number), "Active", "", "Field", title, "Permanent", jobs)


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    """Return a trial in which Harbor Bridge names its accountant, and Ann is its clerk."""
    seed = company_seed()
    seed["projects"][1]["custom_fields"] = {"accountant": {"data_type": "login", "value": "fay@acme.test"}}
    with running_sandbox(write_seed(tmp_path / "seed", seed), "--lag", "0") as sandbox:
        one = Trial(tmp_path / "approvals", sandbox)
        ignored = "*.json\n*.csv\n.reconciler/\n"
        one.write(
            {"assignments/invoice.yaml": INVOICE, "teams.yaml": TEAMS, "people.yaml": SOURCE, ".gitignore": ignored}
        )
        write_workers(one.folder, {"ann": clerk(1, "24-017"), "bo": clerk(2, "24-017;24-099"), "dee": clerk(4, "")})
        one.ends(0, "people")
        one.commit()
        yield one


def planned(trial: Trial) -> dict[tuple[str, str], list[str]]:
    """Return who would be in each group that changes, by project and role."""
    trial.run("plan", "--out", "plan.json")
    plan = json.loads((trial.folder / "plan.json").read_text())
    return {
        (change["project"]["name"], group["name"]): sorted(
            one["login"].partition("@")[0] for one in (*group["keep"], *group["add"])
        )
        for change in plan["changes"]
        for group in change["groups"]
    }


def test_01_other_people_in_each_project(trial: Trial) -> None:
    """People by the project's number, a field of the project, and who stands in where nobody is found."""
    assert planned(trial) == {
        ("Cedar Tower", "Project Manager"): ["hal"],
        ("Harbor Bridge", "Accounting"): ["fay"],
    }
    shown = trial.ends(0, "plan")
    assert "a rule finds nobody for 1 project (Cedar Tower), so the role is left as it is there" in shown
    (each,) = (trial.folder / "people.lock" / "each").iterdir()
    assert each.read_text().splitlines()[3:] == [
        '- {"value": "24-017", "members": ["ann@acme.test", "bo@acme.test"]}',
        '- {"value": "24-099", "members": ["bo@acme.test"]}',
    ]


def test_02_somebody_moves_to_another_project(trial: Trial) -> None:
    """A move at HR is a change of two lines of the lock, and of two presets."""
    write_workers(trial.folder, {"ann": clerk(1, "24-016"), "bo": clerk(2, "24-017;24-099"), "dee": clerk(4, "")})
    shown = trial.ends(0, "people")
    assert "+ Ann Oh   ann@acme.test   moved: the rule for title in hr for 24-016 finds them" in shown
    assert "− Ann Oh   ann@acme.test   moved: the rule for title in hr for 24-017 does not find them any more" in shown
    found = planned(trial)
    assert found["Harbor Bridge", "Project Manager"] == ["bo"]
    assert ("Cedar Tower", "Project Manager") not in found, "Ann is there already"


def test_03_many_at_once_are_held(trial: Trial) -> None:
    """A rule by project that would lose more than the larger of 3 and 25 % keeps its people."""
    many = {f"p{at}": clerk(100 + at, "24-016") for at in range(6)}
    kept = {"ann": clerk(1, "24-017"), "bo": clerk(2, "24-017;24-099"), "dee": clerk(4, "")}
    write_workers(trial.folder, {**kept, **many})
    trial.ends(0, "people")
    write_workers(trial.folder, {**kept, **{name: clerk(int(row[0]), "24-016", "Other") for name, row in many.items()}})
    assert "the rule for title in hr is held: it would lose 6 of 9 people" in trial.ends(3, "people")
    (each,) = (trial.folder / "people.lock" / "each").iterdir()
    assert each.read_text().count("p0@acme.test") == 1


@pytest.mark.parametrize(
    ("documents", "code", "words"),
    [
        ({"teams.yaml": TEAMS.replace("]", ", {from: projects, field: x}]")}, 7, "needs a project"),
        ({"assignments/invoice.yaml": COMPANY}, 7, "needs a project"),
        ({"assignments/invoice.yaml": INVOICE.replace("jobs: p", "job: p")}, 7, "run 'reconciler people' with"),
    ],
)  # fmt: skip
def test_04_where_it_cannot_be(trial: Trial, documents: dict[str, str], code: int, words: str) -> None:
    """Teams and the company have no project; another rule needs another lock."""
    trial.write_only(documents)
    assert words in trial.ends(code, "validate")
    assert words in trial.ends(code, "plan")


def test_05_who_without_procore(trial: Trial) -> None:
    """Documents alone name the value in place of the project."""
    shown = trial.ends(0, "who", "bo@acme.test", "--documents")
    assert "project_number 24-017" in shown
    assert "people.lock/each/" in shown
