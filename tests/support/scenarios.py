"""Plans that reviewers meet, as values: the scenarios of every format's whole-output tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec

from reconciler.desired.git.base_revision import Base
from reconciler.desired.repository import read_settings_document
from reconciler.model.diagnostics import Diagnostic, Origin
from reconciler.model.documents import Source
from reconciler.model.live import PeopleList
from reconciler.model.plan import LiveSource
from reconciler.operations.dated_documents import read_repository
from tests.support.account import INVOICE, company_seed, write_documents
from tests.support.values import TODAY, live_state, observe_documents, plan_documents, plan_observation

if TYPE_CHECKING:
    from reconciler.model.plan import Plan

HOSTILE = "<b>A|b`c` @all **x** \u202egnp\x1b[31m\nhttps://evil.test [y](z)"


def empty(folder: Path) -> Plan:
    """Nothing to change."""
    return plan_documents(folder, {"a.yaml": INVOICE.replace("cy@", "bo@")})


def one_change(folder: Path) -> Plan:
    """One in, one out."""
    return plan_documents(folder, {"a.yaml": INVOICE})


def everything(folder: Path) -> Plan:
    """Both levels, a manager, a team, a where, a note."""
    documents = {
        "assignments/invoice.yaml": (
            "kind: assignments\ntemplate: Invoice Approval\nworkflow_manager: ann@acme.test\nprojects:\n"
            "  - where: {stage: Course of Construction}\n    groups: {Accounting: [team:west, cy@acme.test]}\n"
            "  - project: Harbor Bridge\n    groups: {Project Manager: [{person: dee@acme.test, until: 2027-01-31}]}\n"
        ),
        "assignments/budget.yaml": (
            "kind: assignments\ntemplate: Budget\ncompany: {groups: {Finance: [cy@acme.test, eli@acme.test]}}\n"
        ),
        "teams.yaml": "kind: teams\nteams: {west: [dee@acme.test, eli@acme.test]}\n",
    }
    return plan_documents(folder, documents)


def mixed_causes(folder: Path) -> Plan:
    """What these documents ask for, what drifted, and what is already so, against a base."""
    seed = company_seed()
    seed["presets"][0]["groups"] = {"creator": [], "pm": ["1", "6"], "acc": ["3", "4"], "super": []}
    seed["presets"][1]["groups"] = {"creator": [], "pm": ["1", "2", "5"], "acc": ["3"], "super": []}
    base_text = (
        "kind: assignments\ntemplate: Invoice Approval\nworkflow_manager: ann@acme.test\nprojects:\n"
        "  - {project: Harbor Bridge, groups: {Project Manager: [ann@acme.test, bo@acme.test]}}\n"
        "  - {project: Cedar Tower, groups: {Project Manager: [ann@acme.test]}}\n"
    )
    text = base_text.replace("bo@acme.test]", "cy@acme.test]").replace(
        "[ann@acme.test]", "[ann@acme.test, fay@acme.test]"
    )
    base = base_of(folder / "base", {"a.yaml": base_text})
    return plan_observation(observe_documents(folder / "now", {"a.yaml": text}, live_state(seed)), base=base)


def many_alike(folder: Path) -> Plan:
    """The same change in twelve presets, one of them with something more."""
    seed = company_seed()
    project, preset = seed["projects"][0], seed["presets"][0]
    for number in range(12):
        one = str(2000 + number)
        seed["projects"].append({**project, "id": one, "name": f"Site {number:02}", "stage": "Bidding"})
        seed["presets"].append({**preset, "id": f"8{one}", "project_id": one})
    text = (
        "kind: assignments\ntemplate: Invoice Approval\nprojects:\n"
        "  - where: {stage: Bidding}\n    groups: {Project Manager: [bo@acme.test]}\n"
        "  - project: Site 03\n    groups: {Accounting: [cy@acme.test]}\n"
    )
    return plan_documents(folder, {"a.yaml": text}, live_state(seed))


def refused(folder: Path) -> Plan:
    """Somebody who may not be assigned; a warning and a note besides."""
    state = live_state()
    nobody = tuple(PeopleList(place=one.place, people=()) for one in state.assignees)
    extra = (
        Diagnostic(severity="note", code="a/note", message="by the way"),
        Diagnostic(severity="warning", code="a/warning", message="mind this", origin=Origin("a.yaml", 1, 2)),
    )
    return plan_documents(folder, {"a.yaml": INVOICE}, msgspec.structs.replace(state, assignees=nobody), extra)


def incomplete(folder: Path) -> Plan:
    """A project that could not be listed."""
    state = live_state()
    partly = msgspec.structs.replace(state, presets=(), listed=())
    return plan_documents(folder, {"a.yaml": INVOICE}, partly)


def hostile_names(folder: Path) -> Plan:
    """Names that are markup, mentions, escapes and line breaks."""
    seed = company_seed()
    seed["people"][2]["name"] = HOSTILE
    seed["people"][1]["name"] = None
    seed["projects"][1]["name"] = HOSTILE
    seed["templates"][0]["versions"][0]["responsible_groups"][1]["name"] = HOSTILE
    text = (
        "kind: assignments\ntemplate: Invoice Approval\nprojects:\n  - project: {id: 1042}\n    groups:\n"
        '      "<b>A|b`c` @all **x** \\u202egnp\\e[31m\\nhttps://evil.test [y](z)": [ann@acme.test, cy@acme.test]\n'
    )
    return plan_documents(folder, {"a.yaml": text}, live_state(seed))


def from_snapshot(folder: Path) -> Plan:
    """No requests, no revision, a company without a name."""
    plan = one_change(folder)
    live = LiveSource(observed_at="2026-11-22T08:00:00Z", source="snapshot")
    return msgspec.structs.replace(plan, live=live, source=Source(), company_name=None)


def slow(folder: Path) -> Plan:
    """Many requests, minutes, and uncommitted changes."""
    plan = one_change(folder)
    live = LiveSource(
        observed_at="2026-11-23T08:00:00Z", source="api", requests=20107, lower_bound=20100, seconds=754.2
    )
    return msgspec.structs.replace(plan, live=live, source=Source(revision="b" * 40, dirty=True))


def base_of(folder: Path, documents: dict[str, str]) -> Base:
    """Return documents as those of another revision."""
    file = write_documents(folder, documents)
    settings = read_settings_document(file)
    return Base("b" * 40, settings, read_repository(file, settings, TODAY)[0])


def one_addition(folder: Path) -> Plan:
    """One person more."""
    return plan_documents(folder, {"a.yaml": INVOICE.replace("cy@", "bo@acme.test, cy@")})


def manager_change(folder: Path) -> Plan:
    """Another workflow manager, and nothing else."""
    text = INVOICE.replace("cy@", "bo@").replace("projects:", "workflow_manager: ann@acme.test\nprojects:")
    return plan_documents(folder, {"a.yaml": text})


def company_level(folder: Path) -> Plan:
    """A tool of the company, which has no projects."""
    text = "kind: assignments\ntemplate: Budget\ncompany: {groups: {Finance: [eli@acme.test, fay@acme.test]}}\n"
    return plan_documents(folder, {"a.yaml": text})


def guards(folder: Path) -> Plan:
    """Guards that stand against it, one lifted by an override, with the ways through."""
    seed = company_seed()
    seed["presets"][1]["groups"]["acc"] = ["2", "3", "4", "5", "6", "7"]
    documents = {
        "a.yaml": INVOICE.replace("cy@acme.test]", "cy@acme.test]\n      Accounting: [cy@acme.test]")
        + "  - {project: Cedar Tower, groups: {Accounting: [cy@acme.test], Project Manager: [cy@acme.test]}}\n",
        "policy.yaml": (
            "kind: policy\nprotected: [fay@acme.test]\nroles: {Accounting: {min_members: 2}}\n"
            "separate: [[Project Manager, Accounting]]\noverrides:\n"
            "  - {reason: handed over, address: projects/1042/*, role: Project Manager, allow_removals: 1,"
            " until: 2027-01-31}\n"
        ),
    }
    return plan_documents(folder, documents, live_state(seed))


def two_thousand(_folder: Path) -> Plan:
    """Five hundred presets, two people in and two out in each, in 214 the same, allowed by overrides."""
    return _two_thousand()


@cache
def _two_thousand() -> Plan:
    """Return this plan, made once: it takes a second, and nobody changes it."""
    seed = company_seed()
    seed["people"] += [
        {"id": str(number), "login": f"person.{number}@acme.test", "name": f"Person {number}"}
        for number in range(100, 400)
    ]
    project, preset = seed["projects"][0], seed["presets"][0]
    for number in range(500):
        one = str(5000 + number)
        place = max(number - 213, 0)
        leaving = str(100 + place % 150), str(300 + place % 70)
        seed["projects"].append({**project, "id": one, "name": f"Site {number:03}", "stage": "Bidding"})
        groups = {**preset["groups"], "pm": ["1", leaving[0]], "acc": ["3", leaving[1]]}
        seed["presets"].append({**preset, "id": f"8{one}", "project_id": one, "groups": groups})
    text = (
        "kind: assignments\ntemplate: Invoice Approval\nprojects:\n  - where: {stage: Bidding}\n    groups:\n"
        "      Project Manager: [ann@acme.test, hal@acme.test]\n      Accounting: [cy@acme.test, eli@acme.test]\n"
    )
    policy = (
        "kind: policy\nlimits: {group_removals: {count: 2, percent: 50}}\noverrides:\n"
        "  - {reason: new teams, address: projects/*, allow_removals: 1000, until: 2027-01-31}\n"
    )
    with TemporaryDirectory() as folder:
        return plan_documents(Path(folder), {"a.yaml": text, "policy.yaml": policy}, live_state(seed))


def awkward_names(folder: Path) -> Plan:
    """Names from right to left, of two hundred letters, of combined ones, and of none that anybody sees."""
    seed = company_seed()
    for index, name in enumerate(
        ("\u0645\u062d\u0645\u062f \u0639\u0644\u064a", "N" * 200, "e\u0301\U0001f469\u200d\U0001f680", "\u200b\u2066")
    ):
        seed["people"][index]["name"] = name
    seed["projects"][1]["name"] = "\u05d2\u05e9\u05e8 \u05d4\u05e0\u05de\u05dc"
    seed["templates"][0]["name"] = "T" * 200
    text = (
        f"kind: assignments\ntemplate: {'T' * 200}\nprojects:\n"
        "  - {project: {id: 1042}, groups: {Project Manager: [cy@acme.test, dee@acme.test]}}\n"
    )
    return plan_documents(folder, {"a.yaml": text}, live_state(seed))


def first_adoption(folder: Path) -> Plan:
    """A group that the base did not manage loses somebody."""
    base = base_of(
        folder / "base",
        {"a.yaml": INVOICE.replace("Project Manager: [ann@acme.test, cy@", "Accounting: [cy@acme.test, dee@")},
    )
    return plan_observation(observe_documents(folder / "now", {"a.yaml": INVOICE}), base=base)


def only_adding(folder: Path) -> Plan:
    """What would remove anybody is withheld."""
    text = INVOICE.replace("projects:", "workflow_manager: ann@acme.test\nprojects:")
    return plan_documents(folder, {"a.yaml": text}, adds_only=True)


SCENARIOS = [
    empty,
    one_addition,
    one_change,
    mixed_causes,
    manager_change,
    company_level,
    everything,
    many_alike,
    guards,
    refused,
    incomplete,
    two_thousand,
    hostile_names,
    awkward_names,
    first_adoption,
    only_adding,
    from_snapshot,
    slow,
]
