"""Lets a reading client do nothing but read; it looks at no body and no answer."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from reconciler.errors import WriteForbiddenError

__all__ = ["ReadOnlyTransport", "proxy_for"]


def proxy_for(url: str) -> str | None:
    """Give the proxy the environment names for an address; loopback never has one."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host == "localhost" or host.startswith("127.") or host == "::1" or proxy_bypass(host):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


class ReadOnlyTransport(httpx.BaseTransport):
    """Passes on GET requests and the token call, and refuses everything else before a byte is sent.

    It is the transport itself that refuses, so no path through the client, nor a later mistake in it, can
    write. Raises WriteForbiddenError.
    """

    def __init__(self, token_url: str, inner: httpx.BaseTransport) -> None:
        self._token_url = httpx.URL(token_url)
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, or refuse it."""
        is_token_call = request.method == "POST" and request.url == self._token_url
        if request.method != "GET" and not is_token_call:
            raise WriteForbiddenError(f"this client only reads; {request.method} {request.url.path} was refused")
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()
