"""Reads running workflows: who I am, which instances wait for me, each of them, and the item it runs on."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

import msgspec

from reconciler.errors import AnswerError
from reconciler.live.answers import decode_answer
from reconciler.live.instance_wire import InstanceAnswer, InstanceItem, MeAnswer, StepsAnswer, VersionedTemplate
from reconciler.live.pages import PEOPLE, PROJECTS, UNPAGED, Paging
from reconciler.live.paths import projects_path, scope_path, tool_query
from reconciler.live.wire import ToolItem
from reconciler.model.live import Person

if TYPE_CHECKING:
    from reconciler.live.steps import Steps
    from reconciler.model.instances import Instance, ListedInstance, RoutedTemplate
    from reconciler.model.live import Place, Tool

__all__ = ["InstanceReader"]

LARGEST_ITEM: Final = 1024 * 1024
DEEPEST_ITEM: Final = 32
_FLOAT_DIGITS = 15
# an instance that slips from page to page is found by the next look
_INSTANCES = Paging(largest=100, checked=False)


class _Instance(msgspec.Struct):
    data: InstanceAnswer


class _Steps(msgspec.Struct):
    data: StepsAnswer


class InstanceReader:
    """Reads with one client; each call says what it was about where it fails."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def me(self) -> Person:
        """Return the account that signs in (docs/service.md section 3)."""
        what = "the own account"
        return decode_answer(self._steps.get("/rest/v1.0/me", what), MeAnswer, what).value()

    def providers(self) -> dict[Tool, str]:
        """Return ``Project`` or ``Company`` for each tool."""
        tools = self._steps.company_list("workflows/tools", list[ToolItem], "the list of tools", UNPAGED)
        return {one.value(): one.provider for one in tools}

    def templates(self) -> list[RoutedTemplate]:
        """Return all templates with their versions; the place of each has no project."""
        what = "the list of templates"
        return [one.value() for one in self._steps.company_list("workflows/templates", list[VersionedTemplate], what)]

    def step_names(self, version_id: str) -> dict[str, str]:
        """Return the names of the steps of one version by uuid, dynamic ones too."""
        what = f"template version {version_id}"
        path = f"{self._steps.company}/workflows/templates/versions/{quote(version_id, safe='')}"
        return decode_answer(self._steps.get(path, what), _Steps, what).data.names()

    def projects(self) -> dict[str, dict[str, Any]]:
        """Return all fields of the active projects, by id; numbers with a fraction are decimals."""
        what = "the list of projects"
        path = projects_path(self._steps.company_id)
        raw: list[dict[str, Any]] = self._steps.whole_list(path, list[dict[str, Any]], what, PROJECTS)
        found = {str(one.get("id")): _with_decimals(one) for one in raw if one.get("active", True)}
        return {key: one for key, one in found.items() if key.isascii() and key.isdecimal()}

    def waiting(self, place: Place, login_id: str) -> list[ListedInstance]:
        """Return the active instances of one tool in one place whose current step has this assignee."""
        tool = tool_query(place.tool, "filters[tool_type]", "filters[tool_subtype]")
        wanted = urlencode({"filters[assignee_id]": login_id, "filters[active]": "true"})
        what = f"the list of {place.tool} instances of {_where(place)}"
        path = f"{scope_path(self._steps.company_id, place.project_id)}/instances?{tool}&{wanted}"
        items = self._steps.whole_list(path, list[InstanceItem], what, _INSTANCES)
        return [one.value() for one in items]

    def instance(self, place: Place, instance_id: str) -> Instance:
        """Return one instance; raises RequestRefusedError when the service refuses it."""
        what = f"instance {instance_id} of {_where(place)}"
        path = f"{scope_path(self._steps.company_id, place.project_id)}/instances/{quote(instance_id, safe='')}"
        answer = decode_answer(self._steps.get(path, what), _Instance, what).data
        if answer.id != instance_id:
            raise AnswerError(f"{what}: the answer is about instance {answer.id}")
        return answer.value(place)

    def possible_assignees(self, place: Place) -> list[Person]:
        """Return who may be assigned on a tool in a place."""
        what = f"possible {place.tool} assignees of {_where(place)}"
        tool = tool_query(place.tool, "tool_type", "tool_subtype")
        path = f"{scope_path(self._steps.company_id, place.project_id)}/possible_assignees?{tool}"
        return self._steps.whole_list(path, list[Person], what, PEOPLE)

    def item(self, path: str) -> dict[str, Any]:
        """Return the JSON of an item, numbers with a fraction as decimals.

        Raises AnswerError for what is larger than 1 MiB, nested deeper than 32 levels, or not an object.
        """
        what = f"the item {path}"
        content = self._steps.get(path, what).content
        if len(content) > LARGEST_ITEM:
            raise AnswerError(f"{what}: more than {LARGEST_ITEM // 1024} KiB")
        try:
            item = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError, ValueError):
            raise AnswerError(f"{what}: the answer is not a JSON object") from None
        if _depth(item) > DEEPEST_ITEM:
            raise AnswerError(f"{what}: nested deeper than {DEEPEST_ITEM} levels")
        # v2.0 wraps a single item
        inner = item.get("data")
        return inner if isinstance(inner, dict) and len(item) == 1 else item


def _where(place: Place) -> str:
    return "the company" if place.project_id is None else f"project {place.project_id}"


def _depth(value: object) -> int:
    """Return how many mappings and lists are within each other, without recursion: it comes from outside."""
    deepest, left = 0, [(value, 1)]
    while left:
        one, depth = left.pop()
        if isinstance(one, dict | list):
            deepest = max(deepest, depth)
            left.extend((inner, depth + 1) for inner in (one.values() if isinstance(one, dict) else one))
    return deepest


def _with_decimals(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_decimals(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_decimals(one) for one in value]
    if isinstance(value, float):
        number = Decimal(repr(value))
        # beyond that a float may have lost digits, and such a number decides nothing
        return number if number.is_finite() and len(number.as_tuple().digits) <= _FLOAT_DIGITS else value
    return value
