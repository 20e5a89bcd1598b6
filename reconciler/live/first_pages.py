"""Reads the first page of each list that commands need: enough to see whether an account may read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

import msgspec

from reconciler.live.answers import decode_answer
from reconciler.live.paths import company_path, directory_path, scope_path, tool_query
from reconciler.live.wire import ListedPreset, ProjectItem, TemplateItem, ToolItem, UserItem
from reconciler.model.live import Person, Project, Template, Tool

if TYPE_CHECKING:
    import httpx

    from reconciler.live.probe import Probe
    from reconciler.model.live import Place

__all__ = [
    "FirstPage",
    "read_companies",
    "read_inactive_users",
    "read_own_account",
    "read_people",
    "read_presets",
    "read_projects",
    "read_templates",
    "read_tools",
]

_PAGE = 100
Item = TypeVar("Item")


class FirstPage(NamedTuple, Generic[Item]):
    """The items of a first page; ``total`` is the length of the list, null where the service does not say."""

    items: list[Item]
    total: int | None

    @property
    def is_whole(self) -> bool:
        """Whether it is known to be all of the list."""
        return len(self.items) < _PAGE if self.total is None else len(self.items) >= self.total

    @property
    def size(self) -> str:
        """How many items the list holds, in words."""
        if self.total is not None:
            return f"{self.total:,}"
        return f"{len(self.items):,}{'' if self.is_whole else ' or more'}"


class _Account(msgspec.Struct):
    id: int | str
    login: str | None = None
    name: str | None = None


class _Company(msgspec.Struct):
    id: int | str
    name: str | None = None


class _Wrapped(msgspec.Struct, Generic[Item]):
    data: list[Item]


def read_own_account(probe: Probe) -> Person:
    """Return the account that the credentials belong to; no company is needed for that."""
    what = "the own account"
    account = decode_answer(probe.get("/rest/v1.0/me", what, of_company=False), _Account, what)
    return Person(str(account.id), account.login, account.name)


def read_companies(probe: Probe) -> FirstPage[tuple[str, str]]:
    """Return ids and names of the companies that the account sees; no company is needed for that."""
    what = "the list of companies"
    answer = probe.get(f"/rest/v1.0/companies?per_page={_PAGE}", what, of_company=False)
    found = decode_answer(answer, list[_Company], what)
    return FirstPage([(str(one.id), one.name or "") for one in found], _total(answer))


def read_tools(probe: Probe) -> dict[Tool, str]:
    """Return the tools, each with its provider."""
    what = "the list of tools"
    answer = probe.get(f"{company_path(probe.service.company_id)}/workflows/tools", what)
    return {one.value(): one.provider for one in decode_answer(answer, _Wrapped[ToolItem], what).data}


def read_templates(probe: Probe) -> FirstPage[Template]:
    """Return the first templates."""
    what = "the list of templates"
    answer = probe.get(f"{company_path(probe.service.company_id)}/workflows/templates?per_page={_PAGE}", what)
    found = decode_answer(answer, _Wrapped[TemplateItem], what).data
    return FirstPage([one.value() for one in found], _total(answer))


def read_projects(probe: Probe) -> FirstPage[Project]:
    """Return the first active projects."""
    what = "the list of projects"
    query = urlencode({"company_id": probe.service.company_id, "per_page": _PAGE})
    answer = probe.get(f"/rest/v1.1/projects?{query}", what)
    found = decode_answer(answer, list[ProjectItem], what)
    projects = [Project(id=str(one.id), name=one.name, number=one.project_number) for one in found]
    return FirstPage(projects, _total(answer))


def read_presets(probe: Probe, place: Place) -> FirstPage[ListedPreset]:
    """Return the first presets of a place."""
    what = "the list of presets"
    scope = scope_path(probe.service.company_id, place.project_id)
    query = tool_query(place.tool, "filters[tool_type]", "filters[tool_subtype]")
    answer = probe.get(f"{scope}/presets?{query}&per_page={_PAGE}", what)
    return FirstPage(decode_answer(answer, _Wrapped[ListedPreset], what).data, _total(answer))


def read_people(probe: Probe, place: Place, endpoint: str) -> FirstPage[Person]:
    """Return the first people of a list of a place: ``possible_assignees`` or ``workflow_managers``."""
    what = f"the list of {endpoint.replace('_', ' ')}"
    scope = scope_path(probe.service.company_id, place.project_id)
    query = tool_query(place.tool, "tool_type", "tool_subtype")
    answer = probe.get(f"{scope}/{endpoint}?{query}&per_page={_PAGE}", what)
    return FirstPage(decode_answer(answer, _Wrapped[Person], what).data, _total(answer))


def read_inactive_users(probe: Probe) -> FirstPage[UserItem]:
    """Return the first inactive users of the directory: the half that every plan reads."""
    what = "the directory"
    path = directory_path(probe.service.company_id, "v1.0", "users/inactive")
    answer = probe.get(f"{path}?per_page={_PAGE}", what)
    return FirstPage(decode_answer(answer, list[UserItem], what), _total(answer))


def _total(answer: httpx.Response) -> int | None:
    text = answer.headers.get("Total", "")
    return int(text) if text.isascii() and text.isdecimal() else None
