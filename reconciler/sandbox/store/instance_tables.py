"""Running workflows: their steps, who is to respond, and the rules of responding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.sandbox.refusal import Refusal, short
from reconciler.sandbox.store.instance_rows import current_moment
from reconciler.sandbox.store.step_rules import (
    add_people,
    current_response,
    enter_step,
    is_open,
    shown_occurrence,
    shown_option,
    step_options,
    take_assignees_again,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.sandbox.request_bodies import AdditionalWrite, ResponseGiven
    from reconciler.sandbox.store.catalogue_tables import Catalogue, Tool
    from reconciler.sandbox.store.company import Company
    from reconciler.sandbox.store.instance_rows import InstanceRows

__all__ = ["Instances"]


class Instances:
    """The running and ended workflows by place; ``project_id`` null is the company."""

    def __init__(self, rows: InstanceRows, company: Company, catalogue: Catalogue) -> None:
        self._rows = rows
        self._company = company
        self._catalogue = catalogue

    def listed(self, project_id: str | None, tool: Tool, wanted: dict[str, str]) -> list[dict[str, Any]]:
        """Return the instances of one tool in one place, as lists show them.

        ``wanted`` may hold ``item_id``, ``assignee_id`` (of the current step), ``active`` and ``overdue``.
        """
        return [self._listed(one) for one in self._rows.of_tool(project_id, tool) if self._fits(one, wanted)]

    @staticmethod
    def _fits(body: dict[str, Any], wanted: dict[str, str]) -> bool:
        occurrence = body["occurrence"]
        assignees = {one["login_id"] for one in occurrence["responses"]} if occurrence else set()
        overdue_at = occurrence["overdue_at"] if occurrence else None
        facts = {
            "item_id": body["item_id"] == wanted.get("item_id"),
            "assignee_id": wanted.get("assignee_id") in assignees,
            "active": (body["ended_at"] is None) is (wanted.get("active") == "true"),
            "overdue": (overdue_at is not None and overdue_at < current_moment()) is (wanted.get("overdue") == "true"),
        }
        return all(facts[name] for name in wanted)

    def _listed(self, body: dict[str, Any]) -> dict[str, Any]:
        names = ("id", "item_id", "tool_type", "tool_subtype", "created_at", "updated_at", "started_at", "ended_at")
        return {**{name: body[name] for name in names}, "created_by": self._person(body["created_by"])}

    def one(self, project_id: str | None, instance_id: str) -> dict[str, Any]:
        """Return one instance as its own page shows it, as it was before a write that still lags."""
        return self._shown(self._rows.lagging(project_id, instance_id))

    def _shown(self, body: dict[str, Any]) -> dict[str, Any]:
        version = self._catalogue.version_of_instance(body)
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
        body = self._rows.current(project_id, instance_id)
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
        options = {one["id"]: one for one in step_options(occurrence, self._catalogue.version_of_instance(body))}
        if answer["option_id"] not in options:
            raise Refusal(422, f"unknown response option {short(given.selected_response_option_id)}")
        body["tokens"] += [token] if token else []
        self._store_response(body, own, answer, options)

    def _store_response(
        self, body: dict[str, Any], own: Sequence[dict[str, Any]], answer: dict[str, Any], options: dict[str, Any]
    ) -> None:
        """Store a response, and let the step lead on once everybody required has responded."""
        now = current_moment()
        for one in own:
            one |= {"submitted_at": now, **answer}
        occurrence = body["occurrence"]
        if not any(is_open(one) and one["required"] for one in occurrence["responses"]):
            enter_step(body, self._catalogue.version_of_instance(body), options[answer["option_id"]], now)
        self._rows.keep(body, now)

    def add_assignees(self, project_id: str | None, instance_id: str, write: AdditionalWrite) -> dict[str, Any]:
        """Add people to the current step."""
        body = self._rows.current(project_id, instance_id)
        occurrence = body["occurrence"]
        if occurrence is None or occurrence["id"] != write.step_occurrence_id:
            raise Refusal(422, "step_occurrence_id is not the current step")
        for one in write.assignee_ids:
            if one not in self._company.people:
                raise Refusal(422, f"unknown login {short(one)}")
        add_people(occurrence, write.assignee_ids, required=write.required and write.role_type == "responder")
        self._rows.keep(body, current_moment())
        return self._shown(body)

    def refresh(self, project_id: str | None, instance_id: str) -> dict[str, Any]:
        """Take the assignees of a blocked step from the preset again."""
        body = self._rows.current(project_id, instance_id)
        occurrence = body["occurrence"]
        if occurrence is None or occurrence["responses"]:
            raise Refusal(422, "the instance is not blocked")
        preset = self._rows.preset(body["template_id"], body["project_id"])
        if not take_assignees_again(body, self._catalogue.version_of_instance(body), preset):
            raise Refusal(422, "the step still has no assignee")
        self._rows.keep(body, current_moment())
        return self._shown(body)

    def history(self, project_id: str | None, instance_id: str) -> dict[str, Any]:
        """Return how far an instance is, and each response so far, as it was before a write that still lags."""
        body = self._rows.lagging(project_id, instance_id)
        occurrence = body["occurrence"]
        blocked = bool(occurrence) and not occurrence["responses"]
        status = "blocked" if blocked else "in_progress" if occurrence else "complete"
        if status == "in_progress" and occurrence["overdue_at"] and occurrence["overdue_at"] < current_moment():
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
                        "selected_response_option": shown_option(one, given, self._catalogue.version_of_instance(body)),
                        "comment": given["comment"],
                    },
                }
                for one in done
                for given in one["responses"]
                if not is_open(given)
            ],
        }

    def _person(self, login_id: str) -> dict[str, Any]:
        return dict(self._company.people[login_id])


def _of(occurrence: dict[str, Any], login_id: str) -> list[dict[str, Any]]:
    return [one for one in occurrence["responses"] if one["login_id"] == login_id]
