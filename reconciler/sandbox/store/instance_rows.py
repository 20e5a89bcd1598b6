"""Instances as rows in SQLite: found by place and id, read with a lag, kept, added and removed."""

from __future__ import annotations

import itertools
import json
import time
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.refusal import Refusal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from reconciler.sandbox.store.catalogue_tables import Tool
    from reconciler.sandbox.store.company import Company

__all__ = ["InstanceRows", "current_moment"]

_FIRST_ID = 600_001


class InstanceRows:
    """Bodies of instances by place; ``project_id`` null is the company. ``lag`` is in seconds."""

    def __init__(self, database: sqlite3.Connection, company: Company, lag: float) -> None:
        self._database = database
        self._company = company
        self._lag = lag

    def of_tool(self, project_id: str | None, tool: Tool) -> list[dict[str, Any]]:
        """Return the instances of one tool in one place, as they were before a write that still lags."""
        where = "tool_type = ? AND tool_subtype IS ?"
        arguments: tuple[object, ...] = tool
        if project_id is not None or not self._company.lists_project_instances:
            where, arguments = f"{where} AND project_id IS ?", (*tool, project_id)
        query = f"SELECT body, previous, written_at FROM instance WHERE {where} ORDER BY position"  # noqa: S608
        return [self._as_read(row) for row in self._database.execute(query, arguments).fetchall()]

    def lagging(self, project_id: str | None, instance_id: str) -> dict[str, Any]:
        """Return one instance as it was before a write that still lags; raises Refusal for no such instance."""
        return self._as_read(self._row(project_id, instance_id))

    def current(self, project_id: str | None, instance_id: str) -> dict[str, Any]:
        """Return one instance as it is; raises Refusal for no such instance in this place."""
        return json.loads(self._row(project_id, instance_id)[0])  # type: ignore[no-any-return]

    def anywhere(self, instance_id: str) -> dict[str, Any]:
        """Return one instance of any place as it is; raises Refusal for no such instance."""
        row = self._database.execute("SELECT body FROM instance WHERE id = ?", (instance_id,)).fetchone()
        if row is None:
            raise Refusal(404, "no such instance")
        return json.loads(row[0])  # type: ignore[no-any-return]

    def _as_read(self, row: tuple[Any, ...]) -> dict[str, Any]:
        body, previous, written_at = row
        if self._lag and previous is not None and time.time() < written_at + self._lag:
            body = previous
        return json.loads(body)  # type: ignore[no-any-return]

    def _row(self, project_id: str | None, instance_id: str) -> tuple[Any, ...]:
        query = "SELECT body, previous, written_at, project_id FROM instance WHERE id = ?"
        row = self._database.execute(query, (instance_id,)).fetchone()
        everywhere = project_id is None and self._company.lists_project_instances
        if row is None or (row[3] != project_id and not everywhere):
            raise Refusal(404, "no such instance")
        return row[:3]  # type: ignore[no-any-return]

    def keep(self, body: dict[str, Any], now: str) -> None:
        """Write an instance that changed; while the write lags, it is read as it was before."""
        body["updated_at"] = now
        query = "SELECT body FROM instance WHERE id = ?"
        (previous,) = self._database.execute(query, (body["id"],)).fetchone()
        self._database.execute(
            "UPDATE instance SET body = ?, previous = ?, written_at = ? WHERE id = ?",
            (json.dumps(body), previous, time.time(), body["id"]),
        )

    def add(self, body: dict[str, Any], position: int | None) -> None:
        """Write a new instance; ``position`` is its place in lists, null the last one."""
        names = ("id", "project_id", "tool_type", "tool_subtype")
        self._database.execute(
            "INSERT INTO instance (position, id, project_id, tool_type, tool_subtype, body) VALUES (?, ?, ?, ?, ?, ?)",
            (position, *(body[name] for name in names), json.dumps(body)),
        )

    def remove(self, instance_id: str) -> None:
        """Remove an instance; its id stays taken."""
        self._database.execute("DELETE FROM instance WHERE id = ?", (instance_id,))
        self._database.execute("INSERT INTO deleted_instance VALUES (?)", (instance_id,))

    def new_id(self) -> str:
        """Return an id that no instance has, and that none had which was removed."""
        (count,) = self._database.execute("SELECT coalesce(max(position), 0) FROM instance").fetchone()
        numbers = itertools.count(_FIRST_ID + count)
        return next(one for one in map(str, numbers) if not self.is_taken(one))

    def is_taken(self, instance_id: str) -> bool:
        """Return whether an instance has this id, or had it before it was removed."""
        query = "SELECT 1 FROM instance WHERE id = ? UNION SELECT 1 FROM deleted_instance WHERE id = ?"
        return self._database.execute(query, (instance_id, instance_id)).fetchone() is not None

    def preset(self, template_id: str, project_id: str | None) -> dict[str, Any] | None:
        """Return the preset whose people an instance copies, or null."""
        query = "SELECT body FROM preset WHERE project_id IS ?"
        bodies: Iterable[dict[str, Any]] = (
            json.loads(body) for (body,) in self._database.execute(query, (project_id,))
        )
        return next((one for one in bodies if one["template_id"] == template_id), None)


def current_moment() -> str:
    """Return the time in UTC, in seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time()))
