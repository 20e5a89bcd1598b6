"""Reads the bodies of writes as the service documents them; anything else is a 422."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.store import Refusal

__all__ = ["read_assignees"]

_KEYS = {"workflow_manager_id", "responsible_group_memberships", "individual_assignees"}
_ROLE_TYPES = {"responder", "commenter"}

Assignees = tuple[dict[str, list[str]] | None, str | None, list[dict[str, Any]] | None]


def read_assignees(body: Any) -> Assignees:
    """Give groups, workflow manager and individual assignees; null for each key that is left out."""
    if not isinstance(body, dict) or not body.keys() <= _KEYS:
        raise Refusal(422, f"expected an object with {', '.join(sorted(_KEYS))}")
    manager_id = body.get("workflow_manager_id")
    if manager_id is not None and not isinstance(manager_id, str):
        raise Refusal(422, "workflow_manager_id is a text")
    groups = body.get("responsible_group_memberships")
    steps = body.get("individual_assignees")
    return (
        None if groups is None else _groups(groups),
        manager_id,
        None if steps is None else [_step(step) for step in _list(steps, "individual_assignees")],
    )


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise Refusal(422, f"{name} is a list")
    return value


def _groups(value: Any) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for item in _list(value, "responsible_group_memberships"):
        if not isinstance(item, dict) or item.keys() != {"uuid", "login_ids"}:
            raise Refusal(422, "a membership has uuid and login_ids")
        ids = _list(item["login_ids"], "login_ids")
        if not isinstance(item["uuid"], str) or not all(isinstance(one, str) for one in ids):
            raise Refusal(422, "uuid and login_ids are texts")
        if item["uuid"] in groups:
            raise Refusal(422, f"group {item['uuid']} stands twice")
        groups[item["uuid"]] = ids
    return groups


def _step(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict) or item.keys() != {"step_uuid", "logins"}:
        raise Refusal(422, "an individual assignee has step_uuid and logins")
    logins = _list(item["logins"], "logins")
    for login in logins:
        if not isinstance(login, dict) or not {"id"} <= login.keys() <= {"id", "required", "role_type"}:
            raise Refusal(422, "a login has id, required and role_type")
        if login.get("role_type", "responder") not in _ROLE_TYPES:
            raise Refusal(422, "role_type is responder or commenter")
    return {"step_uuid": item["step_uuid"], "logins": logins}
