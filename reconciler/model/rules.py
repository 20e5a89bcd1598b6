"""Rules that find people by what a source says of them; nobody is looked for here."""

from __future__ import annotations

import msgspec

__all__ = ["GROUP", "GROUP_IN_CHAIN", "Condition", "Rule"]

# attributes that directories make of their groups; no column has such a name
GROUP, GROUP_IN_CHAIN = "@group", "@group-in-chain"


class Condition(msgspec.Struct, frozen=True, omit_defaults=True):
    """Demands of an attribute: one of the globs ``values``, or none of the globs ``excluded``.

    If ``empty`` is true it must be blank, if false it must not. A blank value fits nothing else.
    """

    values: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    empty: bool | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rule for a source. Exactly one of ``where``, ``manager_of`` and ``reports_to`` is set.

    ``where`` holds conditions by attribute, all of which must be met. ``manager_of`` is a login or ``team:NAME``: the
    managers of these people, or the first above each that ``up_to`` fits. ``reports_to`` is a login: everybody below
    that person, down to ``depth`` levels (null: all), and the person where ``and_self`` is set.

    With ``each_attribute`` the people are those of a project: its ``each_field`` is a value of that attribute. A rule
    with ``field`` has no source: that field of the project names the person.
    """

    source: str
    where: dict[str, Condition] = {}
    manager_of: str | None = None
    up_to: dict[str, Condition] = {}
    reports_to: str | None = None
    depth: int | None = None
    and_self: bool = False
    each_attribute: str | None = None
    each_field: str | None = None
    field: str | None = None

    @property
    def is_by_project(self) -> bool:
        """Whether it finds other people for each project."""
        return self.each_attribute is not None or self.field is not None

    @property
    def needs_managers(self) -> bool:
        """Whether it finds people by way of others."""
        return self.manager_of is not None or self.reports_to is not None

    @property
    def attributes(self) -> frozenset[str]:
        """The attributes that this rule reads."""
        each = () if self.each_attribute is None else (self.each_attribute,)
        return frozenset((*self.where, *self.up_to, *(("manager",) if self.needs_managers else ()), *each))

    def __str__(self) -> str:
        if self.field is not None:
            return f"the rule for {self.field} of projects"
        if self.manager_of is not None:
            return f"the rule for managers of {self.manager_of} in {self.source}"
        if self.reports_to is not None:
            return f"the rule for reports of {self.reports_to} in {self.source}"
        return f"the rule for {', '.join(one.removeprefix('@') for one in sorted(self.where))} in {self.source}"
