"""Reads the company's directory: who is inactive, and who is both, because they came back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.operations.readers import LiveReader
    from reconciler.people.index import PeopleIndex

__all__ = ["Directory"]


class Directory:
    """The inactive half, read at once, and the active one, read only once somebody inactive was seen."""

    def __init__(self, reader: LiveReader) -> None:
        self._reader = reader
        self._inactive = reader.inactive_logins()
        self._active: frozenset[str] | None = None

    def confirm(self, seen: Callable[[str], bool]) -> None:
        """Read the active half if anyone inactive was seen: they may be active as well, with another account."""
        if self._active is None and self._inactive is not None and any(map(seen, self._inactive)):
            self._active = self._reader.active_logins() or frozenset()

    def other_logins(self, others: Mapping[str, str], index: PeopleIndex) -> dict[str, str]:
        """Return those of ``others`` that the directory has as active in place of the login that they are found by.

        It is read only if some login was not seen. If it cannot be read, there are none.
        """
        if all(map(index.knows, others)):
            return {}
        if self._active is None:
            self._active = self._reader.active_logins() or frozenset()
        return {login: other for login, other in others.items() if other in self._active and login not in self._active}

    @property
    def inactive(self) -> frozenset[str] | None:
        """The logins that are inactive, in lower case, without those known to be active too; null: not known."""
        return None if self._inactive is None else self._inactive - self.rehired

    @property
    def rehired(self) -> frozenset[str]:
        """The logins that are known to be both: people who left and came back."""
        return (self._inactive or frozenset()) & (self._active or frozenset())
