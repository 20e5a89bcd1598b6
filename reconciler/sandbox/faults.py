"""Faults that a test or a trial asks the sandbox for: errors, lost answers, answers that are no JSON."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from msgspec import Meta

__all__ = ["Fault", "Faults"]

_Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]+$")]
_Line = Annotated[str, Meta(pattern=r"^[\x20-\x7e]*$")]
_LARGEST_STATUS = 599
_SMALLEST_STATUS = 200


class Fault(msgspec.Struct, forbid_unknown_fields=True):
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
    content_type: _Line = "application/json"
    headers: dict[_Name, _Line] = {}

    def __post_init__(self) -> None:
        """Refuse what could not be shown later."""
        if self.status and not _SMALLEST_STATUS <= self.status <= _LARGEST_STATUS:
            raise ValueError("status is 0, or 200 to 599")
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(f"path is a regular expression: {error}") from None


class Faults:
    """The faults still to be shown, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def replace(self, faults: list[Fault]) -> None:
        """Ask for these instead."""
        self._faults = faults

    def next(self, method: str, target: str) -> Fault | None:
        """Return the fault this request meets, if any; ``target`` is path and query."""
        for fault in self._faults:
            if fault.times > 0 and fault.method == method and re.search(fault.path, target):
                if fault.skip > 0:
                    fault.skip -= 1
                    return None
                fault.times -= 1
                return fault
        return None
