"""Defines running workflows as the service shows them, reduced to what routing uses."""

from __future__ import annotations

import msgspec

from reconciler.model.live import Place

__all__ = [
    "INSTANCE_FIELDS",
    "Instance",
    "ListedInstance",
    "Response",
    "ResponseOption",
    "RoutedTemplate",
    "StepOccurrence",
]

# what an instance shows of itself that rules may read
INSTANCE_FIELDS = ("id", "item_id", "created_at", "updated_at", "started_at")


class ResponseOption(msgspec.Struct, frozen=True):
    """One of the options of a step; an id, and a name that people see."""

    id: str
    name: str


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """The response of one assignee of a step; ``submitted_at`` is null while it is open.

    ``option_id`` is null too while it is open.
    """

    login_id: str
    submitted_at: str | None = None
    option_id: str | None = None
    comment: str | None = None


class StepOccurrence(msgspec.Struct, frozen=True, kw_only=True):
    """A step that an instance has reached; ``name`` is as the instance shows it, null where it does not."""

    id: str
    step_uuid: str
    name: str | None
    started_at: str | None
    overdue_at: str | None
    options: tuple[ResponseOption, ...]
    responses: tuple[Response, ...]

    def of(self, login_id: str) -> tuple[Response, ...]:
        """Return the responses of one person: several where they are in the step more than once."""
        return tuple(one for one in self.responses if one.login_id == login_id)


class ListedInstance(msgspec.Struct, frozen=True, kw_only=True):
    """An instance as lists show it."""

    id: str
    updated_at: str | None


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """An instance as its own page shows it; ``step`` is null once it has ended.

    ``facts`` are its own fields that rules may read.
    """

    id: str
    place: Place
    item_id: str
    version_id: str
    created_by: str | None
    updated_at: str | None
    step: StepOccurrence | None
    facts: dict[str, str | None] = {}


class RoutedTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """A template with all of its versions, the latest published one apart."""

    id: str
    name: str
    place: Place
    versions: frozenset[str]
    published: str | None
