"""What cannot work within routings: each finding with its severity, code and place, and what is no finding."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from reconciler.desired.kinds.routing_contradictions import check_routings
from reconciler.model.diagnostics import Origin
from reconciler.model.member import Member
from reconciler.model.reference import Reference
from reconciler.model.routing import Condition, Operator, Routing, RoutingExample, Rule
from reconciler.routing.rule_examples import check_examples

STEP, PEOPLE, RULE, CONDITION, ITEM, EXAMPLE = (Origin("r.yaml", line, 3) for line in range(1, 7))
PATH = "/rest/v1.0/projects/{project_id}/x/{item_id}"


def condition(field: str = "project.a", operator: Operator = "equals", operands: tuple[Any, ...] = ("v",)) -> Condition:
    """Return a condition."""
    return Condition(field=field, operator=operator, operands=operands, origin=CONDITION)


def example(gives: str, **project: Any) -> RoutingExample:
    """Return an example of a rule."""
    return RoutingExample(facts={"project": project}, gives=gives, origin=EXAMPLE)


def rule(*where: Condition, name: str = "a", **more: Any) -> Rule:
    """Return a rule with the two examples that it needs."""
    both = (example("Approve", a="v"), example("nothing", a="w"))
    whole = {"respond": "Approve", "examples": both, **more}
    return Rule(name=name, origin=RULE, where=where or (condition(),), **whole)


def routing(*rules: Rule, **more: Any) -> Routing:
    """Return a routing without a fault."""
    whole = {
        "template": Reference(origin=STEP, name="T"),
        "tool": None,
        "step": "S",
        "integration": Member(origin=PEOPLE, login="erp.bot@acme.test"),
        "fallback": (Member(origin=PEOPLE, login="gus@acme.test"),),
        **more,
    }
    return Routing(origin=STEP, step_origin=STEP, rules=rules or (rule(),), **whole)


def found(*routings: Routing) -> list[tuple[str, str, Origin | None, str]]:
    """Return severity, code, place and message of each finding."""
    return [(one.severity, one.code, one.origin, one.message) for one in check_routings(routings)]


def test_a_routing_without_a_fault() -> None:
    """Nothing is said, with an item and without."""
    assert found(routing()) == []
    assert found(routing(rule(condition("item.a")), item_path=PATH, item_origin=ITEM)) == []


@pytest.mark.parametrize(
    "other",
    [
        {"step": "R"},
        {"template": Reference(origin=STEP, name="U")},
        {"integration": Member(origin=PEOPLE, login="other@acme.test")},
        {"tool": "budget"},
        {"tool": None},
    ],
)
def test_steps_of_other_names_are_other_steps(other: dict[str, Any]) -> None:
    """Of another template, tool or integration too."""
    assert found(routing(tool="invoice"), routing(**{"tool": "invoice", **other})) == []


def test_a_step_that_two_documents_route() -> None:
    """It is an error in each of them but the first, logins without case."""
    again = routing(integration=Member(origin=PEOPLE, login="ERP.bot@acme.test"))
    (one,) = found(routing(), again)
    assert one == (
        "error", "documents/conflict", STEP,
        "ERP.bot@acme.test is given rules for S of 'T' at r.yaml:1:3 too; keep one document",
    )  # fmt: skip
    assert len(found(routing(), again, again)) == 2


def test_an_integration_does_not_step_in_for_itself() -> None:
    """It is an error at its line, and nobody else's."""
    people = ("gus@acme.test", "erp.BOT@acme.test")
    (one,) = found(routing(fallback=tuple(Member(origin=PEOPLE, login=login) for login in people)))
    message = "erp.BOT@acme.test is the integration itself: name people here"
    assert one == ("error", "routing/no-fallback", PEOPLE, message)


