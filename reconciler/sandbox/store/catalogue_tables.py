"""Tools, templates and their versions; all of it stays as it was seeded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3

__all__ = ["CORRESPONDENCE", "Catalogue", "Tool"]

_NOT_SHOWN = frozenset({"response_options", "due_in", "first_response_decides"})
CORRESPONDENCE = "correspondence"  # the one type of which each subtype is a tool of its own

Tool = tuple[str, int | None]


class Catalogue:
    """Tools as they were seeded, templates and versions by id."""

    def __init__(self, database: sqlite3.Connection) -> None:
        rows = database.execute("SELECT body FROM tool ORDER BY position")
        self.tools: list[dict[str, Any]] = [{"subtype": None, **json.loads(body)} for (body,) in rows]
        self._keys: set[Tool] = {(one["type"], one["subtype"]) for one in self.tools}
        rows = database.execute("SELECT id, body FROM template ORDER BY position")
        self._templates: dict[str, dict[str, Any]] = {one: json.loads(body) for one, body in rows}
        rows = database.execute("SELECT id, body FROM version")
        self._versions: dict[str, dict[str, Any]] = {one: json.loads(body) for one, body in rows}

    def has_tool(self, tool: Tool) -> bool:
        """Return whether there is such a tool."""
        return tool in self._keys

    def has_type(self, tool_type: str) -> bool:
        """Return whether there is a tool of this type, of any subtype."""
        return any(one == tool_type for one, _ in self._keys)

    def templates(self) -> list[dict[str, Any]]:
        """Return the company's templates; one saved on a project is not among them."""
        return [
            {key: value for key, value in one.items() if key != "project_id"}
            for one in self._templates.values()
            if one["project_id"] is None
        ]

    def has_template(self, template_id: str) -> bool:
        """Return whether there is such a template, saved on a project or not."""
        return template_id in self._templates

    def template(self, template_id: str) -> dict[str, Any]:
        """Return one template that exists, saved on a project or not."""
        return self._templates[template_id]

    def version(self, version_id: str) -> dict[str, Any] | None:
        """Return one version with its template's tool, or null for no such version."""
        version = self._versions.get(version_id)
        if version is None:
            return None
        steps = [{key: one[key] for key in one if key not in _NOT_SHOWN} for one in version["steps"]]
        return {**version, "steps": steps}

    def version_with_options(self, version_id: str) -> dict[str, Any] | None:
        """Return one version with what no call shows: the response options of each step, and when it is overdue."""
        return self._versions.get(version_id)

    def version_of_instance(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return the version that an instance runs on, with its options."""
        return self._versions[body["template_version_id"]]

    def published(self, template_id: str) -> dict[str, Any]:
        """Return the latest published version of a template; one without groups where nothing is published."""
        reference = self._templates[template_id]["latest_published_version"]
        nothing: dict[str, Any] = {"steps": [], "dynamic_steps": [], "responsible_groups": []}
        return nothing if reference is None else self._versions[reference["id"]]
