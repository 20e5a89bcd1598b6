"""Turns the company directory of Procore into people; the service is asked by the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sources.attribute_texts import as_text
from reconciler.sources.record_reader import RecordReader
from reconciler.sources.table_rows import Row

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable, Sequence

    from reconciler.model.readings import Reading
    from reconciler.model.sources import ServiceSource

__all__ = ["read_service_source"]


def read_service_source(
    source: ServiceSource,
    wanted: Iterable[str],
    directory: Callable[[Sequence[str]], Sequence[tuple[object, ...]]],
    now: datetime.datetime,
) -> Reading:
    """Return everybody in the directory. ``directory`` returns the values of fields, for active and inactive users.

    Raises DocumentsError with every user that cannot be used, and UnreachableError where there is nobody.
    """
    reader = RecordReader(source, wanted, now.date(), noun="user")
    users = directory(reader.needed)
    rows = (Row(number, tuple(as_text(value) for value in user)) for number, user in enumerate(users, start=1))
    return reader.reading(rows, digest=now.date().isoformat(), as_of=now.date())
