"""Turns what client libraries raise into one sentence; nothing of a request, which holds the token, goes into it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec
import requests

from reconciler.errors import ForgeError
from reconciler.model.masks import hide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.model.service import Secret

__all__ = ["NO_PERMISSION", "TIMEOUT_SECONDS", "told"]

TIMEOUT_SECONDS = 30
_SHOWN = 300
NO_PERMISSION = (401, 403, 404)
_TOO_MANY = 429
# what the libraries end in when an answer is not what the forge documents: a page of a proxy, a field that is missing
_ODD = (AssertionError, AttributeError, LookupError, TypeError, ValueError, RuntimeError, msgspec.ValidationError)


@contextmanager
def told(
    forge: str,
    what: str,
    refused: type[Exception] | tuple[type[Exception], ...],
    words: Callable[[Exception], tuple[int | None, str]],
    token: Secret,
) -> Iterator[None]:
    """Raise ForgeError for any failure of ``what`` at a forge.

    ``refused`` is the library's own exception, of which ``words`` returns the HTTP status and what the forge said. That
    is shown in part, without the token and without logins and queries of addresses.
    """
    try:
        yield
    except ForgeError:
        raise
    except refused as error:
        status, text = words(error)
        said = " ".join(hide(text, [token]).split())[:_SHOWN]
        hint = "; is it there, and may the token do this?" if status in NO_PERMISSION else ""
        if status == _TOO_MANY or "rate limit" in said.lower():
            hint = "; run it again later"
        raise ForgeError(f"{forge} refuses {what}: {said}{hint}", status=status) from None
    except requests.exceptions.SSLError:
        raise ForgeError(
            f"the certificate of {forge} is refused for {what}; where a proxy or your company's authority signs it, "
            "name the file of its certificate in SSL_CERT_FILE"
        ) from None
    except requests.RequestException as error:
        failed = f"{forge} cannot be reached for {what} ({type(error).__name__})"
        raise ForgeError(f"{failed}; look at its address, the network and the proxy") from None
    except _ODD as error:
        raise ForgeError(
            f"{forge} answered something it does not document for {what} ({type(error).__name__})"
        ) from None