@pytest.mark.parametrize(
    "path",
    [
        PATH,
        "/rest/v1.0/companies/{company_id}/projects/{project_id}/x/{item_id}",
        "/rest/v1.0/x/{item_id}/companies/{company_id}",
        "/rest/v1.0/x/{item_id}/projects/{project_id}",
        "/rest/v1.0/mycompanies/9/{item_id}",
        "/rest/v1.0/myprojects/9/{item_id}",
        "/rest/v1.0/companies_all/{item_id}",
        "/rest/v1.0/projects_all/{item_id}",
    ],
)
def test_paths_that_stay_in_the_place_of_the_instance(path: str) -> None:
    """A company or a project is always the instance's own."""
    assert found(routing(item_path=path, item_origin=ITEM)) == []


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/rest/v1.0/{run_id}/{x}", "for '{run_id}': write one of {company_id}, {project_id}, {item_id}"),
        ("/rest/v1.0/{item_id}/{item_id", "nothing is known for '{item_id': write one of"),
        ("/rest/v1.0/{item_id}}", "nothing is known for '}': write one of"),
        ("/rest/v1.0/{}/{item_id}", "nothing is known for '{}': write one of"),
        ("/rest/v1.0/projects/{project_id}/x", "the path leads to one page for all items: add {item_id}"),
        ("/rest/v1.0/projects/7/x/{item_id}", "another place: write {project_id} behind /projects/"),
        ("/rest/v1.0/projects/{project_id}7/{item_id}", "another place: write {project_id} behind /projects/"),
        ("/rest/v1.0/projects/{company_id}/{item_id}", "another place: write {project_id} behind /projects/"),
        ("/rest/v1.0/PROJECTS/{item_id}", "another place: write {project_id} behind /PROJECTS/"),
        ("/rest/v1.0/companies/7/x/{item_id}", "another place: write {company_id} behind /companies/"),
        ("/rest/v1.0/companies/{company_id}7/{item_id}", "another place: write {company_id} behind /companies/"),
        ("/rest/v1.0/Companies/{item_id}", "another place: write {company_id} behind /Companies/"),
        ("/rest/v1.0/companies/{company_id}/projects/7/{item_id}", "place: write {project_id} behind /projects/"),
    ],
)  # fmt: skip
def test_paths_that_lead_elsewhere(path: str, problem: str) -> None:
    """Each is one error, at the line of the item."""
    (one,) = found(routing(item_path=path, item_origin=ITEM))
    assert one[:3] == ("error", "routing/item", ITEM)
    assert problem in one[3]


def test_a_path_is_checked_without_a_place_too() -> None:
    """Then the document is the place."""
    (one,) = found(routing(item_path="/rest/v1.0/x"))
    assert one[:3] == ("error", "routing/item", STEP)


def test_a_rule_that_needs_the_item() -> None:
    """The first condition on it is named; conditions on project and instance need none."""
    assert found(routing(rule(condition("project.a"), condition("instance.id"), condition("items")))) == []
    (one,) = found(routing(rule(condition()), rule(condition("item.b"), condition("item.c"), name="b")))
    message = "'item.b' needs the item: add 'item: {path: …}' to this document"
    assert one == ("error", "routing/item", CONDITION, message)


def test_fields_that_are_hidden_from_a_program() -> None:
    """It reads all, so nothing is hidden for nothing, whatever rules are beside it."""
    asking = Rule(name="ask", origin=RULE, decide=("/bin/erp",))
    assert found(routing(rule(), asking, redact=("item.bank",), item_path=PATH, item_origin=ITEM)) == []


def test_fields_that_are_hidden_for_nothing() -> None:
    """A warning for each that no rule reads, itself or a field in it; a similar one is suggested."""
    read = routing(rule(condition("project.a.b"), condition("project.amount")), redact=("project.a", "project.a.b"))
    assert found(read) == []
    again = msgspec.structs.replace(read, redact=("project.a.b", "project.amuont", "project.a.b.c", "instance.zzzzzz"))
    assert [one[:3] for one in found(again)] == [("warning", "routing/redact", STEP)] * 3
    assert [one[3] for one in found(again)] == [
        "no rule reads 'project.amuont', so this hides nothing; did you mean 'project.amount'?",
        "no rule reads 'project.a.b.c', so this hides nothing; did you mean 'project.a.b'?",
        "no rule reads 'instance.zzzzzz', so this hides nothing: journal and report hold only what rules read",
    ]


def test_two_rules_of_one_name() -> None:
    """The second one is an error, and so is the third."""
    (one,) = found(routing(rule(), rule(name="b"), rule()))
    assert one == ("error", "documents/conflict", RULE, "a second rule 'a' (first at r.yaml:3:3): give it another name")
    assert len(found(routing(rule(), rule(), rule()))) == 2


