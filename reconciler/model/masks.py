"""Hides secrets in texts of others before people read them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.service import Secret

__all__ = ["hide"]

_BEARER = re.compile(r"(?i)\bbearer\s+\S+|\b(client_secret|access_token)\b\W{0,4}[^\s\"',}&]+")
_QUOTED = r"\s\"'<>"
# login, and query or fragment: where addresses hold secrets
_ADDRESS = re.compile(rf"(?i)\b([a-z][a-z0-9+.-]*://)(?:[^{_QUOTED}/?#]*@)?([^{_QUOTED}?#]*)(?:[?#][^{_QUOTED}]*)?")


def hide(text: str, secrets: Iterable[Secret]) -> str:
    """Return a text with ``…`` in place of each secret, also where it is percent-encoded or in other capitals.

    Addresses always lose their login and query. Bearer tokens are always hidden, no matter whose they are.
    """
    forms = {form for secret in secrets for form in (secret.reveal(), quote(secret.reveal(), safe="")) if form}
    for form in sorted(forms, key=len, reverse=True):
        text = re.sub(re.escape(form), "…", text, flags=re.IGNORECASE)
    return _ADDRESS.sub(r"\1\2", _BEARER.sub("…", text))
