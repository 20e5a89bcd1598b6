"""Tells what an answer means for the one who asked (api.md section 5); it repeats nothing itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from reconciler.errors import AnswerError, CredentialsError, RequestRefusedError

if TYPE_CHECKING:
    import httpx

__all__ = ["Again", "TooLong", "check_answer", "decode_answer", "describe_body"]

_LONGEST_DETAIL = 300
_BEARER = re.compile(r"(?i)\bbearer\s+\S+|\b(client_secret|access_token)\b\W{0,4}[^\s\"',}&]+")

Shape = TypeVar("Shape")


class Again(Exception):  # noqa: N818 - not a failure yet
    """Worth asking again: ``status`` is the answer's, or null when none came; ``wait`` in seconds, if told."""

    def __init__(self, what: str, status: int | None, detail: str, wait: float | None = None) -> None:
        super().__init__(detail)
        self.what = what
        self.status = status
        self.detail = detail
        self.wait = wait


class TooLong(Exception):  # noqa: N818 - not a failure yet
    """408: the request took the service too long; smaller pages may do."""


def check_answer(response: httpx.Response, what: str) -> None:
    """Pass a 2xx answer; ``what`` names the request to people.

    Raises Again or TooLong where repeating may help, RequestRefusedError or CredentialsError where it does
    not, AnswerError for anything undocumented.
    """
    status = response.status_code
    if 200 <= status < 300:  # noqa: PLR2004
        return
    detail = describe_body(response)
    if status in {429, 503}:
        raise Again(what, status, detail, _retry_after(response))
    if status in {500, 502, 504}:
        raise Again(what, status, detail)
    if status == 408:  # noqa: PLR2004
        raise TooLong(what)
    if status == 401:  # noqa: PLR2004
        raise CredentialsError(f"the service refuses the credentials for {what} (401){detail}")
    if 400 <= status < 500:  # noqa: PLR2004
        raise RequestRefusedError(f"{what}: refused with {status}{detail}", status=status)
    raise AnswerError(f"{what}: answered {status}, which the service does not document{detail}")


def _retry_after(response: httpx.Response) -> float | None:
    try:
        return max(float(response.headers["Retry-After"]), 0.0)
    except (KeyError, ValueError):
        return None


def decode_answer(response: httpx.Response, shape: type[Shape], what: str) -> Shape:
    """Decode a JSON answer into ``shape``; raises AnswerError with the path of what does not fit."""
    try:
        return msgspec.json.decode(response.content, type=shape)
    except msgspec.ValidationError as error:
        raise AnswerError(f"{what}: the answer is not what the service documents: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        kind = response.headers.get("Content-Type", "no content type")[:100]
        raise AnswerError(f"{what}: the answer is not JSON but {kind!r}; is a proxy in between?") from None


def describe_body(response: httpx.Response) -> str:
    """Give ``": …"`` with the service's own words from an error body, cut short and free of tokens."""
    try:
        body: Any = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ": an answer that is not JSON (from a proxy?)" if response.content else ""
    text = _words(body)
    text = _BEARER.sub("…", " ".join(text.split()))
    if len(text) > _LONGEST_DETAIL:
        text = f"{text[:_LONGEST_DETAIL]}…"
    return f": {text}" if text else ""


def _words(body: Any) -> str:
    if isinstance(body, dict):
        error = body.get("error")
        if isinstance(error, dict):
            parts = [error.get("code"), error.get("message"), error.get("details")]
            return "; ".join(_words(part) for part in parts if part)
        found = body.get("errors", error)
        return _words(found) if found is not None else ", ".join(f"{key}: {_words(body[key])}" for key in body)
    if isinstance(body, list):
        return "; ".join(_words(one) for one in body)
    return str(body)
