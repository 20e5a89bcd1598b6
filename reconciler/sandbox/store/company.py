"""Shows the company, its projects and its directory to the v1.x calls; all of it stays as it was seeded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3

__all__ = ["Company"]

_FIRST_CONTACT_ID = 800_000
_ACCOUNT_ID = 900_000
_COMPACT = ("id", "name", "display_name", "project_number", "active")


class Company:
    """The company's own facts, its people by login id, its projects by id."""

    def __init__(self, database: sqlite3.Connection) -> None:
        (body,) = database.execute("SELECT body FROM company").fetchone()
        company = json.loads(body)
        self.id = str(company["id"])
        self.name: str = company["name"]
        self.page_caps: dict[str, int] = company.get("page_caps", {})
        self.clients: dict[str, str] = company.get("clients", {"sandbox": "sandbox"})
        self.lists_project_instances: bool = company.get("lists_project_instances", False)
        self.replays_tokens: bool = company.get("replays_tokens", False)
        self._accounts = {client: str(one) for client, one in company.get("accounts", {}).items()}
        rows = database.execute("SELECT id, body FROM person ORDER BY position")
        self._directory: dict[str, dict[str, Any]] = {one: json.loads(body) for one, body in rows}
        self.people = {
            one: {"id": one, "login": person["login"], "name": person["name"]}
            for one, person in self._directory.items()
        }
        rows = database.execute("SELECT id, body FROM project ORDER BY position")
        self._projects: dict[str, dict[str, Any]] = {
            one: {"active": True, **json.loads(body), "id": int(one)} for one, body in rows
        }

    def account(self, client_id: str) -> dict[str, Any]:
        """Return the login of a client's account: a person of the seed, or else an invented one."""
        known = self.people.get(self._accounts.get(client_id, ""))
        if known is not None:
            return {**known, "id": int(known["id"])}
        number = next(one for one in range(_ACCOUNT_ID, 2 * _ACCOUNT_ID) if str(one) not in self.people)
        return {"id": number, "login": f"{client_id}@service.test", "name": "Service account"}

    def active_people(self) -> list[str]:
        """Return the login ids of everybody who is active."""
        return [one for one, person in self._directory.items() if person.get("active", True)]

    def has_project(self, project_id: str) -> bool:
        """Return whether there is such a project."""
        return project_id in self._projects

    def projects(self, status: str, filters: dict[str, set[str]], view: str) -> list[Any]:
        """Return projects, ``All``, ``Active`` or ``Inactive``.

        ``filters`` maps a field to the texts it may be. ``view`` is ``ids`` (bare numbers), ``compact``, ``normal`` or
        ``extended``. The last two are the same here.
        """
        found = [
            one
            for one in self._projects.values()
            if (status == "All" or one["active"] is (status == "Active"))
            and all(str(one.get(field)) in wanted for field, wanted in filters.items())
        ]
        if view == "ids":
            return [one["id"] for one in found]
        if view == "compact":
            return [{key: one[key] for key in _COMPACT if key in one} for one in found]
        return found

    def users(self, search: str | None, *, active: bool) -> list[dict[str, Any]]:
        """Return one half of the directory, or what of it holds a text in name or e-mail."""
        users = [
            self._user(one, position)
            for position, (one, person) in enumerate(self._directory.items())
            if person.get("active", True) is active
        ]
        if search is None:
            return users
        wanted = search.casefold()
        return [one for one in users if wanted in f"{one['name']} {one['email_address']}".casefold()]

    def _user(self, login_id: str, position: int) -> dict[str, Any]:
        person = self._directory[login_id]
        first, _, last = person["name"].rpartition(" ")
        return {
            "id": self._user_id(login_id),
            "contact_id": _FIRST_CONTACT_ID + position,
            "email_address": person["login"],
            "name": person["name"],
            "first_name": first,
            "last_name": last,
            "employee_id": person.get("employee_id"),
            "is_active": person.get("active", True),
            "is_employee": person.get("is_employee", True),
            "job_title": person.get("job_title"),
            "vendor": None,
            "permission_template": None,
            "last_login_at": None,
        }

    def _user_id(self, login_id: str) -> int:
        """Return the number the directory knows a person by: the login id, unless the seed gives another."""
        return int(self._directory[login_id].get("user_id") or login_id)

    def assignments(self, user_id: str) -> list[dict[str, Any]] | None:
        """Return the projects of a user with roles and permission template, or null for no such user."""
        for login_id, person in self._directory.items():
            if str(self._user_id(login_id)) == user_id:
                ids = self._projects if "projects" not in person else map(str, person["projects"])
                return [self._assignment(self._projects[one]) for one in ids]
        return None

    @staticmethod
    def _assignment(project: dict[str, Any]) -> dict[str, Any]:
        shown = {key: project.get(key) for key in _COMPACT}
        return {**shown, "is_assigned": True, "roles": [], "permission_template": None}
