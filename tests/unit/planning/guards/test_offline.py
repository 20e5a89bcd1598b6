"""What a policy forbids by the documents alone: certain where nothing else can speak, a warning elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.desired.repository import read_settings_document
from reconciler.operations.dated_documents import read_repository
from reconciler.planning.guards.offline import judge_documents
from tests.support.account import write_documents
from tests.support.cases import TODAY, member

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "kind: assignments\ntemplate: Invoice Approval\n"
POLICY = """\
kind: policy
roles:
  Accounting: {min_members: 2, must_include: [erp@acme.test]}
  Acounting: {min_members: 1}
separate: [[Project *, Accounting], [Budget, Legal]]
overrides:
  - {reason: old, address: "*", allow_removals: 3, until: 2026-11-22}
  - {reason: today, address: "*", allow_removals: 3, until: 2026-11-23}
"""


def judged(folder: Path, **documents: str) -> list[str]:
    """Return the findings for documents with the policy."""
    texts = {f"{name}.yaml": text for name, text in documents.items()}
    file = write_documents(folder, {"policy.yaml": POLICY, **texts})
    read, diagnostics = read_repository(file, read_settings_document(file), TODAY)
    assert diagnostics == []
    found = judge_documents(read, TODAY, own_account=member(1))
    return [f"{one.severity} {one.code} {one.origin} {one.message}" for one in found]


ALWAYS = [
    "warning policy/unknown-role policy.yaml:4:3 no document names a role 'Acounting', so this line may guard "
    "nothing (leave it if templates have such a role that is not managed here); did you mean 'Accounting'?",
    "warning policy/unknown-role policy.yaml:5:37 no document names a role 'Budget', so this line may guard nothing "
    "(leave it if templates have such a role that is not managed here)",
    "warning policy/unknown-role policy.yaml:5:37 no document names a role 'Legal', so this line may guard nothing "
    "(leave it if templates have such a role that is not managed here)",
    "warning policy/override-expired policy.yaml:7:52 the last day of this override is over (2026-11-22), so it lifts "
    "nothing; give it a new one if it is still needed, else remove it",
]
GOOD = "Accounting: [erp@acme.test, cy@acme.test], Project Manager: [ann@acme.test]"


def test_good_documents(tmp_path: Path) -> None:
    """Only what is wrong with the policy itself is told."""
    assert judged(tmp_path, a=f"{HEAD}projects: [{{project: A, groups: {{{GOOD}}}}}]\n") == ALWAYS


def test_a_freeze_is_a_warning_here(tmp_path: Path) -> None:
    """It stops applies, and no check of documents."""
    text = "kind: policy\nfrozen: audit\n"
    found = judged(tmp_path, a=f"{HEAD}projects: [{{project: A, groups: {{{GOOD}}}}}]\n", b=text)
    assert [one.split(" b.yaml")[0] for one in found if "frozen" in one] == ["warning policy/frozen"]


def test_one_project_in_two_files(tmp_path: Path) -> None:
    """A person in two roles that are kept apart, an error; too few people, and a required one missing: warnings."""
    found = judged(
        tmp_path,
        a=f"{HEAD}projects: [{{project: A, groups: {{Project Manager: [ANN@acme.test]}}}}]\n",
        b=f"{HEAD}projects: [{{project: A, groups: {{Accounting: [ann@acme.test]}}}}]\n",
    )
    assert found[4:] == [
        "error policy/separation b.yaml:3:47 'Invoice Approval' · 'A': ann@acme.test is in both Project Manager and "
        "Accounting, which policy.yaml:5:12 keeps apart; take them out of one",
        "warning policy/below-minimum b.yaml:3:34 'Invoice Approval' · 'A' · Accounting names 1, and at least 2 must "
        "be in it (policy.yaml:3:16); name more people, or lower min_members",
        "warning policy/missing-required b.yaml:3:34 'Invoice Approval' · 'A' · Accounting is without erp@acme.test, "
        "who must be in it (policy.yaml:3:47); add them, or take them out of must_include",
    ]


def test_a_where_entry_only_warns(tmp_path: Path) -> None:
    """Its projects may each have an entry of their own; and defaults that it can replace are not certain either."""
    text = f"""{HEAD}groups: {{Accounting: [ann@acme.test]}}
projects:
  - where: {{stage: Bidding}}
    groups: {{Accounting: [cy@acme.test]}}
  - project: A
    groups: {{Project Manager: [ann@acme.test]}}
"""
    assert {line.split(" ")[0] for line in judged(tmp_path, a=text)[4:]} == {"warning"}
    certain = text.replace("groups: {Accounting: [cy@acme.test]}", "groups: {Executive: [cy@acme.test]}")
    assert {line.split(" ")[0] for line in judged(tmp_path, a=certain)[4:]} == {"warning"}


def test_a_default_may_be_replaced_by_an_entry_of_another_name(tmp_path: Path) -> None:
    """The same project by name and by id: whether a default reaches it, only the service can tell."""
    found = judged(
        tmp_path,
        a=f"{HEAD}groups: {{Accounting: [ann@acme.test]}}\n"
        "projects: [{project: A, groups: {Project Manager: [ann@acme.test]}}]\n",
        b=f"{HEAD}projects: [{{project: {{id: 1}}, groups: {{Accounting: [cy@acme.test, erp@acme.test]}}}}]\n",
    )
    assert {line.split(" ")[0] for line in found} == {"warning"}


def test_a_company_level_tool_and_login_ids(tmp_path: Path) -> None:
    """A login and a login id may be one person: whether somebody is missing is then not told."""
    # 'Project *' is a role that nobody names here, which is told before the override
    text = f"{HEAD}company: {{groups: {{Accounting: [{{login_id: 7}}, cy@acme.test]}}}}\n"
    assert judged(tmp_path, a=text)[4:] == ALWAYS[3:]
    alone = f"{HEAD}company: {{groups: {{Accounting: [ann@acme.test, cy@acme.test]}}}}\n"
    assert [line.split(" ")[1] for line in judged(tmp_path, a=alone)[5:]] == ["policy/missing-required"]


def test_without_an_account_of_its_own(tmp_path: Path) -> None:
    """The guard of the own account judges nobody, and validate says so."""
    file = write_documents(tmp_path, {"a.yaml": f"{HEAD}projects: [{{project: A, groups: {{{GOOD}}}}}]\n"})
    read, _ = read_repository(file, read_settings_document(file), TODAY)
    assert [(one.severity, one.code) for one in judge_documents(read, TODAY, own_account=None)] == [
        ("note", "policy/own-account")
    ]


def test_every_pair_of_separated_roles(tmp_path: Path) -> None:
    """Whichever of the two stands first, in the rule or in the documents."""
    groups = "Legal: [ann@acme.test, bo@acme.test], Budget: [bo@acme.test], "
    text = f"{HEAD}projects: [{{project: A, groups: {{{groups}{GOOD}}}}}]\n"
    found = [line for line in judged(tmp_path, a=text) if "policy/separation" in line]
    assert [line.split(": ")[1].split(", which")[0] for line in found] == [
        "bo@acme.test is in both Budget and Legal",
    ]


def test_two_roles_of_one_glob_are_not_kept_apart(tmp_path: Path) -> None:
    """Nor is one role from itself, where it fits two globs."""
    text = f"{HEAD}projects: [{{project: A, groups: {{Project X: [ann@acme.test], {GOOD}}}}}]\n"
    assert [line for line in judged(tmp_path, a=text) if "policy/separation" in line] == []
