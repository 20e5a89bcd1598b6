"""People of one reading of a source, with the attributes that rules need."""

from __future__ import annotations

import msgspec

from reconciler.model.sources import SourceState

__all__ = ["Reading", "Record"]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One person of a source. ``row`` names the place, such as ``row 12``.

    ``attributes`` are values by the name that rules use, in the form they are compared in; blank values are left out.
    """

    row: str
    id: str
    login: str
    name: str | None
    state: SourceState
    attributes: dict[str, tuple[str, ...]] = {}

    def __repr__(self) -> str:
        # values of HR are in no log and no traceback
        return f"Record({self.row})"


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody whom a source has. ``digest`` is that of the file, ``as_of`` the day (ISO) of its content.

    ``mapped`` are the attributes that the source has. ``filled`` is the share of people (0 to 1) with a value, by
    attribute. ``values`` are the values as written, by attribute and by the form they are compared in. Each has the
    number of people who are there. ``is_open_ended`` says that the last row has no line end: it may have been cut.
    ``gone`` are ids of people whom the source was asked for by id, and does not have. ``notes`` are for readers.
    ``counted`` is the number of people who did not leave before sources were joined, and null where none were.
    """

    source: str
    records: tuple[Record, ...]
    digest: str
    as_of: str
    mapped: frozenset[str]
    filled: dict[str, float]
    values: dict[str, dict[str, tuple[str, int]]]
    is_open_ended: bool = False
    gone: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    counted: int | None = None

    def __repr__(self) -> str:
        return f"Reading({self.source}, {len(self.records)} people)"

    @property
    def there(self) -> int:
        """The number of people who did not leave, by this source alone."""
        return sum(one.state != "left" for one in self.records) if self.counted is None else self.counted
