"""Reads the tools and assigned templates of an account, for commands that need no documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.live.answers import refuse_twice
from reconciler.live.pages import UNPAGED
from reconciler.live.reader import Reader
from reconciler.live.wire import TemplateItem, ToolItem
from reconciler.model.live import Account, Catalogue

if TYPE_CHECKING:
    from reconciler.model.live import Project

__all__ = ["AccountReader"]


class AccountReader(Reader):
    """A reader that can be asked without documents."""

    def account(self) -> Account:
        """Read tools and templates, and projects where any tool is one of projects (each list once).

        The list of tools alone tells which endpoints serve a template (docs/service.md section 1).
        """
        self.steps.tell("tools", 0, 0)
        tools = self.steps.company_list("workflows/tools", list[ToolItem], "the list of tools", UNPAGED)
        self.steps.tell("templates", 0, 0)
        items = self.steps.company_list("workflows/templates", list[TemplateItem], "the list of templates")
        refuse_twice((item.id for item in items), "the list of templates")
        templates = tuple(item.value() for item in items)
        providers = {tool.value(): tool.provider for tool in tools}
        projects: list[Project] = []
        if any(providers.get(template.tool) == "Project" for template in templates):
            self.steps.tell("projects", 0, 0)
            projects = self._catalogue.projects(frozenset())
        return Account(catalogue=Catalogue(templates=templates, projects=tuple(projects)), providers=providers)
