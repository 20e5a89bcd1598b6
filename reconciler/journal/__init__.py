"""Keeps what apply intends and did, and what drift found, one file of JSON lines a run; it interprets nothing."""

from reconciler.journal.journal_file import Journal
from reconciler.journal.records import read_applied, read_last_drift, read_removals, read_run, read_runs

__all__ = ["Journal", "read_applied", "read_last_drift", "read_removals", "read_run", "read_runs"]
