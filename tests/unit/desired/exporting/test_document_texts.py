"""Documents as a person would write them, from small accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.desired.exporting import choose, export_documents
from reconciler.errors import UsageError
from reconciler.model.live import Account, Place, Tool
from tests.support.account import company_seed
from tests.support.values import live_state

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


def account(seed: dict[str, Any] | None = None, **more: Any) -> Account:
    """Return the account of a seed."""
    providers = {Tool("invoice"): "Project", Tool("budget"): "Company"}
    return Account(catalogue=live_state(seed).catalogue, **{"providers": providers, **more})


def test_an_account_as_documents(whole: SnapshotAssertion) -> None:
    """Defaults, teams, empty roles, ids where names or logins are not unique, and names as comments."""
    seed = company_seed()
    seed["people"][0] |= {"name": "Ann\nLee # x"}
    seed["people"][1] |= {"login": None}
    seed["people"][2] |= {"login": "Same@acme.test"}
    seed["people"][3] |= {"login": "same@acme.test"}
    for number in range(3):
        one = str(2000 + number)
        seed["projects"].append({**seed["projects"][0], "id": one, "name": "Twin", "display_name": one})
        groups = {"creator": [], "pm": ["1", "5"], "acc": [], "super": []}
        seed["presets"].append({**seed["presets"][0], "id": one, "project_id": one, "groups": groups})
    version = {**seed["templates"][0]["versions"][0], "id": "914"}
    twin = {**seed["templates"][0], "id": "14", "name": "Budget", "tool_type": "other", "versions": [version]}
    seed["templates"].append(twin)
    for project in ("1041", "1042"):
        groups = {"creator": [], "pm": ["1", "5"], "acc": ["3", "4"], "super": []}
        seed["presets"].append(
            {**seed["presets"][0], "id": f"4{project}", "template_id": "14", "project_id": project, "groups": groups}
        )
    state = live_state(seed)
    exported = export_documents(state)
    assert exported.left_out == ()
    assert exported.presets == 8
    assert "".join(f"=== {name}\n{text}" for name, text in exported.files.items()) == whole


def test_roles_without_a_name_of_their_own() -> None:
    """They stay out, and that is told with where and why."""
    seed = company_seed()
    groups = seed["templates"][0]["versions"][0]["responsible_groups"]
    groups[2]["name"] = groups[1]["name"]
    exported = export_documents(live_state(seed))
    assert [one.code for one in exported.left_out] == ["export/unnamed-group"] * 2
    assert "Project Manager" not in exported.files["assignments/invoice-approval.yaml"]


def test_more_people_than_a_document_holds() -> None:
    """The role stays unmanaged, and that is told; a template called like a device gets another file name."""
    seed = company_seed()
    crowd = [{"id": f"c{one}", "login": f"c{one}@acme.test", "name": None} for one in range(10_001)]
    seed["people"] += crowd
    seed["presets"][0]["groups"]["pm"] = [one["id"] for one in crowd]
    seed["templates"][1]["name"] = "CON"
    exported = export_documents(live_state(seed))
    assert [one.message for one in exported.left_out] == [
        "Invoice Approval: the role 'Project Manager' stays unmanaged, as no document can hold it: more than 10,000 "
        "people are in it"
    ]
    assert list(exported.files) == ["assignments/con-template.yaml", "assignments/invoice-approval.yaml"]


def test_everything_in_use_is_chosen() -> None:
    """Active projects and templates that can be written; what cannot is told."""
    seed = company_seed()
    seed["templates"] += [
        {**seed["templates"][0], "id": "15", "archived_at": "2026-01-01"},
        {**seed["templates"][0], "id": "16", "latest_published_version": None},
        {**seed["templates"][0], "id": "17", "tool_type": "odd"},
        {**seed["templates"][0], "id": "18", "assigned_projects_count": 0},
    ]
    chosen = choose(account(seed), (), ())
    assert [(one.place, sorted(one.template_ids)) for one in chosen.wanted] == [
        (Place("1041", Tool("invoice")), ["11"]),
        (Place("1042", Tool("invoice")), ["11"]),
        (Place(None, Tool("budget")), ["13"]),
    ]
    assert chosen.left_out[0].message == "1 project that is not active is not exported; name one with --project"
    assert [one.message.partition("exported: ")[2][:20] for one in chosen.left_out[1:]] == [
        "it is archived, so i",
        "it has no published ",
        "the service does not",
    ]
    assert [one.id for one in chosen.templates] == ["11", "13"]


@pytest.mark.parametrize(
    ("projects", "templates", "places"),
    [
        (("Harbor Bridge",), (), ["1042"]),
        (("22-004", "1042"), (), ["1042", "1043"]),
        ((), ("Budget",), [None]),
        (("1041",), ("Budget",), []),
        ((), ("11",), ["1041", "1042"]),
    ],
)
def test_a_part_is_chosen(projects: tuple[str, ...], templates: tuple[str, ...], places: list[str | None]) -> None:
    """By name, number or id; a project that is not active where it is named; company level without projects alone."""
    assert sorted((one.project_id for one in choose(account(), projects, templates).wanted), key=str) == places


@pytest.mark.parametrize(
    ("projects", "templates", "message"),
    [
        (("Harbour Bridge",), (), "no project 'Harbour Bridge'; did you mean 'Harbor Bridge'?"),
        ((), ("Budgets",), "no template 'Budgets'; did you mean 'Budget'?"),
        (("x",), (), "no project 'x'; give its name, its number or its id"),
        ((), ("x",), "no template 'x'; give its name or its id"),
    ],
)
def test_a_name_that_is_nowhere(projects: tuple[str, ...], templates: tuple[str, ...], message: str) -> None:
    """Told with somebody alike."""
    with pytest.raises(UsageError) as refused:
        choose(account(), projects, templates)
    assert refused.value.message == message
