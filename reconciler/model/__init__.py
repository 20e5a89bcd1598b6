"""Frozen values that travel between the rooms; no input or output, no behaviour beyond their own consistency."""
