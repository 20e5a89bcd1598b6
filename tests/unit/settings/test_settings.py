"""Settings and the environment; secrets show themselves to nobody."""

from __future__ import annotations

import copy
import pickle
import traceback
from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.errors import CredentialsError, DocumentsError
from reconciler.model.documents import SettingsDocument
from reconciler.model.service import Credentials, Secret, Service
from reconciler.settings import (
    find_settings_file,
    read_credentials,
    read_freeze,
    read_service,
    untrusted_addresses,
)

if TYPE_CHECKING:
    from pathlib import Path

PRODUCTION = Service(company_id="1", api_url="https://api.procore.com", auth_url="https://login.procore.com")
TOKEN = {"RECONCILER_ACCESS_TOKEN": "t"}


def test_the_nearest_settings_file_counts(tmp_path: Path) -> None:
    """Here, or in a parent; or the one that is given, by file or folder."""
    file = tmp_path / "reconciler.yaml"
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    with pytest.raises(DocumentsError, match="or any folder above it"):
        find_settings_file(None, deep)
    file.write_text("")
    assert find_settings_file(None, deep) == file
    assert find_settings_file(tmp_path, deep) == file
    assert find_settings_file(file, deep) == file
    with pytest.raises(DocumentsError, match="name an existing one with --config"):
        find_settings_file(deep, tmp_path)


def test_the_environment_wins() -> None:
    """Addresses of the environment go before those of the document."""
    document = SettingsDocument(company_id="1", api_url="https://a.test", auth_url="https://b.test")
    service = read_service(document, {"RECONCILER_API_URL": "http://127.0.0.1:8/"})
    assert (service.api_url, service.auth_url) == ("http://127.0.0.1:8", "https://b.test")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.procore.com",
        "ftp://x.test",
        "api.procore.com",
        "https://me:pw@x.test",
        "http://10.0.0.1",
        "https://x.test?a",
        "http://[::1",
        "https://h:abc",
        "https://a..b",
        "https://h:99999",
        "https://h\x00",
        "http://:pw@127.0.0.1",
    ],
)
def test_addresses_that_would_give_the_token_away(url: str) -> None:
    """Plain http is for loopback; logins and queries have no place in an address."""
    with pytest.raises(DocumentsError, match=r"api_url (is|holds)"):
        read_service(SettingsDocument(company_id="1"), {"RECONCILER_API_URL": url})


@pytest.mark.parametrize("url", ["http://localhost:1", "http://[::1]:1", "http://127.9.9.9"])
def test_loopback_may_be_plain(url: str) -> None:
    """The sandbox needs no certificate."""
    assert read_service(SettingsDocument(company_id="1"), {"RECONCILER_API_URL": url}).api_url == url


def test_credentials() -> None:
    """A token wins; half of a pair is none; nothing says what to set."""
    token = read_credentials({"RECONCILER_ACCESS_TOKEN": "t", "RECONCILER_CLIENT_ID": "i"}, PRODUCTION)
    assert token.access_token is not None
    assert token.access_token.reveal() == "t"
    pair = read_credentials({"RECONCILER_CLIENT_ID": "i", "RECONCILER_CLIENT_SECRET": "s"}, PRODUCTION)
    assert pair.client_secret is not None
    assert (pair.client_id, pair.client_secret.reveal()) == ("i", "s")
    for environment in ({}, {"RECONCILER_CLIENT_ID": "i"}, {"RECONCILER_CLIENT_SECRET": "s"}):
        with pytest.raises(CredentialsError, match="RECONCILER_CLIENT_ID and RECONCILER_CLIENT_SECRET"):
            read_credentials(environment, PRODUCTION)
    for token_text in ("a b", "a\nb", "ä"):
        with pytest.raises(CredentialsError, match="without blanks or line breaks"):
            read_credentials({"RECONCILER_ACCESS_TOKEN": token_text}, PRODUCTION)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.procore.com.evil.test",
        "https://evil.test",
        "https://api.procore.com:8443",
        "http://127.0.0.1:9",
        "https://localhost",
    ],
)
@pytest.mark.parametrize("field", ["api_url", "auth_url"])
def test_credentials_stay_here_for_hosts_nobody_named(field: str, url: str) -> None:
    """A host that only a document names gets none, whichever address names it, loopback included."""
    document = msgspec.structs.replace(SettingsDocument(company_id="1"), **{field: url})
    service = read_service(document, TOKEN)
    with pytest.raises(DocumentsError, match=rf"^{field} names .*set RECONCILER_TRUSTED_HOSTS="):
        read_credentials(TOKEN, service)


