"""Defines the one tree of errors; each class knows the exit code of a command that ends with it.

- ReconcilerError 1: a defect, or anything without a class of its own

  - UsageError 64: the command line asks for what cannot be done
  - FileError 64: a file or folder here cannot be read or written
  - DocumentsError 7: documents, settings or a file of ours cannot be used
  - RefusedError 3: policy forbids it
  - StaleError 5: Procore changed since the plan, or the plan is not the approved one
  - ForgeError 6: the forge (GitHub, GitLab) refuses or cannot be reached
  - DeliveryError 6: an alarm could not be delivered
  - ServiceError 6: the service could not be read or reached

    - IncompleteError 6: something in scope could not be read
    - CredentialsError 6: the service refuses the credentials
    - RateLimitError 6: the service stayed over its limit
    - AnswerError 6: an answer that is not what the service documents
    - RequestRefusedError 6: 400, 403, 404, 409, 422, so asking again would not help
    - UnreachableError 6: no connection, or nothing but server errors

      - AnswerLostError 6: a write was sent, and it is unknown whether it happened

- WriteForbiddenError 1: a reading client was asked to write, which is a defect

Exit code 4 (partly applied) has no class: everything was tried, and the report is the result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "AnswerError",
    "AnswerLostError",
    "CredentialsError",
    "DeliveryError",
    "DocumentsError",
    "FileError",
    "ForgeError",
    "IncompleteError",
    "RateLimitError",
    "ReconcilerError",
    "RefusedError",
    "RequestRefusedError",
    "ServiceError",
    "StaleError",
    "UnreachableError",
    "UsageError",
    "WriteForbiddenError",
]


class ReconcilerError(Exception):
    """A failure that ends a command; ``message`` is one sentence for people, ``diagnostics`` the details."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, diagnostics: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.diagnostics = tuple(diagnostics)


class UsageError(ReconcilerError):
    """The command line asks for what cannot be done."""

    exit_code = 64


class FileError(ReconcilerError):
    """A file or folder of this machine, other than a document, cannot be read or written."""

    exit_code = 64


class DocumentsError(ReconcilerError):
    """Documents, settings or a file written by this tool cannot be used as they are."""

    exit_code = 7


class RefusedError(ReconcilerError):
    """Policy forbids the plan."""

    exit_code = 3


class StaleError(ReconcilerError):
    """Procore changed since the plan was made, or the plan is not the one that was approved."""

    exit_code = 5


class ForgeError(ReconcilerError):
    """The forge refuses a request (``status`` is the HTTP status), or cannot be reached (null)."""

    exit_code = 6

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class DeliveryError(ReconcilerError):
    """An alarm could not be delivered: metrics, or a message; the message names no address that is secret."""

    exit_code = 6


class ServiceError(ReconcilerError):
    """The service could not be read or reached."""

    exit_code = 6


class IncompleteError(ServiceError):
    """Something in scope could not be read, so no plan can be carried out."""


class CredentialsError(ServiceError):
    """The service refuses the credentials, or there are none."""


class RateLimitError(ServiceError):
    """The service answered 429 again and again in spite of waiting (docs/service.md section 5)."""


class AnswerError(ServiceError):
    """An answer that is not what the service documents: HTML, missing fields, a count that does not add up."""


class RequestRefusedError(ServiceError):
    """The service refuses this request for good; ``status`` is the HTTP status (docs/service.md section 5)."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class UnreachableError(ServiceError):
    """No connection, or nothing but server errors, after every repeat that was allowed."""


class AnswerLostError(UnreachableError):
    """A write was sent and its answer never came, or was a server error: it may have happened."""


class WriteForbiddenError(ReconcilerError):
    """A client made for reading was asked to write; this is a defect, never a user's mistake."""
