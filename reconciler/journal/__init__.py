"""Keeps what apply intends and did, and what drift found, one file of JSON lines a run; it interprets nothing."""

from reconciler.journal.reading import read_applied, read_last_drift, read_removals, read_runs
from reconciler.journal.writing import Journal

__all__ = ["Journal", "read_applied", "read_last_drift", "read_removals", "read_runs"]
