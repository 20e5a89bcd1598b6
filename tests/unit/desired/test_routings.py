"""Documents of kind routing: a step, its rules, and what cannot work by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.desired.repository import read_settings_document
from reconciler.operations.dated_documents import read_repository
from tests.support.account import INVOICE, write_documents
from tests.support.routed_account import ROUTING
from tests.support.values import TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.documents import Documents

TEAMS = "---\nkind: teams\nteams:\n  leads: [gus@acme.test, hal@acme.test]\n"
ESCALATE = "escalate: {overdue_for: 4h, add: team:leads}\n"


def read(folder: Path, text: str) -> tuple[Documents, list[str]]:
    """Read one document beside another one."""
    file = write_documents(folder, {"a.yaml": INVOICE, "r.yaml": text})
    found, diagnostics = read_repository(file, read_settings_document(file), TODAY)
    return found, [f"{one.origin} {one.message} [{one.code}]" for one in diagnostics]


def test_a_routing(tmp_path: Path) -> None:
    """Rules in their order, each condition at its place, and what is left out as it is by default."""
    found, problems = read(tmp_path, ROUTING.replace("mode: answer\n", ""))
    assert problems == []
    (one,) = found.routings
    assert (one.title, one.mode, one.own_items, one.redact) == ("ERP check of 'Invoice Approval'", "observe", False, ())
    assert (one.limits.answers_per_hour, one.limits.same_option_in_a_row) == (200, 50)
    assert [rule.name for rule in one.rules] == ["small and matched", "not in the ERP"]
    assert [(str(c.origin), c.field, c.operator, c.operands) for c in one.rules[0].where] == [
        ("r.yaml:9:13", "item.status", "equals", ("approved",)),
        ("r.yaml:9:50", "item.amount", "at_most", ("50000.00",)),
    ]
    assert (one.rules[0].respond, one.rules[0].comment) == ("Approve", "Matched in the ERP")


def test_teams_step_in(tmp_path: Path) -> None:
    """Fallback and escalation name teams, and hold their people."""
    text = ROUTING.replace("[gus@acme.test]", "[team:leads]") + ESCALATE + TEAMS
    found, problems = read(tmp_path, text)
    assert problems == []
    (one,) = found.routings
    assert [str(person) for person in one.fallback] == ["gus@acme.test", "hal@acme.test"]
    assert one.escalate is not None
    assert (one.escalate.overdue_for, len(one.escalate.add), one.escalate.reason) == (14_400, 2, "other")


def test_operators(tmp_path: Path) -> None:
    """Several on one field are conditions of their own; values of a list are one of which must fit."""
    where = (
        "{project.state_code: [WA, OR], item.paid: true, item.day: {at_least: 2026-01-01, below: 2027-01-01}, "
        'item.sum: {between: [0, "10.50"]}, item.number: {glob: "INV-*"}, item.vendor.id: {exists: true}}'
    )
    text = ROUTING.replace('{item.status: approved, item.amount: {at_most: "50000.00"}}', where)
    found, problems = read(tmp_path, text)
    assert [one.rpartition(" ")[2] for one in problems] == ["[routing/example]"] * 2
    assert [(c.field, c.operator, c.operands) for c in found.routings[0].rules[0].where] == [
        ("project.state_code", "equals", ("WA", "OR")),
        ("item.paid", "equals", (True,)),
        ("item.day", "at_least", ("2026-01-01",)),
        ("item.day", "below", ("2027-01-01",)),
        ("item.sum", "between", (0, "10.50")),
        ("item.number", "glob", ("INV-*",)),
        ("item.vendor.id", "exists", ()),
    ]


RULE = "  - name: small and matched\n"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("fallback: [gus@acme.test]", "fallback: [ERP.bot@acme.test]", "r.yaml:5:12 ERP.bot@acme.test is the integ"),
        ("fallback: [gus@acme.test]", "fallback: []", "r.yaml:5:1 expected"),
        ("fallback: [gus@acme.test]", "fallback: [team:nobody]", "r.yaml:5:12 no team 'nobody'"),
        (
            "fallback: [gus@acme.test]",
            "fallback: [{person: gus@acme.test, until: 2026-01-01, reason: r}]",
            "r.yaml:5:12 nobody is left here (expired lines, or empty teams): name somebody [routing/no-fallback]",
        ),
        ("mode: answer", "mode: reply", "r.yaml:6:1 expected 'answer' or 'observe', found"),
        ("item: {path", "items: {path", "r.yaml:7:1 unknown key 'items'"),
        ("item: {path", "own_items: true #", "r.yaml:10:13 'item.status' needs the item: add 'item: {path: …}'"),
        ("/requisitions/{item_id}", "/requisitions", "the path leads to one page for all items: add {item_id}"),
        ("requisitions/{item_id}", "{run_id}/{item_id}", "nothing is known for '{run_id}': write one of {company_id}"),
        ("projects/{project_id}", "projects/1042", "may lead to another place: write {project_id} behind /projects/"),
        ("/rest/v1.0/projects/{project_id}", "/rest/v1.0/companies/9", "another place: write {company_id} behind /com"),
        ("/requisitions/", "/../requisitions/", "r.yaml:7:8 expected a path of the API"),
        ("/requisitions/", "//requisitions/", "r.yaml:7:8 expected a path of the API"),
        ("projects/{project_id}", "companies/{project_id}", "another place: write {company_id} behind /companies/"),
        ("projects/{project_id}", "Projects/99", "another place: write {project_id} behind /Projects/"),
        ('{item_id}"}', '{item_id}\\n"}', "r.yaml:7:8 expected a path of the API"),
        ("comment: Matched in the ERP", 'comment: "a\\u202eb"', "expected a text without control characters"),
        ("rules:\n", 'rules:\n  - {name: ask, decide: ["/bin/a\\0b"]}\n', "a text without the character U+0000"),
        ("mode: answer", "redact: [item.Amount]", "no rule reads 'item.Amount', so this hides nothing; did you mean"),
        ("mode: answer", 'redact: ["item.amount\\n"]', "r.yaml:6:10 expected a field such as"),
        ("/rest/v1.0/projects", "https://elsewhere.test/projects", "r.yaml:7:8 expected a path of the API"),
        ("item.status: approved, ", "status: approved, ", "r.yaml:10:5 expected a field such as"),
        ("at_most", "at_mots", "r.yaml:10:50 unknown key 'at_mots'; did you mean 'at_most'?"),
        ('at_most: "50000.00"', "at_most: a lot", "'a lot' is neither a number nor a day, and text has no order"),
        ('at_most: "50000.00"', 'at_most: "50,000.00"', "'50,000.00' is neither a number nor a day"),
        ('at_most: "50000.00"', "between: [2, 1]", "nothing is between 2 and 1: the lower one is first"),
        ('at_most: "50000.00"', "between: [2, 2026-01-01]", "both ends are numbers, or both are days"),
        ('{at_most: "50000.00"}', "{exists: false}", "expected true; leave the condition out"),
        ('{at_most: "50000.00"}', "{}", "r.yaml:10:36 expected a value, a list of values, or one or more of"),
        ("Matched in the ERP", '"Matched at 2026-11-27T10:00"', "'2026-11-27T10:00' in a comment: it is sent as it"),
        ("Matched in the ERP", '"Matched {run_id}"', "'{run_id}' in a comment: it is sent as it is written"),
        ("gives: Approve}", "gives: nothing}", "rule 'small and matched' needs an example that gives 'Approve'"),
        ("gives: nothing}", "gives: Approve}", "rule 'small and matched' needs an example that gives 'nothing'"),
        ("50000.01", "50000.00", "gives 'Approve' for this example, not 'nothing': correct the rule or the example"),
        ('"48211.55"', "x", "gives 'undecided' for this example, not 'Approve' (item.amount is 'x', which is of"),
        ('{status: approved, amount: "48211.55"}', "{status: new, amount: 1}", "(item.status is 'new')"),
        ("not in the ERP", "small and matched", "a second rule 'small and matched' (first at r.yaml:9:5)"),
        ("respond: Reject\n", "decide: [/bin/x]\n", "expected a rule with 'where:', 'respond:' and 'examples:'"),
        ("rules:\n", "rules:\n  - {name: ask, decide: [erp-decide]}\n", "'erp-decide' is not a whole path: write it"),
        ("mode: answer", "redact: [amount]", "r.yaml:6:10 expected a field such as item.status"),
        ("mode: answer", "limits: {answers_per_hour: 0}", "r.yaml:6:10 expected a whole number from 1"),
        ("mode: answer", "escalate: {overdue_for: 4 hours, add: g@b.c}", "expected a duration such as 90s, 30m"),
        ("mode: answer", "escalate: {overdue_for: 4h, add: g@b.c, reason: tired}", "expected 'new_employee' or"),
    ],
)  # fmt: skip
def test_what_cannot_work(tmp_path: Path, old: str, new: str, problem: str) -> None:
    """Each mistake at its place, with what to write instead."""
    assert old in ROUTING
    _, problems = read(tmp_path, ROUTING.replace(old, new, 1))
    assert any(problem in one for one in problems), problems


def test_two_documents_for_one_step(tmp_path: Path) -> None:
    """The same step of the same integration is routed once."""
    _, problems = read(tmp_path, f"{ROUTING}---\n{ROUTING}")
    assert problems == [
        "r.yaml:25:1 erp.bot@acme.test is given rules for ERP check of 'Invoice Approval' at r.yaml:3:1 too; "
        "keep one document [documents/conflict]"
    ]


def test_numbers_with_a_fraction(tmp_path: Path) -> None:
    """In examples they are decimals, as in an item."""
    text = ROUTING.replace('"48211.55"', "48211.55")
    assert read(tmp_path, text)[1] == []
