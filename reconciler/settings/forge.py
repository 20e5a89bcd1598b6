"""Finds the forge, the repository and the pull request from options and environment; it asks no forge."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from reconciler.errors import DocumentsError, UsageError
from reconciler.model.review import ForgePlace
from reconciler.model.service import Secret
from reconciler.settings.addresses import NOT_AN_ADDRESS, check_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.review import ForgeKind

__all__ = ["read_forge", "read_pull_request"]

_PART = r"(?!\.\.?(?:/|$))[A-Za-z0-9_.][A-Za-z0-9_.-]*"
_GITHUB_REPOSITORY = re.compile(rf"{_PART}/{_PART}")
_GITLAB_REPOSITORY = re.compile(rf"{_PART}(?:/{_PART})+")
_GITHUB_PULL = re.compile(rf"/(?P<repository>{_PART}/{_PART})/pull/(?P<number>[0-9]{{1,9}})(?:/.*)?")
_GITLAB_MERGE = re.compile(rf"/(?P<repository>{_PART}(?:/{_PART})+)/-/merge_requests/(?P<number>[0-9]{{1,9}})(?:/.*)?")
# shown where it is not what was asked for; an address can hold a secret
_PLAIN = re.compile(r"[\w./-]{0,80}")
_GHE_COM = re.compile(r"https://(?P<tenant>[a-z0-9-]+)\.ghe\.com")  # Enterprise Cloud with data residency
_PATH = re.compile(rf"(?:/{_PART})*/?")
_TOKENS: dict[ForgeKind, tuple[str, ...]] = {"github": ("GITHUB_TOKEN", "GH_TOKEN"), "gitlab": ("GITLAB_TOKEN",)}


def read_pull_request(given: str, environment: Mapping[str, str]) -> tuple[ForgePlace, int]:
    """Return the forge and the number of a pull request, named by its number or its address.

    Raises UsageError where that names none, and what ``read_forge`` raises.
    """
    if given.isascii() and given.isdigit() and len(given) < 10:  # noqa: PLR2004 - as in the patterns
        return _found(environment, ", or give --pr the request's address"), int(given)
    parts = _split(given)
    server = f"{parts.scheme}://{parts.netloc}"
    found = _GITHUB_PULL.fullmatch(parts.path)
    if found is not None and parts.netloc:
        url = _github_api(server, environment)
        return _place("github", url, found["repository"], environment), int(found["number"])
    found = _GITLAB_MERGE.fullmatch(parts.path)
    if found is not None and parts.netloc:
        return _place("gitlab", server, found["repository"], environment), int(found["number"])
    shown = f" '{given}'" if _PLAIN.fullmatch(given) else ""
    raise UsageError(f"--pr{shown} is not a pull request; give its number, or its address on GitHub or GitLab")


def read_forge(environment: Mapping[str, str]) -> ForgePlace:
    """Return the forge that a pipeline runs on.

    On GitHub: ``GITHUB_REPOSITORY``, ``GITHUB_API_URL``, ``GITHUB_TOKEN`` (or ``GH_TOKEN``). On GitLab:
    ``CI_PROJECT_PATH``, ``CI_SERVER_URL``, ``GITLAB_TOKEN``. Raises UsageError if neither is there or the token is
    missing. Raises DocumentsError for an address that would give the token away.
    """
    return _found(environment, "")


def _found(environment: Mapping[str, str], other_way: str) -> ForgePlace:
    if environment.get("GITHUB_REPOSITORY"):
        url = environment.get("GITHUB_API_URL") or "https://api.github.com"
        return _place("github", url, environment["GITHUB_REPOSITORY"], environment)
    if environment.get("CI_PROJECT_PATH"):
        url = environment.get("CI_SERVER_URL") or "https://gitlab.com"
        return _place("gitlab", url, environment["CI_PROJECT_PATH"], environment)
    raise UsageError(f"which forge? Set GITHUB_REPOSITORY or CI_PROJECT_PATH in the environment{other_way}")


def _split(url: str) -> SplitResult:
    """Split an address; one that cannot be split has no parts, and is refused for that."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _github_api(server: str, environment: Mapping[str, str]) -> str:
    """Return the address of the API of a GitHub server: its own, an Enterprise server's, or as the runner says."""
    server = server.lower()
    if server == (environment.get("GITHUB_SERVER_URL") or "https://github.com").lower().rstrip("/"):
        known = environment.get("GITHUB_API_URL")
        if known:
            return known
    if server in {"https://github.com", "https://www.github.com"}:
        return "https://api.github.com"
    tenant = _GHE_COM.fullmatch(server)
    return f"https://api.{tenant['tenant']}.ghe.com" if tenant else f"{server}/api/v3"


def _place(kind: ForgeKind, url: str, repository: str, environment: Mapping[str, str]) -> ForgePlace:
    pattern = _GITHUB_REPOSITORY if kind == "github" else _GITLAB_REPOSITORY
    if not pattern.fullmatch(repository):
        shown = f"'{repository}'" if _PLAIN.fullmatch(repository) else "GITHUB_REPOSITORY or CI_PROJECT_PATH"
        raise UsageError(f"{shown} is not a repository; write owner/name")
    parts = _split(url)
    if not _PATH.fullmatch(parts.path) or parts.query or parts.fragment:
        raise DocumentsError(f"the address of the forge {NOT_AN_ADDRESS}: write one such as https://api.github.com")
    check_address("the forge", f"{parts.scheme}://{parts.netloc}", example="https://api.github.com")
    names = _TOKENS[kind]
    name = next((name for name in names if environment.get(name)), None)
    if name is None:
        raise UsageError(f"no token for the forge: set {' or '.join(names)} in the environment")
    token = environment[name]
    if not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(f"{name} holds characters that no token has; set it again, without blanks or line breaks")
    return ForgePlace(kind=kind, url=url.rstrip("/"), repository=repository, token=Secret(token))
