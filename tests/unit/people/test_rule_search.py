"""Rules, searched in one reading."""

from __future__ import annotations

import pytest

from reconciler.model.diagnostics import Origin
from reconciler.model.documents import Team
from reconciler.model.member import Member
from reconciler.model.readings import Reading, Record
from reconciler.model.rules import Condition, Rule
from reconciler.people.rule_search import Directory, RuleSearch

HERE = Origin("teams.yaml", 3, 5)


def person(name: str, manager: str = "", state: str = "active", **attributes: str) -> Record:
    """Return somebody whose id is the name in upper case."""
    given = {**attributes, **({"manager": manager.casefold()} if manager else {})}
    return Record(
        row=f"row {name}", id=name.upper(), login=f"{name}@acme.test", name=None, state=state,  # type: ignore[arg-type]
        attributes={key: tuple(one.casefold().split(";")) for key, one in given.items() if one},
    )  # fmt: skip


PEOPLE = (
    person("ann", "BO", office="Seattle", title="AP Clerk"),
    person("bo", "cy@acme.test", office="Portland", title="Director"),
    person("cy", "BO", office="Seattle;Portland", title="Managing Director"),
    person("dee", "ANN", title="AP Clerk"),
    person("eli", "ANN", "left", office="Seattle", title="AP Clerk"),
    person("fay", "FAY", "absent", office="S\u00e3o Paulo", title="AP Head"),
    person("gus", "ELI", office="Seattle", title="Clerk"),
)


def reading(*people: Record) -> Reading:
    """Return a reading of the source hr."""
    values: dict[str, dict[str, tuple[str, int]]] = {}
    for one in people:
        for key, texts in one.attributes.items():
            for text in texts if one.state != "left" else ():
                values.setdefault(key, {})[text] = (text, values.get(key, {}).get(text, ("", 0))[1] + 1)
    mapped = frozenset(("office", "title", "manager"))
    return Reading(
        source="hr", records=people, digest="1", as_of="2026-11-26", mapped=mapped,
        filled=dict.fromkeys(mapped, 1.0), values=values,
    )  # fmt: skip


def search(rule: Rule, teams: dict[str, Team] | None = None) -> tuple[str, list[str]]:
    """Return the names of whom a rule finds, and the messages."""
    one = RuleSearch(teams or {}, {"hr": Directory(reading(*PEOPLE))})
    found = one.found([Member(origin=HERE, rule=rule)])
    return " ".join(sorted(login.partition("@")[0] for login in found)), [said.message for said in one.diagnostics]


def where(**conditions: Condition) -> Rule:
    """Return a rule with conditions."""
    return Rule(source="hr", where=conditions)


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        (where(office=Condition(values=("seattle",))), "ann cy gus"),
        (where(office=Condition(values=("SEATTLE", "S\u00c3O *"))), "ann cy fay gus"),
        (where(office=Condition(excluded=("Seattle",))), "bo fay"),
        (where(office=Condition(empty=True)), "dee"),
        (where(office=Condition(empty=False), title=Condition(values=("ap *",))), "ann fay"),
        (where(title=Condition(values=("AP *",)), office=Condition(values=("Seattle",))), "ann"),
        (Rule(source="hr", manager_of="ann@acme.test"), "bo"),
        (Rule(source="hr", manager_of="FAY@acme.test"), ""),
        (Rule(source="hr", manager_of="gus@acme.test"), ""),
        (Rule(source="hr", manager_of="dee@acme.test", up_to={"title": Condition(values=("*Director*",))}), "bo"),
        (Rule(source="hr", manager_of="gus@acme.test", up_to={"title": Condition(values=("*Director*",))}), "bo"),
        (Rule(source="hr", manager_of="ann@acme.test", up_to={"title": Condition(values=("AP Head",))}), ""),
        (Rule(source="hr", reports_to="bo@acme.test"), "ann cy dee gus"),
        (Rule(source="hr", reports_to="bo@acme.test", depth=1), "ann cy"),
        (Rule(source="hr", reports_to="bo@acme.test", depth=1, and_self=True), "ann bo cy"),
        (Rule(source="hr", reports_to="dee@acme.test"), ""),
    ],
)
def test_whom_rules_find(rule: Rule, found: str) -> None:
    """Globs without case, blanks, several values, circles of managers, and managers who left."""
    assert search(rule) == (found, [])


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            where(office=Condition(values=("Seattel", "Portland"))),
            "nobody in hr has office 'Seattel'; did you mean 'seattle'?; there are 'seattle' (3 people), "
            "'portland' (2 people), 's\u00e3o paulo' (1 person)",
        ),
        (where(office=Condition(excluded=("Tokyo *",))), "nobody in hr has office 'Tokyo *'; there are"),
        (where(offices=Condition(values=("x",))), "the source hr maps no attribute 'offices'; did you mean 'office'?"),
        (where(salary=Condition(empty=True)), "maps no attribute 'salary'; mapped are manager, office, title"),
        (
            Rule(source="hr", reports_to="bob@acme.test"),
            "hr has nobody with the login 'bob@acme.test'; did you mean 'bo@",
        ),
        (Rule(source="ad", where={"a": Condition(empty=True)}), "no source 'ad'; write a document 'kind: source'"),
    ],
)
def test_rules_that_are_wrong(rule: Rule, message: str) -> None:
    """A slip finds nobody, and says what there is."""
    found, (said,) = search(rule)
    assert found == ""
    assert message in said


def test_managers_of_a_team() -> None:
    """A team counts with nested teams and what its rules find, and without those left out; circles end."""
    rule = Rule(source="hr", manager_of="team:a")
    teams = {
        "a": Team(
            name="a",
            origin=HERE,
            members=(
                Member(origin=HERE, team="b"),
                Member(origin=HERE, rule=where(title=Condition(values=("Clerk",)))),
                Member(origin=HERE, login="dee@acme.test"),
                Member(origin=HERE, login="nobody@acme.test"),
                Member(origin=HERE, login_id="7"),
            ),
            left_out=(Member(origin=HERE, login="cy@acme.test"),),
        ),
        "b": Team(
            name="b", origin=HERE, members=(Member(origin=HERE, login="cy@acme.test"), Member(origin=HERE, team="a"))
        ),
    }
    assert search(rule, teams) == ("ann", [])


def test_rows_that_are_one_person() -> None:
    """Two rows of one id, or of one login, are named."""
    directory = Directory(reading(person("ann"), person("ann"), person("Ann")))
    assert directory.problems == [
        "row ann and row ann of hr have the same id",
        "row ann and row ann of hr have the same e-mail address",
        "row ann and row Ann of hr have the same id",
        "row ann and row Ann of hr have the same e-mail address",
    ]
    assert "acme" not in repr(directory.reading) + repr(directory.reading.records[0])
