"""Running workflows: their steps, who is to respond, and the rules of responding."""

from __future__ import annotations

import itertools
import json
import time
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.refusal import Refusal, short
from reconciler.sandbox.request_bodies import ResponseGiven
from reconciler.sandbox.store.step_rules import (
    add_people,
    begin_instance,
    current_response,
    enter_step,
    is_open,
    shown_occurrence,
    shown_option,
    step_options,
    take_assignees_again,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from reconciler.sandbox.request_bodies import AdditionalWrite
    from reconciler.sandbox.store.catalogue_tables import Catalogue, Tool
    from reconciler.sandbox.store.company import Company

__all__ = ["Instances"]

_FIRST_ID = 600_001


class Instances:
    """The running and ended workflows by place; ``project_id`` null is the company. ``lag`` is in seconds."""

    def __init__(self, database: sqlite3.Connection, company: Company, catalogue: Catalogue, lag: float) -> None:
        self._database = database
        self._company = company
        self._catalogue = catalogue
        self._lag = lag

    def listed(self, project_id: str | None, tool: Tool, wanted: dict[str, str]) -> list[dict[str, Any]]:
        """Return the instances of one tool in one place, as lists show them.

        ``wanted`` may hold ``item_id``, ``assignee_id`` (of the current step), ``active`` and ``overdue``.
        """
        found = (self._as_read(row) for row in self._rows(project_id, tool))
        return [self._listed(one) for one in found if self._fits(one, wanted)]

    def _rows(self, project_id: str | None, tool: Tool) -> list[tuple[Any, ...]]:
        where = "tool_type = ? AND tool_subtype IS ?"
        arguments: tuple[object, ...] = tool
        if project_id is not None or not self._company.lists_project_instances:
            where, arguments = f"{where} AND project_id IS ?", (*tool, project_id)
        query = f"SELECT body, previous, written_at FROM instance WHERE {where} ORDER BY position"  # noqa: S608
        return self._database.execute(query, arguments).fetchall()

    def _as_read(self, row: tuple[Any, ...]) -> dict[str, Any]:
        body, previous, written_at = row
        if self._lag and previous is not None and time.time() < written_at + self._lag:
            body = previous
        return json.loads(body)  # type: ignore[no-any-return]

    @staticmethod
    def _fits(body: dict[str, Any], wanted: dict[str, str]) -> bool:
        occurrence = body["occurrence"]
        assignees = {one["login_id"] for one in occurrence["responses"]} if occurrence else set()
        overdue_at = occurrence["overdue_at"] if occurrence else None
        facts = {
            "item_id": body["item_id"] == wanted.get("item_id"),
            "assignee_id": wanted.get("assignee_id") in assignees,
            "active": (body["ended_at"] is None) is (wanted.get("active") == "true"),
            "overdue": (overdue_at is not None and overdue_at < _moment(time.time()))
            is (wanted.get("overdue") == "true"),
        }
        return all(facts[name] for name in wanted)

    def _listed(self, body: dict[str, Any]) -> dict[str, Any]:
        names = ("id", "item_id", "tool_type", "tool_subtype", "created_at", "updated_at", "started_at", "ended_at")
        return {**{name: body[name] for name in names}, "created_by": self._person(body["created_by"])}

    def one(self, project_id: str | None, instance_id: str) -> dict[str, Any]:
        """Return one instance as its own page shows it, as it was before a write that still lags."""
        return self._shown(self._as_read(self._row(project_id, instance_id)))

    def _row(self, project_id: str | None, instance_id: str) -> tuple[Any, ...]:
        query = "SELECT body, previous, written_at, project_id FROM instance WHERE id = ?"
        row = self._database.execute(query, (instance_id,)).fetchone()
        everywhere = project_id is None and self._company.lists_project_instances
        if row is None or (row[3] != project_id and not everywhere):
            raise Refusal(404, "no such instance")
        return row[:3]  # type: ignore[no-any-return]

    def _body(self, project_id: str | None, instance_id: str) -> dict[str, Any]:
        return json.loads(self._row(project_id, instance_id)[0])  # type: ignore[no-any-return]

    def _shown(self, body: dict[str, Any]) -> dict[str, Any]:
        version = self._version(body)
        names = {one["uuid"]: one["name"] for one in version["responsible_groups"]}
        people = dict.fromkeys(one for ids in body["groups"].values() for one in ids)
        occurrence = body["occurrence"]
        if occurrence:
            people |= dict.fromkeys(one["login_id"] for one in occurrence["responses"])
        manager = body["workflow_manager_id"]
        return {
            **self._listed(body),
            "template_version_id": body["template_version_id"],
            "workflow_manager": None if manager is None else self._person(manager),
            "responsible_group_memberships": [
                {
                    "responsible_group_uuid": uuid,
                    "name": names.get(uuid, ""),
                    "assignees": [self._person(one) for one in ids],
                }
                for uuid, ids in body["groups"].items()
            ],
            "all_assignees": [self._person(one) for one in people],
            "current_step_occurrence": occurrence and shown_occurrence(occurrence, version, self._person),
        }

    def respond(
        self, project_id: str | None, instance_id: str, login_id: str, given: ResponseGiven, token: str | None
    ) -> None:
        """Store one person's response to the current step; the identical one again changes nothing.

        Raises Refusal, and changes nothing, where one of the rules forbids it.
        """
        body = self._body(project_id, instance_id)
        if token and self._company.replays_tokens and token in body["tokens"]:
            return
        answer = {"option_id": given.selected_response_option_id, "comment": given.comment or None}
        occurrence = body["occurrence"]
        if occurrence is None or occurrence["id"] != given.current_step_occurrence_id:
            past = [one for one in body["past"] if one["id"] == given.current_step_occurrence_id]
            if answer not in [current_response(one) for step in past for one in _of(step, login_id)]:
                raise Refusal(422, "current_step_occurrence_id is not the current step")
            return
        own = _of(occurrence, login_id)
        if not own:
            raise Refusal(403, "only an assignee of the step may respond")
        stored = [current_response(one) for one in own if not is_open(one)]
        if stored:
            if answer not in stored:
                raise Refusal(422, "there is another response already")
            return
        options = {one["id"]: one for one in step_options(occurrence, self._version(body))}
        if answer["option_id"] not in options:
            raise Refusal(422, f"unknown response option {short(given.selected_response_option_id)}")
        body["tokens"] += [token] if token else []
        self._store_response(body, own, answer, options)

    def _store_response(
        self, body: dict[str, Any], own: Sequence[dict[str, Any]], answer: dict[str, Any], options: dict[str, Any]
    ) -> None:
        """Store a response, and let the step lead on once everybody required has responded."""
        now = _moment(time.time())
        for one in own:
            one |= {"submitted_at": now, **answer}
        occurrence = body["occurrence"]
        if not any(is_open(one) and one["required"] for one in occurrence["responses"]):
            enter_step(body, self._version(body), options[answer["option_id"]], now)
        self._keep(body, now)

    def add_assignees(self, project_id: str | None, instance_id: str, write: AdditionalWrite) -> dict[str, Any]:
        """Add people to the current step."""
        body = self._body(project_id, instance_id)
        occurrence = body["occurrence"]
        if occurrence is None or occurrence["id"] != write.step_occurrence_id:
            raise Refusal(422, "step_occurrence_id is not the current step")
        for one in write.assignee_ids:
            if one not in self._company.people:
                raise Refusal(422, f"unknown login {short(one)}")
        add_people(occurrence, write.assignee_ids, required=write.required and write.role_type == "responder")
        self._keep(body, _moment(time.time()))
        return self._shown(body)

    def refresh(self, project_id: str | None, instance_id: str) -> dict[str, Any]:
        """Take the assignees of a blocked step from the preset again."""
        body = self._body(project_id, instance_id)
        occurrence = body["occurrence"]
        if occurrence is None or occurrence["responses"]:
            raise Refusal(422, "the instance is not blocked")
        preset = self._preset(body["template_id"], body["project_id"])
        if not take_assignees_again(body, self._version(body), preset):
            raise Refusal(422, "the step still has no assignee")
        self._keep(body, _moment(time.time()))
        return self._shown(body)

    def history(self, project_id: str | None, instance_id: str) -> dict[str, Any]:
        """Return how far an instance is, and each response so far, as it was before a write that still lags."""
        body = self._as_read(self._row(project_id, instance_id))
        occurrence = body["occurrence"]
        blocked = bool(occurrence) and not occurrence["responses"]
        status = "blocked" if blocked else "in_progress" if occurrence else "complete"
        if status == "in_progress" and occurrence["overdue_at"] and occurrence["overdue_at"] < _moment(time.time()):
            status = "overdue"
        done = [*body["past"], *((occurrence,) if occurrence else ())]
        return {
            "status": status,
            "blocked_reason": "no assignee" if blocked else None,
            "blocked_is_retriable": blocked,
            "history": [
                {
                    "type": "response",
                    "details": {
                        "step": one["name"],
                        "assignee": self._person(given["login_id"]),
                        "submitted_at": given["submitted_at"],
                        "selected_response_option": shown_option(one, given, self._version(body)),
                        "comment": given["comment"],
                    },
                }
                for one in done
                for given in one["responses"]
                if not is_open(given)
            ],
        }

    def start(self, started: dict[str, Any], position: int | None = None) -> str:
        """Start a workflow on an item as the seed has it, or as a person would; return its id.

        ``position`` is its place in lists, null the last one. Raises Refusal for an id that leads nowhere, and for one
        that another instance has or had.
        """
        project = None if started.get("project_id") is None else str(started["project_id"])
        template, version = self._started_version(started)
        if project is not None and not self._company.has_project(project):
            raise Refusal(422, f"unknown project {short(project)}")
        if str(started["created_by"]) not in self._company.people:
            raise Refusal(422, f"unknown login {short(str(started['created_by']))}")
        identifier = self._new_id() if started.get("id") is None else str(started["id"])
        if self._is_taken(identifier):
            raise Refusal(422, f"the id {short(identifier)} is taken")
        now = str(started.get("started_at") or _moment(time.time()))
        preset = self._preset(template["id"], project)
        body = begin_instance({**started, "id": identifier}, template, version, preset, now)
        self._database.execute(
            "INSERT INTO instance (position, id, project_id, tool_type, tool_subtype, body) VALUES (?, ?, ?, ?, ?, ?)",
            (position, identifier, project, template["tool_type"], template["tool_subtype"], json.dumps(body)),
        )
        return identifier

    def _started_version(self, started: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the template to start from and its version, the published one unless another is named."""
        template_id = str(started["template_id"])
        if not self._catalogue.has_template(template_id):
            raise Refusal(422, f"unknown template {short(template_id)}")
        template = self._catalogue.template(template_id)
        if started.get("template_version_id") is None:
            if template["latest_published_version"] is None:
                raise Refusal(422, f"template {template_id} has no published version")
            return template, self._catalogue.published(template_id)
        version_id = str(started["template_version_id"])
        version = self._catalogue.version_with_options(version_id)
        if version is None or version_id not in {one["id"] for one in template["versions"]}:
            raise Refusal(422, f"template {template_id} has no version {short(version_id)}")
        return template, version

    def _new_id(self) -> str:
        """Return an id that no instance has, and that none had which was deleted."""
        (count,) = self._database.execute("SELECT coalesce(max(position), 0) FROM instance").fetchone()
        numbers = itertools.count(_FIRST_ID + count)
        return next(one for one in map(str, numbers) if not self._is_taken(one))

    def _is_taken(self, instance_id: str) -> bool:
        query = "SELECT 1 FROM instance WHERE id = ?1 UNION SELECT 1 FROM deleted_instance WHERE id = ?1"
        return self._database.execute(query, (instance_id,)).fetchone() is not None

    def delete(self, instance_id: str) -> None:
        """Remove an instance, as a click in the web interface does."""
        self._any(instance_id)
        self._database.execute("DELETE FROM instance WHERE id = ?", (instance_id,))
        self._database.execute("INSERT INTO deleted_instance VALUES (?)", (instance_id,))

    def restart(self, instance_id: str) -> None:
        """Begin again at the first step, as a click in the web interface does."""
        body = self._any(instance_id)
        enter_step(body, self._version(body), None, _moment(time.time()))
        self._keep(body, _moment(time.time()))

    def respond_as(self, instance_id: str, login_id: str, option: str, comment: str | None) -> None:
        """Respond as somebody else would in the web interface, with an option by its name."""
        body = self._running(instance_id)
        occurrence = body["occurrence"]
        named = [one["id"] for one in step_options(occurrence, self._version(body)) if one["name"] == option]
        (found,) = named[:1] or [option]
        given = ResponseGiven(occurrence["id"], found, {}, comment)
        self.respond(body["project_id"], instance_id, login_id, given, None)

    def remove_assignee(self, instance_id: str, login_id: str) -> None:
        """Take somebody out of the current step, as replacing people in the web interface does."""
        body = self._running(instance_id)
        responses = body["occurrence"]["responses"]
        body["occurrence"]["responses"] = [one for one in responses if one["login_id"] != login_id]
        self._keep(body, _moment(time.time()))

    def _any(self, instance_id: str) -> dict[str, Any]:
        row = self._database.execute("SELECT body FROM instance WHERE id = ?", (instance_id,)).fetchone()
        if row is None:
            raise Refusal(404, "no such instance")
        return json.loads(row[0])  # type: ignore[no-any-return]

    def _running(self, instance_id: str) -> dict[str, Any]:
        body = self._any(instance_id)
        if body["occurrence"] is None:
            raise Refusal(422, "the instance has ended")
        return body

    def _version(self, body: dict[str, Any]) -> dict[str, Any]:
        version = self._catalogue.version_with_options(body["template_version_id"])
        assert version is not None  # noqa: S101 - it was there when the instance started
        return version

    def _preset(self, template_id: str, project_id: str | None) -> dict[str, Any] | None:
        query = "SELECT body FROM preset WHERE project_id IS ?"
        bodies: Iterable[dict[str, Any]] = (
            json.loads(body) for (body,) in self._database.execute(query, (project_id,))
        )
        return next((one for one in bodies if one["template_id"] == template_id), None)

    def _person(self, login_id: str) -> dict[str, Any]:
        return dict(self._company.people[login_id])

    def _keep(self, body: dict[str, Any], now: str) -> None:
        body["updated_at"] = now
        query = "SELECT body FROM instance WHERE id = ?"
        (previous,) = self._database.execute(query, (body["id"],)).fetchone()
        self._database.execute(
            "UPDATE instance SET body = ?, previous = ?, written_at = ? WHERE id = ?",
            (json.dumps(body), previous, time.time(), body["id"]),
        )


def _of(occurrence: dict[str, Any], login_id: str) -> list[dict[str, Any]]:
    return [one for one in occurrence["responses"] if one["login_id"] == login_id]


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
