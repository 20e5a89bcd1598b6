"""The registry of kinds: a new kind of document is one file and one line."""

from __future__ import annotations

import json
import pkgutil
from typing import TYPE_CHECKING, Annotated, Literal

import pytest
from msgspec import Meta

from reconciler.desired import kinds
from reconciler.desired.git.base_revision import same_documents
from reconciler.desired.kinds import KINDS, Kinds
from reconciler.desired.kinds.common_shapes import Strict
from reconciler.desired.kinds.kind import Kind
from reconciler.desired.repository import read_settings_document
from reconciler.model.diagnostics import Diagnostic
from reconciler.operations.dated_documents import read_repository
from tests.support.account import INVOICE, write_documents
from tests.support.formats import derived, outdated
from tests.support.values import TODAY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from reconciler.desired.kinds.kind import Reading
    from reconciler.desired.yaml.strict_reader import LocatedDocument
    from reconciler.model.documents import Documents


# what the one file of an imaginary kind holds
class NoteShape(Strict, frozen=True):
    """``kind: note``."""

    kind: Literal["note"]
    text: Annotated[str, Meta(min_length=1, max_length=20)]


def _decode(document: LocatedDocument, shape: NoteShape) -> tuple[str, str]:
    return shape.text, str(document.origin("text"))


def _merge(documents: Sequence[tuple[str, str]], _reading: Reading) -> tuple[Mapping[str, object], list[Diagnostic]]:
    empty = [place for text, place in documents if text == "?"]
    told = [Diagnostic(severity="warning", code="documents/note", message=f"a question at {one}") for one in empty]
    return {"notes": tuple(text for text, _ in documents)}, told


def _content(documents: Documents) -> object:
    return documents.more.get("notes", ())


NOTE = Kind(name="note", shape=NoteShape, decode=_decode, merge=_merge, content=_content)


@pytest.fixture
def note(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name it: the one line. Its file is this one."""
    monkeypatch.setitem(KINDS._names, "note", None)
    monkeypatch.setitem(KINDS._loaded, "note", NOTE)


def read(folder: Path, text: str) -> tuple[Documents, list[Diagnostic]]:
    """Read a repository with one more document."""
    file = write_documents(folder, {"a.yaml": INVOICE, "note.yaml": text})
    return read_repository(file, read_settings_document(file), TODAY)


@pytest.mark.usefixtures("note")
def test_a_new_kind(tmp_path: Path) -> None:
    """It is accepted, decoded with its places, merged, judged, and compared."""
    documents, diagnostics = read(tmp_path, "kind: note\ntext: hello\n---\nkind: note\ntext: '?'\n")
    assert documents.more == {"notes": ("hello", "?")}
    assert [one.message for one in diagnostics] == ["a question at note.yaml:5:1"]
    assert len(documents.assignments) == 1
    other, _ = read(tmp_path, "kind: note\ntext: bye\n")
    assert same_documents(documents, documents)
    assert not same_documents(documents, other)


@pytest.mark.usefixtures("note")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind: note\n", "missing 'text'"),
        ("kind: note\ntext: a\nmore: 1\n", "unknown key 'more'; known here: kind, text"),
        ("kind: note\ntext: 7\n", "expected text, found 7"),
        ("kind: note\ntext: a very long text without an end\n", "expected at most 20 items or characters"),
    ],
)
def test_what_is_wrong_with_a_new_kind(tmp_path: Path, text: str, message: str) -> None:
    """By its shape alone: nobody writes a schema for it."""
    _, diagnostics = read(tmp_path, text)
    assert [one.code for one in diagnostics] == ["documents/schema"]
    assert diagnostics[0].message.startswith(message)


@pytest.mark.usefixtures("note")
def test_a_new_kind_is_suggested(tmp_path: Path) -> None:
    """Like every other."""
    _, diagnostics = read(tmp_path, "kind: notes\ntext: a\n")
    assert diagnostics[0].message == "unknown kind 'notes'; did you mean 'note'?"


@pytest.mark.usefixtures("note")
def test_the_schema_of_a_new_kind() -> None:
    """It is derived, beside its place in the combined one, and the test of schemas fails until both are written."""
    files = derived()
    note, document = (json.loads(files[f"{name}.schema.json"]) for name in ("note", "document"))
    assert note["$defs"]["Note"] == document["$defs"]["Note"]
    assert note["$defs"]["Note"]["properties"]["text"] == {"type": "string", "minLength": 1, "maxLength": 20}
    assert document["properties"]["kind"]["enum"][-1] == "note"
    assert document["allOf"][-1]["then"] == {"$ref": note["$ref"]}
    assert outdated() == ["document.schema.json", "note.schema.json"]


def test_a_line_that_is_forgotten(tmp_path: Path) -> None:
    """Documents of a kind that is not registered are errors, each at its place."""
    _, diagnostics = read(tmp_path, "kind: note\ntext: hello\n")
    assert [(one.severity, one.code, str(one.origin)) for one in diagnostics] == [
        ("error", "documents/kind", "note.yaml:1:1")
    ]
    assert "known kinds: assignments, teams, policy, acknowledgements" in diagnostics[0].message


def test_a_kind_is_loaded_once_a_document_is_of_it() -> None:
    """Its name is known before, and a name that is no kind is an error of the caller."""
    some = Kinds(("teams", "policy"))
    assert ([*some], "teams" in some, "routing" in some, some.loaded()) == (["teams", "policy"], True, False, [])
    assert some["policy"].name == "policy"
    assert some["policy"] is some["policy"]
    assert [one.name for one in some.loaded()] == ["policy"]
    with pytest.raises(KeyError):
        some["routing"]


def test_every_file_of_a_kind_is_registered() -> None:
    """But for that of the settings, which are no document like others."""
    files = {one.name for one in pkgutil.iter_modules(kinds.__path__) if one.name.endswith("_kind")}
    assert files - {"settings_kind"} == {f"{name}_kind" for name in KINDS}
