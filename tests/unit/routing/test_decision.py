"""Decisions by rules in their order, and what of the facts is shown."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from reconciler.model.diagnostics import Origin
from reconciler.model.member import Member
from reconciler.model.reference import Reference
from reconciler.model.routed import ProgramAnswer
from reconciler.model.routing import Condition, Routing, Rule
from reconciler.routing.decision import decide
from reconciler.routing.facts import needs_item, needs_project
from reconciler.routing.program_answer import LARGEST_ANSWER, ProgramFailedError, read_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACE = Origin("r.yaml", 1, 1)


def rule(name: str, respond: str = "Approve", **equal: Any) -> Rule:
    """Return a rule of equalities; a double underscore is a dot."""
    where = tuple(
        Condition(field=field.replace("__", "."), operator="equals", operands=(value,), origin=PLACE)
        for field, value in equal.items()
    )
    return Rule(name=name, origin=PLACE, where=where, respond=respond, comment=f"by {name}")


def program(name: str) -> Rule:
    """Return a rule with a program."""
    return Rule(name=name, origin=PLACE, decide=("/bin/erp",))


def routing(*rules: Rule, **more: Any) -> Routing:
    """Return a routing of such rules."""
    member = Member(origin=PLACE, login="erp.bot@acme.test")
    whole = {"item_path": "/rest/v1.0/projects/{project_id}/x/{item_id}", **more}
    return Routing(
        origin=PLACE, template=Reference(origin=PLACE, name="T"), tool=None, step="S", step_origin=PLACE,
        integration=member, fallback=(), rules=rules, **whole,
    )  # fmt: skip


def no_program(_rule: Rule, _facts: Mapping[str, Any]) -> ProgramAnswer:
    """Fail: no program is expected to run."""
    raise AssertionError


def test_the_first_rule_that_holds() -> None:
    """Later ones are not even judged."""
    made = decide(routing(rule("a", item__s="x"), rule("b", item__s="y"), rule("c", item__s="y")), FACTS, no_program)
    assert (made.status, made.rule, made.respond, made.comment) == ("decided", "b", "Approve", "by b")
    assert [(one.rule, one.holds) for one in made.judged] == [("a", False), ("b", True)]
    assert made.seen == {"item.s": "y"}
    assert [(one.respond, one.comment) for one in made.judged] == [(None, None), ("Approve", "by b")]


FACTS = {"item": {"s": "y", "n": 7, "deep": {"er": None, "list": [1]}, "long": "x" * 500}, "project": {"state": "WA"}}


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("item__gone", "item.gone is not there"),
        ("item__deep__er", "item.deep.er is not there"),
        ("item__s__deeper", "item.s.deeper is not there"),
        ("item__n", "item.n is '7', which is of another kind than the rule expects"),
        ("item__deep", "item.deep is '(a mapping)', which is of another kind than the rule expects"),
        ("item__deep__list", "item.deep.list is '(a list)', which is of another kind than the rule expects"),
    ],
)
def test_an_undecided_rule_ends_the_search(field: str, reason: str) -> None:
    """No later rule answers what an earlier one could not judge, though its other conditions do not hold."""
    made = decide(routing(rule("a", item__s="x", **{field: "v"}), rule("b", item__s="y")), FACTS, no_program)
    assert (made.status, made.rule, made.respond, made.reason) == ("undecided", "a", None, reason)
    assert len(made.judged) == 1


def test_no_rule() -> None:
    """What no rule covers is left to people."""
    made = decide(routing(rule("a", project__state="OR")), FACTS, no_program)
    assert (made.status, made.rule, made.reason) == ("no-rule", None, "no rule covers it")
    assert made.seen == {"project.state": "WA"}
    assert [(one.rule, one.holds) for one in made.judged] == [("a", False)]


@pytest.mark.parametrize(("s", "state", "holds"), [("y", "WA", True), ("y", "OR", False), ("x", "WA", False)])
def test_all_conditions_of_a_rule_hold(s: str, state: str, holds: bool) -> None:  # noqa: FBT001 - a column
    """One that does not hold is enough, whichever it is."""
    made = decide(routing(rule("a", item__s=s, project__state=state)), FACTS, no_program)
    assert (made.status, made.judged[0].holds) == ("decided" if holds else "no-rule", holds)


def test_what_is_shown() -> None:
    """Long texts are cut, numbers are text, redacted fields and those in them are not shown, nor explained."""
    one = routing(rule("a", item__s="z", item__long="x", item__deep__list="1"), redact=("item.deep", "item.s"))
    made = decide(one, FACTS, no_program)
    assert made.seen == {"item.long": "x" * 200 + "…"}
    assert [condition.value for condition in made.judged[0].conditions] == ["(redacted)", "x" * 200 + "…", "(redacted)"]
    assert made.reason == "item.deep.list is '(redacted)', which is of another kind than the rule expects"


def test_values_at_their_bounds() -> None:
    """A text of two hundred letters is whole, truth values stay what they are, and what is not there is not hidden."""
    facts = {"item": {"text": "x" * 200, "paid": True, "s": "deeper"}}
    one = routing(
        rule("a", item__text="y", item__paid=True, item__gone="z", item__s__deeper="z"), redact=("item.gone",)
    )
    made = decide(one, facts, no_program)
    assert made.seen == {"item.text": "x" * 200, "item.paid": True}
    assert [condition.value for condition in made.judged[0].conditions] == ["x" * 200, True, None, None]


def test_programs() -> None:
    """A program answers, passes to the next rule, or fails: then nothing is decided."""
    both = routing(program("ask"), rule("b", item__s="y"))
    answers = {"answer": ProgramAnswer("Reject", "no"), "pass": ProgramAnswer()}
    made = decide(both, FACTS, lambda _rule, _facts: answers["answer"])
    assert (made.status, made.rule, made.respond, made.comment) == ("decided", "ask", "Reject", "no")
    made = decide(both, FACTS, lambda _rule, _facts: answers["pass"])
    assert (made.rule, made.respond) == ("b", "Approve")

    def failing(_rule: Rule, _facts: Mapping[str, Any]) -> ProgramAnswer:
        raise ProgramFailedError("it took longer than 10 s")

    made = decide(both, FACTS, failing)
    assert (made.status, made.rule, made.reason) == ("undecided", "ask", "it took longer than 10 s")


SECRETS = {
    "item": {"bank": {"ibans": ["CH93 0076", 4711, True]}, "tax": "USD", "none": None, "amount": Decimal("1234.50")}
}


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (ProgramAnswer("Approve", "paid to ch93 0076."), "item.bank"),
        (ProgramAnswer("Approve", "no 47112"), "item.bank"),
        (ProgramAnswer("Approve", "CH930076"), "item.bank"),
        (ProgramAnswer("Approve", "for 1,234.5"), "item.amount"),
        (ProgramAnswer("Approve", "USD"), None),
        (ProgramAnswer("CH93 0076", None), "item.bank"),
        (ProgramAnswer(None, "for 1234.50"), "item.amount"),
        (ProgramAnswer("Approve", "in table True"), None),
        (ProgramAnswer("Approve", "to CH93 007"), None),
        (ProgramAnswer("Approve", None), None),
    ],
)
def test_a_program_that_repeats_what_is_redacted(answer: ProgramAnswer, field: str | None) -> None:
    """Nothing is decided, and the value is nowhere; three letters are in any text."""
    one = routing(program("ask"), redact=("item.bank", "item.tax", "item.none", "item.gone", "item.amount"))
    made = decide(one, SECRETS, lambda _rule, _facts: answer)
    if field is None:
        assert (made.status, made.comment) == ("decided", answer.comment)
    else:
        reason = f"the program answers with the value of {field}, which this routing redacts"
        assert (made.status, made.rule, made.reason) == ("undecided", "ask", reason)
        assert (made.respond, made.comment, made.judged[0].respond, made.judged[0].comment) == (None,) * 4


def test_a_failure_that_repeats_what_is_redacted() -> None:
    """The reason is another one."""

    def failing(_rule: Rule, _facts: Mapping[str, Any]) -> ProgramAnswer:
        raise ProgramFailedError("unknown field `CH93 0076`")

    made = decide(routing(program("ask"), redact=("item.bank",)), SECRETS, failing)
    assert made.reason == "the program did not print one object {respond, comment}"


@pytest.mark.parametrize(
    ("printed", "answer"),
    [
        (b'{"respond": "Approve", "comment": "c"}', ProgramAnswer("Approve", "c")),
        (b' {"respond": "Approve", "comment": ""}\n', ProgramAnswer("Approve", None)),
        (b"{}", ProgramAnswer()),
        (msgspec.json.encode({"comment": "x" * 1000}), ProgramAnswer(None, "x" * 1000)),
        (b'{"respond": null}', ProgramAnswer()),
    ],
)
def test_answers_of_programs(printed: bytes, answer: ProgramAnswer) -> None:
    """One object, with an option or without."""
    assert read_answer(printed) == answer


@pytest.mark.parametrize(
    "printed",
    [b"", b"Approve", b"{}{}", b'{"respond": ""}', b'{"respond": 7}', b'{"option": "Approve"}', b"\xff", b"[" * 9999,
     msgspec.json.encode({"comment": "x" * 1001}), b'{"comment": "a\\u202eb"}', b'{"comment": "a\\u0000b"}',
     b'{"comment": "a\\rb"}'],
)  # fmt: skip
def test_answers_that_cannot_be_used(printed: bytes) -> None:
    """Anything else decides nothing."""
    with pytest.raises(ProgramFailedError):
        read_answer(printed)


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        (b"no", "the program did not print one object {respond, comment}: "),
        (b'{"respond": ""}', "the program names an option without a name"),
        (b'{"comment": "%s"}' % (b"x" * 1001), "the comment of the program has more than 1000 characters"),
        (b'{"comment": "\\u001b[2J"}', "the comment of the program holds control characters"),
    ],
)
def test_why_an_answer_cannot_be_used(printed: bytes, reason: str) -> None:
    """The reason is kept with the step, and is that of the error."""
    with pytest.raises(ProgramFailedError) as caught:
        read_answer(printed)
    assert caught.value.reason.startswith(reason)
    assert str(caught.value) == caught.value.reason


def test_a_comment_of_several_lines() -> None:
    """Line ends and tabs are kept."""
    assert read_answer(b'{"comment": "a\\n\\tb"}') == ProgramAnswer(None, "a\n\tb")


def test_what_is_needed() -> None:
    """Item and project are read where a rule, a program or the path of the item needs them."""
    by_project = routing(rule("a", project__state="WA"), item_path=None)
    by_item = routing(rule("a", item__s="y"), item_path="/rest/v1.0/x/{item_id}")
    neither = routing(rule("a", instance__id="1"))
    asks = routing(program("p"))
    asks_alone = routing(program("p"), item_path=None)
    path_alone = routing(rule("a", instance__id="1"), item_path="/rest/v1.0/x/{item_id}")
    nothing = routing(rule("a", instance__id="1"), item_path=None)
    both = (by_project, by_item, neither, asks, asks_alone, path_alone, nothing)
    assert [(needs_item(one), needs_project(one)) for one in both] == [
        (False, True), (True, False), (False, True), (True, True), (False, True), (False, False),
        (False, False),
    ]  # fmt: skip
    assert LARGEST_ANSWER == 65_536
