"""Says where routings misspell somebody: a slip in a login would leave a step without anybody who steps in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.suggestions import did_you_mean_person

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.routing import Routing
    from reconciler.people.index import PeopleIndex

__all__ = ["check_routed_people"]


def check_routed_people(routings: Iterable[Routing], index: PeopleIndex) -> Iterator[Diagnostic]:
    """Yield each person of routings who was not seen, and whose login is near to that of somebody who was.

    An integration or fallback must hold a role, so it is an error. Somebody who is added to an overdue step need not:
    that is a warning. The index must be of everything that is managed. Others without a role are found by guards.
    """
    told: set[tuple[object, ...]] = set()
    for routing in routings:
        acting = (routing.integration, *routing.fallback)
        added = () if routing.escalate is None else routing.escalate.add
        for number, person in enumerate((*acting, *added)):
            line = person.team_line or person.origin
            if person.login is None or index.find(person) is not None or (line, person.key) in told:
                continue
            told.add((line, person.key))
            if meant := did_you_mean_person(person.login, index.people()):
                yield Diagnostic(
                    severity="error" if number < len(acting) else "warning",
                    code="routing/unknown-person",
                    message=f"{person} holds no role that was read{meant}",
                    origin=line,
                )
