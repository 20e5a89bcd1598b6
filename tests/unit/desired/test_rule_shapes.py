"""Rules in teams and groups: what they may say, and what each mistake in them gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.desired.repository import read_repository, read_settings_document
from reconciler.model.rules import Condition, Rule, fingerprint
from tests.support.account import INVOICE, write_documents

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Documents


def read(folder: Path, team: str) -> tuple[Documents, list[Diagnostic]]:
    """Read documents with one team."""
    file = write_documents(folder, {"a.yaml": INVOICE, "teams.yaml": f"kind: teams\nteams:\n  west: {team}\n"})
    return read_repository(file, read_settings_document(file))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("{from: hr, where: {department: AP}}", Rule(source="hr", where={"department": Condition(values=("AP",))})),
        (
            "{from: hr, where: {office: [Seattle, 7, true]}}",
            Rule(source="hr", where={"office": Condition(values=("Seattle", "7", "true"))}),
        ),
        (
            "{from: hr, where: {office: {not: [Seattle]}, contract: {empty: true}}}",
            Rule(source="hr", where={"office": Condition(excluded=("Seattle",)), "contract": Condition(empty=True)}),
        ),
        ("{from: ad, manager_of: team:west}", Rule(source="ad", manager_of="team:west")),
        (
            "{from: hr, manager_of: lou@acme.test, up_to: {title: '*Director*'}}",
            Rule(source="hr", manager_of="lou@acme.test", up_to={"title": Condition(values=("*Director*",))}),
        ),
        (
            "{from: hr, reports_to: lou@acme.test, depth: 2, and_self: true}",
            Rule(source="hr", reports_to="lou@acme.test", depth=2, and_self=True),
        ),
    ],
)
def test_rules(tmp_path: Path, text: str, rule: Rule) -> None:
    """Each form of a rule becomes a value; it says which attributes it reads."""
    documents, diagnostics = read(tmp_path, f"[ann@acme.test, {text}]")
    assert diagnostics == []
    assert documents.teams["west"].rules == (rule,)
    managed = rule.manager_of or rule.reports_to
    assert rule.attributes == {*rule.where, *rule.up_to, *(["manager"] if managed else [])}


@pytest.mark.parametrize(
    "text",
    [
        "{from: hr}",
        "{from: HR, where: {a: b}}",
        "{where: {a: b}}",
        "{from: hr, where: {}}",
        "{from: hr, where: {a: []}}",
        "{from: hr, where: {a: 1.5}}",
        "{from: hr, where: {a: {not: b, empty: true}}}",
        "{from: hr, where: {a: {}}}",
        "{from: hr, where: {a: b}, manager_of: ann@acme.test}",
        "{from: hr, where: {a: b}, depth: 2}",
        "{from: hr, reports_to: ann@acme.test, depth: 0}",
        "{from: hr, reports_to: team:west}",
        "{from: hr, where: {a: b}, until: 2027-01-31}",
        "{person: ann@acme.test, login_id: '7'}",
    ],
)
def test_what_is_no_rule(tmp_path: Path, text: str) -> None:
    """Half a rule, two in one, and keys that do not go together are refused at their line."""
    _, diagnostics = read(tmp_path, f"[{text}]")
    assert [(one.severity, one.code) for one in diagnostics] == [("error", "documents/schema")]
    assert diagnostics[0].origin is not None
    assert diagnostics[0].origin.line == 3


def test_a_team_with_limits(tmp_path: Path) -> None:
    """A team may leave people out, and say how many its rules may find."""
    documents, diagnostics = read(
        tmp_path,
        "{members: [{from: hr, where: {a: b}}], except: [bo@acme.test, {from: hr, where: {c: d}}], max: 40, min: 2}",
    )
    team = documents.teams["west"]
    assert diagnostics == []
    assert (team.fewest, team.most, len(team.left_out), len(team.rules_left_out)) == (2, 40, 2, 1)
    assert team.fingerprint == fingerprint(team.rules, team.rules_left_out, 2, 40)


@pytest.mark.parametrize("team", ["{except: [bo@acme.test]}", "{members: []}", "{members: [x@y.z], max: 0}", "{}"])
def test_what_is_no_team(tmp_path: Path, team: str) -> None:
    """A team needs members, and limits of at least one."""
    assert [one.code for one in read(tmp_path, team)[1]] == ["documents/schema"]


def test_fingerprints() -> None:
    """The order of rules and values does not matter; what they say does."""
    west = Rule(source="hr", where={"a": Condition(values=("x", "y")), "b": Condition(empty=False)})
    same = Rule(source="hr", where={"b": Condition(empty=False), "a": Condition(values=("y", "x"))})
    other = Rule(source="hr", where={"a": Condition(excluded=("x", "y")), "b": Condition(empty=False)})
    assert fingerprint((west, other)) == fingerprint((other, same))
    assert len({fingerprint((one,)) for one in (west, other, Rule(source="ad", where=west.where))}) == 3
    assert fingerprint((west,)) != fingerprint((west,), (), 1)
    assert fingerprint((west,)) != fingerprint((), (west,))
    assert [
        str(one) for one in (west, Rule(source="hr", manager_of="a@b.c"), Rule(source="hr", reports_to="a@b.c"))
    ] == [
        "the rule for a, b in hr",
        "the rule for managers of a@b.c in hr",
        "the rule for reports of a@b.c in hr",
    ]
