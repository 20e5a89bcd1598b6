"""Finds the address and the credentials of a source of people in the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconciler.errors import CredentialsError, DocumentsError
from reconciler.model.service import Network, Secret
from reconciler.model.source_access import SourceAccess
from reconciler.settings.addresses import check_address, origin_of, trusted_origins
from reconciler.settings.network import read_network

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.sources import LdapSource, ScimSource

__all__ = ["read_ldap_access", "read_scim_access"]

_LDAP_PORTS = {"ldap": 389, "ldaps": 636}


def read_scim_access(source: ScimSource, environment: Mapping[str, str]) -> SourceAccess:
    """Return the way to a SCIM server. The address of the environment wins over that of the document.

    Raises DocumentsError for an address that the environment does not trust, and CredentialsError without credentials.
    """
    url = environment.get(source.variable("URL")) or source.url
    token_url = environment.get(source.variable("TOKEN_URL")) or source.token_url
    for name, address, variable in (("url", url, "URL"), ("token_url", token_url, "TOKEN_URL")):
        if address is not None:
            _check(f"'{name}' of the source {source.name}", address)
            _require_trust(source.name, address, environment, source.variable(variable))
    access = SourceAccess(
        url=url.rstrip("/"),
        variables=source.variable(""),
        token_url=token_url,
        scope=source.scope,
        token=_secret(environment, source.variable("TOKEN")),
        client_id=environment.get(source.variable("CLIENT_ID")) or None,
        client_secret=_secret(environment, source.variable("CLIENT_SECRET")),
        user=environment.get(source.variable("USER")) or None,
        password=_secret(environment, source.variable("PASSWORD")),
        network=_network(environment, url, token_url),
    )
    if access.token is None and not _is_client(access) and (access.user is None or access.password is None):
        raise CredentialsError(
            f"no credentials for the source {source.name}: set {source.variable('TOKEN')}, or "
            f"{source.variable('CLIENT_ID')} and {source.variable('CLIENT_SECRET')} with 'token_url:', or "
            f"{source.variable('USER')} and {source.variable('PASSWORD')}"
        )
    return access


def _is_client(access: SourceAccess) -> bool:
    return access.client_id is not None and access.client_secret is not None and access.token_url is not None


def read_ldap_access(source: LdapSource, environment: Mapping[str, str]) -> SourceAccess:
    """Return the way to an LDAP server. An empty password would sign in as nobody, so it counts as none.

    Raises DocumentsError for an address that the environment does not trust, and CredentialsError without credentials.
    """
    url = environment.get(source.variable("URL")) or source.url
    parts = urlsplit(url)
    if parts.scheme not in _LDAP_PORTS or not parts.hostname or parts.path.strip("/") or "@" in url or parts.query:
        raise DocumentsError(f"'url' of the source {source.name}: write an address such as ldaps://ldap.acme.test")
    origin = (parts.hostname.lower(), parts.port or _LDAP_PORTS[parts.scheme])
    if not environment.get(source.variable("URL")) and origin not in trusted_origins(environment):
        raise _not_trusted(source.name, f"{origin[0]}:{origin[1]}", source.variable("URL"))
    user, password = environment.get(source.variable("USER")), _secret(environment, source.variable("PASSWORD"))
    if not user or password is None:
        raise CredentialsError(
            f"no credentials for the source {source.name}: set {source.variable('USER')} and "
            f"{source.variable('PASSWORD')}"
        )
    return SourceAccess(url=url.rstrip("/"), variables=source.variable(""), user=user, password=password)


def _secret(environment: Mapping[str, str], name: str) -> Secret | None:
    text = environment.get(name)
    if not text:
        return None
    if not text.isprintable() or not text.isascii():
        raise CredentialsError(f"{name} holds characters that no header can: copy it again")
    return Secret(text)


def _check(name: str, url: str) -> None:
    parts = urlsplit(url)
    check_address(name, f"{parts.scheme}://{parts.netloc}", example="https://scim.acme.test/v2")
    if parts.query or parts.fragment or not parts.path.replace("/", "").replace("%", "").isascii():
        raise DocumentsError(f"{name} has a query or odd letters: write an address such as https://scim.acme.test/v2")


def _require_trust(source: str, url: str, environment: Mapping[str, str], variable: str) -> None:
    """Raise DocumentsError for a host that only a document names: a request could send the credentials anywhere."""
    if environment.get(variable):
        return
    origin = origin_of(url)
    if origin not in trusted_origins(environment):
        raise _not_trusted(source, f"{origin[0]}:{origin[1]}", variable)


def _not_trusted(source: str, host: str, variable: str) -> DocumentsError:
    return DocumentsError(
        f"the source {source} is at {host}, which only a document names: set {variable}, or name the host in "
        "RECONCILER_TRUSTED_HOSTS"
    )


def _network(environment: Mapping[str, str], url: str, token_url: str | None) -> Network:
    origins = {one: "{0.scheme}://{0.netloc}".format(urlsplit(one)) for one in (url, token_url) if one is not None}
    return read_network(environment, *origins.values())