@pytest.mark.parametrize(
    ("environment", "api_url"),
    [
        ({}, "https://sandbox.procore.com"),
        ({"RECONCILER_TRUSTED_HOSTS": "b.test, A.test"}, "https://a.test"),
        ({"RECONCILER_TRUSTED_HOSTS": "a.test:8443 [::1]:9"}, "https://a.test:8443"),
        ({"RECONCILER_TRUSTED_HOSTS": "a.test:8443 [::1]:9"}, "http://[::1]:9"),
        ({"RECONCILER_API_URL": "http://127.0.0.1:9"}, "https://other.test"),
        ({"RECONCILER_AUTH_URL": "https://a.test"}, "https://A.test/"),
    ],
)
def test_hosts_that_may_have_credentials(environment: dict[str, str], api_url: str) -> None:
    """Published hosts, hosts the environment trusts, and the addresses it sets."""
    service = read_service(SettingsDocument(company_id="1", api_url=api_url), environment)
    assert untrusted_addresses(service, environment) == []
    assert read_credentials({**TOKEN, **environment}, service).access_token is not None


@pytest.mark.parametrize("trusted", ["https://a.test", "a.test/x", "me:pw@a.test", "a.test:99999", "*", "a.test:"])
def test_a_list_of_trusted_hosts_that_cannot_be_read(trusted: str) -> None:
    """It never means more than it says, and what may be a login is not echoed."""
    with pytest.raises(DocumentsError, match="write HOST or HOST:PORT") as raised:
        read_credentials({**TOKEN, "RECONCILER_TRUSTED_HOSTS": trusted}, PRODUCTION)
    assert trusted not in raised.value.message


def test_the_environment_can_name_the_company() -> None:
    """Another one than the settings name is an error."""
    document = SettingsDocument(company_id="1")
    assert read_service(document, {"RECONCILER_COMPANY_ID": "1"}).company_id == "1"
    with pytest.raises(
        DocumentsError, match="company_id is 1 and RECONCILER_COMPANY_ID is '2': correct one of the two"
    ):
        read_service(document, {"RECONCILER_COMPANY_ID": "2"})


def test_a_secret_never_shows() -> None:
    """Not in repr, str, formatting, containers, pickles, or tracebacks."""
    secret = Secret("hunter2")
    credentials = Credentials(client_id="i", client_secret=secret)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r}", repr(credentials), str([secret])]
    shown.extend(traceback.format_exception(ValueError(credentials)))
    assert not [text for text in shown if "hunter2" in text]
    for keep in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not copied"):
            keep(secret)


def test_an_address_with_a_login_is_not_repeated() -> None:
    """What stands before the @ may be a secret."""
    with pytest.raises(DocumentsError) as raised:
        read_service(SettingsDocument(company_id="1"), {"RECONCILER_API_URL": "https://me:hunter2@x.test"})
    assert "hunter2" not in raised.value.message


@pytest.mark.parametrize(
    "url",
    [
        "https://x.test/?token=hunter2",
        "https://x.test/hunter2",
        "https://x.test#hunter2",
        "hunter2",
        "hunter2://x.test",
        "https://hunter2@x.test",
    ],
)
def test_what_is_no_address_is_not_repeated(url: str) -> None:
    """A path, a query, or a secret that was put into the wrong variable."""
    with pytest.raises(DocumentsError) as raised:
        read_service(SettingsDocument(company_id="1"), {"RECONCILER_AUTH_URL": url})
    assert "hunter2" not in raised.value.message
    assert "write an address such as" in raised.value.message or "holds a login" in raised.value.message


def test_credentials_that_no_header_could_hold() -> None:
    """Bytes that are no text, blanks, and other alphabets."""
    for secret in ("\udcff", "a b", "ä"):
        with pytest.raises(CredentialsError, match="RECONCILER_CLIENT_SECRET holds characters"):
            read_credentials({"RECONCILER_CLIENT_ID": "i", "RECONCILER_CLIENT_SECRET": secret}, PRODUCTION)


@pytest.mark.parametrize("text", [None, "", " ", "0", "false", "No", "OFF"])
def test_no_freeze(text: str | None) -> None:
    """Unset, empty, or a plain no."""
    assert read_freeze({} if text is None else {"RECONCILER_FREEZE": text}) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1", "RECONCILER_FREEZE is set"),
        ("TRUE", "RECONCILER_FREEZE is set"),
        ("year end", "RECONCILER_FREEZE says 'year end'"),
        ("flase", "RECONCILER_FREEZE says 'flase'"),
    ],
)
def test_anything_else_is_a_freeze(text: str, reason: str) -> None:
    """A kill switch that is spelt wrong still stops; its text is the reason."""
    frozen = read_freeze({"RECONCILER_FREEZE": text})
    assert frozen is not None
    assert (frozen.reason, frozen.origin) == (reason, None)


def test_a_freeze_of_bytes_that_are_no_text_freezes() -> None:
    """And its reason can be shown, and written as JSON."""
    frozen = read_freeze({"RECONCILER_FREEZE": "caf\udce9"})
    assert frozen is not None
    assert frozen.reason == "RECONCILER_FREEZE says 'caf\\udce9'"
