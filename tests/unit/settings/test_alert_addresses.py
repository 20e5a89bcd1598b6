"""Where alarms go."""

from __future__ import annotations

import pytest

from reconciler.errors import UsageError
from reconciler.settings.alert_addresses import check_gateway, read_gateway, read_notify


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
    with pytest.raises(UsageError, match="a command line must not hold one") as raised:
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


@pytest.mark.parametrize(
    ("environment", "sent"),
    [
        ({}, None),
        ({"RECONCILER_METRICS_TOKEN": "hunter2"}, "Bearer hunter2"),
        ({"RECONCILER_METRICS_USER": "us", "RECONCILER_METRICS_PASSWORD": "hun:ter2"}, "Basic dXM6aHVuOnRlcjI="),
    ],
)
def test_a_login_of_a_gateway(environment: dict[str, str], sent: str | None) -> None:
    """It comes from variables, and shows nowhere."""
    gateway = read_gateway("https://push.acme.test/team", environment)
    assert (gateway.authorization and gateway.authorization.reveal()) == sent
    assert "hunter2" not in repr(gateway)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"RECONCILER_METRICS_USER": "us"}, "RECONCILER_METRICS_PASSWORD is missing"),
        ({"RECONCILER_METRICS_PASSWORD": "hunter2"}, "RECONCILER_METRICS_USER is missing"),
        ({"RECONCILER_METRICS_TOKEN": "hunter2", "RECONCILER_METRICS_USER": "us"}, "both set"),
        ({"RECONCILER_METRICS_TOKEN": "hunter2\n"}, "no token has"),
        ({"RECONCILER_METRICS_USER": "a:b", "RECONCILER_METRICS_PASSWORD": "hunter2"}, "holds a colon"),
        ({"RECONCILER_METRICS_TOKEN": "hunter2"}, "plain http"),
    ],
)
def test_no_login_of_a_gateway(environment: dict[str, str], said: str) -> None:
    """Half of one, two, one that is none, and one in the open are refused by the variable's name."""
    url = "http://push.acme.test" if said == "plain http" else "https://push.acme.test"
    with pytest.raises(UsageError, match=said) as raised:
        read_gateway(url, environment)
    assert "hunter2" not in str(raised.value)
