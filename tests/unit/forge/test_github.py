"""How fast GitHub is written to."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.forge.github import GitHub
from reconciler.forge.github_answers import CheckedRequester
from reconciler.model.review import ForgePlace
from reconciler.model.service import Secret


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return what the library's client is made with."""
    options: dict[str, Any] = {}

    def making(**more: Any) -> CheckedRequester:
        options.update(more)
        return CheckedRequester(**more)

    monkeypatch.setattr("reconciler.forge.github.CheckedRequester", making)
    return options


@pytest.mark.parametrize(("url", "seconds"), [("https://api.github.com", 0.25), ("http://127.0.0.1:9", None)])
def test_writes_are_spaced(given: dict[str, Any], url: str, seconds: float | None) -> None:
    """By a quarter of a second, as GitHub asks; a stub on loopback counts nothing."""
    GitHub(ForgePlace(kind="github", url=url, repository="acme/approvals", token=Secret("t")))
    assert given["seconds_between_writes"] == seconds
