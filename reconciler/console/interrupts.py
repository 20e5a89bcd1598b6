"""Turns the first Ctrl-C (SIGTERM, SIGHUP) into a wish to stop, and lets the second one through."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["first_interrupt_calls", "first_interrupt_waits"]


# a terminal that is closed; Windows has none
_HANGUP = tuple(one for one in (getattr(signal, "SIGHUP", None),) if one is not None)


@contextmanager
def first_interrupt_waits(tell: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Yield a function that says whether somebody wishes to stop; ``tell`` is called when they do."""
    wish = threading.Event()
    previous: dict[signal.Signals, Any] = {}

    def handle(_number: int, _frame: object) -> None:
        wish.set()
        for one, handler in previous.items():
            signal.signal(one, handler)
        tell()

    for one in (signal.SIGINT, signal.SIGTERM, *_HANGUP):
        previous[one] = signal.signal(one, handle)
    try:
        yield wish.is_set
    finally:
        for one, handler in previous.items():
            signal.signal(one, handler)


@contextmanager
def first_interrupt_calls(call: Callable[[], None]) -> Iterator[None]:
    """Call a function at the first interrupt, and let the second one through."""
    with first_interrupt_waits(call):
        yield
