"""Sources of people as documents name them; nothing is read here."""

from __future__ import annotations

from typing import Literal

import msgspec

from reconciler.model.diagnostics import Origin

__all__ = [
    "Column",
    "Dates",
    "FileSource",
    "Groups",
    "JoinedSources",
    "LdapSource",
    "Limits",
    "PeopleSource",
    "ScimSource",
    "ServiceSource",
    "SourceState",
    "Status",
]

SourceState = Literal["active", "absent", "left"]


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """The column of an attribute. ``width`` fills numbers with zeros, ``split`` separates several values."""

    name: str
    width: int | None = None
    split: str | None = None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The column that says who is there, and the meaning of its values in the form they are compared in."""

    column: str
    states: dict[str, SourceState]


class Dates(msgspec.Struct, frozen=True, kw_only=True):
    """Columns of the first and the last day, and how dates are written, as strptime takes it."""

    starts: str | None = None
    ends: str | None = None
    format: str = "%Y-%m-%d"


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of one reading against the one before.

    It stops if it has fewer people by more than the larger of ``shrink_count`` and ``shrink_percent``. It stops too if
    blanks of an attribute grew by more than ``blank_percent`` points.
    """

    shrink_count: int = 3
    shrink_percent: int = 10
    blank_percent: int = 5


class JoinedSources(msgspec.Struct, frozen=True, kw_only=True):
    """Sources of people that are joined: the first that knows something of somebody wins.

    ``join`` is what is the same in all of them for one person.
    """

    sources: tuple[str, ...] = ()
    join: Literal["id", "login"] = "id"


class PeopleSource(msgspec.Struct, frozen=True, kw_only=True):
    """A source of people: its columns by the name that rules use, and what its status says.

    ``joined`` are the sources that the settings join it with.
    """

    name: str
    origin: Origin
    columns: dict[str, Column]
    status: Status
    dates: Dates = Dates()
    limits: Limits = Limits()
    joined: JoinedSources = JoinedSources()

    def variable(self, ending: str) -> str:
        """Return the variable of the environment that is for this source alone, such as its PATH."""
        return f"RECONCILER_SOURCE_{self.name.upper().replace('-', '_')}_{ending}"


class FileSource(PeopleSource, frozen=True, kw_only=True):
    """A table in a file: ``path`` is below the folder of the settings, or absolute.

    ``skip`` is how many rows below the header are no people. ``max_age_days`` is null where any age will do.
    """

    path: str
    sheet: str | None = None
    encoding: str | None = None
    skip: int = 0
    max_age_days: int | None = None


class ServiceSource(PeopleSource, frozen=True, kw_only=True):
    """The company directory of Procore. Columns are names of its fields (docs/service.md section 3)."""


class ScimSource(PeopleSource, frozen=True, kw_only=True):
    """A server that speaks SCIM 2.0; ``url`` ends before ``/Users``. Columns are paths of attributes.

    ``token_url`` gives out tokens for client credentials, with ``scope``.
    """

    url: str
    token_url: str | None = None
    scope: str | None = None


class Groups(msgspec.Struct, frozen=True, kw_only=True):
    """The groups of a directory: below ``base``, those that ``filter`` finds."""

    base: str
    filter: str


class LdapSource(PeopleSource, frozen=True, kw_only=True):
    """A directory that speaks LDAP: people below ``base`` that ``filter`` finds. ``ca`` is a file of certificates."""

    url: str
    base: str
    filter: str
    groups: Groups | None = None
    ca: str | None = None
