"""Rules that find people by what a source says of them; nobody is looked for here."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Condition", "Rule", "fingerprint"]

_SHOWN_DIGITS = 16


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
    """

    source: str
    where: dict[str, Condition] = {}
    manager_of: str | None = None
    up_to: dict[str, Condition] = {}
    reports_to: str | None = None
    depth: int | None = None
    and_self: bool = False

    @property
    def attributes(self) -> frozenset[str]:
        """The attributes that this rule reads."""
        managed = self.manager_of is not None or self.reports_to is not None
        return frozenset((*self.where, *self.up_to, *(("manager",) if managed else ())))

    def __str__(self) -> str:
        if self.manager_of is not None:
            return f"the rule for managers of {self.manager_of} in {self.source}"
        if self.reports_to is not None:
            return f"the rule for reports of {self.reports_to} in {self.source}"
        return f"the rule for {', '.join(sorted(self.where))} in {self.source}"


def fingerprint(rules: Iterable[Rule], excluded: Iterable[Rule] = (), *limits: int | None) -> str:
    """Return the digest of what rules say, in any order: 16 hexadecimal digits.

    Fields that are not set do not count, so a new kind of rule leaves the digests of others as they are.
    """
    said = [sorted(map(_canonical, rules)), sorted(map(_canonical, excluded)), list(limits)]
    return sha256(msgspec.json.encode(said)).hexdigest()[:_SHOWN_DIGITS]


def _canonical(rule: Rule) -> str:
    ordered = msgspec.structs.replace(rule, where=_ordered(rule.where), up_to=_ordered(rule.up_to))
    return msgspec.json.encode(ordered, order="deterministic").decode()


def _ordered(conditions: dict[str, Condition]) -> dict[str, Condition]:
    return {
        name: msgspec.structs.replace(
            one, values=tuple(sorted(set(one.values))), excluded=tuple(sorted(set(one.excluded)))
        )
        for name, one in conditions.items()
    }
