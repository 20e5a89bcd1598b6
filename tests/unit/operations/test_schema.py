"""Which schemas there are, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.errors import FileError, UsageError
from reconciler.operations import schema
from reconciler.operations.schema import find_schema, list_schemas
from tests.support.formats import SCHEMAS

if TYPE_CHECKING:
    from pathlib import Path


def test_every_schema_is_found() -> None:
    """Each under the name of its kind; the description of the sandbox is none of them."""
    assert {find_schema(kind) for kind in list_schemas()} == {*SCHEMAS.glob("*.schema.json")}
    assert "sandbox" not in list_schemas()


@pytest.mark.parametrize("kind", ["assignment", "../settings", "", "Teams"])
def test_no_such_schema(kind: str) -> None:
    """The error names those that there are; a path is not a kind."""
    with pytest.raises(UsageError, match="there are: absences, acknowledgements, ") as raised:
        find_schema(kind)
    assert ("did you mean 'assignments'?" in raised.value.message) == (kind == "assignment")


def test_an_installation_without_schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so."""
    monkeypatch.setattr(schema, "schema_folder", lambda: tmp_path)
    with pytest.raises(FileError, match="has no schemas; install it again"):
        find_schema("teams")
