"""Rules in teams and groups: what they may say, and what each mistake in them gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.desired.repository import read_repository, read_settings_document
from reconciler.model.diagnostics import Origin
from reconciler.model.documents import Team
from reconciler.model.member import Member
from reconciler.model.rule_digests import RuleDigests
from reconciler.model.rules import Condition, Rule
from tests.support.account import INVOICE, write_documents
from tests.support.people_files import SOURCE

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Documents


HERE = Origin("a.yaml", 1, 1)


def team(name: str, *rules: Rule, left_out: tuple[Rule, ...] = ()) -> Team:
    """Return a team of rules."""
    members, out = (tuple(Member(origin=HERE, rule=one) for one in some) for some in (rules, left_out))
    return Team(name=name, origin=HERE, members=members, left_out=out)


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


@pytest.mark.parametrize("team", ["{except: [bo@acme.test]}", "{members: []}", "{members: [x@y.z], max: 0}", "{}"])
def test_what_is_no_team(tmp_path: Path, team: str) -> None:
    """A team needs members, and limits of at least one."""
    assert [one.code for one in read(tmp_path, team)[1]] == ["documents/schema"]


def test_digests() -> None:
    """The order of rules and values does not matter; what they say does, and what they depend on."""
    west = Rule(source="hr", where={"a": Condition(values=("x", "y")), "b": Condition(empty=False)})
    same = Rule(source="hr", where={"b": Condition(empty=False), "a": Condition(values=("y", "x"))})
    other = Rule(source="hr", where={"a": Condition(excluded=("x", "y")), "b": Condition(empty=False)})
    managers, reports = Rule(source="hr", manager_of="team:hand"), Rule(source="hr", reports_to="a@b.c")
    rules = (west, other, Rule(source="ad", where=west.where), managers, reports)
    digests = RuleDigests({}, {})
    assert digests.of_rule(west) == digests.of_rule(same)
    assert len({digests.of_rule(one) for one in rules}) == len(rules)
    assert digests.of_team(team("t", west, other)) == digests.of_team(team("t", other, same))
    assert digests.of_team(team("t", west, left_out=(other,))) != digests.of_team(team("t", other, left_out=(west,)))
    by_hand = Team(
        name="hand", origin=HERE, members=(Member(origin=HERE, team="in"), Member(origin=HERE, login="a@b.c"))
    )
    inside = [Team(name="in", origin=HERE, members=(Member(origin=HERE, login=one),)) for one in ("d@e.f", "g@h.i")]
    named = {RuleDigests({"hand": by_hand, "in": one}, {}).of_rule(managers) for one in inside}
    assert len({*named, digests.of_rule(managers)}) == 3
    assert [str(one) for one in (west, managers, reports)] == [
        "the rule for a, b in hr",
        "the rule for managers of team:hand in hr",
        "the rule for reports of a@b.c in hr",
    ]


def test_a_source_that_is_mapped_otherwise(tmp_path: Path) -> None:
    """Another column of an attribute that a rule needs is another result; one that it does not need is none."""
    found = []
    for text in (
        SOURCE,
        SOURCE.replace("department: Department", "department: Title"),
        SOURCE.replace("title: T", "title: X"),
    ):
        file = write_documents(tmp_path, {"a.yaml": INVOICE, "people.yaml": text})
        documents, _ = read_repository(file, read_settings_document(file))
        rule = Rule(source="hr", where={"department": Condition(values=("x",))})
        found.append(RuleDigests({}, documents.sources).of_rule(rule))
    assert found[0] == found[2] != found[1]
