"""Finds the ids of what options choose by name, and refuses a name that nothing has."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from reconciler.errors import UsageError
from reconciler.model.globs import fits
from reconciler.model.selection import Slice
from reconciler.model.spelling import comparable, login_key
from reconciler.model.suggestions import did_you_mean, did_you_mean_person

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.model.drift import Drift
    from reconciler.model.live import Person
    from reconciler.model.selection import Selection
    from reconciler.model.titles import Named
    from reconciler.operations.observation import Observation

__all__ = ["KnownNames", "by_id", "by_text", "chosen_drifts", "find_slice", "slice_by", "texts_of"]

_MOST_ADDRESSES = 5


class KnownNames(NamedTuple):
    """All that can be chosen from.

    ``what`` and ``where`` are words for it. ``places`` are addresses with titles, ``groups`` addresses of roles.
    ``projects`` and ``templates`` are ids by each text that means them. An id means only itself, even if it is the name
    of another. ``people`` are login ids by login in lower case, and by themselves. ``persons`` are those people.
    """

    what: str
    where: str
    places: Mapping[str, str]
    groups: frozenset[str]
    projects: Mapping[str, frozenset[str]]
    templates: Mapping[str, frozenset[str]]
    people: Mapping[str, frozenset[str]]
    persons: Sequence[Person]


def find_slice(selection: Selection, observation: Observation, *, lenient: bool = False) -> Slice:
    """Return what is chosen of all that is managed.

    Raises UsageError for a name that nothing managed has; ``lenient`` skips it, because it was found before.
    """
    targets = [one.target for one in observation.resolved]
    managed = {one.project.id for one in targets if one.project is not None}
    texts = [
        (text, one.id)
        for one in observation.state.catalogue.projects
        if one.id in managed
        for text in (one.name, one.display_name, one.number)
    ]
    titles = chain.from_iterable(texts_of(one.project) for one in targets if one.project is not None)
    index = observation.index
    persons = index.people()
    people = {login: frozenset(index.accounts(login)) for login in (login_key(one.login) for one in persons)}
    known = KnownNames(
        what="that is managed",
        where="in what was read",
        places={one.address: one.title for one in targets},
        groups=frozenset(f"{one.address}/groups/{uuid}" for one in targets for uuid in one.groups),
        projects=by_text((*texts, *titles)),
        templates=by_text(chain.from_iterable(texts_of(one.template_name) for one in targets)),
        people={**people, **by_id(people.values())},
        persons=persons,
    )
    return slice_by(selection, known, lenient=lenient)


def texts_of(one: Named) -> Iterator[tuple[str | None, str]]:
    """Yield each text that means a project or template, with its id."""
    for text in (one.name, one.title, one.distinction):
        yield text, one.id


def by_text(texts: Iterable[tuple[str | None, str]]) -> dict[str, frozenset[str]]:
    """Return the ids by the texts that mean them, and by themselves."""
    found: dict[str, set[str]] = {}
    ids: set[str] = set()
    for text, key in texts:
        ids.add(key)
        if text:
            found.setdefault(comparable(text), set()).add(key)
    return {**{text: frozenset(keys) for text, keys in found.items()}, **{one: frozenset({one}) for one in ids}}


def by_id(accounts: Iterable[frozenset[str]]) -> dict[str, frozenset[str]]:
    """Return login ids by themselves."""
    return {one: frozenset({one}) for ids in accounts for one in ids}


def slice_by(selection: Selection, known: KnownNames, *, lenient: bool = False) -> Slice:
    """Return the ids; ``lenient`` skips unknown names."""
    within = selection.within
    if not lenient:
        _require_places(within, known)
        _require("project", selection.projects, known.projects, known.what)
        _require("template", selection.templates, known.templates, known.what)
        _require_people(selection.people, known)
    people = tuple(map(login_key, selection.people))
    return Slice(
        within=within or None,
        projects=_ids(selection.projects, known.projects),
        templates=_ids(selection.templates, known.templates),
        people=_ids(people, known.people),
        leavers=selection.leavers,
    )


def _ids(texts: Sequence[str], known: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
    if not texts:
        return None
    return frozenset(chain.from_iterable(known.get(comparable(one), ()) for one in texts))


def _require_places(globs: Iterable[str], known: KnownNames) -> None:
    for glob in globs:
        if not any(fits(glob, one) for one in (*known.places, *known.groups)):
            shown = [f"{address} ({title})" for address, title in list(known.places.items())[:_MOST_ADDRESSES]]
            hint = f"; addresses are such as {', '.join(shown)}" if shown else ""
            raise UsageError(f"--within: no preset {known.what} has an address like '{glob}'{hint}")


def _require(kind: str, texts: Iterable[str], known: Mapping[str, frozenset[str]], what: str) -> None:
    for text in texts:
        if comparable(text) not in known:
            hint = did_you_mean(text, known, "Procore")
            raise UsageError(f"--{kind}: no preset {what} is of a {kind} '{text}'{hint}")


def _require_people(people: Iterable[str], known: KnownNames) -> None:
    for person in people:
        if login_key(person) not in known.people:
            hint = did_you_mean_person(person, known.persons)
            raise UsageError(f"--person: nobody with the login, or login id, '{person}' was seen {known.where}{hint}")


def chosen_drifts(drifts: Iterable[Drift], chosen: Slice) -> list[Drift]:
    """Return the differences that are chosen."""
    return [
        one
        for one in drifts
        if chosen.has_place(one.address, one.group.uuid if one.group else None) and chosen.has_person((one.person.id,))
    ]
