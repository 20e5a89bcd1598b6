"""The rules by which an instance goes from step to step; it knows neither tables nor HTTP."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "add_people", "begin_instance", "current_response", "enter_step", "is_open", "shown_occurrence", "shown_option",
    "step_options", "take_assignees_again",
]  # fmt: skip

_Body = dict[str, Any]


def begin_instance(started: _Body, template: _Body, version: _Body, preset: _Body | None, now: str) -> _Body:
    """Return a new instance at its first step; it copies the preset's people."""
    creator = str(started["created_by"])
    groups: dict[str, list[str]] = {one["uuid"]: [] for one in version["responsible_groups"]}
    copied = {uuid: ids for uuid, ids in (preset["groups"] if preset else {}).items() if uuid in groups}
    body: _Body = {
        "id": started["id"],
        "project_id": None if started.get("project_id") is None else str(started["project_id"]),
        "template_id": template["id"],
        "template_version_id": version["id"],
        "tool_type": template["tool_type"],
        "tool_subtype": template["tool_subtype"],
        "item_id": str(started["item_id"]),
        "created_by": creator,
        "created_at": now,
        "updated_at": now,
        "started_at": now,
        "ended_at": None,
        "workflow_manager_id": preset["workflow_manager_id"] if preset else None,
        "groups": {**groups, **copied},
        "individual": preset["individual_assignees"] if preset else [],
        "occurrence": None,
        "past": [],
        "tokens": [],
    }
    enter_step(body, version, None, now)
    return body


def enter_step(body: _Body, version: _Body, option: _Body | None, now: str) -> None:
    """Move an instance on: to the step that the option names, the next one, or the end.

    An option without a step of its own leads to the next one if it approves, else to the end. Null begins again.
    """
    current = body["occurrence"]
    steps = version["steps"]
    target = _target(steps, current, option)
    number = len(body["past"]) + 1
    if current is not None:
        body["past"].append(current)
        number += 1
    if target is None:
        body |= {"occurrence": None, "ended_at": now}
        return
    due_in = target.get("due_in")
    body["ended_at"] = None
    body["occurrence"] = {
        "id": f"{body['id']}-{number}",
        "step_uuid": target["uuid"],
        "name": target["name"],
        "started_at": now,
        "overdue_at": None if due_in is None else _after(now, due_in),
        "responses": [],
        "places": 0,
    }
    _take_assignees(body, target)


def _target(steps: list[_Body], current: _Body | None, option: _Body | None) -> _Body | None:
    if option is None or current is None:
        return steps[0] if steps else None
    if option["goes_to"] is not None:
        return next((one for one in steps if one["uuid"] == option["goes_to"]), None)
    if option["response_type"] != "approve":
        return None
    index = next(number for number, one in enumerate(steps) if one["uuid"] == current["step_uuid"])
    return steps[index + 1] if index + 1 < len(steps) else None


def _take_assignees(body: _Body, step: _Body) -> None:
    occurrence = body["occurrence"]
    everybody = not step.get("first_response_decides", False)
    for group in step["responsible_groups"]:
        add_people(occurrence, body["groups"].get(group["uuid"], []), required=everybody)
    for one in body["individual"]:
        if one["step_uuid"] == step["uuid"]:
            for login in one["logins"]:
                is_required = login["required"] and login["role_type"] == "responder"
                add_people(occurrence, [login["id"]], required=is_required)


def take_assignees_again(body: _Body, version: _Body, preset: _Body | None) -> bool:
    """Copy the preset's people and let those of the current step respond; return whether there are any."""
    if preset is not None:
        body["groups"] = {uuid: preset["groups"].get(uuid, []) for uuid in body["groups"]}
        body["individual"] = preset["individual_assignees"]
    step = next(one for one in version["steps"] if one["uuid"] == body["occurrence"]["step_uuid"])
    _take_assignees(body, step)
    return bool(body["occurrence"]["responses"])


def add_people(occurrence: _Body, login_ids: Iterable[str], *, required: bool) -> None:
    """Let people respond to a step; somebody who is in it by a group and alone has two places."""
    for login_id in login_ids:
        occurrence["places"] += 1  # counted, so that somebody new never has the id of somebody who was removed
        occurrence["responses"].append(
            {
                "id": f"{occurrence['id']}-{occurrence['places']}",
                "login_id": login_id,
                "required": required,
                "submitted_at": None,
                "option_id": None,
                "comment": None,
            }
        )


def is_open(response: _Body) -> bool:
    """Return whether somebody has not responded yet."""
    return response["submitted_at"] is None


def current_response(response: _Body) -> _Body:
    """Return what somebody responded."""
    return {"option_id": response["option_id"], "comment": response["comment"]}


def shown_occurrence(occurrence: _Body, version: _Body, person: Callable[[str], _Body]) -> _Body:
    """Return a step as the page of its instance shows it."""
    return {
        "id": occurrence["id"],
        "step_uuid": occurrence["step_uuid"],
        "name": occurrence["name"],
        "started_at": occurrence["started_at"],
        "overdue_at": occurrence["overdue_at"],
        "step_histories": [],
        "available_response_options": [_as_option(one) for one in step_options(occurrence, version)],
        "individual_assignees": [],
        "response_occurrences": [
            {
                "id": one["id"],
                "submitted_at": one["submitted_at"],
                "selected_response_option": shown_option(occurrence, one, version),
                "comment": one["comment"],
                "assignee": {**person(one["login_id"]), "required": one["required"]},
            }
            for one in occurrence["responses"]
        ],
    }


def shown_option(occurrence: _Body, response: _Body, version: _Body) -> _Body | None:
    """Return the option that somebody chose."""
    chosen = (one for one in step_options(occurrence, version) if one["id"] == response["option_id"])
    return next((_as_option(one) for one in chosen), None)


def step_options(occurrence: _Body, version: _Body) -> list[_Body]:
    """Return the options of a step, each with where it leads."""
    step = next((one for one in version["steps"] if one["uuid"] == occurrence["step_uuid"]), None)
    return [] if step is None else step["response_options"]


def _as_option(option: _Body) -> _Body:
    return {name: option[name] for name in ("id", "response_type", "name")}


def _after(now: str, seconds: float) -> str:
    moment = datetime.datetime.fromisoformat(now) + datetime.timedelta(seconds=seconds)
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
