"""Interprets answers of the service for the caller (docs/service.md section 5); it repeats no request."""

from __future__ import annotations

import re
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from reconciler.errors import AnswerError, CredentialsError, RequestRefusedError
from reconciler.model.masks import hide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import httpx

    from reconciler.model.service import Secret

__all__ = [
    "LONGEST_WAIT_SECONDS",
    "Again",
    "TooLong",
    "check_answer",
    "decode_answer",
    "decode_content",
    "describe_body",
    "hide_in",
    "refuse_twice",
    "retry_after",
]

LONGEST_WAIT_SECONDS = 3660.0
_LONGEST_DETAIL = 300
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?\Z")

Shape = TypeVar("Shape")

_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}
_making = Lock()


class Again(Exception):  # noqa: N818 - not a failure yet
    """Worth asking again: ``status`` is the answer's, or null when none came; ``wait`` in seconds, if it is named."""

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
    if status == 429 or status >= 500:  # noqa: PLR2004
        raise Again(what, status, detail, retry_after(response))
    if status == 408:  # noqa: PLR2004
        raise TooLong(what)
    if status == 401:  # noqa: PLR2004
        raise CredentialsError(f"the service refuses the credentials for {what} (401){detail}")
    if 400 <= status < 500:  # noqa: PLR2004
        raise RequestRefusedError(f"{what}: refused with {status}{detail}", status=status)
    raise AnswerError(f"{what}: answered {status}, which the service does not document{detail}")


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds that an answer asks to wait, at most ``LONGEST_WAIT_SECONDS``; null where it names none."""
    text = response.headers.get("Retry-After", "")
    return min(float(text), LONGEST_WAIT_SECONDS) if _SECONDS.match(text) else None


def decode_answer(response: httpx.Response, shape: type[Shape], what: str) -> Shape:
    """Decode a JSON answer into ``shape``; raises AnswerError with the path of what does not fit."""
    return decode_content(response, response.content, shape, what)


def decode_content(response: httpx.Response, content: bytes | msgspec.Raw, shape: type[Shape], what: str) -> Shape:
    """Decode a part of an answer; raises AnswerError."""
    try:
        return _decoder(shape).decode(content)
    except msgspec.ValidationError as error:
        told = hide_in(response, str(error))
        raise AnswerError(f"{what}: the answer is not what the service documents: {told}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        kind = hide_in(response, response.headers.get("Content-Type", "no content type"))[:100]
        raise AnswerError(f"{what}: the answer is not JSON but {kind!r}; is a proxy in between?") from None


def _decoder(shape: type[Shape]) -> msgspec.json.Decoder[Shape]:
    """Return the decoder of a shape, built by one thread at a time.

    msgspec analyses a shape on first use without a lock. Two threads that start with the same shape crash the process.
    """
    known = _decoders.get(shape)
    if known is None:
        with _making:
            known = _decoders.get(shape) or _decoders.setdefault(shape, msgspec.json.Decoder(shape))
    return known


def hide_in(response: httpx.Response, text: str) -> str:
    """Return a text of an answer without any secret that its request sent."""
    secrets: Callable[[], list[Secret]] = response.extensions.get("secrets", list)
    return hide(text, secrets())


def describe_body(response: httpx.Response) -> str:
    """Return ``": …"`` with the service's own words from an error body, cut short and free of tokens."""
    try:
        body: Any = msgspec.json.decode(response.content)
        text = _words(body, str(response.status_code))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ": an answer that is not JSON (from a proxy?)" if response.content else ""
    text = hide_in(response, " ".join(text.split()))
    if len(text) > _LONGEST_DETAIL:
        text = f"{text[:_LONGEST_DETAIL]}…"
    return f": {text}" if text else ""


def _words(body: Any, status: str = "") -> str:
    """Return the texts of a body, without a code that only repeats the status."""
    if isinstance(body, dict):
        error = body.get("error")
        if isinstance(error, dict):
            parts = [_words(error.get(name) or "") for name in ("code", "message", "details")]
            return "; ".join(part for part in parts if part and part != status)
        found = body.get("errors", error)
        return _words(found) if found is not None else ", ".join(f"{key}: {_words(body[key])}" for key in body)
    if isinstance(body, list):
        return "; ".join(_words(one) for one in body)
    return str(body)


def refuse_twice(ids: Iterable[str], what: str) -> None:
    """Raise AnswerError where an id arrives twice: the list moved while its pages were read."""
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise AnswerError(f"{what}: {one} arrived twice; it changed while it was read, run again")
        seen.add(one)
