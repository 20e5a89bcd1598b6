"""Fixtures that start sandboxes both ways: in the same process, and over a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.caller import Starter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.caller import Caller


@pytest.fixture(params=["in process", "over a socket"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Starter]:
    """Yield a function that starts a sandbox of a seed."""
    starter = Starter(tmp_path, in_process=request.param == "in process")
    yield starter
    starter.close()


@pytest.fixture
def call(make: Starter) -> Caller:
    """Return a caller of the small company."""
    return make()
