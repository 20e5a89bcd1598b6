"""Presets, and who may stand in them; here are the rules of writing."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.refusal import Refusal, short

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from reconciler.sandbox.request_bodies import AssigneesWrite, StepWrite
    from reconciler.sandbox.store.catalogue_tables import Catalogue, Tool
    from reconciler.sandbox.store.company import Company

__all__ = ["Presets"]

_ROLE = "responsible_role"


class Presets:
    """The presets by place; ``project_id`` null is the company. ``lag`` is in seconds."""

    def __init__(self, database: sqlite3.Connection, company: Company, catalogue: Catalogue, lag: float) -> None:
        self._database = database
        self._company = company
        self._catalogue = catalogue
        self._lag = lag

    def listed(self, project_id: str | None, tool: Tool) -> list[dict[str, Any]]:
        """Return the presets of one tool in one place, as lists show them."""
        return [self._listed(body) for body in self._bodies(project_id, tool)]

    def _bodies(self, project_id: str | None, tool: Tool) -> list[dict[str, Any]]:
        query = (
            "SELECT body FROM preset WHERE project_id IS ? AND tool_type = ? AND tool_subtype IS ? ORDER BY position"
        )
        return [json.loads(body) for (body,) in self._database.execute(query, (project_id, *tool))]

    def _listed(self, body: dict[str, Any]) -> dict[str, Any]:
        template = self._catalogue.template(body["template_id"])
        published = template["latest_published_version"]
        return {
            "id": body["id"],
            "valid": body["valid"],
            "default": body["default"],
            "template": {
                "id": template["id"],
                "name": template["name"],
                "last_published_version_id": None if published is None else published["id"],
                "format": template["format"],
            },
        }

    def one(self, project_id: str | None, preset_id: str) -> dict[str, Any]:
        """Return one preset as its own page shows it, as it was before a write that still lags."""
        return self._shown(self._body(project_id, preset_id, lagging=True))

    def _body(self, project_id: str | None, preset_id: str, *, lagging: bool) -> dict[str, Any]:
        query = "SELECT body, previous, written_at FROM preset WHERE id = ? AND project_id IS ?"
        row = self._database.execute(query, (preset_id, project_id)).fetchone()
        if row is None:
            raise Refusal(404, "no such preset")
        body, previous, written_at = row
        if lagging and self._lag and previous is not None and time.time() < written_at + self._lag:
            body = previous
        return json.loads(body)  # type: ignore[no-any-return]

    def _shown(self, body: dict[str, Any]) -> dict[str, Any]:
        people = self._company.people
        manager = people.get(body["workflow_manager_id"] or "")
        company = {"name": self._company.name}
        return {
            **self._listed(body),
            "created_at": body["created_at"],
            "updated_at": body["updated_at"],
            "workflow_manager": None if manager is None else {**manager, "company": company},
            "distribution_list": None,
            "responsible_group_memberships": [
                {"responsible_group_uuid": uuid, "assignees": [people[one] for one in ids]}
                for uuid, ids in body["groups"].items()
            ],
            "individual_assignees": self._enriched(body),
        }

    def _enriched(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        people = self._company.people
        return [
            {"step_uuid": step["step_uuid"], "logins": [{**people[one["id"]], **one} for one in step["logins"]]}
            for step in body["individual_assignees"]
        ]

    def eligible(self, which: str, project_id: str | None, tool: Tool) -> list[dict[str, Any]]:
        """Return who may be assigned (``possible_assignees``) or manage (``workflow_managers``).

        The narrowest list of the seed counts; without any, everybody who is active.
        """
        row = self._database.execute(
            "SELECT person_ids FROM eligible WHERE list = ? AND (project_id IS ? OR project_id IS NULL) "
            "AND (tool_type = ? OR tool_type IS NULL) AND (tool_subtype IS ? OR tool_subtype IS NULL) "
            "ORDER BY project_id IS NULL, tool_type IS NULL, tool_subtype IS NULL LIMIT 1",
            (which, project_id, *tool),
        ).fetchone()
        company = {"name": self._company.name}
        ids = self._company.active_people() if row is None else json.loads(row[0])
        return [{**self._company.people[one], "company": company} for one in ids]

    def set_default(self, project_id: str | None, preset_id: str, *, default: bool) -> dict[str, Any]:
        """Make a preset the one default of its tool and place, or no longer."""
        body = self._body(project_id, preset_id, lagging=False)
        if default:
            for other in self._bodies(project_id, self._tool(body)):
                if other["default"] and other["id"] != preset_id:
                    self._keep({**other, "default": False}, other)
        self._keep({**body, "default": default}, body)
        return self._shown({**body, "default": default})

    def replace_assignees(self, project_id: str | None, preset_id: str, write: AssigneesWrite) -> dict[str, Any]:
        """Replace the stored arrays by those given.

        A key left out keeps its value. A group left out loses its members.

        Raises Refusal, and changes nothing, where one of the rules forbids it.
        """
        body = self._body(project_id, preset_id, lagging=False)
        if self._catalogue.template(body["template_id"])["archived_at"]:
            raise Refusal(403, "the template is archived")
        new = dict(body)
        if write.groups is not None:
            new["groups"] = self._replaced(body, write.groups, project_id)
        if write.workflow_manager_id is not None:
            new["workflow_manager_id"] = self._manager(body, write.workflow_manager_id, project_id)
        if write.steps is not None:
            new["individual_assignees"] = self._steps(body, write.steps)
        self._keep(new, body)
        return {
            "workflow_manager_id": new["workflow_manager_id"],
            "responsible_group_memberships": [{"uuid": uuid, "login_ids": ids} for uuid, ids in new["groups"].items()],
            "individual_assignees": self._enriched(new),
        }

    def _tool(self, body: dict[str, Any]) -> Tool:
        template = self._catalogue.template(body["template_id"])
        return template["tool_type"], template["tool_subtype"]

    def _manager(self, body: dict[str, Any], manager_id: str, project_id: str | None) -> str:
        managers = {one["id"] for one in self.eligible("workflow_managers", project_id, self._tool(body))}
        if manager_id != body["workflow_manager_id"] and manager_id not in managers:
            raise Refusal(422, f"workflow_manager_id {short(manager_id)} may not be workflow manager")
        return manager_id

    def _replaced(
        self, body: dict[str, Any], groups: dict[str, list[str]], project_id: str | None
    ) -> dict[str, list[str]]:
        version = self._catalogue.published(body["template_id"])
        types = {group["uuid"]: group["type"].casefold() for group in version["responsible_groups"]}
        live: dict[str, list[str]] = body["groups"]
        possible = {one["id"] for one in self.eligible("possible_assignees", project_id, self._tool(body))}
        for uuid, ids in groups.items():
            _check_group(uuid, ids, types, live.get(uuid, []), possible)
        return {uuid: groups.get(uuid, []) for uuid in dict.fromkeys((*live, *groups))}

    def _steps(self, body: dict[str, Any], steps: Sequence[StepWrite]) -> list[dict[str, Any]]:
        version = self._catalogue.published(body["template_id"])
        known = {step["uuid"] for step in (*version["steps"], *version["dynamic_steps"])}
        # what was stored for an older version may be sent back as it was read
        known |= {step["step_uuid"] for step in body["individual_assignees"]}
        for step in steps:
            if step.step_uuid not in known:
                raise Refusal(422, f"unknown step {short(step.step_uuid)}")
            for login in step.logins:
                if login.id not in self._company.people:
                    raise Refusal(422, f"unknown login {short(login.id)}")
        return [
            {
                "step_uuid": step.step_uuid,
                "logins": [
                    {"id": login.id, "required": login.required, "role_type": login.role_type} for login in step.logins
                ],
            }
            for step in steps
        ]

    def _keep(self, new: dict[str, Any], previous: dict[str, Any]) -> None:
        self._database.execute(
            "UPDATE preset SET body = ?, previous = ?, written_at = ? WHERE id = ?",
            (json.dumps(new), json.dumps(previous), time.time(), new["id"]),
        )


def _check_group(uuid: str, ids: Sequence[str], types: dict[str, str], live: Sequence[str], possible: set[str]) -> None:
    if uuid not in types:
        raise Refusal(422, f"unknown responsible group {short(uuid)}")
    if len(set(ids)) != len(ids):
        raise Refusal(422, f"the same login twice in group {uuid}")
    if types[uuid] != _ROLE:
        if ids and set(ids) != set(live):
            raise Refusal(422, f"group {uuid} is not a responsible role")
        return
    beyond = [one for one in ids if one not in possible and one not in live]
    if beyond:
        raise Refusal(422, f"login {short(beyond[0])} is not a possible assignee")
