"""Roles by person: where somebody holds a role, or would hold it, and by which line."""

from __future__ import annotations

import datetime
from typing import Literal

import msgspec

from reconciler.model.because import Because
from reconciler.model.diagnostics import Origin

__all__ = ["FoundGroup", "FoundPerson", "FoundPlace", "HeldRole", "RoleHolder", "WhoReport"]

Where = Literal["documents", "live", "both"]


class FoundPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody; ``id`` is null where documents alone were asked, and ``login`` where Procore shows none."""

    id: str | None
    login: str | None
    name: str | None

    def __str__(self) -> str:
        login = self.login or f"login id {self.id}"
        return f"{self.name} ({login})" if self.name else login


class FoundPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A project or template; ``id`` is null where documents alone were asked and name it otherwise."""

    id: str | None
    name: str


class FoundGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A role; ``uuid`` is null where documents alone were asked."""

    uuid: str | None
    name: str


class HeldRole(msgspec.Struct, frozen=True, kw_only=True):
    """One role of one person in one preset.

    ``address`` is null where documents alone were asked. ``project`` is null at company level. ``group`` is null and
    ``manager`` true for a workflow manager. ``where`` is ``live`` if no document asks for it. It is ``documents`` if
    Procore does not have it, or was not asked. Else it is ``both``. ``origin`` is the line. ``via`` names the team of
    the line, and nested ones behind it with `` > ``. ``because`` is set for an absence.
    """

    address: str | None
    project: FoundPlace | None
    template: FoundPlace
    group: FoundGroup | None
    manager: bool = False
    where: Where
    origin: Origin | None = None
    via: str | None = None
    because: Because | None = None

    @property
    def role(self) -> str:
        """The name of the role."""
        return "workflow manager" if self.group is None else self.group.name


class RoleHolder(msgspec.Struct, frozen=True, kw_only=True):
    """One person with the roles that were asked for."""

    person: FoundPerson
    roles: tuple[HeldRole, ...]


class WhoReport(msgspec.Struct, frozen=True, kw_only=True, tag_field="format", tag="reconciler/who/1"):
    """Everybody who was asked for, on a day (UTC)."""

    day: datetime.date
    people: tuple[RoleHolder, ...]
