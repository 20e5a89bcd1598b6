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

    It is a warning: somebody with such a login may exist, and hold no role yet. The index must be of everything that is
    managed. Guards find a step that nobody would step in for.
    """
    told: set[tuple[object, ...]] = set()
    for routing in routings:
        added = () if routing.escalate is None else routing.escalate.add
        for person in (routing.integration, *routing.fallback, *added):
            line = person.team_line or person.origin
            if person.login is None or index.find(person) is not None or (line, person.key) in told:
                continue
            told.add((line, person.key))
            if meant := did_you_mean_person(person.login, index.people()):
                yield Diagnostic(
                    severity="warning",
                    code="routing/unknown-person",
                    message=f"{person} holds no role that was read{meant}",
                    origin=line,
                )
