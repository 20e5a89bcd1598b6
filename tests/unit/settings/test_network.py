"""The way to servers: which proxy, who needs none, whose certificates count, and what cannot be used."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import certifi
import pytest

from reconciler.errors import UsageError
from reconciler.settings.network import bypasses_proxy, read_network, settle_network

if TYPE_CHECKING:
    from pathlib import Path

API = "https://api.procore.com"
PASSWORD = "hunter2"


def proxy(url: str = API, **environment: str) -> str | None:
    """Return the proxy for an address, as it is."""
    found = read_network(environment, url).proxies.get(url)
    return None if found is None else found.reveal()


def test_which_proxy_is_used() -> None:
    """That of the scheme before the one for all, small letters before large ones, an empty one is none."""
    one, two = "http://one.test:1", "http://two.test:2"
    assert proxy(HTTPS_PROXY=one, ALL_PROXY=two) == one
    assert proxy(ALL_PROXY=two, HTTP_PROXY=one) == two
    assert proxy("http://api.test", HTTP_PROXY=one, HTTPS_PROXY=two) == one
    assert proxy(https_proxy=one, HTTPS_PROXY=two) == one
    assert proxy(https_proxy="", HTTPS_PROXY=two) is None
    assert proxy(HTTPS_PROXY=f" {one}/ ") == f"{one}/"
    assert proxy() is None
    for loopback in ("https://127.0.0.1:8080", "http://[::1]:8080", "https://localhost"):
        assert proxy(loopback, ALL_PROXY=one) is None
    assert proxy("https://inside.test", ALL_PROXY=one, NO_PROXY="inside.test") is None
    assert PASSWORD not in repr(read_network({"ALL_PROXY": f"http://us:{PASSWORD}@p.test"}, API))


@pytest.mark.parametrize(
    ("direct", "host", "port", "expected"),
    [
        ("*", "api.test", 443, True),
        ("", "api.test", 443, False),
        ("test", "api.test", 443, True),
        (".test", "api.test", 443, True),
        ("*.api.test", "api.test", 443, True),
        ("pi.test", "api.test", 443, False),
        ("a.test, API.test", "api.test", 443, True),
        ("a.test API.test", "api.test", 443, True),
        ("api.test:443", "api.test", 443, True),
        ("api.test:8443", "api.test", 443, False),
        ("*:8443", "api.test", 8443, True),
        ("10.0.0.0/8", "10.1.2.3", 443, True),
        ("10.0.0.0/8", "11.1.2.3", 443, False),
        ("10.1.2.3", "10.1.2.3", 443, True),
        ("10.0.0.0/8:8443", "10.1.2.3", 443, False),
        ("fd00::/8", "fd00::1", 443, True),
        ("[fd00::1]:443", "fd00::1", 443, True),
        ("[fd00::1]:80", "fd00::1", 443, False),
        ("fd00::1", "fd00::1", 443, True),
        ("nonsense/99, 10.0.0.0/8", "10.1.2.3", None, True),
        ("2.3", "10.1.2.3", 443, False),
    ],
)
def test_who_needs_no_proxy(direct: str, host: str, port: int | None, *, expected: bool) -> None:
    """Names and domains, addresses and networks, each with a port or without."""
    assert bypasses_proxy(host, port, direct) is expected


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize(
    ("address", "why"),
    [
        (f"us:{PASSWORD}@proxy.test:3128", "has no scheme"),
        ("proxy.test:3128", "has no scheme"),
        (f"ftp://us:{PASSWORD}@proxy.test", "has a scheme that no proxy speaks"),
        (f"http://us:{PASSWORD}@proxy.test:port", "is not a valid address"),
        (f"http://us:{PASSWORD}@proxy.test:0", "is not a valid address"),
        (f"http://us:{PASSWORD}@x@proxy.test:1", "is not a valid address"),
        (f"http://us:{PASSWORD}:x@proxy.test:1", "is not a valid address"),
        (f"http://us:{PASSWORD}/x@proxy.test:1", "is not a valid address"),
        (f"http://us:{PASSWORD}#x@proxy.test:1", "is not a valid address"),
        (f"http://us:{PASSWORD}?x@proxy.test:1", "is not a valid address"),
        (f"http://us:{PASSWORD}%zz@proxy.test:1", "is not a valid address"),
        (f"http://us:{PASSWORD} x@proxy.test:1", "is not a valid address"),
        (f"http://us:{PASSWORD}@[::1:3128", "is not a valid address"),
        (f"http://{PASSWORD}@", "is not a valid address"),
    ],
)
def test_a_proxy_that_cannot_be_used(variable: str, address: str, why: str) -> None:
    """The sentence names the variable, and never what it holds; it is the same for forges and alarms."""
    for find in (read_network, settle_network):
        with pytest.raises(UsageError) as raised:
            find({variable: address, "SSL_CERT_DIR": "/"}, API)
        assert raised.value.message.startswith(f"{variable} {why}: write it as http://")
        assert PASSWORD not in raised.value.message
        assert "proxy.test" not in raised.value.message


def test_socks_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install, which is not the same for both kinds of client."""
    address = {"ALL_PROXY": f"socks5h://us:{PASSWORD}@proxy.test:1080", "SSL_CERT_DIR": "/"}
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    for find, extra in ((read_network, "httpx[socks]"), (settle_network, "requests[socks]")):
        with pytest.raises(UsageError, match="ALL_PROXY names a SOCKS proxy") as raised:
            find(address, API)
        assert f"install '{extra}'" in raised.value.message
        assert PASSWORD not in raised.value.message
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: object())
    assert proxy(**address) == address["ALL_PROXY"]


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_certificates_that_are_not_there(tmp_path: Path, variable: str) -> None:
    """File and variable are named; over plain HTTP nobody looks."""
    text = tmp_path / "text.pem"
    text.write_text("no certificate\n")
    for path, why in ((tmp_path / "none.pem", "cannot be read (No such file"), (text, "holds no certificate")):
        with pytest.raises(UsageError) as raised:
            read_network({variable: str(path)}, API)
        assert raised.value.message.startswith(f"{variable} names {path}, which {why}")
        assert read_network({variable: str(path)}, "http://127.0.0.1:1").certificates is None
    with pytest.raises(UsageError, match=r"SSL_CERT_DIR names .*, which is not a folder"):
        read_network({"SSL_CERT_DIR": str(text)}, API)


def test_certificates_count_alike(tmp_path: Path) -> None:
    """Whichever variable names them, every client follows: those that are told, and those that read the environment."""
    bundle = certifi.where()
    for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        environment = {variable: bundle}
        assert read_network(environment, API).certificates == bundle
        settle_network(environment, API)
        assert {environment["SSL_CERT_FILE"], environment["REQUESTS_CA_BUNDLE"]} == {bundle}
    environment = {"SSL_CERT_DIR": str(tmp_path)}
    settle_network(environment)
    assert environment == {"SSL_CERT_DIR": str(tmp_path), "REQUESTS_CA_BUNDLE": str(tmp_path)}
