"""The schemas of our own formats: as derived from the values, and true of what the commands write."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.desired import read_settings_document
from reconciler.operations.dated_documents import read_repository
from tests.support.account import INVOICE, write_documents
from tests.support.command_line import reconciler
from tests.support.formats import SCHEMAS, derived
from tests.support.values import TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox


def check(name: str, document: Any) -> None:
    """Hold a document against one of our schemas."""
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)


def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of JSON; fail on a key that is there twice."""
    assert len({key for key, _ in pairs}) == len(pairs), [key for key, _ in pairs]
    return dict(pairs)


@pytest.mark.parametrize("name", sorted(derived()))
def test_schemas_are_up_to_date(name: str) -> None:
    """To write them again: python -m tests.support.formats."""
    assert (SCHEMAS / name).read_text(encoding="utf-8") == derived()[name]


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.schema.json")), ids=lambda path: path.name)
def test_every_schema_is_a_schema(path: Path) -> None:
    """Of draft 2020-12, with an id of its own; no key is there twice, of which the last alone would count."""
    schema = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=each_once)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:reconciler:schema:{path.name.split('.')[0]}:1"


def test_teams_and_assignments_have_the_same_members() -> None:
    """Editors resolve no references between files, so the definitions stand twice, and alike."""
    assignments, teams = (
        json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))["$defs"]
        for name in ("assignments", "teams")
    )
    assert teams == {name: assignments[name] for name in teams}


def test_what_commands_write_is_as_the_schemas_say(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """Plan, apply, history, journal, snapshot, validate and error, written by the real commands."""
    folder = tmp_path / "approvals"
    write_documents(folder, {"a.yaml": INVOICE})

    def written(*arguments: str) -> Any:
        return json.loads(reconciler(folder, *arguments, environment=sandbox.environment).stdout)

    check("validate", written("validate", "--format", "json"))
    plan = written("plan", "--out", "plan.json", "--format", "json")
    check("plan", plan)
    assert json.loads((folder / "plan.json").read_text()) == plan
    reconciler(folder, "snapshot", "--out", "live.json", environment=sandbox.environment)
    check("snapshot", json.loads((folder / "live.json").read_text()))
    check("apply", written("apply", "plan.json", "--format", "json"))
    check("history", written("history", "--format", "json"))
    (journal,) = (folder / ".reconciler" / "journal").glob("*.jsonl")
    for line in journal.read_text().splitlines():
        check("journal", json.loads(line))
    check("drift", written("drift", "--format", "json"))
    (folder / "a.yaml").write_text("kind: x\n")
    check("error", written("plan", "--format", "json"))


def test_the_examples_are_good_documents() -> None:
    """The example company's repository has no problem."""
    root = SCHEMAS.parent / "examples" / "acme" / "repository"
    settings = read_settings_document(root / "reconciler.yaml")
    documents, diagnostics = read_repository(root / "reconciler.yaml", settings, TODAY)
    assert diagnostics == []
    assert len(documents.assignments) == 3
