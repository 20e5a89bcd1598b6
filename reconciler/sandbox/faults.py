"""Faults that a test or a trial asks the sandbox for: errors, lost answers, answers that are no JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Fault", "Faults"]


@dataclass
class Fault:
    """Answers ``times`` matching requests wrongly.

    ``status`` 0 closes the connection without an answer. ``carried_out`` does what was asked first, so that
    only the answer is lost. ``skip`` lets that many matching requests pass before.
    """

    method: str = "GET"
    path: str = ".*"
    status: int = 500
    times: int = 1
    skip: int = 0
    carried_out: bool = False
    body: str = '{"errors": "made to fail"}'
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class Faults:
    """The faults still to be shown, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def replace(self, faults: list[dict[str, Any]]) -> None:
        """Ask for these instead; raises TypeError for a key no fault has."""
        self._faults = [Fault(**fault) for fault in faults]

    def next(self, method: str, target: str) -> Fault | None:
        """Give the fault this request meets, if any; ``target`` is path and query."""
        for fault in self._faults:
            if fault.times > 0 and fault.method == method and re.search(fault.path, target):
                if fault.skip > 0:
                    fault.skip -= 1
                    return None
                fault.times -= 1
                return fault
        return None
