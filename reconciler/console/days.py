"""Days on the command line."""

from __future__ import annotations

import datetime
from typing import Any

import click

__all__ = ["DayType"]


class DayType(click.ParamType[Any]):
    """A day as YYYY-MM-DD (UTC)."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime.date:
        """Return the day."""
        try:
            return datetime.datetime.strptime(str(value), "%Y-%m-%d").replace(tzinfo=datetime.UTC).date()
        except ValueError:
            self.fail(f"'{value}' is not a day: write it as YYYY-MM-DD, such as 2027-01-04", param, ctx)
