"""Addresses on which only this machine can be reached."""

from __future__ import annotations

import pytest

from reconciler.model.local_address import read_local_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8321", ("127.0.0.1", 8321)),
        ("localhost:0", ("127.0.0.1", 0)),
        ("[::1]:65535", ("::1", 65_535)),
        ("127.8.9.1:80", ("127.8.9.1", 80)),
    ],
)
def test_addresses_of_this_machine(text: str, address: tuple[str, int]) -> None:
    """By number or as localhost, with a port."""
    assert read_local_address(text) == address


@pytest.mark.parametrize(
    "text",
    ["", "8321", ":8321", "0.0.0.0:80", "10.0.0.1:80", "[::]:80", "example.org:80", "127.0.0.1", "127.0.0.1:",
     "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:\u0663"],
)  # fmt: skip
def test_anything_else(text: str) -> None:
    """Other machines could reach it, or there is no such port."""
    with pytest.raises(ValueError, match=r"."):
        read_local_address(text)
