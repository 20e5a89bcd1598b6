"""Checks the way to the service: names, proxies, certificates, connections, and the clock at its end."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from reconciler.errors import UnreachableError, UsageError
from reconciler.live.hosts import connect, look_up
from reconciler.model.checkup import Check, blocked, failed, passed, skipped, split_remedy, warned
from reconciler.model.service import Network
from reconciler.settings.addresses import origin_of
from reconciler.settings.network import find_certificates, find_proxy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.live.probe import Knock, Probe
    from reconciler.model.service import Secret, Service

__all__ = ["CLOCK_DIFFERENCE_ALLOWED_SECONDS", "Way", "check_clock", "check_doors", "check_way"]

# more than this moves last days for everybody who works around midnight, and is no matter of a slow answer
CLOCK_DIFFERENCE_ALLOWED_SECONDS: Final = 300
_ERROR_NUMBER = re.compile(r"^\[Errno -?\d+\] ")
_PROXY_PORTS = {"http": 80, "https": 443}
_SOCKS_PORT = 1080
_AUTHORITY = "where a proxy or an authority of your company signs it, name the file of its certificate in SSL_CERT_FILE"


class Way(NamedTuple):
    """The network settings of the environment for the service, and their checks; null if they cannot be used."""

    checks: list[Check]
    network: Network | None = None
    certificates: str = ""


def addresses_of(service: Service) -> tuple[str, ...]:
    """Return the addresses of the service, each once."""
    return tuple(dict.fromkeys((service.api_url, service.auth_url)))


def check_way(service: Service, environment: Mapping[str, str]) -> Way:
    """Check proxies, names and certificates, without a word to the service."""
    proxies: dict[str, tuple[str, Secret]] = {}
    try:
        for url in addresses_of(service):
            found = find_proxy(environment, url)
            if found is not None:
                proxies[url] = found
        proxy = _check_proxies(proxies)
    except UsageError as error:
        proxy = failed("proxy", *split_remedy(error.message))
    names = _check_names(service, proxies) if proxy.mark == "ok" else blocked("names", "proxy")
    certificates, named, problem = _named_certificates(service, environment)
    checks = [proxy, names, *([] if problem is None else [problem])]
    if any(one.mark != "ok" for one in checks):
        return Way(checks)
    by_url = {url: secret for url, (_, secret) in proxies.items()}
    return Way(checks, Network(proxies=by_url, certificates=certificates), named)


def _check_proxies(proxies: Mapping[str, tuple[str, Secret]]) -> Check:
    if not proxies:
        return passed("proxy", "none is used")
    answering = []
    for variable, secret in dict.fromkeys(proxies.values()):
        host, port = _place_of(secret)
        place = f"{variable} names {host}:{port}"
        try:
            connect(host, port)
        except UnreachableError as error:
            remedy = f"correct or unset {variable}, or name the service in NO_PROXY"
            return failed("proxy", f"{place}, which does not answer ({error.message})", remedy)
        answering.append(f"{place}, which answers")
    return passed("proxy", " and ".join(dict.fromkeys(answering)))


def _place_of(secret: Secret) -> tuple[str, int]:
    """Return host and port of a proxy, and nothing of its login."""
    parts = urlsplit(secret.reveal())
    return parts.hostname or "", parts.port or _PROXY_PORTS.get(parts.scheme.lower(), _SOCKS_PORT)


def _check_names(service: Service, proxies: Mapping[str, object]) -> Check:
    hosts = dict.fromkeys(origin_of(url) for url in addresses_of(service) if url not in proxies)
    if not hosts:
        return passed("names", "the proxy looks them up")
    known = []
    for host, port in hosts:
        try:
            address = look_up(host, port)
        except UnreachableError as error:
            remedy = "correct the address, or look at the name server of this machine; a proxy is named in HTTPS_PROXY"
            return failed("names", f"{host} has no address here ({error.message})", remedy)
        known.append(f"{host} is an address" if address == host else f"{host} is {address}")
    return passed("names", ", ".join(dict.fromkeys(known)))


def _named_certificates(service: Service, environment: Mapping[str, str]) -> tuple[str | None, str, Check | None]:
    """Return the certificates that count, whose they are in words, and the check where they cannot be used."""
    if not _is_encrypted(service):
        return None, "", None
    try:
        found = find_certificates(environment)
    except UsageError as error:
        return None, "", failed("certificates", *split_remedy(error.message))
    if found is None:
        return None, "by the store of the operating system", None
    variable, path = found
    return path, f"by {variable} ({path})", None


def _is_encrypted(service: Service) -> bool:
    return any(url.startswith("https://") for url in addresses_of(service))


def check_doors(probe: Probe, named: str) -> list[Check]:
    """Check the certificate of each address, and that it answers: one request each, without credentials."""
    knocks = [(origin_of(url)[0], probe.knock(url)) for url in addresses_of(probe.service)]
    certificates = _check_certificates(knocks, named) if _is_encrypted(probe.service) else None
    if certificates is None:
        certificates = skipped("certificates", "no address is encrypted, as all are on this machine")
    if certificates.mark == "failed":
        return [certificates, blocked("connection", "certificates")]
    for host, knock in knocks:
        if knock.failure is not None:
            found = f"{host} does not answer ({_ERROR_NUMBER.sub('', knock.failure)})"
            connection = failed("connection", found, _remedy_of(knock.failure))
            if certificates.mark == "ok":
                certificates = blocked("certificates", "connection")
            return [certificates, connection]
    hosts = dict.fromkeys(host for host, _ in knocks)
    return [certificates, passed("connection", f"{' and '.join(hosts)} {'answers' if len(hosts) == 1 else 'answer'}")]


def _check_certificates(knocks: Sequence[tuple[str, Knock]], named: str) -> Check:
    for host, knock in knocks:
        if knock.certificate is not None:
            found = f"the certificate of {host} is refused {named} ({knock.certificate})"
            return failed("certificates", found, _AUTHORITY)
    return passed("certificates", f"accepted {named}")


def _remedy_of(failure: str) -> str:
    if "proxy" in failure:
        return "put the login that the proxy asks for into its address (http://user:password@host:port)"
    return "look at the address, the network and the firewall; a proxy is named in HTTPS_PROXY"


def check_clock(ahead: float | None) -> Check:
    """Check this machine's clock against the service's, which is so many seconds ahead."""
    if ahead is None:
        return skipped("clock", "no answer of Procore names a time")
    if not ahead:
        return passed("clock", "agrees with Procore's within a minute")
    size = datetime.timedelta(seconds=abs(round(ahead)))
    found = f"the clock of this machine is {size} {'behind' if ahead > 0 else 'ahead of'} Procore's"
    remedy = "set the clock: last days end roles"
    if abs(ahead) > CLOCK_DIFFERENCE_ALLOWED_SECONDS:
        return failed("clock", found, remedy)
    return warned("clock", found, remedy)
