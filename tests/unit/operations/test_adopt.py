"""What stands between an edit and a file: the edited documents are planned first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.desired.editing.splices import Edited, apply_edits
from reconciler.desired.repository import read_settings_document
from reconciler.drift import find_drifts
from reconciler.errors import DocumentsError, FileError
from reconciler.model.service import Service
from reconciler.operations import adopt
from reconciler.operations.adopt import Ground, adopt_drifts, read_document
from reconciler.operations.dated_documents import read_repository
from reconciler.operations.workspace import Workspace
from reconciler.planning.changes import compare
from tests.support.account import INVOICE
from tests.support.runs import make_run
from tests.support.values import TODAY, observe_documents

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (("cy@acme.test", "cy@acme.test, dee@acme.test"), "would say more, or less"),
        (("Project Manager: [", "Project Manager: &x ["), "would say more, or less"),
        (("      Project Manager: [ann@acme.test, cy@acme.test]\n", "      {}\n"), "would be wrong afterwards"),
        (("    groups:\n      Project Manager: [ann@acme.test, cy@acme.test]\n",
          "    workflow_manager: gus@acme.test\n"), "would say more, or less"),
        (("ann@acme.test", "ann@"), "would be wrong afterwards"),
    ],
)  # fmt: skip
def test_an_edit_that_does_something_else_is_never_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: tuple[str, str], message: str
) -> None:
    """More people, too few, another role, or no document at all: an error, whatever the editor did."""
    observation = observe_documents(tmp_path, {"a.yaml": INVOICE})
    file = tmp_path / "reconciler.yaml"
    workspace = Workspace(
        settings_file=file,
        settings=read_settings_document(file),
        service=Service(company_id="4211", api_url="http://127.0.0.1", auth_url="http://127.0.0.1"),
        run=make_run(tmp_path),
    )
    documents, _ = read_repository(file, workspace.settings, TODAY)
    drifts = find_drifts(compare(observation.resolved, observation.state.versions))
    assert len(drifts) == 2

    def edited(text: str, _edits: Any) -> Edited:
        return Edited(text.replace(*wrong), (), ())

    monkeypatch.setattr(adopt, "apply_edits", edited)
    with pytest.raises(DocumentsError) as refused:
        adopt_drifts(drifts, Ground(observation, documents, workspace))
    assert message in refused.value.message


def test_one_edit_that_goes_wrong_spoils_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each role is tried alone then: the good ones are adopted, the others refused with the reason."""
    text = INVOICE + "      Accounting: [cy@acme.test]\n"
    observation = observe_documents(tmp_path, {"a.yaml": text})
    file = tmp_path / "reconciler.yaml"
    settings = read_settings_document(file)
    service = Service(company_id="4211", api_url="http://127.0.0.1", auth_url="http://127.0.0.1")
    workspace = Workspace(settings_file=file, settings=settings, service=service, run=make_run(tmp_path))
    documents, _ = read_repository(file, settings, TODAY)
    drifts = find_drifts(compare(observation.resolved, observation.state.versions))
    assert {one.group.name for one in drifts if one.group} == {"Accounting", "Project Manager"}

    def edited(text: str, edits: Any) -> Edited:
        done = apply_edits(text, edits)
        wrong = any(one.origin.line == 7 for one in edits)
        return done._replace(text=done.text.replace("Accounting: [cy", "Accounting: [fay")) if wrong else done

    monkeypatch.setattr(adopt, "apply_edits", edited)
    adoption = adopt_drifts(drifts, Ground(observation, documents, workspace))
    assert {one.group.name for one in adoption.adopted if one.group} == {"Project Manager"}
    assert {one.group.name for one, _ in adoption.refused if one.group} == {"Accounting"}
    assert all("would say more, or less" in reason or "would be wrong" in reason for _, reason in adoption.refused)
    assert "bo@acme.test" in adoption.files[0].after


def test_a_document_that_cannot_be_read(tmp_path: Path) -> None:
    """Gone, or no text: told with the path."""
    (tmp_path / "a.yaml").write_bytes(b"\xff")
    for name in ("a.yaml", "none.yaml"):
        with pytest.raises(FileError) as refused:
            read_document(tmp_path / name)
        assert name in refused.value.message
