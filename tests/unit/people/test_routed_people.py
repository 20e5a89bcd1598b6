"""People of routings whose login is near to somebody else's: a warning with who is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Origin
from reconciler.model.live import Person
from reconciler.model.member import Member
from reconciler.model.reference import Reference
from reconciler.model.routing import Escalation, Routing
from reconciler.people.index import PeopleIndex
from reconciler.people.routed_people import check_routed_people

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Origin("r.yaml", 1, 1)
TEAM = Origin("teams.yaml", 4, 5)


def member(login: str | None, line: int, *, team_line: Origin | None = None) -> Member:
    """Return a person in a line of the routing."""
    return Member(origin=Origin("r.yaml", line, 1), login=login, login_id=None if login else "77", team_line=team_line)


def routing(integration: Member, fallback: Sequence[Member], added: Sequence[Member] = ()) -> Routing:
    """Return a routing with these people."""
    return Routing(
        origin=HERE, template=Reference(origin=HERE, name="T"), tool=None, step="S", step_origin=HERE,
        integration=integration, fallback=tuple(fallback), rules=(),
        escalate=Escalation(overdue_for=60, add=tuple(added), reason="other", origin=HERE) if added else None,
    )  # fmt: skip


def told(*routings: Routing) -> list[tuple[str, str, str]]:
    """Return severity, place and message of each finding."""
    index = PeopleIndex()
    for number, name in enumerate(("erp.bot", "gus", "hanna"), 1):
        index.add(Person(str(number), f"{name}@acme.test", name.title()))
    found = list(check_routed_people(routings, index))
    assert {one.code for one in found} <= {"routing/unknown-person"}
    return [(one.severity, str(one.origin), one.message) for one in found]


def test_people_who_hold_roles() -> None:
    """Nothing is said, whatever the case of their login, and nothing of a login id or of somebody quite different."""
    everybody = [member("GUS@acme.test", 2), member("hanna@acme.test", 3), member(None, 4), member("zoe@other.test", 5)]
    assert told(routing(member("erp.bot@acme.test", 1), everybody, everybody)) == []


def test_slips() -> None:
    """Each line is named once, with who is meant."""
    one = routing(
        member("erp.bott@acme.test", 1), [member("gus@acme.tset", 2), member("gus@acme.test", 3)],
        [member("hana@acme.test", 4), member("gus@acme.tset", 2)],
    )  # fmt: skip
    assert told(one, one) == [
        ("warning", "r.yaml:1:1",
         "erp.bott@acme.test holds no role that was read; did you mean erp.bot@acme.test (Erp.Bot)?"),
        ("warning", "r.yaml:2:1", "gus@acme.tset holds no role that was read; did you mean gus@acme.test (Gus)?"),
        ("warning", "r.yaml:4:1", "hana@acme.test holds no role that was read; did you mean hanna@acme.test (Hanna)?"),
    ]  # fmt: skip


def test_a_slip_in_a_team() -> None:
    """It is named at the line of the team, once for all routings that the team steps in for."""
    slip = [member("hana@acme.test", number, team_line=TEAM) for number in (1, 2)]
    found = told(*(routing(member("erp.bot@acme.test", 1), [one]) for one in slip))
    assert [(severity, place) for severity, place, _ in found] == [("warning", "teams.yaml:4:5")]
