"""The schemas of documents and of our own formats: as derived from shapes, and true of what is read and written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.desired.kinds import KINDS
from reconciler.desired.repository import read_settings_document
from reconciler.operations.dated_documents import read_repository
from tests.support.formats import SCHEMAS, derived, outdated
from tests.support.samples import example_documents, written_formats
from tests.support.values import TODAY
from tests.support.whole_documents import WHOLE, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox

FILES = sorted(SCHEMAS.glob("*.schema.json"))
KIND_NAMES = ["settings", *KINDS]
DOCUMENTS = example_documents()


def problems(name: str, document: Any) -> list[str]:
    """Return what one of our schemas finds wrong."""
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    return [error.message for error in Draft202012Validator(schema).iter_errors(document)]


def check(name: str, document: Any) -> None:
    """Hold a document against one of our schemas."""
    assert problems(name, document) == []


def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of JSON; fail on a key that is there twice."""
    assert len({key for key, _ in pairs}) == len(pairs), [key for key, _ in pairs]
    return dict(pairs)


def mappings(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping within a schema."""
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    if isinstance(schema, dict):
        yield schema
    for one in inner:
        yield from mappings(one)


def test_schemas_are_up_to_date() -> None:
    """To write them again: python -m tests.support.formats."""
    assert outdated() == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_schema_is_a_schema(path: Path) -> None:
    """Of draft 2020-12, with an id of its own; no key is there twice, of which the last alone would count."""
    schema = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=each_once)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:reconciler:schema:{path.name.split('.')[0]}:1"
    assert [key for one in mappings(schema) for key in one if key.startswith("x-")] == []


@pytest.mark.parametrize("kind", [*KIND_NAMES, "document"])
def test_every_field_of_a_document_is_described(kind: str) -> None:
    """An editor shows what each key means; a name of a key that only must be there is no field."""
    schema = json.loads(derived()[f"{kind}.schema.json"])
    fields = [pair for one in mappings(schema) for pair in one.get("properties", {}).items()]
    assert len(fields) > len(schema["$defs"])
    assert [name for name, field in fields if field and "const" not in field and not field.get("description")] == []


def test_there_is_an_example_of_every_kind() -> None:
    """What is tried below tries all of them."""
    assert {kind for kind, _ in DOCUMENTS} == {*KIND_NAMES}


@pytest.mark.parametrize(("kind", "document"), DOCUMENTS, ids=[f"{kind}{at}" for at, (kind, _) in enumerate(DOCUMENTS)])
def test_the_combined_schema_chooses_by_the_kind(kind: str, document: dict[str, Any]) -> None:
    """A good document is good by both; what is wrong is the same by both, and of that kind alone."""
    assert problems(kind, document) == problems("document", document) == []
    wrong = {**document, "x": 1}
    assert problems(kind, wrong) == problems("document", wrong) != []
    required = json.loads((SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8"))["$defs"][kind.capitalize()]
    for key in {*required["required"]} - {"kind"}:
        less = {name: value for name, value in document.items() if name != key}
        assert problems(kind, less) == problems("document", less) == [f"'{key}' is a required property"]


@pytest.mark.parametrize("document", [{}, {"template": "T"}, [], None, "kind"])
def test_a_document_without_a_kind(document: Any) -> None:
    """Is one problem of the combined schema."""
    assert len(problems("document", document)) == 1


@pytest.mark.parametrize("kind", ["assignment", "", None, 1, ["teams"]])
def test_an_unknown_kind(kind: object) -> None:
    """Is one problem of the combined schema, which names those that there are."""
    (problem,) = problems("document", {"kind": kind, "x": 1})
    assert problem.endswith(f"is not one of {KIND_NAMES}")


@pytest.mark.parametrize(
    "place",
    ["assignments groups A 3", "teams teams a 3", "policy overrides 0", "acknowledgements acknowledged 0",
     "acknowledgements released 0"],
)  # fmt: skip
def test_a_day_where_formats_are_not_known(place: str) -> None:
    """Many validators ignore formats: the pattern refuses other ways to write a date."""
    kind, *steps = f"{place} until".split()
    at = tuple(int(step) if step.isdigit() else step for step in steps)
    assert problems(kind, replaced(WHOLE[kind], at, "2027-01-31")) == []
    assert len(problems(kind, replaced(WHOLE[kind], at, "20270131"))) == 1


def test_what_commands_write_is_as_the_schemas_say(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """Plan, apply, history, journal, snapshot, drift, doctor, validate and error, written by the real commands."""
    seen = set()
    for name, document in written_formats(tmp_path / "approvals", sandbox):
        check(name, document)
        seen.add(name)
    assert seen == {
        "validate", "plan", "snapshot", "apply", "history", "journal", "drift", "doctor", "error", "people", "who",
        "route",        "route-day", "route-explained", "route-health",
    }  # fmt: skip


def test_the_examples_are_good_documents() -> None:
    """The example company's repository has no problem."""
    root = SCHEMAS.parent / "examples" / "acme" / "repository"
    settings = read_settings_document(root / "reconciler.yaml")
    documents, diagnostics = read_repository(root / "reconciler.yaml", settings, TODAY)
    assert diagnostics == []
    assert len(documents.assignments) == 3
