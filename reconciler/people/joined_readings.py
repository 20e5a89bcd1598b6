"""Joins what several sources know of one person, attribute by attribute: the first one that knows wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.spelling import login_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconciler.model.people_lock import PeopleLock
    from reconciler.model.readings import Reading, Record
    from reconciler.model.sources import JoinedSources

__all__ = ["crossed_ids", "join_readings", "keep_left"]

_MANAGER = "manager"


def join_readings(readings: Sequence[Reading], order: JoinedSources) -> tuple[Reading, ...]:
    """Return the readings in which those of the order tell of each person what the others of it know too.

    People are one person where the field that the order joins by is the same. Each keeps the row and the id of the
    source. The login, the name, the state and each attribute are those of the first source that has them. So who left
    the first source has left all. A manager is taken over where people are joined by id, which managers are named by.
    """
    joined = _in_order(readings, order)
    if not joined[1:]:
        return tuple(readings)
    key = _by_id if order.join == "id" else _by_login
    people: dict[str, list[Record]] = {}
    for reading in joined:
        for record in reading.records:
            people.setdefault(key(record), []).append(record)
    people.pop("", None)
    mapped = frozenset().union(*(one.mapped for one in joined))
    left_out = frozenset() if order.join == "id" else frozenset({_MANAGER})
    values = {
        name: {text: one for reading in reversed(joined) for text, one in reading.values.get(name, {}).items()}
        for name in mapped
    }
    together = {
        reading.source: msgspec.structs.replace(
            reading,
            records=tuple(_joined(one, people.get(key(one), []), left_out) for one in reading.records),
            mapped=reading.mapped | (mapped - left_out),
            values={**values, **{name: reading.values.get(name, {}) for name in left_out}},
            counted=reading.there,
        )
        for reading in joined
    }
    return tuple(together.get(one.source, one) for one in readings)


def crossed_ids(readings: Sequence[Reading], order: JoinedSources) -> list[str]:
    """Return what is wrong where people are joined by id, and one login has different ids in two sources."""
    found = []
    known: dict[str, tuple[Reading, Record]] = {}
    for reading in _in_order(readings, order) if order.join == "id" else ():
        for one in reading.records:
            first, other = known.setdefault(_by_login(one), (reading, one)) if one.login else (reading, one)
            if first is not reading and _by_id(other) != _by_id(one) and "left" not in {one.state, other.state}:
                found.append(
                    f"{one.login} has the id {other.id} in {first.source} ({other.row}) and {one.id} in "
                    f"{reading.source} ({one.row}): correct one of them there, as people are joined by id"
                )
    return found


def keep_left(
    readings: Sequence[Reading], order: JoinedSources, lock: PeopleLock, keyed: Callable[[str], str]
) -> tuple[Reading, ...]:
    """Return readings in which who left a source has left those behind it in the order too.

    That is so for people whom the source does not list any more, or lists without a login: the lock knows their login.
    """
    left: set[str] = set()
    kept = {}
    for reading in _in_order(readings, order):
        if left:
            gone = (
                msgspec.structs.replace(one, state="left") if _by_login(one) in left else one for one in reading.records
            )
            kept[reading.source] = msgspec.structs.replace(reading, records=tuple(gone), counted=reading.there)
        by_id = {f"{reading.source}:{keyed(one.id)}": one for one in reading.records}
        logins = {_by_login(one) for one in reading.records}
        for person in lock.people:
            listed = by_id.get(person.id)
            is_of_source = person.id.partition(":")[0] == reading.source
            if is_of_source and (
                (listed is None and person.state == "left" and login_key(person.login) not in logins)
                or (listed is not None and listed.state == "left" and not listed.login)
            ):
                left.add(login_key(person.login))
    return tuple(kept.get(one.source, one) for one in readings)


def _in_order(readings: Sequence[Reading], order: JoinedSources) -> list[Reading]:
    by_source = {one.source: one for one in readings}
    return [by_source[name] for name in order.sources if name in by_source]


def _by_id(record: Record) -> str:
    return record.id.casefold()


def _by_login(record: Record) -> str:
    return login_key(record.login)


def _joined(record: Record, others: Sequence[Record], left_out: frozenset[str]) -> Record:
    """Return what the sources know of somebody, in their order, with the row and the id of one."""
    if not others[1:]:
        return record
    attributes = {
        name: values for one in reversed(others) for name, values in one.attributes.items() if name not in left_out
    }
    own = {name: values for name, values in record.attributes.items() if name in left_out}
    return msgspec.structs.replace(
        record,
        login=next((one.login for one in others if one.login), ""),
        name=next((one.name for one in others if one.name), None),
        state=others[0].state,
        attributes={**attributes, **own},
    )
