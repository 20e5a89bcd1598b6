"""The tokens given out, in SQLite, so that they survive a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

__all__ = ["Tokens"]


class Tokens:
    """Tokens by the client that asked for them."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def keep(self, token: str, client_id: str, ends_at: float) -> None:
        """Remember a token; ``ends_at`` is in seconds of the clock ``time.time``."""
        self._database.execute("INSERT INTO token VALUES (?, ?, ?)", (token, client_id, ends_at))

    def client(self, token: str, now: float) -> str | None:
        """Return the client a token was given to, or null for a token that is unknown or has expired."""
        row = self._database.execute("SELECT client_id, ends_at FROM token WHERE token = ?", (token,)).fetchone()
        return row[0] if row is not None and now < row[1] else None
