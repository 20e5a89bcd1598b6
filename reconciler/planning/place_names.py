"""People's words for the addresses of presets, as the service names templates and projects now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.titles import name_projects, name_templates

if TYPE_CHECKING:
    from reconciler.model.live import Catalogue

__all__ = ["PlaceNames"]


class PlaceNames:
    """People's words for addresses."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._projects = {key: one.title for key, one in name_projects(catalogue.projects).items()}
        self._templates = {key: one.title for key, one in name_templates(catalogue.templates).items()}

    def of(self, address: str) -> str:
        """Return template and project, or company."""
        scope, _, template_id = address.partition("/templates/")
        project_id = scope.partition("/")[2]
        place = self._projects.get(project_id, project_id) or "company"
        return f"{self._templates.get(template_id, template_id)} · {place}"
