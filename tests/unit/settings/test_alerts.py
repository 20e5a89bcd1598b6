"""Where alarms go."""

from __future__ import annotations

import pytest

from reconciler.errors import UsageError
from reconciler.settings.alerts import check_gateway, read_notify


def test_addresses_are_secrets() -> None:
    """Any blanks stand between them; none of them shows."""
    addresses = read_notify({"RECONCILER_NOTIFY": " json://a.test \n\tslack://b "})
    assert [one.reveal() for one in addresses] == ["json://a.test", "slack://b"]
    assert "a.test" not in repr(addresses)
    for environment in ({}, {"RECONCILER_NOTIFY": " \n"}):
        with pytest.raises(UsageError, match="whom to notify"):
            read_notify(environment)


@pytest.mark.parametrize(
    "url", ["http://gateway:9091", "https://push.acme.test/team/x/", "http://127.0.0.1:1", "http://[::1]:9091"]
)
def test_gateways(url: str) -> None:
    """Plain http too: figures are no secret, and a gateway mostly stands inside."""
    assert check_gateway(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "gateway:9091",
        "ftp://gateway",
        "https://",
        "http://g:0",
        "http://g:99999",
        "http://[g",
        "http://g/?x=1",
        "http://g/a b",
    ],
)
def test_no_gateways(url: str) -> None:
    """What is no address is refused."""
    with pytest.raises(UsageError, match="write an address such as"):
        check_gateway(url)


def test_no_login_in_a_gateway() -> None:
    """Nor is it shown."""
    with pytest.raises(UsageError, match="no place for one") as raised:
        check_gateway("https://me:hunter2@gateway.test")
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    ["https://gw/push?token=hunter2", "https://gw/#hunter2", "https://gw/hunter2 ", "hunter2", "http://g:0/hunter2"],
)
def test_what_is_no_gateway_is_not_shown(url: str) -> None:
    """A secret stands mostly where an address has none, and what is said ends in the log of a pipeline."""
    with pytest.raises(UsageError) as raised:
        check_gateway(url)
    assert "hunter2" not in raised.value.message
