"""Checks as values."""

from __future__ import annotations

import pytest

from reconciler.model.checkup import blocked, split_remedy


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("X names y: unset it", ("X names y", "unset it")),
        (
            "z is not installed; install it (in its checkout: pip)",
            ("z is not installed", "install it (in its checkout: pip)"),
        ),
        ("a:b is odd: write it; or not", ("a:b is odd", "write it; or not")),
        ("nobody knows", ("nobody knows", "run the command again with --verbose")),
    ],
)
def test_what_is_wrong_and_what_to_do(message: str, parts: tuple[str, str]) -> None:
    """Whichever sign comes first is between them; one without any still has something to do."""
    assert split_remedy(message) == parts


def test_a_blocked_check_names_why() -> None:
    """For people and for programs."""
    check = blocked("tools", "company")
    assert (check.found, check.because) == ("not checked, because 'company' failed", "company")
