"""Which of what was found somebody chose by address or person; names that nothing has are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.errors import UsageError
from reconciler.model.diagnostics import Origin
from reconciler.model.globs import fits
from reconciler.model.member import Member
from reconciler.model.suggestions import did_you_mean_login
from reconciler.model.titles import place_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.drift import Drift
    from reconciler.operations.observation import Observation

__all__ = ["named_drifts", "require_known"]

_MOST_ADDRESSES = 5


def require_known(observation: Observation, addresses: Sequence[str], people: Sequence[str]) -> None:
    """Refuse names that nothing managed has: a slip must not look like no difference. Raises UsageError."""
    for glob in addresses:
        if not any(fits(glob, one.target.address) for one in observation.resolved):
            known = [
                f"{one.target.address} ({place_title(one.target.project)})"
                for one in observation.resolved[:_MOST_ADDRESSES]
            ]
            raise UsageError(
                f"no preset that is managed has an address like '{glob}'; addresses are such as {', '.join(known)}"
            )
    for person in people:
        if not _is_known(observation, person):
            hint = did_you_mean_login(person, observation.index.logins())
            raise UsageError(f"nobody with the login, or login id, '{person}' was seen{hint}")


def _is_known(observation: Observation, person: str) -> bool:
    line = Member(origin=Origin("", 1, 1), login_id=person)
    return observation.index.knows(person.lower()) or observation.index.find(line) is not None


def named_drifts(drifts: Iterable[Drift], addresses: Sequence[str], people: Sequence[str]) -> list[Drift]:
    """Return what fits an address (where any is given) and is about one of the people (likewise)."""
    logins = {one.lower() for one in people}
    return [
        one
        for one in drifts
        if (not addresses or any(fits(glob, one.address) for glob in addresses))
        and (not logins or {(one.person.login or "").lower(), one.person.id} & logins)
    ]
