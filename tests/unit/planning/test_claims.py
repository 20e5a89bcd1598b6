"""Names of templates and projects: found, unknown, ambiguous, inactive, selected by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.errors import DocumentsError
from reconciler.model.live import Place, Tool
from tests.support.account import company_seed
from tests.support.values import live_state, observe_documents, plan_documents

if TYPE_CHECKING:
    from pathlib import Path

GROUPS = "groups: {Project Manager: [ann@acme.test]}"


def problems_of(folder: Path, text: str, **changes: object) -> list[str]:
    """Return the problems of one document as ``place code message``."""
    seed = {**company_seed(), **changes}
    with pytest.raises(DocumentsError) as raised:
        observe_documents(folder, {"a.yaml": text}, live_state(seed))
    return [f"{one.origin} {one.code} {one.message}" for one in raised.value.diagnostics]


def of_template(reference: str, more: str = "") -> str:
    """Return a document about a template."""
    return f"kind: assignments\ntemplate: {reference}\n{more}projects:\n  - project: Harbor Bridge\n    {GROUPS}\n"


def of_project(entry: str) -> str:
    """Return a document about projects."""
    return f"kind: assignments\ntemplate: Invoice Approval\nprojects:\n  - {entry}\n    {GROUPS}\n"


def second_template(**changes: object) -> list[dict[str, object]]:
    """Return the templates and one more that is like the first."""
    templates = company_seed()["templates"]
    return [*templates, {**templates[0], "id": "12", **changes}]


def test_close_names_are_suggested(tmp_path: Path) -> None:
    """A template, a project and a number that are nearly right."""
    text = "\n---\n".join(
        (of_template("Invoice Aproval"), of_project("project: Habor Bridge"), of_project('project: {number: "24-17"}'))
    )
    assert problems_of(tmp_path, text) == [
        "a.yaml:2:1 documents/unknown-template no template 'Invoice Aproval'; did you mean 'Invoice Approval'?",
        "a.yaml:11:5 documents/unknown-project no project 'Habor Bridge'; did you mean 'Harbor Bridge'?",
        "a.yaml:18:5 documents/unknown-project no project number '24-17'; did you mean '24-017'?",
    ]


def test_unknown_ids_and_names_without_anything_close(tmp_path: Path) -> None:
    """Nothing is suggested that is not close."""
    text = "\n---\n".join((of_template("{id: '99'}"), of_project("project: Zzz"), of_project("project: {id: 5}")))
    assert [one.split(" ", 1)[1] for one in problems_of(tmp_path, text)] == [
        "documents/unknown-template no template id 99",
        "documents/unknown-project no project 'Zzz'",
        "documents/unknown-project no project id 5",
    ]


def test_problems_of_projects_are_told_even_below_an_unknown_template(tmp_path: Path) -> None:
    """One run tells both."""
    text = of_template("Zzz").replace("Harbor Bridge", "Habor Bridge")
    assert [one.split(" ")[1] for one in problems_of(tmp_path, text)] == [
        "documents/unknown-template",
        "documents/unknown-project",
    ]


def test_an_ambiguous_template_needs_its_tool_or_id(tmp_path: Path) -> None:
    """The message lists the candidates; 'tool:' decides between tools."""
    templates = second_template(tool_type="contract")
    assert problems_of(tmp_path, of_template("Invoice Approval"), templates=templates) == [
        "a.yaml:2:1 documents/ambiguous-template 2 templates are called 'Invoice Approval': 11 (invoice), "
        "12 (contract); add 'tool:' or use {id: …}"
    ]
    state = live_state({**company_seed(), "templates": templates})
    assert observe_documents(tmp_path, {"a.yaml": of_template("Invoice Approval", "tool: invoice\n")}, state).resolved
    wrong = problems_of(tmp_path, of_template("Invoice Approval", "tool: invoices\n"), templates=templates)
    assert "belongs to tool contract, invoice, not 'invoices'" in wrong[0]


def test_an_archived_namesake_does_not_make_a_template_ambiguous(tmp_path: Path) -> None:
    """The current one is meant; an archived one alone is planned with a warning."""
    templates = second_template(archived_at="2025-01-01T00:00:00Z")
    state = live_state({**company_seed(), "templates": templates})
    assert observe_documents(tmp_path, {"a.yaml": of_template("Invoice Approval")}, state).diagnostics == ()
    templates = [{**company_seed()["templates"][0], "archived_at": "2025-01-01T00:00:00Z"}]
    state = live_state({**company_seed(), "templates": templates, "presets": company_seed()["presets"][:2]})
    plan = plan_documents(tmp_path, {"a.yaml": of_template("Invoice Approval")}, state)
    assert ("warning", "documents/archived-template") in [(one.severity, one.code) for one in plan.diagnostics]


def test_a_template_never_published_has_no_presets(tmp_path: Path) -> None:
    """It is an error that says what to do."""
    templates = second_template(name="New", latest_published_version=None)
    assert "publish it first" in problems_of(tmp_path, of_template("New"), templates=templates)[0]


def test_ambiguous_projects_are_listed(tmp_path: Path) -> None:
    """Two active projects of one name need an id or number; an inactive namesake does not count."""
    projects = company_seed()["projects"]
    twin = {**projects[1], "id": "1050", "project_number": None}
    wrong = problems_of(tmp_path, of_project("project: Harbor Bridge"), projects=[*projects, twin])
    assert "2 projects are called 'Harbor Bridge': 1042 (24-017), 1050 (no number)" in wrong[0]
    state = live_state({**company_seed(), "projects": [*projects, {**twin, "active": False}]})
    found = observe_documents(tmp_path, {"a.yaml": of_project("project: Harbor Bridge")}, state)
    assert [one.target.address for one in found.resolved] == ["projects/1042/templates/11"]


@pytest.mark.parametrize("reference", ["Harbor Bridge", "24-017 - Harbor Bridge", "{id: 1042}", "{number: 24-017}"])
def test_every_way_to_name_a_project(tmp_path: Path, reference: str) -> None:
    """By name, by displayed name, by id, by number."""
    found = observe_documents(tmp_path, {"a.yaml": of_project(f"project: {reference}")})
    assert [one.target.address for one in found.resolved] == ["projects/1042/templates/11"]


def test_an_inactive_project_is_managed_with_a_warning(tmp_path: Path) -> None:
    """Its preset may still be there."""
    presets = [*company_seed()["presets"], {**company_seed()["presets"][0], "id": "39", "project_id": "1043"}]
    state = live_state({**company_seed(), "presets": presets})
    plan = plan_documents(tmp_path, {"a.yaml": of_project("project: Old Library")}, state)
    assert [(one.severity, one.code) for one in plan.diagnostics] == [("warning", "documents/inactive-project")]


def test_where_takes_active_projects_only_and_any_of_a_list(tmp_path: Path) -> None:
    """A list means any of, several fields mean all of, inactive projects never match."""
    both = of_project("where: {stage: Course of Construction, state_code: [WA, OR]}")
    found = observe_documents(tmp_path, {"a.yaml": both})
    assert [one.target.address[:13] for one in found.resolved] == ["projects/1041", "projects/1042"]
    one = of_project("where: {stage: Course of Construction, state_code: WA}")
    found = observe_documents(tmp_path, {"a.yaml": one})
    assert [one.target.address[:13] for one in found.resolved] == ["projects/1042"]


def test_where_with_an_unknown_field_or_without_a_match(tmp_path: Path) -> None:
    """A field nobody has is a mistake; a value nobody has is worth a warning."""
    wrong = problems_of(tmp_path, of_project("where: {stag: Bidding}"))
    assert wrong[0].startswith("a.yaml:4:13 documents/unknown-field no project has a field 'stag'")
    found = observe_documents(tmp_path, {"a.yaml": of_project("where: {stage: Bidding}")})
    assert [(one.severity, one.code) for one in found.diagnostics] == [("warning", "documents/nothing-selected")]


def of_where(where: str) -> str:
    """Return a document about the projects that match."""
    return f"kind: assignments\ntemplate: Invoice Approval\nprojects:\n  - where: {where}\n    {GROUPS}\n"


def test_projects_that_match_and_are_left_out(tmp_path: Path) -> None:
    """By name, id or number; a project that does not match is a warning, and so is an id that is nobody's."""
    stage = "stage: Course of Construction"
    whole = plan_documents(tmp_path, {"a.yaml": of_where(f"{{{stage}}}")})
    assert whole.summary.presets == 2
    for reference in ("Harbor Bridge", '{id: "1042"}', '{number: "24-017"}'):
        plan = plan_documents(tmp_path, {"a.yaml": of_where(f"{{{stage}, except: [{reference}]}}")})
        assert plan.summary.presets == 1
        assert [one.code for one in plan.diagnostics if one.code.startswith("documents/")] == []
    plan = plan_documents(tmp_path, {"a.yaml": of_where(f"{{{stage}, except: [{{id: '9'}}, Old Library]}}")})
    assert plan.summary.presets == 2
    told = [one for one in plan.diagnostics if one.code == "documents/excepts-nothing"]
    assert [str(one.origin) for one in told] == ["a.yaml:4:53", "a.yaml:4:64"]
    assert told[0].message == (
        "'except' names project id 9, which does not match this 'where': remove it from the list"
    )


