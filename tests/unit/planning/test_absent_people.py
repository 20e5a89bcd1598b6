"""People who are away, in plans made in memory."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from reconciler.model.absences import Absence, away_on
from reconciler.model.diagnostics import Origin
from reconciler.model.documents import Documents
from reconciler.model.member import Member
from reconciler.planning.absences_ahead import judge_absences
from tests.support.account import company_seed
from tests.support.values import TODAY, live_state, plan_documents

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.plan import Plan

BY_ID = """\
kind: assignments
template: Invoice Approval
projects:
  - project: Harbor Bridge
    groups:
      Project Manager: [{login_id: "1"}, bo@acme.test]
"""


def absence(begins: int, ends: int, replacement: str | None = "eli@acme.test", **more: object) -> Absence:
    """Return an absence of Ann, by days from today."""
    return Absence(
        person=Member(origin=Origin("a.yaml", 3, 5), login="ann@acme.test"),
        begins=TODAY + datetime.timedelta(days=begins),
        ends=TODAY + datetime.timedelta(days=ends),
        origin=Origin("a.yaml", 3, 5),
        replacement=None if replacement is None else Member(origin=Origin("a.yaml", 3, 5), login=replacement),
        **more,  # type: ignore[arg-type]
    )


def planned(folder: Path, written: str, invoice: str = BY_ID) -> Plan:
    """Return the plan with one absence that begins today."""
    text = f"kind: absences\nabsences:\n  - {{from: {TODAY}, to: {TODAY}, {written}}}\n"
    return plan_documents(folder, {"invoice.yaml": invoice, "absences.yaml": text}, live_state(company_seed()))


def test_a_line_that_names_an_id(tmp_path: Path) -> None:
    """An absence by login counts for a line by login id, where Procore shows both."""
    plan = planned(tmp_path, "person: ann@acme.test, replacement: eli@acme.test")
    (group,) = plan.changes[0].groups
    assert ([one.login for one in group.add], [one.login for one in group.remove]) == (
        ["eli@acme.test"],
        ["ann@acme.test"],
    )
    because = group.remove[0].because
    assert because is not None
    assert (because.kind, because.person, because.until) == ("absence", "eli@acme.test", TODAY)


def test_a_replacement_by_id(tmp_path: Path) -> None:
    """A replacement by login id is found like anybody."""
    plan = planned(tmp_path, 'person: {login_id: "1"}, replacement: {login_id: "5"}')
    assert [one.login for one in plan.changes[0].groups[0].add] == ["eli@acme.test"]


def test_a_replacement_who_is_a_member_already(tmp_path: Path) -> None:
    """Nobody is in a group twice."""
    plan = planned(tmp_path, "person: ann@acme.test, replacement: bo@acme.test")
    (group,) = plan.changes[0].groups
    assert (group.add, [one.login for one in group.keep]) == ((), ["bo@acme.test"])


def test_a_manager_who_keeps_the_role(tmp_path: Path) -> None:
    """With keep: true a workflow manager stays."""
    invoice = BY_ID.replace("    groups:", "    workflow_manager: gus@acme.test\n    groups:")
    assert planned(tmp_path, "person: gus@acme.test, keep: true, replacement: eli@acme.test", invoice).changes == ()


def test_days_of_an_absence() -> None:
    """Both days are included, and the way back is known for a month."""
    one = absence(0, 2)
    days = {offset: away_on([one], TODAY + datetime.timedelta(days=offset), {}) for offset in (-1, 0, 2, 3, 33, 34)}
    assert [bool(found.on) for found in days.values()] == [False, True, True, False, False, False]
    assert [bool(found.over) for found in days.values()] == [False, False, False, True, True, False]


def test_an_absence_under_a_former_login() -> None:
    """An absence that names the login before a rename is the person's still."""
    away = away_on([absence(0, 0)], TODAY, {"ann@acme.test": "ann.lee@acme.test"})
    assert set(away.on) == {("login", "ann@acme.test"), ("login", "ann.lee@acme.test")}


def test_absences_that_may_meet() -> None:
    """Different names never meet; globs may."""
    every, harbor, cedar = (absence(0, 1, projects=one) for one in (None, ("Harbor Bridge",), ("Cedar*",)))
    glob = absence(1, 2, projects=("*Tower",))
    assert every.meets(harbor)
    assert not harbor.meets(cedar)
    assert cedar.meets(glob)
    assert not harbor.meets(absence(2, 3))
    assert harbor.meets(absence(0, 0, projects=("Harbor*",)))


def test_many_absences_ahead() -> None:
    """The nearest twenty are named, and the others counted."""
    documents = Documents(files=1, more={"absences": tuple(absence(1 + day % 10, 20) for day in range(23))})
    found = judge_absences(documents, TODAY)
    assert len(found) == 21
    assert found[-1].message == "3 more absences begin or end within 14 days"
    kept = Documents(files=1, more={"absences": (absence(-1, 3, None, keeps=True), absence(0, 3, keeps=True))})
    assert [one.message for one in judge_absences(kept, TODAY)] == [
        f"ann@acme.test is away until {TODAY + datetime.timedelta(days=3)} and keeps the roles",
        f"ann@acme.test is away until {TODAY + datetime.timedelta(days=3)}, with eli@acme.test",
    ]
