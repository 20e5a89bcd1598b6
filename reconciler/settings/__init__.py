"""Finds the settings file and joins it with the environment; credentials come from the environment alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.errors import CredentialsError, DocumentsError, UsageError
from reconciler.model.policy import Frozen
from reconciler.model.service import Credentials, Secret, Service
from reconciler.settings.addresses import check_address, origin_of, trusted_origins

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from reconciler.model.documents import SettingsDocument

__all__ = [
    "FILE_NAME",
    "find_settings_file",
    "has_credentials",
    "named_by_environment",
    "read_credentials",
    "read_freeze",
    "read_service",
    "require_company_id",
    "untrusted_addresses",
    "untrusted_hosts",
]

FILE_NAME = "reconciler.yaml"
_NOT_FROZEN = {"", "0", "false", "no", "off"}
_JUST_FROZEN = {"1", "true", "yes", "on"}


def find_settings_file(given: Path | None, start: Path) -> Path:
    """Return the settings file: the one given (or in the folder given), else the nearest at or above ``start``.

    Raises DocumentsError when there is none.
    """
    if given is not None:
        path = given / FILE_NAME if given.is_dir() else given
        if not path.is_file():
            raise DocumentsError(f"no settings file at {path}; name an existing one with --config")
        return path.absolute()
    for folder in (start, *start.parents):
        path = folder / FILE_NAME
        if path.is_file():
            return path
    raise DocumentsError(
        f"no {FILE_NAME} in {start} or any folder above it; go to the configuration repository, use --config, "
        "or start one with 'reconciler init'"
    )


def named_by_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what the environment sets of ``company_id``, ``api_url`` and ``auth_url``, as documents are read."""
    variables = {
        "company_id": "RECONCILER_COMPANY_ID",
        "api_url": "RECONCILER_API_URL",
        "auth_url": "RECONCILER_AUTH_URL",
    }
    return {field: text.rstrip("/") for field, variable in variables.items() if (text := environment.get(variable))}


def read_service(document: SettingsDocument, environment: Mapping[str, str]) -> Service:
    """Return the addresses of the service; ``RECONCILER_API_URL`` and ``RECONCILER_AUTH_URL`` win.

    Raises DocumentsError for an address that credentials may not go to (``check_address``). Raises it too if
    ``RECONCILER_COMPANY_ID`` is set and names another company.
    """
    expected = environment.get("RECONCILER_COMPANY_ID", "")
    if expected not in {"", document.company_id}:
        raise DocumentsError(
            f"company_id is {document.company_id} and RECONCILER_COMPANY_ID is '{expected}': correct one of the two"
        )
    api_url = environment.get("RECONCILER_API_URL") or document.api_url
    auth_url = environment.get("RECONCILER_AUTH_URL") or document.auth_url
    for name, url in (("api_url", api_url), ("auth_url", auth_url)):
        check_address(name, url)
    return Service(company_id=document.company_id, api_url=api_url.rstrip("/"), auth_url=auth_url.rstrip("/"))


def untrusted_addresses(service: Service, environment: Mapping[str, str]) -> list[str]:
    """Return a message for each address of the service that credentials may not be sent to.

    Raises DocumentsError for a ``RECONCILER_TRUSTED_HOSTS`` that cannot be read.
    """
    return [
        f"{name} names {place}, and credentials are only sent to hosts that Procore publishes or the "
        f"environment names: remove {name} from the settings, or set RECONCILER_TRUSTED_HOSTS={place} in the "
        "environment"
        for name, place in untrusted_hosts(service, environment).items()
    ]


def untrusted_hosts(service: Service, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the hosts that credentials may not be sent to, as ``RECONCILER_TRUSTED_HOSTS`` holds them.

    The keys are the addresses that name them: ``api_url`` and ``auth_url``. Raises DocumentsError for a
    ``RECONCILER_TRUSTED_HOSTS`` that cannot be read.
    """
    trusted = trusted_origins(environment)
    hosts = {}
    for name, url in (("api_url", service.api_url), ("auth_url", service.auth_url)):
        host, port = origin_of(url)
        if (host, port) not in trusted:
            shown = f"[{host}]" if ":" in host else host
            hosts[name] = shown if port == 443 else f"{shown}:{port}"  # noqa: PLR2004 - the port of https
    return hosts


def require_company_id(text: str) -> str:
    """Return the id of a company as settings take it; raises UsageError for any other text."""
    if not (text.isascii() and text.isdigit() and len(text) <= 32):  # noqa: PLR2004 - as the schema says
        raise UsageError(f"--company '{text}' is not a company id; give its digits, such as 4211")
    return text


def read_credentials(environment: Mapping[str, str], service: Service) -> Credentials:
    """Return the credentials of the environment for a service whose addresses are trusted.

    An access token wins over a client id and secret.

    Raises:
        DocumentsError: an address of the service is not trusted (``untrusted_addresses``).
        CredentialsError: there are no credentials, or half of them.

    """
    untrusted = untrusted_addresses(service, environment)
    if untrusted:
        raise DocumentsError("; ".join(untrusted))
    token = environment.get("RECONCILER_ACCESS_TOKEN")
    if token:
        return Credentials(access_token=Secret(_printable(token, "RECONCILER_ACCESS_TOKEN")))
    client_id = environment.get("RECONCILER_CLIENT_ID")
    client_secret = environment.get("RECONCILER_CLIENT_SECRET")
    if client_id and client_secret:
        return Credentials(
            client_id=_printable(client_id, "RECONCILER_CLIENT_ID"),
            client_secret=Secret(_printable(client_secret, "RECONCILER_CLIENT_SECRET")),
        )
    raise CredentialsError(
        "no credentials: set RECONCILER_CLIENT_ID and RECONCILER_CLIENT_SECRET, or RECONCILER_ACCESS_TOKEN, "
        "in the environment"
    )


def has_credentials(environment: Mapping[str, str]) -> bool:
    """Return whether the environment has any credentials for the service."""
    return any(environment.get(f"RECONCILER_{name}") for name in ("ACCESS_TOKEN", "CLIENT_ID", "CLIENT_SECRET"))


def read_freeze(environment: Mapping[str, str]) -> Frozen | None:
    """Return the freeze that ``RECONCILER_FREEZE`` asks for; its text is the reason.

    Empty, ``0``, ``false``, ``no`` and ``off`` ask for none; anything else does, however it is spelt.
    """
    # bytes that are not text become visible escapes: a kill switch works with any content
    text = environment.get("RECONCILER_FREEZE", "").strip().encode("utf-8", "backslashreplace").decode("utf-8")
    if text.lower() in _NOT_FROZEN:
        return None
    reason = "RECONCILER_FREEZE is set" if text.lower() in _JUST_FROZEN else f"RECONCILER_FREEZE says '{text}'"
    return Frozen(reason=reason)


def _printable(token: str, name: str) -> str:
    if not token.isascii() or not token.isprintable() or " " in token:
        raise CredentialsError(
            f"{name} holds characters that none of its kind has; set it again, without blanks or line breaks"
        )
    return token
