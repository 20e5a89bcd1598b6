"""Reads what there is to choose from, tools and assigned templates, for an account no document speaks of yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.live.answers import refuse_twice
from reconciler.live.reading import Reader
from reconciler.live.wire import TemplateItem
from reconciler.model.live import Account, Catalogue

if TYPE_CHECKING:
    from reconciler.model.live import Project

__all__ = ["AccountReader"]


class _AssignedTemplate(TemplateItem):
    assigned_projects_count: int | None = None


class _ToolItem(msgspec.Struct):
    type: str
    provider: str


class AccountReader(Reader):
    """A reader that can be asked without documents."""

    def account(self) -> Account:
        """Read tools and templates, and projects where any tool is one of projects (each list once).

        The list of tools alone tells which endpoints serve a template (api.md section 1).
        """
        self._tell("tools", 0, 0)
        tools = self._list(f"{self._company}/workflows/tools", list[_ToolItem], "the list of tools")
        self._tell("templates", 0, 0)
        items = self._list(f"{self._company}/workflows/templates", list[_AssignedTemplate], "the list of templates")
        refuse_twice((item.id for item in items), "the list of templates")
        providers = {tool.type: tool.provider for tool in tools}
        projects: list[Project] = []
        if any(providers.get(item.tool_type) == "Project" for item in items):
            self._tell("projects", 0, 0)
            projects = self._projects(frozenset())
        return Account(
            catalogue=Catalogue(templates=tuple(item.value() for item in items), projects=tuple(projects)),
            providers=providers,
            unassigned=frozenset(item.id for item in items if item.assigned_projects_count == 0),
        )
