"""Reads who may be assigned, who may be workflow manager, and who is in the directory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from reconciler.errors import AnswerError, RequestRefusedError
from reconciler.live.answers import refuse_twice
from reconciler.live.pages import PEOPLE, USERS
from reconciler.live.paths import directory_path, scope_path, tool_query
from reconciler.live.wire import (
    UserItem,
)
from reconciler.model.live import (
    PeopleList,
    Person,
    Place,
)
from reconciler.model.spelling import login_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.live.steps import Steps

__all__ = ["PeopleReader"]


class PeopleReader:
    """Reads lists of people."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def assignees(self, wanted: Sequence[Place]) -> list[PeopleList]:
        """Read who may be assigned in each place."""
        return self._steps.side_by_side(
            "possible assignees", lambda one: self._people("possible_assignees", one), wanted
        )

    def managers(self, wanted: Sequence[Place]) -> list[PeopleList]:
        """Read who may be workflow manager in each place."""
        return self._steps.side_by_side("workflow managers", lambda one: self._people("workflow_managers", one), wanted)

    def _people(self, endpoint: str, place: Place) -> PeopleList:
        where = f"project {place.project_id}" if place.project_id else "the company"
        what = f"the {endpoint.replace('_', ' ')} of {place.tool} in {where}"
        query = tool_query(place.tool, "tool_type", "tool_subtype")
        scope = scope_path(self._steps.company_id, place.project_id)
        people = self._steps.whole_list(f"{scope}/{endpoint}?{query}", list[Person], what, PEOPLE)
        refuse_twice((person.id for person in people), what)
        unique = tuple(self._steps.known.setdefault(person, person) for person in people)
        return PeopleList(place=place, people=unique)

    def inactive_logins(self) -> frozenset[str] | None:
        """Read the inactive half of the directory: e-mails in lower case, or null when the service refuses it."""
        return self._directory("v1.0", "users/inactive", "the directory's inactive users")

    def active_logins(self) -> frozenset[str] | None:
        """Read the active half of the directory: e-mails in lower case, or null when the service refuses it."""
        return self._directory("v1.3", "users", "the directory's active users")

    def directory(self, fields: Sequence[str]) -> list[tuple[object, ...]]:
        """Read everybody in the directory, active or not: the values of these fields, null where there is none.

        No other field is held. Raises RequestRefusedError where the account may not read it.
        """
        attributes = [f"field_{at}" for at in range(len(fields))]
        item: Any = msgspec.defstruct(
            "DirectoryItem",
            [("id", int | str), *((one, object, None) for one in attributes if fields[int(one[6:])] != "id")],
            rename=dict(zip(attributes, fields, strict=True)),
        )
        shape: Any = list[item]
        found: dict[str, tuple[object, ...]] = {}
        for version, path in (("v1.3", "users"), ("v1.0", "users/inactive")):
            what = f"the directory's {'active' if path == 'users' else 'inactive'} users"
            self._steps.tell(what, 0, 0)
            address = directory_path(self._steps.company_id, version, path)
            users: list[Any] = self._steps.whole_list(address, shape, what, USERS)
            refuse_twice((str(user.id) for user in users), what)
            for user in users:
                if str(user.id) in found:
                    raise AnswerError(f"user {user.id} is active and inactive: the directory changed while it was read")
                values = zip(attributes, fields, strict=True)
                found[str(user.id)] = tuple(user.id if name == "id" else getattr(user, one) for one, name in values)
        return list(found.values())

    def _directory(self, version: str, path: str, what: str) -> frozenset[str] | None:
        self._steps.tell(what, 0, 0)
        try:
            users = self._steps.whole_list(
                directory_path(self._steps.company_id, version, path), list[UserItem], what, USERS
            )
        except RequestRefusedError:
            # not every service account may read the directory; a caller that needs it reports that it could not be read
            self._steps.count(1)
            return None
        refuse_twice((str(user.id) for user in users), what)
        return frozenset(login_key(user.email_address) for user in users if user.email_address)
