"""Defines routings: which step software answers, by which rules; decoded and placed, but not yet looked up."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from reconciler.model.diagnostics import Origin
from reconciler.model.member import Member
from reconciler.model.reference import Reference

__all__ = [
    "NOTHING",
    "UNDECIDED",
    "Condition",
    "Escalation",
    "Operand",
    "Operator",
    "Routing",
    "RoutingExample",
    "RoutingLimits",
    "RoutingMode",
    "Rule",
]

NOTHING = "nothing"
UNDECIDED = "undecided"

Operand = str | int | bool
Operator = Literal["equals", "at_least", "at_most", "above", "below", "between", "glob", "exists"]
RoutingMode = Literal["observe", "answer"]


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """A condition on one field, such as ``item.amount``.

    ``equals`` has any number of operands, of which one must be the value. ``between`` has two, ``exists`` none, and
    every other operator has one.
    """

    field: str
    operator: Operator
    operands: tuple[Operand, ...]
    origin: Origin


class RoutingExample(msgspec.Struct, frozen=True, kw_only=True):
    """Facts, and what a rule makes of them: the name of an option, ``nothing`` or ``undecided``."""

    facts: dict[str, Any]
    gives: str
    origin: Origin


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule: conditions with the option to respond, or the command of a program that decides.

    ``respond`` is the name of an option, null for a program.
    """

    name: str
    origin: Origin
    where: tuple[Condition, ...] = ()
    respond: str | None = None
    comment: str | None = None
    decide: tuple[str, ...] = ()
    examples: tuple[RoutingExample, ...] = ()


class RoutingLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How many answers a routing may give: beyond, they are held."""

    answers_per_hour: int = 200
    same_option_in_a_row: int = 50


class Escalation(msgspec.Struct, frozen=True, kw_only=True):
    """People who are added to a step that is overdue for longer than ``overdue_for`` seconds."""

    overdue_for: int
    add: tuple[Member, ...]
    reason: str
    origin: Origin


class Routing(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a template that an integration answers, by rules in their order.

    ``step`` is a name, which each version has at a uuid of its own. ``item_path`` is null where rules need no item.
    ``redact`` are fields that neither journal nor report may hold.
    """

    origin: Origin
    template: Reference
    tool: str | None
    step: str
    step_origin: Origin
    integration: Member
    fallback: tuple[Member, ...]
    rules: tuple[Rule, ...]
    mode: RoutingMode = "observe"
    limits: RoutingLimits = RoutingLimits()
    item_path: str | None = None
    item_origin: Origin | None = None
    escalate: Escalation | None = None
    own_items: bool = False
    redact: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The step as messages name it: ``ERP check of 'Invoice Approval'``."""
        return f"{self.step} of {self.template}"
