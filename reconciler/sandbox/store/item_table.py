"""The items that workflows run on, such as invoices: each is one page of another part of the API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.refusal import Refusal

if TYPE_CHECKING:
    import sqlite3

__all__ = ["Items"]


class Items:
    """Items by the path that shows them."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def paths(self) -> list[str]:
        """Return the path of each item."""
        return [path for (path,) in self._database.execute("SELECT path FROM item ORDER BY path")]

    def body(self, path: str) -> Any:
        """Return an item that exists."""
        (body,) = self._database.execute("SELECT body FROM item WHERE path = ?", (path,)).fetchone()
        return json.loads(body)

    def replace(self, path: str, body: Any) -> None:
        """Change an item, as people and other programs do; raises Refusal for a path that the seed lacks."""
        changed = self._database.execute("UPDATE item SET body = ? WHERE path = ?", (json.dumps(body), path))
        if changed.rowcount == 0:
            raise Refusal(404, "no such item")
