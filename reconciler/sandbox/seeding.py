"""Writes a seed into the sandbox's database; it knows its tables and none of its rules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3

__all__ = ["SCHEMA", "fill"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS company (id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS person (id TEXT PRIMARY KEY, login TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS project (position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, active INTEGER NOT NULL,
    body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tool (position INTEGER PRIMARY KEY, type TEXT NOT NULL, provider TEXT NOT NULL,
    body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS template (position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, tool_type TEXT NOT NULL,
    body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS version (id TEXT PRIMARY KEY, template_id TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS preset (position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, project_id TEXT,
    template_id TEXT NOT NULL, tool_type TEXT NOT NULL, body TEXT NOT NULL, previous TEXT, written_at REAL);
CREATE INDEX IF NOT EXISTS preset_place ON preset (project_id, tool_type);
CREATE TABLE IF NOT EXISTS eligible (list TEXT NOT NULL, project_id TEXT, tool_type TEXT, person_ids TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS token (token TEXT PRIMARY KEY, ends_at REAL NOT NULL);
"""


def fill(database: sqlite3.Connection, seed: dict[str, Any]) -> None:
    """Write a seed (the shape is told in docs/sandbox.md) into an empty database."""
    execute = database.execute
    execute("BEGIN")
    company = seed["company"]
    execute("INSERT INTO company VALUES (?, ?)", (str(company["id"]), json.dumps(company)))
    database.executemany(
        "INSERT INTO person VALUES (?, ?, ?, ?)",
        ((str(one["id"]), one["login"], one["name"], json.dumps(one)) for one in seed.get("people", [])),
    )
    database.executemany(
        "INSERT INTO project (id, active, body) VALUES (?, ?, ?)",
        ((str(one["id"]), int(one.get("active", True)), json.dumps(one)) for one in seed.get("projects", [])),
    )
    _fill_workflows(database, seed)
    execute("COMMIT")


def _fill_workflows(database: sqlite3.Connection, seed: dict[str, Any]) -> None:
    many = database.executemany
    many(
        "INSERT INTO tool (type, provider, body) VALUES (?, ?, ?)",
        ((one["type"], one["provider"], json.dumps(one)) for one in seed.get("tools", [])),
    )
    tool_types = {}
    for template in seed.get("templates", []):
        versions = template.pop("versions")
        tool_types[str(template["id"])] = template["tool_type"]
        body = {
            **template,
            "versions": [{"id": str(one["id"]), "version": one["version"]} for one in versions],
        }
        many(
            "INSERT INTO template (id, tool_type, body) VALUES (?, ?, ?)",
            [(str(template["id"]), template["tool_type"], json.dumps(body))],
        )
        many(
            "INSERT INTO version VALUES (?, ?, ?)",
            ((str(one["id"]), str(template["id"]), json.dumps(one)) for one in versions),
        )
    many(
        "INSERT INTO preset (id, project_id, template_id, tool_type, body) VALUES (?, ?, ?, ?, ?)",
        (
            (
                str(one["id"]),
                _text(one.get("project_id")),
                str(one["template_id"]),
                tool_types[str(one["template_id"])],
                json.dumps(one),
            )
            for one in seed.get("presets", [])
        ),
    )
    many(
        "INSERT INTO eligible VALUES (?, ?, ?, ?)",
        (
            (one["list"], _text(one.get("project_id")), one.get("tool_type"), json.dumps(one["people"]))
            for one in seed.get("eligible", [])
        ),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
