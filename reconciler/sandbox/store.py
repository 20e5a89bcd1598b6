"""Keeps the sandbox's company in SQLite, in memory or in a file; it knows the rules of writing, not HTTP."""

from __future__ import annotations

import json
import sqlite3
import time
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.seeding import SCHEMA, fill

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Refusal", "Store"]

_FIRST_USER_ID = 700_000


class Refusal(Exception):  # noqa: N818 - a rule of the service, not a failure of the sandbox
    """What the service answers instead: an HTTP status and a message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Store:
    """One company. ``lag`` is how many seconds a written preset is still read as it was before."""

    def __init__(self, path: str = ":memory:", *, lag: float = 0.0) -> None:
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.executescript(SCHEMA)
        self._lag = lag
        self._people: dict[str, dict[str, Any]] = {}
        self._company: Any = None
        self._remember_people()

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was seeded yet."""
        return self._one("SELECT id FROM company") is None

    def _remember_people(self) -> None:
        for login_id, login, name in self._database.execute("SELECT id, login, name FROM person"):
            self._people[login_id] = {"id": login_id, "login": login, "name": name}

    def _one(self, query: str, *values: object) -> Any:
        return self._database.execute(query, values).fetchone()

    def seed(self, seed: dict[str, Any]) -> None:
        """Take in a seed (the shape is told in docs/sandbox.md)."""
        fill(self._database, seed)
        self._remember_people()

    def company(self) -> Any:
        """Give the company."""
        if self._company is None:
            self._company = json.loads(self._one("SELECT body FROM company")[0])
        return self._company

    def keep_token(self, token: str, ends_at: float) -> None:
        """Remember a token given out."""
        self._database.execute("INSERT INTO token VALUES (?, ?)", (token, ends_at))

    def token_is_good(self, token: str, now: float) -> bool:
        """Tell whether a token was given out and has not ended."""
        row = self._one("SELECT ends_at FROM token WHERE token = ?", token)
        return row is not None and now < row[0]

    def projects(self, status: str) -> list[dict[str, Any]]:
        """Give the projects, ``All``, ``Active`` or ``Inactive``."""
        wanted = {"All": (0, 1), "Active": (1, 1), "Inactive": (0, 0)}[status]
        query = "SELECT body FROM project WHERE active IN (?, ?) ORDER BY position"
        return [json.loads(body) for (body,) in self._database.execute(query, wanted)]

    def has_project(self, project_id: str) -> bool:
        """Tell whether there is such a project."""
        return self._one("SELECT id FROM project WHERE id = ?", project_id) is not None

    def tools(self) -> list[dict[str, Any]]:
        """Give the tools."""
        return [json.loads(body) for (body,) in self._database.execute("SELECT body FROM tool ORDER BY position")]

    def provider(self, tool_type: str) -> str | None:
        """Give ``Project`` or ``Company``, or null for no such tool."""
        row = self._one("SELECT provider FROM tool WHERE type = ?", tool_type)
        return None if row is None else row[0]

    def templates(self) -> list[dict[str, Any]]:
        """Give the templates."""
        rows = self._database.execute("SELECT body FROM template ORDER BY position")
        return [json.loads(body) for (body,) in rows]

    def template(self, template_id: str) -> dict[str, Any]:
        """Give one template that exists."""
        row = self._one("SELECT body FROM template WHERE id = ?", template_id)
        return json.loads(row[0])  # type: ignore[no-any-return]

    def version(self, version_id: str) -> dict[str, Any] | None:
        """Give one version with its template's tool."""
        row = self._one("SELECT body, template_id FROM version WHERE id = ?", version_id)
        if row is None:
            return None
        template = self.template(row[1])
        return {
            "tool_type": template["tool_type"],
            "tool_subtype": template.get("tool_subtype"),
            **json.loads(row[0]),
        }

    def presets(self, project_id: str | None, tool_type: str) -> list[dict[str, Any]]:
        """Give the presets of one tool in one project, or of the company, as lists show them."""
        query = "SELECT body, template_id FROM preset WHERE project_id IS ? AND tool_type = ? ORDER BY position"
        rows = self._database.execute(query, (project_id, tool_type))
        return [self._listed(json.loads(body), template_id) for body, template_id in rows]

    def _listed(self, preset: dict[str, Any], template_id: str) -> dict[str, Any]:
        return {
            "id": str(preset["id"]),
            "valid": preset.get("valid", True),
            "default": preset.get("default", False),
            "template": self._template_reference(template_id),
        }

    def _template_reference(self, template_id: str) -> dict[str, Any]:
        template = self.template(template_id)
        published = template.get("latest_published_version") or {}
        return {
            "id": template_id,
            "name": template["name"],
            "last_published_version_id": published.get("id"),
            "format": template.get("format", "linear"),
        }

    def preset(self, project_id: str | None, preset_id: str) -> dict[str, Any] | None:
        """Give one preset as its own page shows it, as it was before a write that still lags."""
        body = self._body(project_id, preset_id, lagging=True)
        return None if body is None else self._shown(body)

    def _body(self, project_id: str | None, preset_id: str, *, lagging: bool) -> dict[str, Any] | None:
        row = self._one(
            "SELECT body, previous, written_at, template_id FROM preset WHERE id = ? AND project_id IS ?",
            preset_id,
            project_id,
        )
        if row is None:
            return None
        body, previous, written_at, template_id = row
        if lagging and self._lag and previous is not None and time.time() < written_at + self._lag:
            body = previous
        return {**json.loads(body), "template_id": template_id}

    def _shown(self, body: dict[str, Any]) -> dict[str, Any]:
        manager = self._people.get(_text(body.get("workflow_manager_id")) or "")
        company = {"name": self.company()["name"]}
        return {
            **self._listed(body, body["template_id"]),
            "created_at": body.get("created_at", "2026-01-05T08:00:00Z"),
            "updated_at": body.get("updated_at", "2026-01-05T08:00:00Z"),
            "workflow_manager": None if manager is None else {**manager, "company": company},
            "distribution_list": None,
            "responsible_group_memberships": [
                {"responsible_group_uuid": uuid, "assignees": [self._people[str(one)] for one in ids]}
                for uuid, ids in body.get("groups", {}).items()
            ],
            "individual_assignees": [
                {
                    "step_uuid": step["step_uuid"],
                    "logins": [{**self._people[str(one["id"])], **one, "id": str(one["id"])} for one in step["logins"]],
                }
                for step in body.get("individual_assignees", [])
            ],
        }

    def eligible(self, which: str, project_id: str | None, tool_type: str) -> list[dict[str, Any]]:
        """Give who may be assigned (``possible_assignees``) or manage (``workflow_managers``).

        The narrowest list of the seed counts; without any, everybody who is active.
        """
        row = self._one(
            "SELECT person_ids FROM eligible WHERE list = ? AND (project_id IS ? OR project_id IS NULL) "
            "AND (tool_type = ? OR tool_type IS NULL) ORDER BY project_id IS NULL, tool_type IS NULL LIMIT 1",
            which,
            project_id,
            tool_type,
        )
        company = {"name": self.company()["name"]}
        if row is not None:
            ids: Iterable[str] = (str(one) for one in json.loads(row[0]))
        else:
            query = "SELECT id FROM person WHERE COALESCE(json_extract(body, '$.active'), 1) ORDER BY rowid"
            ids = [one for (one,) in self._database.execute(query)]
        return [{**self._people[one], "company": company} for one in ids]

    def directory(self, *, active: bool) -> list[dict[str, Any]]:
        """Give one half of the directory; a user's id is another one than the login id (api.md section 3)."""
        query = "SELECT rowid, body FROM person WHERE COALESCE(json_extract(body, '$.active'), 1) = ? ORDER BY rowid"
        return [
            _user(row, json.loads(body), active=active) for row, body in self._database.execute(query, (int(active),))
        ]

    def set_default(self, project_id: str | None, preset_id: str, *, default: bool) -> dict[str, Any]:
        """Make a preset the default of its tool and place, or no longer."""
        body = self._body(project_id, preset_id, lagging=False)
        if body is None:
            raise Refusal(404, "no such preset")
        self._keep({**body, "default": default}, json.dumps(body))
        return self._shown({**body, "default": default})

    def replace_assignees(
        self,
        project_id: str | None,
        preset_id: str,
        groups: dict[str, list[str]] | None,
        manager_id: str | None,
        individual: list[dict[str, Any]] | None,
    ) -> dict[str, Any]:
        """Replace the stored arrays by those given (null: keep); a group left out loses its members."""
        body = self._body(project_id, preset_id, lagging=False)
        if body is None:
            raise Refusal(404, "no such preset")
        if self.template(body["template_id"]).get("archived_at"):
            raise Refusal(403, "the template is archived")
        new = dict(body)
        if groups is not None:
            new["groups"] = self._replaced(body, groups, project_id)
        if manager_id is not None:
            managers = self.eligible("workflow_managers", project_id, self.template(body["template_id"])["tool_type"])
            unchanged = manager_id == _text(body.get("workflow_manager_id"))
            if not unchanged and manager_id not in {one["id"] for one in managers}:
                raise Refusal(422, f"workflow_manager_id {manager_id} may not be workflow manager")
            new["workflow_manager_id"] = manager_id
        if individual is not None:
            new["individual_assignees"] = individual
        self._keep(new, json.dumps(body))
        return {
            "workflow_manager_id": _text(new.get("workflow_manager_id")),
            "responsible_group_memberships": [
                {"uuid": uuid, "login_ids": [str(one) for one in ids]} for uuid, ids in new["groups"].items()
            ],
            "individual_assignees": new.get("individual_assignees", []),
        }

    def _replaced(
        self, body: dict[str, Any], groups: dict[str, list[str]], project_id: str | None
    ) -> dict[str, list[str]]:
        template = self.template(body["template_id"])
        version = self.version(template["latest_published_version"]["id"]) or {}
        types = {group["uuid"]: group["type"].casefold() for group in version["responsible_groups"]}
        live = {uuid: [str(one) for one in ids] for uuid, ids in body.get("groups", {}).items()}
        possible = {one["id"] for one in self.eligible("possible_assignees", project_id, template["tool_type"])}
        for uuid, ids in groups.items():
            self._check_group(uuid, ids, types, live.get(uuid, []), possible)
        return {uuid: groups.get(uuid, []) for uuid in dict.fromkeys((*live, *groups))}

    @staticmethod
    def _check_group(
        uuid: str, ids: Sequence[str], types: dict[str, str], live: Sequence[str], possible: set[str]
    ) -> None:
        if uuid not in types:
            raise Refusal(422, f"unknown responsible group {uuid}")
        if len(set(ids)) != len(ids):
            raise Refusal(422, f"the same login twice in group {uuid}")
        if types[uuid] != "responsible_role":
            if ids and set(ids) != set(live):
                raise Refusal(422, f"group {uuid} is not a responsible role")
            return
        beyond = [one for one in ids if one not in possible and one not in live]
        if beyond:
            raise Refusal(422, f"login {beyond[0]} is not a possible assignee")

    def _keep(self, new: dict[str, Any], previous: str) -> None:
        preset_id = str(new["id"])
        self._database.execute(
            "UPDATE preset SET body = ?, previous = ?, written_at = ? WHERE id = ?",
            (json.dumps(new), previous, time.time(), preset_id),
        )


def _user(row: int, person: dict[str, Any], *, active: bool) -> dict[str, Any]:
    return {
        "id": _FIRST_USER_ID + row,
        "email_address": person["login"],
        "name": person["name"],
        "employee_id": person.get("employee_id"),
        "is_active": active,
        "is_employee": person.get("is_employee", True),
        "job_title": person.get("job_title"),
        "vendor": None,
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
