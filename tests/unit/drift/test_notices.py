"""What is no difference and will be trouble: invalid presets, people who left, roles that end, other groups."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.drift import find_notices, template_groups
from reconciler.model.live import PeopleList
from reconciler.model.policy import Policy
from tests.support.account import INVOICE
from tests.support.cases import rule
from tests.support.drifts import report
from tests.support.values import TODAY, live_state, observe_documents

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.drift import Notice, TemplateGroups
    from reconciler.model.live import LiveState

AS_LIVE = INVOICE.replace("cy@", "bo@")


def notices(
    folder: Path,
    text: str = AS_LIVE,
    state: LiveState | None = None,
    before: tuple[TemplateGroups, ...] | None = None,
    *,
    policy: Policy | None = None,
) -> list[Notice]:
    """Return the notices of documents against live."""
    observation = observe_documents(folder, {"a.yaml": text}, state)
    found = find_notices(
        observation.resolved,
        observation.state if state is None else state,
        observation.policy if policy is None else policy,
        templates=template_groups(observation.resolved, observation.state.versions),
        previous=None if before is None else report([], templates=before),
        today=TODAY,
    )
    return list(found)


def test_all_is_well(tmp_path: Path) -> None:
    """Nothing is told."""
    assert notices(tmp_path) == []


def test_an_invalid_preset_and_who_is_the_reason(tmp_path: Path) -> None:
    """Whoever may not be assigned any more, in managed and in unmanaged roles; dynamic groups say nothing."""
    state = live_state()
    presets = tuple(msgspec.structs.replace(one, valid=one.id != "32") for one in state.presets)
    some = tuple(person for person in state.assignees[0].people if person.id not in {"2", "4", "8"})
    lists = tuple(PeopleList(place=one.place, people=some) for one in state.assignees)
    found = notices(tmp_path, state=msgspec.structs.replace(state, presets=presets, assignees=lists))
    assert [(one.kind, one.group.name if one.group else "", one.person.id if one.person else "") for one in found] == [
        ("invalid-preset", "", ""), ("not-possible", "Accounting", "4"), ("not-possible", "Project Manager", "2"),
    ]  # fmt: skip
    assert (
        found[1].message
        == "Invoice Approval · Harbor Bridge · Accounting: Dee (dee@acme.test) may not be assigned any more"
    )
    unread = msgspec.structs.replace(state, presets=presets, assignees=())
    assert [one.kind for one in notices(tmp_path, state=unread)] == ["invalid-preset"]
    valid = msgspec.structs.replace(state, assignees=lists)
    assert notices(tmp_path, state=valid) == []


def test_somebody_inactive(tmp_path: Path) -> None:
    """Told for every role they hold, by whatever letters the directory has their login."""
    state = msgspec.structs.replace(live_state(), inactive=frozenset({"cy@acme.test"}))
    (found,) = notices(tmp_path, state=state)
    assert (found.kind, found.address, found.person.login if found.person else "") == (
        "inactive", "projects/1042/templates/11", "cy@acme.test",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("until", "told"), [("2026-11-23", True), ("2026-12-07", True), ("2026-12-08", False), ("2027-01-31", False)]
)
def test_a_role_that_ends_soon(tmp_path: Path, until: str, told: bool) -> None:  # noqa: FBT001
    """Within fourteen days, with the line that says so."""
    text = AS_LIVE.replace("bo@acme.test", f"{{person: bo@acme.test, until: {until}}}")
    found = notices(tmp_path, text)
    assert [(one.kind, str(one.origin)) for one in found] == ([("ends-soon", "a.yaml:6:40")] if told else [])


@pytest.mark.parametrize(("minimum", "words"), [(2, "; then 1 would be left, and at least 2 must"), (1, "")])
def test_a_role_that_falls_below_its_minimum(tmp_path: Path, minimum: int, words: str) -> None:
    """How many are left afterwards, where a rule wants more."""
    text = AS_LIVE.replace("bo@acme.test", "{person: bo@acme.test, until: 2026-12-01}")
    (found,) = notices(tmp_path, text, policy=Policy(roles=(rule("Project *", minimum), rule("Legal", 9))))
    assert found.message.endswith(f"Bo (bo@acme.test) is there until 2026-12-01{words}")


def test_groups_that_appear_vanish_and_are_renamed(tmp_path: Path) -> None:
    """Against the report before, where the template has another version now; a template nobody manages is nothing."""
    observation = observe_documents(tmp_path, {"a.yaml": AS_LIVE})
    (now,) = template_groups(observation.resolved, observation.state.versions)
    assert (now.name, now.groups) == ("Invoice Approval", {"pm": "Project Manager", "acc": "Accounting"})
    then = msgspec.structs.replace(now, version_id="1", groups={"pm": "Manager", "legal": "Legal"})
    gone = msgspec.structs.replace(then, id="99")
    found = notices(tmp_path, before=(then, gone))
    assert [(one.kind, one.address, one.message) for one in found] == [
        ("group-appeared", "templates/11",
         "Invoice Approval has a new role, Accounting; nobody manages it, and it starts empty"),
        ("group-renamed", "templates/11", "Invoice Approval: the role Manager is called Project Manager now"),
        ("group-vanished", "templates/11", "Invoice Approval has no role Legal any more"),
    ]  # fmt: skip
    assert notices(tmp_path, before=(msgspec.structs.replace(then, version_id=now.version_id),)) == []


def test_the_days_are_those_of_the_clock() -> None:
    """The fourteen days of the issue that asked for them."""
    assert datetime.date(2026, 12, 7) - TODAY == datetime.timedelta(days=14)
