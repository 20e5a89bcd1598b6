"""Finds the way to servers in the environment: proxies, who needs none, and whose certificates count."""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import re
from typing import TYPE_CHECKING, Literal
from urllib.parse import SplitResult, urlsplit

from reconciler.errors import UsageError
from reconciler.model.service import Network, Secret

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

__all__ = ["bypasses_proxy", "find_certificates", "find_proxy", "read_network", "settle_network"]

# the first of them that is set counts, for every client
_CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_DIR")
_SCHEMES = {"http", "https", "socks5", "socks5h"}
_PORTS = {"http": 80, "https": 443}
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HIDDEN = "(its value is not shown here, because it can hold a password)"

_Library = Literal["socksio", "socks"]


def read_network(environment: Mapping[str, str], *urls: str) -> Network:
    """Return the way to these addresses, for a client that takes it as an argument.

    Raises UsageError for a proxy that cannot be used, and for certificates that are not there. The error names the
    variable, and never shows what an address holds.
    """
    proxies = {}
    for url in urls:
        found = find_proxy(environment, url)
        if found is not None:
            proxies[url] = found[1]
    encrypted = any(url.startswith("https://") for url in urls)
    certificates = find_certificates(environment) if encrypted else None
    return Network(proxies=proxies, certificates=None if certificates is None else certificates[1])


def find_proxy(environment: Mapping[str, str], url: str) -> tuple[str, Secret] | None:
    """Return the variable that names the proxy for an address, and its value; null for none.

    Raises UsageError for one that cannot be used.
    """
    found = _proxy(environment, url, "socksio")
    return None if found is None else (found[0], Secret(found[1]))


def settle_network(environment: MutableMapping[str, str], *urls: str) -> None:
    """Set proxies and certificates for clients that read the environment themselves: those of forges and alarms.

    If the environment names no certificates, the whole process uses those of the operating system. Raises what
    ``read_network`` raises.
    """
    for url in urls:
        if _proxy(environment, url, "socks") is None:
            # by its name: the libraries do not all know networks and ports
            host = urlsplit(url).hostname or ""
            direct = environment.get("no_proxy", environment.get("NO_PROXY", ""))
            if host and host not in direct.split(","):
                environment["no_proxy"] = environment["NO_PROXY"] = ",".join(filter(None, (direct, host)))
    found = find_certificates(environment)
    if found is None:
        import truststore  # noqa: PLC0415 - start-up is measured

        truststore.inject_into_ssl()
        return
    named = found[1]
    environment["REQUESTS_CA_BUNDLE"] = named
    environment["SSL_CERT_DIR" if os.path.isdir(named) else "SSL_CERT_FILE"] = named  # noqa: PTH112 - a text


def find_certificates(environment: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the variable that names certificates, and the file or folder it names; null for none.

    Raises UsageError where it holds no certificate that can be read.
    """
    variable = next((name for name in _CERTIFICATES if environment.get(name)), None)
    if variable is None:
        return None
    import ssl  # noqa: PLC0415 - start-up is measured

    path = environment[variable]
    folder = os.path.isdir(path)  # noqa: PTH112 - a text
    if variable == "SSL_CERT_DIR" and not folder:
        raise UsageError(f"SSL_CERT_DIR names {path}, which is not a folder: name one, or unset it")
    if not folder:
        try:
            ssl.create_default_context(cafile=path)
        except (ssl.SSLError, ValueError):
            raise UsageError(
                f"{variable} names {path}, which holds no certificate that can be read: name a file with certificates "
                "(PEM), or unset it"
            ) from None
        except OSError as error:
            raise UsageError(
                f"{variable} names {path}, which cannot be read ({error.strerror}): name a file with certificates "
                "(PEM), or unset it"
            ) from None
    return variable, path


def _proxy(environment: Mapping[str, str], url: str, library: _Library) -> tuple[str, str] | None:
    """Return the proxy for an address, behind the variable that names it; loopback never has one."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if host == "localhost" or host.startswith("127.") or host == "::1":
        return None
    direct = environment.get("no_proxy", environment.get("NO_PROXY", ""))
    if bypasses_proxy(host, parts.port or _PORTS.get(parts.scheme), direct):
        return None
    for name in (f"{parts.scheme}_proxy", "all_proxy"):
        # as everywhere: small letters win, and an empty one means none
        variable = name if name in environment else name.upper()
        if environment.get(variable):
            return variable, _checked(variable, environment[variable].strip(), library)
        if name in environment:
            return None
    return None


def bypasses_proxy(host: str, port: int | None, direct: str) -> bool:
    """Return whether ``NO_PROXY`` names a host: by name or domain, address or network, each with a port or without."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = None
    for entry in re.split(r"[\s,]+", direct.lower()):
        name, wanted = _entry(entry)
        if wanted is not None and wanted != port:
            continue
        if name == "*":
            return True
        if address is not None:
            try:
                if address in ipaddress.ip_network(name, strict=False):
                    return True
            except ValueError:
                continue
        elif name and (host == name or host.endswith(f".{name}")):
            return True
    return False


def _entry(entry: str) -> tuple[str, int | None]:
    """Split an entry of ``NO_PROXY`` into a name without dots before it, and a port."""
    if entry.startswith("["):
        name, _, port = entry[1:].partition("]")
        port = port.removeprefix(":")
    elif entry.count(":") == 1:
        name, _, port = entry.partition(":")
    else:
        name, port = entry, ""
    return name.removeprefix("*.").lstrip("."), int(port) if port.isdecimal() else None


def _checked(variable: str, address: str, library: _Library) -> str:
    """Return the address of a proxy; no message shows any of it."""
    if "://" not in address:
        raise UsageError(f"{variable} has no scheme: write it as http://host:port {_HIDDEN}")
    scheme = address.partition("://")[0].lower()
    if scheme not in _SCHEMES:
        raise UsageError(f"{variable} has a scheme that no proxy speaks: write it as http://host:port {_HIDDEN}")
    parts = _split(address)
    if parts is None or not parts.hostname or _is_odd(address, parts):
        raise UsageError(
            f"{variable} is not a valid address: write it as http://user:password@host:port, with @ : / ? # % in a "
            f"password as %40 %3A %2F %3F %23 %25 {_HIDDEN}"
        )
    if scheme.startswith("socks") and importlib.util.find_spec(library) is None:
        extra = {"socksio": "httpx[socks]", "socks": "requests[socks]"}[library]
        raise UsageError(f"{variable} names a SOCKS proxy: install '{extra}', or name an HTTP proxy")
    return address


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    return None if port == 0 else parts


def _is_odd(address: str, parts: SplitResult) -> bool:
    """Return whether a password with signs in it is taken for other parts of the address."""
    login = parts.netloc.rpartition("@")[0]
    return (
        parts.path not in {"", "/"}
        or "?" in address
        or "#" in address
        or "@" in login
        or login.count(":") > 1
        or _BAD_ESCAPE.search(login) is not None
        or not address.isprintable()
        or " " in address
    )
