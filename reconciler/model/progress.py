"""The progress of a long reading or writing, for the code that shows it."""

from __future__ import annotations

import msgspec

__all__ = ["Progress"]


class Progress(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """``done`` of ``total`` things of a ``step`` (``total`` 0: not known yet); ``rate_left`` in requests.

    ``rate_seconds`` is how long the rest must take because of the rate windows alone.
    """

    step: str
    done: int
    total: int
    requests: int = 0
    rate_left: int | None = None
    rate_seconds: float = 0.0
