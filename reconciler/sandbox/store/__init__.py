"""Keeps the sandbox's company in SQLite, in memory or in a file; it knows the rules of writing, not HTTP."""

from __future__ import annotations

import sqlite3
from typing import Any

from reconciler.sandbox.store.catalogue_tables import Catalogue
from reconciler.sandbox.store.company import Company
from reconciler.sandbox.store.instance_clicks import InstanceClicks
from reconciler.sandbox.store.instance_rows import InstanceRows
from reconciler.sandbox.store.instance_tables import Instances
from reconciler.sandbox.store.item_table import Items
from reconciler.sandbox.store.preset_tables import Presets
from reconciler.sandbox.store.tables import create_tables, fill
from reconciler.sandbox.store.tokens import Tokens

__all__ = ["Store"]


class Store:
    """One company, by family of tables.

    Company and catalogue never change after the seed, so they are read once. ``lag`` is how many seconds a written
    preset or instance is still read as it was before.
    """

    company: Company
    catalogue: Catalogue
    presets: Presets
    instances: Instances
    clicks: InstanceClicks
    items: Items

    def __init__(self, path: str = ":memory:", *, lag: float = 0.0) -> None:
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._lag = lag
        try:
            create_tables(self._database, path)
        except BaseException:
            self._database.close()
            raise
        self.tokens = Tokens(self._database)
        if not self.is_empty:
            self._read()

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was seeded yet."""
        return self._database.execute("SELECT id FROM company").fetchone() is None

    def seed(self, seed: dict[str, Any]) -> None:
        """Take in a seed (docs/sandbox.md shows the shape) that was checked before."""
        fill(self._database, seed)
        self._read()
        positions = enumerate(seed.get("instances", []), 1)
        # those with an id of their own come first, so that an invented id is never one of theirs
        for position, one in sorted(positions, key=lambda numbered: numbered[1].get("id") is None):
            self.clicks.start(one, position)

    def _read(self) -> None:
        self.company = Company(self._database)
        self.catalogue = Catalogue(self._database)
        self.presets = Presets(self._database, self.company, self.catalogue, self._lag)
        rows = InstanceRows(self._database, self.company, self._lag)
        self.instances = Instances(rows, self.company, self.catalogue)
        self.clicks = InstanceClicks(rows, self.company, self.catalogue, self.instances)
        self.items = Items(self._database)
