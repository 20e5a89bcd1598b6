"""The answer of the service where it does not do what was asked."""

from __future__ import annotations

__all__ = ["Refusal", "short"]

_ECHOED = 64


class Refusal(Exception):  # noqa: N818 - a rule of the service, not a failure of the sandbox
    """An HTTP status and a message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def short(text: str) -> str:
    """Return a text from outside, cut to a length that an error message can hold."""
    return text if len(text) <= _ECHOED else f"{text[:_ECHOED]}…"
