"""Policy documents: what they hold, how several are one, and which contradictions are told."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from reconciler.desired.repository import read_settings_document
from reconciler.model.member import Member
from reconciler.model.policy import Limit, Policy
from reconciler.operations.dated_documents import read_repository
from tests.support.account import INVOICE, write_documents
from tests.support.cases import HERE, TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.diagnostics import Diagnostic

WHOLE = """\
kind: policy
limits:
  group_removals: {count: 3, percent: 30}
roles:
  Accounting: {min_members: 2, must_include: [erp@acme.test, {login_id: 7}]}
protected: [cfo@acme.test]
separate: [[Project Manager, Accounting]]
overrides:
  - reason: handed over
    address: projects/1042/templates/12
    person: bo@acme.test
    role: Project *
    allow_removals: 28
    until: 2026-12-15
frozen: year end
"""


def read(folder: Path, *texts: str) -> tuple[Policy, list[Diagnostic]]:
    """Read policy documents p0.yaml, p1.yaml and so on."""
    documents = {"a.yaml": INVOICE, **{f"p{number}.yaml": text for number, text in enumerate(texts)}}
    file = write_documents(folder, documents)
    found, diagnostics = read_repository(file, read_settings_document(file), TODAY)
    return found.policy, diagnostics


def told(diagnostics: list[Diagnostic]) -> list[str]:
    """Return problems as people read them."""
    return [f"{one.origin} {one.code} {one.message}" for one in diagnostics]


def test_everything_a_policy_can_say(tmp_path: Path) -> None:
    """Each key with its place; a limit that is not named keeps its default."""
    policy, diagnostics = read(tmp_path, WHOLE)
    assert diagnostics == []
    assert (str(policy.group_removals), str(policy.group_removals.origin)) == ("3 or 30 %", "p0.yaml:3:3")
    assert policy.run_removals == Limit(count=10, percent=10)
    (rule,) = policy.roles
    assert (rule.role, rule.min_members, str(rule.minimum_origin)) == ("Accounting", 2, "p0.yaml:5:16")
    assert [str(one) for one in rule.must_include] == ["erp@acme.test", "login id 7"]
    assert [f"{one} {one.origin}" for one in policy.protected] == ["cfo@acme.test p0.yaml:6:13"]
    assert [(one.roles, str(one.origin)) for one in policy.separate] == [
        (("Project Manager", "Accounting"), "p0.yaml:7:12")
    ]
    (override,) = policy.overrides
    assert (override.reason, override.address, override.allow_removals, override.until, override.role) == (
        "handed over", "projects/1042/templates/12", 28, datetime.date(2026, 12, 15), "Project *",
    )  # fmt: skip
    assert (str(override.person), str(override.origin), str(override.size_origin), str(override.until_origin)) == (
        "bo@acme.test", "p0.yaml:9:5", "p0.yaml:13:5", "p0.yaml:14:5",
    )  # fmt: skip
    assert [(one.reason, str(one.origin)) for one in policy.frozen] == [("year end", "p0.yaml:15:1")]
    assert [str(one) for one in policy.documents] == ["p0.yaml:1:1"]


def test_without_a_policy_the_defaults_hold(tmp_path: Path) -> None:
    """Two or 25 % of a group, ten or 10 % of everything."""
    policy, diagnostics = read(tmp_path)
    assert (policy, diagnostics) == (Policy(), [])
    assert (str(policy.group_removals), str(policy.run_removals)) == ("2 or 25 %", "10 or 10 %")


def test_several_policies_are_one(tmp_path: Path) -> None:
    """Limits of different names, people, overrides and freezes add up; the same limit twice is no contradiction."""
    second = (
        "kind: policy\nlimits: {run_removals: {count: 5, percent: 5}, group_removals: {count: 3, percent: 30}}\n"
        "roles: {Accounting: {min_members: 2}, '*': {min_members: 1}}\nprotected: [cfo@acme.test, ceo@acme.test]\n"
    )
    policy, diagnostics = read(tmp_path, WHOLE, second)
    assert diagnostics == []
    assert (str(policy.group_removals), str(policy.run_removals)) == ("3 or 30 %", "5 or 5 %")
    assert [rule.role for rule in policy.roles] == ["Accounting", "Accounting", "*"]
    assert len(policy.protected) == 3
    assert len(policy.documents) == 2


def test_contradictions_name_both_places(tmp_path: Path) -> None:
    """A limit, a minimum, and somebody who must be in two roles that are kept apart."""
    second = (
        "kind: policy\nlimits: {group_removals: {count: 3, percent: 31}}\n"
        "roles: {Accounting: {min_members: 3}, 'Project*': {must_include: [ERP@acme.test]}}\n"
    )
    _, diagnostics = read(tmp_path, WHOLE, second)
    assert told(diagnostics) == [
        "p0.yaml:5:47 documents/conflict erp@acme.test must be in 'Accounting' by this line, and in 'Project Manager' "
        "by p1.yaml:3:67, which p0.yaml:7:12 keeps apart; take one of the three out",
        "p1.yaml:2:10 documents/conflict group_removals is 3 or 31 % here and 3 or 30 % at p0.yaml:3:3; "
        "keep one of the two",
        "p1.yaml:3:22 documents/conflict min_members of 'Accounting' is 3 here and 2 at p0.yaml:5:16; keep one of the "
        "two",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("limits: {group_removals: {count: 0}}",
         "1:10 missing 'percent'; expected both bounds, as {count: 2, percent: 25}; the larger one counts"),
        ("limits: {group_removals: 3}",
         "1:10 expected both bounds, as {count: 2, percent: 25}; the larger one counts, found 3"),
        ("limits: {group_removals: {count: 0, percent: 2.5}}", "1:37 expected a whole number from 0 to 100, found 2.5"),
        ("limits: {group_removal: {count: 0, percent: 2}}",
         "1:10 unknown key 'group_removal'; did you mean 'group_removals'?"),
        ("roles: {A: {}}", "1:9 expected a mapping with min_members, must_include or both, found an empty mapping"),
        ("protected: [team:west]",
         '1:13 expected a login (an e-mail address); teams cannot stand here, found "team:west"'),
        ("separate: [[A]]", "1:12 expected a list of at least two different roles, found a list of 1"),
        ("separate: [[A, A]]", "1:12 expected a list of at least two different roles, found a list of 2"),
        ("overrides: [{address: x, reason: r, until: 2027-01-01, allow_removals: 1}]",
         "1:14 expected an address such as projects/1042/templates/12, or a glob such as projects/1042/* for all of a "
         "project; 1042 is the project's id, as reconciler drift shows it, found \"x\""),
        ("overrides: [{address: '*', allow_removals: 1, until: 2027-01-01}]",
         "1:13 missing 'reason'; expected {reason: why, address: projects/1042/*, "
         "allow_removals: 3, until: 2027-01-31}"),
        ("overrides: [{address: '*', reason: r, allow_removals: 1}]",
         "1:13 missing 'until'; expected {reason: why, address: projects/1042/*, "
         "allow_removals: 3, until: 2027-01-31}"),
        ("overrides: [{address: '*', reason: r, allow_removals: 0, until: 2027-01-01}]",
         "1:39 expected a whole number from 1, found 0"),
        ("overrides: [{address: projects/1042, reason: r, until: 2027-01-01, allow_removals: 1}]",
         "1:14 expected an address such as projects/1042/templates/12, or a glob such as projects/1042/* for all of a "
         "project; 1042 is the project's id, as reconciler drift shows it, found \"projects/1042\""),
        ("overrides: [{address: projects/Harbor Bridge/*, reason: r, until: 2027-01-01, allow_removals: 1}]",
         "1:14 expected an address such as projects/1042/templates/12, or a glob such as projects/1042/* for all of a "
         "project; 1042 is the project's id, as reconciler drift shows it, found \"projects/Harbor Bridge/*\""),
        ("frozen: no", '1:1 expected the reason, as text; remove the line to end the freeze, found "no"'),
        ('protected: ["cfo@\u200bacme.test"]',
         "1:13 'cfo@\u200bacme.test' cannot be a login, because it has U+200B (zero width space), which nobody sees: "
         "write cfo@acme.test"),
        ("frozen: true", "1:1 expected the reason, as text; remove the line to end the freeze, found true"),
    ],
)  # fmt: skip
def test_what_a_policy_may_not_say(tmp_path: Path, text: str, message: str) -> None:
    """Each with its place and what to write instead; a limit always has both bounds."""
    _, diagnostics = read(tmp_path, f"{text}\nkind: policy\n")
    assert told(diagnostics) == [f"p0.yaml:{message.replace(' ', ' documents/schema ', 1)}"]


def test_a_line_names_a_person_by_id_or_by_login() -> None:
    """A login id decides where it stands; a login is compared without case; nobody's login is nobody's."""
    by_id = Member(origin=HERE, login_id="7")
    assert by_id.names("7", None)
    assert not by_id.names("8", "7")
    by_login = Member(origin=HERE, login="Ann@acme.test")
    assert by_login.names("1", "ann@ACME.test")
    assert not by_login.names("1", None)
    assert not Member(origin=HERE, team="west").names("1", None)
