"""The service's answers about running workflows (docs/service.md section 3), reduced to what is used."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta

from reconciler.model.instances import (
    INSTANCE_FIELDS,
    Instance,
    ListedInstance,
    Response,
    ResponseOption,
    RoutedTemplate,
    StepOccurrence,
)
from reconciler.model.live import Person, Place, Tool

__all__ = ["InstanceAnswer", "InstanceItem", "MeAnswer", "StepsAnswer", "VersionedTemplate"]

# ids travel on into paths of later requests, so nothing but plain characters is taken for one
_Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
_AnyId = _Id | int
_Subtype = int | Annotated[str, Meta(pattern=r"^[0-9]{1,18}$")]


class MeAnswer(msgspec.Struct):
    """The own account (v1.0: the id is an integer)."""

    id: int | _Id
    login: str
    name: str | None = None

    def value(self) -> Person:
        """Return the person."""
        return Person(str(self.id), self.login, self.name or self.login)


class _Reference(msgspec.Struct):
    id: _Id


class VersionedTemplate(msgspec.Struct):
    """An item of the list of templates, with its versions."""

    id: _Id
    name: str
    tool_type: str
    tool_subtype: _Subtype | None = None
    latest_published_version: _Reference | None = None
    versions: list[_Reference] = []

    def value(self) -> RoutedTemplate:
        """Return the template."""
        published = self.latest_published_version
        known = {one.id for one in self.versions} | ({published.id} if published else set())
        subtype = None if self.tool_subtype is None else int(self.tool_subtype)
        return RoutedTemplate(
            id=self.id,
            name=self.name,
            place=Place(None, Tool(self.tool_type, subtype)),
            versions=frozenset(known),
            published=published.id if published else None,
        )


class _NamedStep(msgspec.Struct):
    uuid: str
    name: str


class StepsAnswer(msgspec.Struct):
    """The steps of a version."""

    steps: list[_NamedStep] = []
    dynamic_steps: list[_NamedStep] = []

    def names(self) -> dict[str, str]:
        """Return the names by uuid."""
        return {one.uuid: one.name for one in (*self.steps, *self.dynamic_steps)}


class InstanceItem(msgspec.Struct):
    """An item of the list of instances."""

    id: _Id
    updated_at: Any = None

    def value(self) -> ListedInstance:
        """Return the item; without a moment it is read whenever it is listed."""
        return ListedInstance(id=self.id, updated_at=_text(self.updated_at))


class _Option(msgspec.Struct):
    id: _AnyId
    name: str


class _Assignee(msgspec.Struct):
    id: _AnyId


class _Response(msgspec.Struct):
    assignee: _Assignee
    submitted_at: str | None = None
    selected_response_option: _Option | None = None
    comment: str | None = None

    def value(self) -> Response:
        chosen = self.selected_response_option
        return Response(
            login_id=str(self.assignee.id),
            submitted_at=self.submitted_at,
            option_id=None if chosen is None else str(chosen.id),
            comment=self.comment or None,
        )


class _Occurrence(msgspec.Struct):
    id: _Id
    step_uuid: str
    response_occurrences: list[_Response]
    name: str | None = None
    started_at: str | None = None
    overdue_at: str | None = None
    available_response_options: list[_Option] | msgspec.UnsetType = UNSET
    # the name that the older guide has
    available_responses: list[_Option] | msgspec.UnsetType = UNSET

    def value(self) -> StepOccurrence:
        options = self.available_response_options or self.available_responses or []
        return StepOccurrence(
            id=self.id,
            step_uuid=self.step_uuid,
            name=self.name,
            started_at=self.started_at,
            overdue_at=self.overdue_at,
            options=tuple(ResponseOption(str(one.id), one.name) for one in options),
            responses=tuple(one.value() for one in self.response_occurrences),
        )


class InstanceAnswer(msgspec.Struct):
    """One instance; an absent current step is none, and a step without its list of responses is refused."""

    id: _Id
    item_id: _AnyId
    template_version_id: _AnyId
    current_step_occurrence: _Occurrence | None = None
    created_by: Any = None
    created_at: str | None = None
    updated_at: str | None = None
    started_at: str | None = None
    ended_at: str | None = None

    def value(self, place: Place) -> Instance:
        """Return the instance of a place."""
        creator = self.created_by.get("id") if isinstance(self.created_by, dict) else self.created_by
        current = self.current_step_occurrence
        return Instance(
            id=self.id,
            place=place,
            item_id=str(self.item_id),
            version_id=str(self.template_version_id),
            created_by=str(creator) if isinstance(creator, str | int) else None,
            updated_at=self.updated_at,
            step=None if current is None or self.ended_at is not None else current.value(),
            facts={name: _fact(getattr(self, name)) for name in INSTANCE_FIELDS},
        )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _fact(value: object) -> str | None:
    return None if value is None else str(value)