@pytest.mark.parametrize(
    ("reference", "hint"), [("Harbor Brigde", "; did you mean 'Harbor Bridge'?"), ('{number: "7"}', "")]
)
def test_a_name_that_leaves_out_nobody_known(tmp_path: Path, reference: str, hint: str) -> None:
    """Its project may have another name by now, and would be managed: nobody guesses."""
    (told,) = problems_of(tmp_path, of_where(f"{{stage: Course of Construction, except: [{reference}]}}"))
    assert told.startswith("a.yaml:4:53 documents/unknown-project 'except' names no project that there is, ")
    assert told.endswith(f": correct it, use {{id: …}}, or take it out{hint}")


def test_a_name_that_would_leave_out_two(tmp_path: Path) -> None:
    """It is ambiguous, and nobody guesses."""
    projects = company_seed()["projects"]
    twin = {**projects[0], "id": "1049", "name": "Harbor Bridge", "display_name": "Harbor Bridge"}
    told = problems_of(
        tmp_path, of_where("{stage: Course of Construction, except: [Harbor Bridge]}"), projects=[*projects, twin]
    )
    assert told == [
        "a.yaml:4:53 documents/ambiguous-project 2 projects are called 'Harbor Bridge': 1042 (24-017), 1049 (24-016); "
        "use {id: …} or {number: …}"
    ]