@pytest.mark.parametrize(
    ("field", "severity", "message"),
    [
        ("instance.creatd_at", "error", "an instance has no field 'creatd_at'; did you mean 'created_at'?"),
        ("instance.foo", "error",
         "an instance has no field 'foo'; its fields: id, item_id, created_at, updated_at, started_at"),
        ("instance.id.x", "error", "an instance has no field 'id.x'; its fields: id, item_id, created_at, updated_at, "
         "started_at"),
        ("project.state_cod", "warning",
         "projects are not known to have a field 'state_cod'; did you mean 'state_code'?"),
    ],
)  # fmt: skip
def test_a_field_that_is_not_there(field: str, severity: str, message: str) -> None:
    """An instance has five; of projects not all are known, so only one that is near to another is told."""
    (one,) = found(routing(rule(condition(field))))
    assert one == (severity, "routing/field", CONDITION, message)


@pytest.mark.parametrize(
    "name",
    ["id", "name", "display_name", "project_number", "stage", "active", "city", "state_code", "country_code",
     "project_region_id", "sector", "delivery_method", "custom_fields", "updated_at"],
)  # fmt: skip
def test_a_slip_in_each_field_of_projects(name: str) -> None:
    """The field itself is known; with a letter more it is told."""
    assert found(routing(rule(condition(f"project.{name}")))) == []
    (one,) = found(routing(rule(condition(f"project.{name}x"))))
    assert f"did you mean '{name}'?" in one[3]


@pytest.mark.parametrize("field", ["instance.started_at", "project.stage", "project.custom_fields.c1", "project.quite"])
def test_a_field_that_may_be_there(field: str) -> None:
    """Nothing is said."""
    assert found(routing(rule(condition(field)))) == []


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("at 2026-11-27T10:00 it", "2026-11-27T10:00"),
        ("at 2026-11-27 10:00", "2026-11-27 10:00"),
        ("run {run_id}", "{run_id}"),
        ("run {}", "{}"),
        ("run $(date)", "$("),
        ("run ${RUN", "${"),
        ("in %Y", "%Y"),
        ("in %m-%d", "%m"),
        ("by 2026-11-27, at 10:00 it", "2026-11-27, at 10:00"),
        ("27.11.2026 10:30", "27.11.2026 10:30"),
        ("11/27/26 9:05", "11/27/26 9:05"),
        ("Nov 28 2026 06:05:23 UTC", "Nov 28 2026 06:05"),
        ("28 november 2026, 06:05", "28 november 2026, 06:05"),
        ("took until 6:05:23", "6:05:23"),
        ("by 20261127T101500Z-deadbeef", "20261127T101500Z"),
        ("ref 6BA7B811-9dad-11d1-80b4-00c04fd430c8", "6BA7B811-9dad-11d1-80b4-00c04fd430c8"),
        ("Run-id 8841", "Run-id 8841"),
        ("trace_id=ab12-9", "trace_id=ab12-9"),
        ("run no. 4711", "run no. 4711"),
        ("run #8841", "run #8841"),
    ],
)
def test_a_comment_that_another_response_would_not_have(comment: str, said: str) -> None:
    """It is an error of its rule."""
    (one,) = found(routing(rule(comment=comment)))
    assert one[:3] == ("error", "routing/comment", RULE)
    assert one[3].startswith(f"'{said}' in a comment: it is sent as it is written, and the same each time")


@pytest.mark.parametrize(
    "comment",
    [
        "on 2026-11-27", "2026-11-27 is the day", "no. 12026-11-27T10:00", "$5 (net)", "{open", "closed}", "100%ok",
        "5 % a year", "100%", "%5", "10:00", "", "Nov 28 2026", "27.11.2026", "before 10:00 of each day", "decade",
        "PO 4500012345", "account 20261127", "the run of 3", "run 1", "job 4711", "facade-deadbeef", "12345678",
        "phone 415 555 0100", "section 09.21.16",
        "VAT id DE123456789 matched", "Goes into payment run 15", "Approved. Request no fee.",
        "Booked on GL 1500000000",
        "PO ABC12345", "Request no access", "Build no additional formwork", "weekly run 2026 closed",
        "run 100% matched",
        "Cost code 03-30-00 10.25", "Account A1000000", "Cert DB00000001", "Build no. 4711", "request id needed",
        "rules 08f7c41a",
    ],
)  # fmt: skip
def test_a_comment_that_stays_the_same(comment: str) -> None:
    """Days, sums and percentages are text like any other."""
    assert found(routing(rule(comment=comment))) == []


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("1764320723", "1764320723"),
        ("1764320723123.", "1764320723123"),
        ("at 202611271000", "202611271000"),
        ("rules 08f7c41aab12", "08f7c41aab12"),
    ],
)
def test_a_comment_that_may_change(comment: str, said: str) -> None:
    """A number of another kind looks like it, so it is a warning."""
    (one,) = found(routing(rule(comment=comment)))
    assert one[:3] == ("warning", "routing/comment", RULE)
    assert one[3].startswith(f"'{said}' in a comment: ")


