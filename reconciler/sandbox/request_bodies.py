"""Reads the bodies of requests: bounded, strictly JSON or a form, in the shapes the service documents.

A body that cannot be read is a 400, a body of another shape a 422.
"""

from __future__ import annotations

from email.parser import BytesParser
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import UNSET, UnsetType

from reconciler.sandbox.refusal import Refusal, short

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = [
    "LARGEST_BODY", "AdditionalWrite", "AssigneesWrite", "DefaultWrite", "LoginWrite", "ResponseGiven", "ResponseWrite",
    "StepWrite", "convert", "read_body", "read_form", "read_json",
]  # fmt: skip

LARGEST_BODY = 1024 * 1024
_READ_AT_MOST = 64 * LARGEST_BODY  # so that a client that sends too much still hears why

Shape = TypeVar("Shape")


class LoginWrite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An individual assignee of a step."""

    id: str
    required: bool = True
    role_type: Literal["responder", "commenter"] = "responder"


class StepWrite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The individual assignees of one step."""

    step_uuid: str
    logins: list[LoginWrite]


class _MembershipWrite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    uuid: str
    login_ids: list[str]


class AssigneesWrite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body that replaces assignees; each key may be left out."""

    workflow_manager_id: str | None = None
    responsible_group_memberships: list[_MembershipWrite] | UnsetType = UNSET
    individual_assignees: list[StepWrite] | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Refuse what is listed twice."""
        steps = self.steps or []
        _refuse_twice([one.uuid for one in self._memberships], "group")
        _refuse_twice([step.step_uuid for step in steps], "step")
        for step in steps:
            _refuse_twice([one.id for one in step.logins], "login")

    @property
    def _memberships(self) -> list[_MembershipWrite]:
        given = self.responsible_group_memberships
        return [] if given is UNSET else given

    @property
    def groups(self) -> dict[str, list[str]] | None:
        """Login ids by group, or null where groups keep their members."""
        if self.responsible_group_memberships is UNSET:
            return None
        return {one.uuid: one.login_ids for one in self._memberships}

    @property
    def steps(self) -> list[StepWrite] | None:
        """Individual assignees by step, or null where they stay."""
        return None if self.individual_assignees is UNSET else self.individual_assignees


class DefaultWrite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body that makes a preset the default."""

    default: bool


class ResponseGiven(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The response of somebody to a step."""

    current_step_occurrence_id: str
    selected_response_option_id: str
    attachments: dict[str, Any]
    comment: str | None = None


class ResponseWrite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a response."""

    response: ResponseGiven


class AdditionalWrite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body that adds people to a running step."""

    step_occurrence_id: str
    assignee_ids: list[str]
    required: bool
    reason: Literal[
        "new_employee",
        "original_assignee_left_company",
        "original_assignee_left_the_project",
        "original_assignee_on_extended_leave",
        "original_assignee_on_vacation",
        "other",
    ]
    role_type: Literal["responder", "commenter"] = "responder"
    comment: str | None = None
    message: str | None = None


def _refuse_twice(values: list[str], what: str) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{what} {short(value)} is there twice")
        seen.add(value)


async def read_body(request: Request) -> bytes:
    """Return the body of a request; raises Refusal (413) for one that is too large."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= LARGEST_BODY:
            chunks.append(chunk)
        elif size > _READ_AT_MOST:
            break
    if size > LARGEST_BODY:
        raise Refusal(413, f"the body is larger than {LARGEST_BODY} bytes")
    return b"".join(chunks)


def read_json(content: bytes) -> Any:
    """Return the value of a JSON text; raises Refusal (400) for anything else, lone surrogates too."""
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal(400, f"the body is not JSON: {error}") from None


def convert(value: Any, shape: type[Shape]) -> Shape:
    """Return a value of JSON in a documented shape; raises Refusal (422) where it has another."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise Refusal(422, str(error)) from None


def read_form(content: bytes, content_type: str) -> dict[str, str]:
    """Return the fields of a form, urlencoded, multipart or JSON by its ``Content-Type``; of two, the first.

    Raises Refusal (400) for what is none of them.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        fields = read_json(content)
        if not isinstance(fields, dict):
            raise Refusal(400, "the body is not an object")
        return {name: value for name, value in fields.items() if isinstance(value, str)}
    if kind == "multipart/form-data":
        return _multipart(content, content_type)
    try:
        pairs = parse_qsl(content.decode("utf-8"), keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise Refusal(400, f"the body is not an urlencoded form: {error}") from None
    return dict(reversed(pairs))


def _multipart(content: bytes, content_type: str) -> dict[str, str]:
    # the standard library reads MIME, of which a multipart form is a kind
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser().parsebytes(head + content)
    if not message.is_multipart():
        raise Refusal(400, "the body is not a multipart form")
    fields: dict[str, str] = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            fields.setdefault(name, payload.decode("utf-8", "replace"))
    return fields
