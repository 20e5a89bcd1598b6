"""What the base revision managed, and what nobody manages any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.desired.git.base_revision import Base
from reconciler.desired.repository import read_settings_document
from reconciler.operations.dated_documents import read_repository
from tests.support.account import INVOICE, company_seed, write_documents
from tests.support.values import TODAY, live_state, observe_documents, plan_observation

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.plan import Plan

HEAD = "kind: assignments\ntemplate: Invoice Approval\nprojects:\n"
BOTH = INVOICE + "      Accounting: [cy@acme.test]\n"
CEDAR = "  - {project: Cedar Tower, groups: {Accounting: [cy@acme.test, dee@acme.test]}}\n"


def planned(folder: Path, now: str, before: str | None, company: str = "4211") -> Plan:
    """Plan one document against another one as base."""
    base = Base("b" * 40, None, None)
    if before is not None:
        file = write_documents(folder / "base", {"a.yaml": before})
        settings = msgspec.structs.replace(read_settings_document(file), company_id=company)
        base = Base("b" * 40, settings, read_repository(file, settings, TODAY)[0])
    return plan_observation(observe_documents(folder / "now", {"a.yaml": now}), base=base)


def told(plan: Plan) -> list[tuple[str, str, str | None]]:
    """Return what is said of first adoptions and of what is managed no more."""
    codes = {"policy/first-adoption", "policy/no-longer-managed"}
    return [(one.severity, one.code, one.address) for one in plan.diagnostics if one.code in codes]


def test_a_group_that_was_managed_is_no_adoption(tmp_path: Path) -> None:
    """Who is named may change; that it is managed does not."""
    plan = planned(tmp_path, INVOICE, INVOICE.replace("cy@", "dee@"))
    assert [group.adopted for change in plan.changes for group in change.groups] == [False]
    assert (told(plan), plan.source.base, plan.applicable) == ([], "b" * 40, True)


def test_a_group_new_to_the_documents_is_an_adoption(tmp_path: Path) -> None:
    """It would lose somebody: stopped. The one beside it goes on."""
    plan = planned(tmp_path, BOTH, INVOICE)
    assert told(plan) == [("error", "policy/first-adoption", "projects/1042/templates/11")]
    assert {group.name: group.adopted for group in plan.changes[0].groups} == {
        "Accounting": True,
        "Project Manager": False,
    }


def test_a_base_of_nothing_or_of_another_company_managed_nothing(tmp_path: Path) -> None:
    """Everything is an adoption then."""
    stopped = [("error", "policy/first-adoption", "projects/1042/templates/11")]
    assert told(planned(tmp_path / "a", INVOICE, None)) == stopped
    assert told(planned(tmp_path / "b", INVOICE, INVOICE, company="1")) == stopped
    assert told(planned(tmp_path / "c", INVOICE, INVOICE.replace("Harbor Bridge", "Gone"))) == stopped


def test_what_nobody_manages_any_more_is_told(tmp_path: Path) -> None:
    """Groups of a preset still in scope, and presets that no document names: one warning, and nobody is removed."""
    plan = planned(tmp_path / "group", INVOICE, BOTH)
    assert told(plan) == [("warning", "policy/no-longer-managed", None)]
    plan = planned(tmp_path / "preset", INVOICE, INVOICE + CEDAR)
    (found,) = [one for one in plan.diagnostics if one.code == "policy/no-longer-managed"]
    words = f"1 preset has groups that {'b' * 12} manages and these documents do not: their members stay"
    assert found.message.startswith(words)
    assert "(Invoice Approval · Cedar Tower)" in found.message
    assert plan.applicable


def test_many_released_presets_are_counted(tmp_path: Path) -> None:
    """The first few by address, and how many more."""
    company = "---\nkind: assignments\ntemplate: Budget\ncompany: {groups: {Finance: [cy@acme.test]}}\n"
    plan = planned(tmp_path, f"{HEAD}{CEDAR}", INVOICE + CEDAR + company)
    (found,) = [one for one in plan.diagnostics if one.code == "policy/no-longer-managed"]
    assert "(Budget · company, Invoice Approval · Harbor Bridge)" in found.message
    assert found.message.startswith("2 presets have groups that")


def test_a_selection_passes_over_projects_at_the_base_too(tmp_path: Path) -> None:
    """Projects without a preset of the template were managed by nobody, then or now."""
    text = f"{HEAD}  - {{where: {{stage: Course of Construction}}, groups: {{Project Manager: [ann@acme.test]}}}}\n"
    seed = company_seed()
    del seed["presets"][0]
    file = write_documents(tmp_path / "base", {"a.yaml": text})
    settings = read_settings_document(file)
    base = Base("b" * 40, settings, read_repository(file, settings, TODAY)[0])
    plan = plan_observation(observe_documents(tmp_path / "now", {"a.yaml": text}, live_state(seed)), base=base)
    assert told(plan) == []


def unseen(plan: Plan) -> list[tuple[str, str]]:
    """Return what is said of presets of the base that cannot be found."""
    return [(one.severity, one.message) for one in plan.diagnostics if one.code == "live/unseen"]


def test_presets_of_the_base_that_cannot_be_found_are_named(tmp_path: Path) -> None:
    """A project or template that is gone, by whatever it is named; what is found again by another entry is not."""
    assert unseen(planned(tmp_path / "same", INVOICE, INVOICE)) == []
    gone = "  - {project: {id: 77}, groups: {Accounting: [cy@acme.test]}}\n"
    (found,) = unseen(planned(tmp_path / "project", INVOICE, INVOICE + gone))
    assert found == (
        "warning",
        "1 entry or preset that bbbbbbbbbbbb manages cannot be found now, so nothing is known of the roles there "
        "(Invoice Approval · id 77): check the access of the account, or where they were renamed, that these documents "
        "use the new names",
    )
    lost = (
        "---\nkind: assignments\ntemplate: Old Approval\nprojects:\n"
        "  - {project: Harbor Bridge, groups: {A: [cy@acme.test]}}\n"
        "  - {where: {stage: x}, groups: {A: [cy@acme.test]}}\n"
        "---\nkind: assignments\ntemplate: {id: 99}\ncompany: {groups: {A: [cy@acme.test]}}\n"
    )
    (found,) = unseen(planned(tmp_path / "template", INVOICE, INVOICE + lost))
    assert found[1].startswith("3 entries or presets that bbbbbbbbbbbb manages cannot be found now")
    assert "(Old Approval · Harbor Bridge, Old Approval · projects that match a 'where', id 99 · company)" in found[1]


def test_many_presets_that_cannot_be_found_are_counted(tmp_path: Path) -> None:
    """Five by name."""
    gone = "".join(f"  - {{project: Gone {one}, groups: {{Accounting: [cy@acme.test]}}}}\n" for one in range(7))
    (found,) = unseen(planned(tmp_path, INVOICE, INVOICE + gone))
    assert "Invoice Approval · Gone 4 and 2 more): check" in found[1]


def test_a_preset_of_the_base_that_is_not_in_its_list(tmp_path: Path) -> None:
    """The base names the project, a selection of these documents passes over it: it was managed, and is not seen."""
    text = f"{HEAD}  - {{where: {{stage: Course of Construction}}, groups: {{Project Manager: [ann@acme.test]}}}}\n"
    named = f"{HEAD}  - {{project: Cedar Tower, groups: {{Project Manager: [ann@acme.test]}}}}\n"
    seed = company_seed()
    del seed["presets"][0]
    file = write_documents(tmp_path / "base", {"a.yaml": named})
    settings = read_settings_document(file)
    base = Base("b" * 40, settings, read_repository(file, settings, TODAY)[0])
    plan = plan_observation(observe_documents(tmp_path / "now", {"a.yaml": text}, live_state(seed)), base=base)
    ((severity, message),) = unseen(plan)
    assert (severity, "(Invoice Approval · Cedar Tower)" in message) == ("warning", True)


def test_a_base_of_another_company_has_nothing_to_be_seen(tmp_path: Path) -> None:
    """Its names are those of another account."""
    assert unseen(planned(tmp_path / "a", INVOICE, INVOICE.replace("Harbor Bridge", "Gone"), company="1")) == []
    assert unseen(planned(tmp_path / "b", INVOICE, None)) == []