def test_examples_that_a_rule_needs() -> None:
    """One that it answers, and one that it does not; a program needs none."""
    message = "rule 'a' needs an example that "
    none, holds, fails = (rule(examples=one) for one in ((), (example("Approve"),), (example("nothing"),)))
    assert [one[3] for made in (none, holds, fails) for one in found(routing(made))] == [
        f"{message}gives 'Approve' and one that gives 'nothing'",
        f"{message}gives 'nothing'",
        f"{message}gives 'Approve'",
    ]
    assert [one[:3] for one in found(routing(none))] == [("error", "routing/examples", RULE)]
    assert found(routing(rule(examples=(example("undecided"), example("Approve"))))) == []
    assert found(routing(Rule(name="ask", origin=RULE, decide=("/bin/erp", "-x")))) == []


def test_a_program_is_named_from_the_root() -> None:
    """A relative path would be another program elsewhere."""
    (one,) = found(routing(Rule(name="ask", origin=RULE, decide=("bin/erp", "/x"))))
    assert one == (
        "error", "routing/decide", RULE,
        "'bin/erp' is not a whole path: write it from the root, such as /usr/local/bin/erp-decide",
    )  # fmt: skip


@pytest.mark.parametrize("operator", ["at_least", "at_most", "above", "below"])
def test_text_has_no_order(operator: Operator) -> None:
    """Numbers and days have one."""
    (one,) = found(routing(rule(condition(operator=operator, operands=("a lot",)))))
    assert one[:3] == ("error", "routing/operand", CONDITION)
    assert one[3].startswith("'a lot' is neither a number nor a day, and text has no order")
    for operand in (1, "1.50", "2026-11-27"):
        assert found(routing(rule(condition(operator=operator, operands=(operand,))))) == []


@pytest.mark.parametrize(
    ("operands", "problem"),
    [
        (("a", "b"), "'a' is neither a number nor a day"),
        ((1, "b"), "'b' is neither a number nor a day"),
        ((1, "2026-11-27"), "both ends are numbers, or both are days"),
        ((2, 1), "nothing is between 2 and 1: the lower one is first"),
        (("2026-11-28", "2026-11-27"), "nothing is between 2026-11-28 and 2026-11-27: the lower one is first"),
        ((1, 1), None),
        ((1, "1.01"), None),
        (("2026-11-27", "2026-11-28"), None),
    ],
)
def test_ends_of_a_range(operands: tuple[Any, ...], problem: str | None) -> None:
    """Each is a number or a day, both of one kind, and the lower one is first; one error at most."""
    said = found(routing(rule(condition(operator="between", operands=operands))))
    assert [one[:3] for one in said] == ([] if problem is None else [("error", "routing/operand", CONDITION)])
    assert problem is None or said[0][3].startswith(problem)


@pytest.mark.parametrize("operator", ["equals", "glob", "exists"])
def test_operators_without_an_order_take_any_text(operator: Operator) -> None:
    """They compare it as text."""
    assert found(routing(rule(condition(operator=operator, operands=("a lot", "b"))))) == []


def test_an_example_that_its_rule_decides_otherwise() -> None:
    """Each is an error at its place, with the conditions that do not hold."""
    both = rule(condition("project.a"), condition("project.b"), examples=(
        example("Approve", a="v", b="v"), example("nothing", a="v", b="w"), example("undecided", a="v"),
        example("Approve", a="w", b="x"), example("nothing", a="v", b="v"), example("nothing", a="v"),
    ))  # fmt: skip
    said = [(one.severity, one.code, one.origin, one.message) for one in check_examples([routing(both)])]
    assert [one[:3] for one in said] == [("error", "routing/example", EXAMPLE)] * 3
    start, end = "rule 'a' gives", ": correct the rule or the example"
    assert [one[3] for one in said] == [
        f"{start} 'nothing' for this example, not 'Approve' (project.a is 'w', project.b is 'x'){end}",
        f"{start} 'Approve' for this example, not 'nothing'{end}",
        f"{start} 'undecided' for this example, not 'nothing' (project.b is not there){end}",
    ]