def test_templates_of_two_subtypes_need_an_id(tmp_path: Path) -> None:
    """A document's tool is a type: it cannot choose between subtypes, so the message lists them and asks for an id."""
    templates = second_template(tool_type="correspondence", tool_subtype=9)
    templates[0] = {**templates[0], "tool_type": "correspondence", "tool_subtype": 7}
    listed = (
        "2 templates are called 'Invoice Approval': 11 (correspondence, subtype 7), 12 (correspondence, subtype 9); "
        "use {id: …}"
    )
    for more in ("", "tool: correspondence\n"):
        assert problems_of(tmp_path, of_template("Invoice Approval", more), templates=templates) == [
            f"a.yaml:2:1 documents/ambiguous-template {listed}"
        ]
    wrong = problems_of(tmp_path, of_template("Invoice Approval", "tool: invoice\n"), templates=templates)
    assert "belongs to tool correspondence (subtype 7), correspondence (subtype 9), not 'invoice'" in wrong[0]
    state = live_state({**company_seed(), "templates": templates})
    found = observe_documents(tmp_path, {"a.yaml": of_template("{id: '11'}")}, state)
    assert [one.target.place for one in found.resolved] == [Place("1042", Tool("correspondence", 7))]


def test_two_projects_with_one_number(tmp_path: Path) -> None:
    """The message names them with ids and names, and proposes no number."""
    projects = company_seed()["projects"]
    projects[0]["project_number"] = "24-017"
    assert problems_of(tmp_path, of_project('project: {number: "24-017"}'), projects=projects) == [
        "a.yaml:4:5 documents/ambiguous-project 2 projects have the number '24-017': 1041 (Cedar Tower), "
        "1042 (Harbor Bridge); use {id: …}"
    ]


def test_a_name_is_found_in_either_spelling(tmp_path: Path) -> None:
    """Template, project, role and value of a field: no-break spaces are spaces, and accents have one form."""
    seed = company_seed()
    seed["templates"][0]["name"] = "Invoice\u00a0Approval"
    seed["projects"][0] |= {"name": "Mont Rose\u0301", "stage": "De\u0301but"}
    text = of_project("project: Mont\u00a0Ros\u00e9").replace("Project Manager", "Project\u00a0Manager")
    plan = plan_documents(tmp_path / "project", {"a.yaml": text}, live_state(seed))
    assert (plan.summary.presets, plan.summary.managed, plan.changes) == (1, 1, ())
    plan = plan_documents(tmp_path / "where", {"a.yaml": of_where("{stage: D\u00e9but}")}, live_state(seed))
    assert plan.summary.presets == 1


