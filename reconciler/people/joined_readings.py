"""Joins what several sources know of one person, attribute by attribute: the first one that knows wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.spelling import login_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.documents import JoinedSources
    from reconciler.model.readings import Reading, Record

__all__ = ["join_readings"]

_MANAGER = "manager"


def join_readings(readings: Sequence[Reading], order: JoinedSources) -> tuple[Reading, ...]:
    """Return the readings in which those of the order tell of each person what the others of it know too.

    People are one person where the field that the order joins by is the same. Each keeps the row and the id of the
    source. The login, the name, the state and each attribute are those of the first source that has them. So who left
    the first source has left all. A manager is taken over where people are joined by id, which managers are named by.
    """
    by_source = {one.source: one for one in readings}
    joined = [by_source[name] for name in order.sources if name in by_source]
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
