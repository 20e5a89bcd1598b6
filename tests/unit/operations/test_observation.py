"""Observing a part of what documents name, by the ids an earlier plan found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.desired.repository import read_settings_document
from reconciler.errors import DocumentsError
from reconciler.live.snapshot_reader import SnapshotReader
from reconciler.model.live import NamedPreset, PresetKey, Tool
from reconciler.operations.dated_documents import read_repository
from reconciler.operations.observation import observe
from tests.support.account import INVOICE, write_documents
from tests.support.values import TODAY, live_state

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.operations.observation import Observation

BOTH = INVOICE + "  - project: Cedar Tower\n    groups: {Project Manager: [cy@acme.test]}\n"
BUDGET = "kind: assignments\ntemplate: Budget\ncompany: {groups: {Finance: [cy@acme.test]}}\n"


def observed(folder: Path, *presets: NamedPreset, text: str = BOTH) -> Observation:
    """Observe these presets alone."""
    file = write_documents(folder, {"a.yaml": text, "b.yaml": BUDGET})
    documents, diagnostics = read_repository(file, read_settings_document(file), TODAY)
    return observe(documents, diagnostics, SnapshotReader(live_state()), only={one.key: one for one in presets})


def named(one: str, project: str | None = "1042", template: str = "11") -> NamedPreset:
    """Return a preset by its id."""
    return NamedPreset(id=one, key=PresetKey(template, project), tool=Tool("invoice"))


def test_nothing_but_what_is_named(tmp_path: Path) -> None:
    """One preset of three that the documents speak for; its template's version alone is read."""
    found = observed(tmp_path, named("32"))
    assert [one.target.address for one in found.resolved] == ["projects/1042/templates/11"]
    assert [one.id for one in found.state.presets] == ["32"]
    assert [one.id for one in found.state.versions] == ["911"]
    company = observed(tmp_path, named("33", None, "13"))
    assert [one.target.address for one in company.resolved] == ["company/templates/13"]


def test_what_documents_do_not_speak_for_is_not_read(tmp_path: Path) -> None:
    """A preset that they no longer name is left alone."""
    found = observed(tmp_path, named("31", "1041"), named("32"), text=INVOICE)
    assert [one.id for one in found.state.presets] == ["32"]


def test_a_preset_that_is_gone(tmp_path: Path) -> None:
    """It is unreadable, and no other suffers from it."""
    found = observed(tmp_path, named("31", "1041"), named("99"))
    assert [one.target.address for one in found.resolved] == ["projects/1041/templates/11"]
    assert [(one.project_id, one.reason) for one in found.state.unreadable] == [
        ("1042", "preset 99 is not in the snapshot")
    ]


def test_wrong_names_anywhere_are_told(tmp_path: Path) -> None:
    """Documents that cannot be understood are no basis, also where they are not about these presets."""
    with pytest.raises(DocumentsError):
        observed(tmp_path, named("32"), text=BOTH.replace("Cedar Tower", "Cedar Twoer"))