def test_names_that_are_equal_in_one_spelling_are_ambiguous(tmp_path: Path) -> None:
    """Two live names that look the same are two projects of one name."""
    projects = company_seed()["projects"]
    projects[0]["name"] = "Harbor\u00a0Bridge"
    (told,) = problems_of(tmp_path, of_project("project: Harbor Bridge"), projects=projects)
    assert "documents/ambiguous-project 2 projects are called 'Harbor Bridge': 1041 (24-016), 1042 (24-017)" in told


def test_a_letter_of_another_script_is_named(tmp_path: Path) -> None:
    """It looks the same, and is another name."""
    text = "\n---\n".join((of_template("Inv\u043eice Approval"), of_project("project: H\u0430rbor Bridge")))
    assert [one.partition("'; ")[2] for one in problems_of(tmp_path, text)] == [
        "it has U+043E (Cyrillic small letter o) where Procore has 'o': write 'Invoice Approval'",
        "it has U+0430 (Cyrillic small letter a) where Procore has 'a': write 'Harbor Bridge'",
    ]


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("{stage: Course of Constructoin}",
         "no active project has stage 'Course of Constructoin'; did you mean 'Course of Construction'?"),
        ("{state_code: [TX, CA]}", "no active project has state_code 'TX' or 'CA'; values there: 'OR', 'WA'"),
        ("{stage: Course of Construction, state_code: TX}",
         "no active project has state_code 'TX'; values there: 'OR', 'WA'"),
    ],
)  # fmt: skip
def test_a_value_nobody_has(tmp_path: Path, where: str, why: str) -> None:
    """The warning names the field, the value, and the values that projects have."""
    observation = observe_documents(tmp_path, {"a.yaml": of_where(where)})
    assert [(one.code, str(one.origin), one.message) for one in observation.diagnostics] == [
        ("documents/nothing-selected", "a.yaml:4:5", f"no active project matches this 'where': {why}")
    ]


def test_many_values_are_bounded(tmp_path: Path) -> None:
    """The most frequent ones are named, and the others counted."""
    seed = company_seed()
    seed["projects"] += [{**seed["projects"][0], "id": f"2{one}", "state_code": f"S{one}"} for one in range(10, 30)]
    observation = observe_documents(tmp_path, {"a.yaml": of_where("{state_code: Nowhere}")}, live_state(seed))
    assert observation.diagnostics[0].message.endswith(" and 14 more")


def test_values_that_no_project_has_together(tmp_path: Path) -> None:
    """Each exists, so neither is a slip."""
    seed = company_seed()
    seed["projects"][0]["stage"] = "Bidding"
    text = of_where("{stage: Bidding, state_code: WA}")
    observation = observe_documents(tmp_path, {"a.yaml": text}, live_state(seed))
    assert [one.message for one in observation.diagnostics] == [
        "no active project matches this 'where': its values exist, but no active project has all of them together"
    ]


SLIP = "no active project has stage 'course of construction'; did you mean 'Course of Construction'?"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ("[course of construction, Bidding 1]", [("note", "a.yaml:4:13", SLIP)]),
        # what the line names itself, what is nobody's yet, and another number
        ("[Course of Construction, Course of Constructon]", []),
        ("[Course of Construction, Warranty]", []),
        ("[Course of Construction, Bidding 2]", []),
    ],
)
def test_a_slip_beside_values_that_match(tmp_path: Path, values: str, told: list[tuple[str, str, str]]) -> None:
    """A value that nobody has is noted where it is nearly one that a project has and the line does not name."""
    seed = company_seed()
    seed["projects"][0]["stage"] = "Bidding 1"
    observation = observe_documents(tmp_path, {"a.yaml": of_where(f"{{stage: {values}}}")}, live_state(seed))
    assert [(one.severity, str(one.origin), one.message) for one in observation.diagnostics] == told
    assert {one.code for one in observation.diagnostics} <= {"documents/unmatched-value"}
