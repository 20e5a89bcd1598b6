"""Credentials of sources go to hosts that the environment names, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.errors import CredentialsError, DocumentsError
from reconciler.model.diagnostics import Origin
from reconciler.model.sources import Column, LdapSource, ScimSource, Status
from reconciler.settings.people_access import read_ldap_access, read_scim_access

if TYPE_CHECKING:
    from collections.abc import Callable

SHARED: dict[str, Any] = {
    "name": "our-idp",
    "origin": Origin("people.yaml", 1, 1),
    "columns": {"id": Column(name="id")},
    "status": Status(column="active", states={"true": "active"}),
}
SCIM = ScimSource(url="https://scim.acme.test/v2/", token_url="https://login.acme.test/token", **SHARED)
LDAP = LdapSource(url="ldaps://ldap.acme.test", base="dc=acme", filter="(a=*)", **SHARED)
HERE = "RECONCILER_SOURCE_OUR_IDP_"
TRUSTED = {"RECONCILER_TRUSTED_HOSTS": "scim.acme.test,login.acme.test,ldap.acme.test:636"}
PERSON = {f"{HERE}USER": "us", f"{HERE}PASSWORD": "pw"}


def test_trusted_hosts() -> None:
    """Addresses of a document count if their hosts are trusted; those of the environment are trusted by that."""
    access = read_scim_access(SCIM, {**TRUSTED, f"{HERE}CLIENT_ID": "us", f"{HERE}CLIENT_SECRET": "s"})
    assert (access.url, access.token_url) == ("https://scim.acme.test/v2", "https://login.acme.test/token")
    named = {f"{HERE}URL": "https://other.test/v2", f"{HERE}TOKEN_URL": "https://other.test/t", f"{HERE}TOKEN": "t"}
    assert read_scim_access(SCIM, named).url == "https://other.test/v2"
    assert read_ldap_access(LDAP, {**TRUSTED, **PERSON}).url == "ldaps://ldap.acme.test"
    assert read_ldap_access(LDAP, {f"{HERE}URL": "ldap://127.0.0.1:3890", **PERSON}).url == "ldap://127.0.0.1:3890"


@pytest.mark.parametrize(
    ("read", "environment", "words"),
    [
        (
            read_scim_access,
            PERSON,
            "scim.acme.test:443, which only a document names: set RECONCILER_SOURCE_OUR_IDP_URL",
        ),
        (read_scim_access, {**PERSON, f"{HERE}URL": "https://a.test"}, "set RECONCILER_SOURCE_OUR_IDP_TOKEN_URL"),
        (read_scim_access, {**PERSON, f"{HERE}URL": "https://a.test/v2?x=1"}, "has a query or odd letters"),
        (read_scim_access, {**PERSON, f"{HERE}URL": "ftp://a.test"}, "https://scim.acme.test/v2"),
        (read_scim_access, {**PERSON, f"{HERE}URL": "http://a.test"}, "use https (http is for loopback)"),
        (read_ldap_access, PERSON, "ldap.acme.test:636, which only a document names"),
        (read_ldap_access, {**PERSON, f"{HERE}URL": "ldaps://us:pw@a.test"}, "such as ldaps://ldap.acme.test"),
        (read_ldap_access, {**PERSON, f"{HERE}URL": "https://a.test"}, "such as ldaps://ldap.acme.test"),
    ],
)
def test_addresses_that_are_refused(read: Callable[..., Any], environment: dict[str, str], words: str) -> None:
    """A host that only a document names, and an address of another kind, get no credentials."""
    with pytest.raises(DocumentsError) as raised:
        read(SCIM if read is read_scim_access else LDAP, environment)
    assert words in raised.value.message


@pytest.mark.parametrize(
    ("read", "environment", "words"),
    [
        (read_scim_access, {}, f"set {HERE}TOKEN, or {HERE}CLIENT_ID"),
        (read_scim_access, {f"{HERE}CLIENT_ID": "us"}, "no credentials for the source our-idp"),
        (read_scim_access, {f"{HERE}TOKEN": "ü"}, f"{HERE}TOKEN holds characters"),
        (read_ldap_access, {f"{HERE}USER": "us", f"{HERE}PASSWORD": ""}, "no credentials for the source our-idp"),
    ],
)
def test_credentials_that_are_missing(read: Callable[..., Any], environment: dict[str, str], words: str) -> None:
    """The message names the variables; an empty password is none, as it would sign in as nobody."""
    with pytest.raises(CredentialsError) as raised:
        read(SCIM if read is read_scim_access else LDAP, {**TRUSTED, **environment})
    assert words in raised.value.message
