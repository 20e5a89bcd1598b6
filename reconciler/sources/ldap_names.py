"""Names of entries in a directory, and what of a reading is named by them: groups and managers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.readings import Reading

__all__ = ["entry_key", "with_groups", "with_managers"]


def entry_key(name: str) -> str:
    """Return a name of an entry as it is compared: without case and blanks around its parts."""
    return ",".join(part.strip() for part in name.casefold().split(","))


def with_managers(reading: Reading, by_row: Mapping[str, str]) -> Reading:
    """Return a reading in which managers are named by their ids: a directory names their entries."""
    ids = {by_row[one.row]: one.id.casefold() for one in reading.records}
    if "manager" not in reading.mapped:
        return reading
    records = tuple(
        msgspec.structs.replace(
            one,
            attributes={
                **one.attributes,
                "manager": tuple(ids.get(entry_key(value), value) for value in one.attributes["manager"]),
            },
        )
        if "manager" in one.attributes
        else one
        for one in reading.records
    )
    return msgspec.structs.replace(reading, records=records)


def with_groups(
    reading: Reading, by_row: Mapping[str, str], groups: Mapping[str, Mapping[str, frozenset[str]]], notes: list[str]
) -> Reading:
    """Return a reading in which groups are attributes of people."""
    values = dict(reading.values)
    records = list(reading.records)
    for attribute, of in groups.items():
        counts: Counter[str] = Counter()
        for at, one in enumerate(records):
            titles = sorted(of.get(by_row[one.row], ()))
            if titles:
                known = {**one.attributes, attribute: tuple(title.casefold() for title in titles)}
                records[at] = msgspec.structs.replace(one, attributes=known)
                if one.state != "left":
                    counts.update(titles)
        values[attribute] = {title.casefold(): (title, number) for title, number in counts.items()}
    return msgspec.structs.replace(
        reading,
        records=tuple(records),
        mapped=reading.mapped | groups.keys(),
        values=values,
        notes=tuple(notes),
    )
