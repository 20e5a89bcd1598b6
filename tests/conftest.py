"""Fixtures that start real processes for tests, and end them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from tests.support.account import company_seed, write_seed
from tests.support.examples import examples
from tests.support.forge_stub import serving
from tests.support.github_stub import GitHubStub
from tests.support.gitlab_stub import GitLabStub
from tests.support.sandbox import running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.support.sandbox import RunningSandbox

settings.register_profile(
    "project",
    deadline=None,
    derandomize=True,
    max_examples=examples(50),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.load_profile("project")


def pytest_configure() -> None:
    """Let the very many processes of tests keep what they compile: else each compiles the whole package again."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[RunningSandbox]:
    """A sandbox with the small company, without rate limits."""
    with running_sandbox(write_seed(tmp_path / "seed", company_seed())) as running:
        yield running


@pytest.fixture
def github() -> Iterator[GitHubStub]:
    """A GitHub on loopback, with nothing in it."""
    stub = GitHubStub()
    with serving(stub):
        yield stub


@pytest.fixture
def gitlab() -> Iterator[GitLabStub]:
    """A GitLab on loopback, with nothing in it."""
    stub = GitLabStub()
    with serving(stub):
        yield stub


class _WholeText(SingleFileSnapshotExtension):
    """Keeps each snapshot as a text file of its own, to be read like the output it is."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.fixture
def whole(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Whole outputs, compared with files that people can read."""
    return snapshot.use_extension(_WholeText)
