"""How many examples laws try: few in every run, and ten times as many in a full one."""

from __future__ import annotations

import os

__all__ = ["examples"]


def examples(number: int) -> int:
    """Return a number of examples, as often as RECONCILER_EXAMPLES says: RECONCILER_EXAMPLES=20 pytest tests/laws."""
    return number * int(os.environ.get("RECONCILER_EXAMPLES", "1"))
