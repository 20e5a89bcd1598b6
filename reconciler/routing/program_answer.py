"""Reads what a program that decides has printed; it runs none."""

from __future__ import annotations

import msgspec

from reconciler.model.routed import ProgramAnswer

__all__ = ["LARGEST_ANSWER", "ProgramFailedError", "read_answer"]

LARGEST_ANSWER = 64 * 1024
_LONGEST_COMMENT = 1000


class ProgramFailedError(Exception):
    """A program gave nothing usable; ``reason`` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Answer(msgspec.Struct, forbid_unknown_fields=True):
    respond: str | None = None
    comment: str | None = None


def read_answer(printed: bytes) -> ProgramAnswer:
    """Return the one JSON object that a program printed: ``{"respond": …, "comment": …}``; ``{}`` passes.

    Raises ProgramFailedError for anything else.
    """
    try:
        answer = msgspec.json.decode(printed, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProgramFailedError(f"the program did not print one object {{respond, comment}}: {error}") from None
    if answer.respond == "":
        raise ProgramFailedError("the program names an option without a name")
    if answer.comment is not None and len(answer.comment) > _LONGEST_COMMENT:
        raise ProgramFailedError(f"the comment of the program has more than {_LONGEST_COMMENT} characters")
    if answer.comment is not None and not answer.comment.replace("\n", "").replace("\t", "").isprintable():
        raise ProgramFailedError("the comment of the program holds control characters")
    return ProgramAnswer(answer.respond, answer.comment or None)
