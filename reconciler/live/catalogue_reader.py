"""Reads templates, their versions and projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from reconciler.errors import AnswerError
from reconciler.live.answers import decode_answer, refuse_twice
from reconciler.live.pages import PROJECTS
from reconciler.live.paths import projects_path
from reconciler.live.wire import (
    ProjectItem,
    TemplateItem,
    VersionAnswer,
    project_value,
)
from reconciler.model.live import (
    Catalogue,
    Project,
    Template,
    Version,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.live.steps import Steps

__all__ = ["CatalogueReader"]


class _VersionData(msgspec.Struct):
    data: VersionAnswer


class CatalogueReader:
    """Reads what there is to choose from."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def catalogue(self, *, with_projects: bool, fields: frozenset[str] | None) -> Catalogue:
        """Read all templates, and all projects where any document names one (each list once)."""
        self._steps.tell("templates", 0, 0)
        templates = self._steps.company_list("workflows/templates", list[TemplateItem], "the list of templates")
        refuse_twice((item.id for item in templates), "the list of templates")
        projects: list[Project] = []
        if with_projects:
            self._steps.tell("projects", 0, 0)
            projects = self.projects(fields)
        return Catalogue(templates=tuple(item.value() for item in templates), projects=tuple(projects))

    def projects(self, fields: frozenset[str] | None) -> list[Project]:
        """Read all projects, with the fields named (null: all)."""
        what = "the list of projects"
        raw = self._steps.whole_list(projects_path(self._steps.company_id), list[dict[str, Any]], what, PROJECTS)
        try:
            items = msgspec.convert(raw, list[ProjectItem])
        except msgspec.ValidationError as error:
            raise AnswerError(f"{what}: the answer is not what the service documents: {error}") from None
        refuse_twice((str(item.id) for item in items), what)
        return [project_value(one, item, fields) for one, item in zip(raw, items, strict=True)]

    def versions(self, templates: Sequence[Template]) -> list[Version]:
        """Read the latest published version of each template, once."""
        return self.versions_by_id([template.version_id for template in templates if template.version_id])

    def versions_by_id(self, version_ids: Sequence[str]) -> list[Version]:
        """Read these versions: a template may be published while presets are being read."""
        return self._steps.side_by_side("template versions", self._version, version_ids)

    def _version(self, version_id: str) -> Version:
        what = f"template version {version_id}"
        path = f"{self._steps.company}/workflows/templates/versions/{quote(version_id, safe='')}"
        response = self._steps.get(path, what)
        self._steps.count(1)
        version = decode_answer(response, _VersionData, what).data.value()
        refuse_twice((group.uuid for group in version.groups), what)
        return version
