"""Logins that cannot be one are refused wherever documents hold them, and names are read in one spelling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.desired.repository import read_settings_document
from reconciler.errors import DocumentsError
from reconciler.operations.dated_documents import read_repository
from tests.support.account import write_documents
from tests.support.values import TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Documents

WRONG = "ann@acme.test;"
HEAD = "kind: assignments\ntemplate: T\n"
OVERRIDE = "address: '*', reason: r, allow_removals: 1, until: 2027-01-31"
ACKNOWLEDGED = "{address: '*', reason: r, until: 2027-01-31, "


def read(folder: Path, *documents: str) -> tuple[Documents, list[Diagnostic]]:
    """Read documents from a.yaml, b.yaml."""
    file = write_documents(folder, dict(zip(("a.yaml", "b.yaml"), documents, strict=False)))
    return read_repository(file, read_settings_document(file), TODAY)


def groups(text: str) -> str:
    """Return a document with one project entry and these groups."""
    return f"{HEAD}projects:\n  - project: P\n    groups: {text}\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"{HEAD}groups: {{A: ['{WRONG}']}}\nprojects: [{{project: P}}]\n", "3:14"),
        (f"{HEAD}workflow_manager: {WRONG}\nprojects: [{{project: P}}]\n", "3:1"),
        (groups(f"{{A: [{{person: {WRONG}, reason: r}}]}}"), "5:18"),
        (f"{HEAD}projects:\n  - project: P\n    workflow_manager: {WRONG}\n", "5:5"),
        (f"{HEAD}company: {{workflow_manager: {WRONG}}}\n", "3:11"),
        (f"kind: teams\nteams: {{a: [bo@acme.test, {WRONG}]}}\n", "2:27"),
        (f"kind: policy\nprotected: [{WRONG}]\n", "2:13"),
        (f"kind: policy\nroles: {{A: {{must_include: [{WRONG}]}}}}\n", "2:28"),
        (f"kind: policy\noverrides: [{{person: {WRONG}, {OVERRIDE}}}]\n", "2:14"),
        (f"kind: acknowledgements\nacknowledged: [{ACKNOWLEDGED}person: {WRONG}, owner: bo@acme.test}}]\n", "2:61"),
        (f"kind: acknowledgements\nacknowledged: [{ACKNOWLEDGED}person: bo@acme.test, owner: {WRONG}}}]\n", "2:16"),
        (f"kind: acknowledgements\nreleased: [{ACKNOWLEDGED}owner: {WRONG}}}]\n", "2:12"),
    ],
)  # fmt: skip
def test_everywhere(tmp_path: Path, text: str, place: str) -> None:
    """Members, managers, teams, policies and acknowledgements: at the place, with what to write."""
    _, diagnostics = read(tmp_path, text, groups("{B: [bo@acme.test]}").replace("project: P", "project: Q"))
    assert [(str(one.origin), one.code, one.message) for one in diagnostics] == [
        (
            f"a.yaml:{place}",
            "documents/login",
            f"'{WRONG}' cannot be a login, because it has ';' in it: write ann@acme.test",
        )
    ]


def test_the_account_of_the_settings(tmp_path: Path) -> None:
    """Settings with such an account cannot be used."""
    file = write_documents(tmp_path, {})
    file.write_text(file.read_text(encoding="utf-8") + f"service_account: {WRONG}\n", encoding="utf-8")
    with pytest.raises(DocumentsError) as raised:
        read_settings_document(file)
    assert [one.code for one in raised.value.diagnostics] == ["documents/login"]


def test_the_same_slip_at_several_lines_is_several_errors(tmp_path: Path) -> None:
    """Each line has to be corrected; formats for people show them together."""
    _, diagnostics = read(tmp_path, groups(f"{{A: [{WRONG}], B: [{WRONG}], C: [bo@acme.test]}}"))
    assert [str(one.origin) for one in diagnostics] == ["a.yaml:5:18", "a.yaml:5:39"]


def test_names_in_two_spellings_are_one_key(tmp_path: Path) -> None:
    """Two keys that look the same are refused, as two equal ones are: one would replace the other."""
    text = f"{HEAD}projects:\n  - project: P\n    groups:\n      A B: [bo@acme.test]\n      A\u00a0B: [cy@acme.test]\n"
    (one,) = read(tmp_path, text)[1]
    assert (str(one.origin), one.code) == ("a.yaml:7:7", "documents/duplicate-key")
    assert one.message.endswith("(first in line 6), with other spaces or accents that look the same; remove one")


def test_a_team_is_found_in_either_spelling(tmp_path: Path) -> None:
    """The name where it is defined and the name where it is used are compared alike."""
    teams = "kind: teams\nteams: {a b: [bo@acme.test], \u00e9: [cy@acme.test]}\n"
    documents, diagnostics = read(tmp_path, groups("{A: ['team:a\u00a0b', 'team:e\u0301']}"), teams)
    assert diagnostics == []
    members = documents.assignments[0].entries[0].groups["A"].members
    assert [str(one) for one in members] == ["bo@acme.test", "cy@acme.test"]


def test_a_team_with_a_letter_of_another_script(tmp_path: Path) -> None:
    """The letter is named."""
    _, diagnostics = read(tmp_path, groups("{A: ['team:\u0430p']}"), "kind: teams\nteams: {ap: [bo@acme.test]}\n")
    assert [one.message for one in diagnostics] == [
        "no team '\u0430p'; it has U+0430 (Cyrillic small letter a) where the team has 'a': write 'ap'"
    ]


def test_names_of_policies_and_acknowledgements_are_in_one_spelling(tmp_path: Path) -> None:
    """Roles, separations, overrides and acknowledged groups name what Procore calls the same."""
    role = "'Chef\u00a0Re\u0301gion'"
    policy = (
        f"kind: policy\nroles: {{{role}: {{min_members: 1}}}}\nseparate: [[{role}, B]]\n"
        f"overrides: [{{role: {role}, {OVERRIDE}}}]\n---\n"
        f"kind: acknowledgements\nacknowledged: [{ACKNOWLEDGED}person: a@b.c, owner: a@b.c, group: {role}}}]\n"
    )
    documents, _ = read(tmp_path, groups("{B: [bo@acme.test]}"), policy)
    found = documents.policy
    names = (found.roles[0].role, found.separate[0].roles[0], found.overrides[0].role, documents.acknowledged[0].group)
    assert set(names) == {"Chef R\u00e9gion"}
