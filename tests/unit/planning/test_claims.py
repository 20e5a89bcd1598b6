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
        "a.yaml:4:53 documents/ambiguous-project 2 projects are called 'Harbor Bridge': use {id: …} or {number: …}"
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
