"""Writes a seed into the sandbox's tables, ids as text and defaults filled in; it knows none of the rules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reconciler.errors import FileError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

__all__ = ["create_tables", "fill"]

_RELEASE = 3
_CREATED_AT = "2026-01-05T08:00:00Z"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS company (id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS person (position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS project (position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tool (position INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS template (position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS version (id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS preset (position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, project_id TEXT,
    tool_type TEXT NOT NULL, tool_subtype INTEGER, body TEXT NOT NULL, previous TEXT, written_at REAL);
CREATE INDEX IF NOT EXISTS preset_place ON preset (project_id, tool_type, tool_subtype);
CREATE TABLE IF NOT EXISTS instance (position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, project_id TEXT,
    tool_type TEXT NOT NULL, tool_subtype INTEGER, body TEXT NOT NULL, previous TEXT, written_at REAL);
CREATE INDEX IF NOT EXISTS instance_place ON instance (project_id, tool_type, tool_subtype);
CREATE TABLE IF NOT EXISTS deleted_instance (id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS item (path TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS eligible (list TEXT NOT NULL, project_id TEXT, tool_type TEXT, tool_subtype INTEGER,
    person_ids TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS token (token TEXT PRIMARY KEY, client_id TEXT NOT NULL, ends_at REAL NOT NULL);
"""


def create_tables(database: sqlite3.Connection, path: str) -> None:
    """Create what is missing; raises FileError for the file of another release."""
    tables = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    (release,) = database.execute("PRAGMA user_version").fetchone()
    if tables and release != _RELEASE:
        raise FileError(
            f"{path} was not written by this release of the sandbox: "
            "name another file with --state, or remove it to start from the seed"
        )
    database.executescript(f"{_SCHEMA} PRAGMA user_version = {_RELEASE};")


def fill(database: sqlite3.Connection, seed: dict[str, Any]) -> None:
    """Write a seed (docs/sandbox.md shows the shape) into empty tables."""
    execute, many = database.execute, database.executemany
    company = seed["company"]
    execute("BEGIN")
    execute("INSERT INTO company VALUES (?, ?)", (str(company["id"]), json.dumps(company)))
    for part, table in (("people", "person"), ("projects", "project")):
        rows = ((str(one["id"]), json.dumps(one)) for one in seed.get(part, []))
        many(f"INSERT INTO {table} (id, body) VALUES (?, ?)", rows)  # noqa: S608 - our own names
    many("INSERT INTO tool (body) VALUES (?)", ((json.dumps(one),) for one in seed.get("tools", [])))
    templates = {str(one["id"]): one for one in seed.get("templates", [])}
    presets = seed.get("presets", [])
    _fill_templates(database, templates, presets)
    many(
        "INSERT INTO preset (id, project_id, tool_type, tool_subtype, body) VALUES (?, ?, ?, ?, ?)",
        (_preset_row(one, templates[str(one["template_id"])]) for one in presets),
    )
    many(
        "INSERT INTO eligible VALUES (?, ?, ?, ?, ?)",
        (
            (
                one["list"],
                _text(one.get("project_id")),
                one.get("tool_type"),
                one.get("tool_subtype"),
                json.dumps(_texts(one["people"])),
            )
            for one in seed.get("eligible", [])
        ),
    )
    many("INSERT INTO item VALUES (?, ?)", ((one["path"], json.dumps(one["body"])) for one in seed.get("items", [])))
    execute("COMMIT")


def _fill_templates(
    database: sqlite3.Connection, templates: dict[str, dict[str, Any]], presets: list[dict[str, Any]]
) -> None:
    places: dict[str, set[str]] = {one: set() for one in templates}
    for preset in presets:
        if preset.get("project_id") is not None:
            places[str(preset["template_id"])].add(str(preset["project_id"]))
    for template_id, template in templates.items():
        body = {
            **template,
            "assigned_projects_count": template.get("assigned_projects_count", len(places[template_id])),
        }
        body = {**_template(body), "id": template_id, "project_id": _text(template.get("project_id"))}
        row = (template_id, json.dumps(body))
        database.execute("INSERT INTO template (id, body) VALUES (?, ?)", row)
        for version in template["versions"]:
            row = (str(version["id"]), json.dumps(_version(template, version)))
            database.execute("INSERT INTO version VALUES (?, ?)", row)


def _template(template: dict[str, Any]) -> dict[str, Any]:
    published = template.get("latest_published_version")
    return {
        "tool_subtype": None,
        "archived_at": None,
        "created_at": _CREATED_AT,
        "updated_at": _CREATED_AT,
        "format": "linear",
        **template,
        "latest_published_version": None if published is None else _reference(published),
        "versions": [_reference(one) for one in template["versions"]],
    }


def _reference(version: dict[str, Any]) -> dict[str, str]:
    return {"id": str(version["id"]), "version": str(version["version"])}


def _version(template: dict[str, Any], version: dict[str, Any]) -> dict[str, Any]:
    groups = {one["uuid"]: one for one in version["responsible_groups"]}
    steps = [
        {
            "type": "STANDARD",
            **step,
            "responsible_groups": [groups[one] for one in step.get("responsible_groups", [])],
            "response_options": _options(step),
        }
        for step in version.get("steps", [])
    ]
    return {
        "tool_type": template["tool_type"],
        "tool_subtype": template.get("tool_subtype"),
        "created_at": template.get("created_at", _CREATED_AT),
        "updated_at": template.get("updated_at", _CREATED_AT),
        "format": template.get("format", "linear"),
        "flow_visualizer_settings": None,
        "dynamic_steps": [],
        **version,
        **_reference(version),
        "steps": steps,
    }


def _options(step: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the response options of a step; without any, it is approved or rejected."""
    plain = [
        {"id": f"{step['uuid']}-{kind}", "name": kind.capitalize(), "response_type": kind}
        for kind in ("approve", "reject")
    ]
    return [
        {"response_type": "approve", "goes_to": None, **one, "id": str(one["id"])}
        for one in step.get("response_options") or plain
    ]


def _preset_row(preset: dict[str, Any], template: dict[str, Any]) -> tuple[object, ...]:
    body = {
        "valid": True,
        "default": False,
        "created_at": _CREATED_AT,
        "updated_at": _CREATED_AT,
        **preset,
        "id": str(preset["id"]),
        "template_id": str(preset["template_id"]),
        "workflow_manager_id": _text(preset.get("workflow_manager_id")),
        "groups": {uuid: _texts(ids) for uuid, ids in preset.get("groups", {}).items()},
        "individual_assignees": [
            {"step_uuid": step["step_uuid"], "logins": [_login(one) for one in step["logins"]]}
            for step in preset.get("individual_assignees", [])
        ],
    }
    place = _text(preset.get("project_id"))
    return body["id"], place, template["tool_type"], template.get("tool_subtype"), json.dumps(body)


def _login(login: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "role_type": "responder", **login, "id": str(login["id"])}


def _texts(values: Iterable[object]) -> list[str]:
    return [str(one) for one in values]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
