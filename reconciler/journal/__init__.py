"""Keeps what apply intends and did, one file of JSON lines a run; it interprets nothing."""

from reconciler.journal.reading import read_runs
from reconciler.journal.writing import Journal

__all__ = ["Journal", "read_runs"]
