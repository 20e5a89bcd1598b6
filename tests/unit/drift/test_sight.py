"""What a run looked at: preset read, role in its version, managed, and every line found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from reconciler.drift import LiveSight
from reconciler.model.drift import Drift, NamedGroup, Notice
from reconciler.model.live import Place, Tool, Unreadable
from reconciler.model.titles import Named
from tests.support.account import INVOICE
from tests.support.cases import person
from tests.support.values import live_state, observe_documents

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reconciler.model.drift import NoticeKind
    from reconciler.operations.observation import Observation

WHERE = (
    "kind: assignments\ntemplate: Invoice Approval\nprojects:\n"
    "  - where: {stage: Course of Construction}\n    workflow_manager: gus@acme.test\n"
    "    groups: {Project Manager: [ann@acme.test, bo@acme.test]}\n"
)
BRIDGE = "projects/1042/templates/11"


def difference(group: str | None = "pm", project: str | None = "1042", template: str = "11") -> Drift:
    """Return a difference of a preset."""
    scope = f"projects/{project}" if project else "company"
    return Drift(
        address=f"{scope}/templates/{template}",
        project=Named(project, "P") if project else None,
        template=Named(template, "T"),
        group=NamedGroup(group, group) if group else None,
        person=person(2),
        direction="live-only",
    )


def sight(observation: Observation, **changed: Any) -> LiveSight:
    """Return the sight of an observation, with another state where asked for."""
    return LiveSight(observation.resolved, msgspec.structs.replace(observation.state, **changed))


def test_what_was_compared_was_looked_at(tmp_path: Path) -> None:
    """A managed role, and the workflow manager."""
    seen = sight(observe_documents(tmp_path, {"a.yaml": WHERE}))
    assert (seen.missing(difference()), seen.missing(difference(None))) == (None, None)
    assert seen.observed_at == "2026-11-23T08:00:00Z"


def test_what_no_document_manages(tmp_path: Path) -> None:
    """Another role, another project, another template, a workflow manager that is not named, a level that is not."""
    seen = sight(observe_documents(tmp_path, {"a.yaml": INVOICE.replace("cy@", "bo@")}))
    for one in (
        difference("acc"),
        difference(None),
        difference(project="1041"),
        difference(template="13"),
        difference(project=None, template="13"),
    ):
        assert seen.missing(one) == "unmanaged", one
    budget = "kind: assignments\ntemplate: Budget\ncompany: {groups: {Finance: [cy@acme.test]}}\n"
    company = sight(observe_documents(tmp_path / "company", {"a.yaml": budget}), with_projects=False)
    assert company.missing(difference()) == "unmanaged", "projects were not asked for"


def test_a_role_that_the_template_has_not(tmp_path: Path) -> None:
    """It went with a version, it is one that the service fills, or the answer has no row for it."""
    observation = observe_documents(tmp_path, {"a.yaml": WHERE})
    seen = sight(observation)
    assert seen.missing(difference("gone")) == "group-gone"
    assert seen.missing(difference("super")) == "group-gone"
    cut = [_without_rows(one) for one in observation.resolved]
    assert LiveSight(cut, observation.state).missing(difference()) == "group-gone"
    assert (
        LiveSight(observation.resolved, msgspec.structs.replace(observation.state, versions=())).missing(difference())
        == "group-gone"
    )


def _without_rows(resolved: Any) -> Any:
    preset = msgspec.structs.replace(resolved.target.preset, groups=())
    return msgspec.structs.replace(resolved, target=msgspec.structs.replace(resolved.target, preset=preset))


@pytest.mark.parametrize(
    "broken",
    [
        lambda one: msgspec.structs.replace(one, groups={}),
        lambda one: msgspec.structs.replace(
            one, groups={uuid: msgspec.structs.replace(group, members={}) for uuid, group in one.groups.items()}
        ),
    ],
)
def test_a_role_whose_lines_were_not_found(tmp_path: Path, broken: Callable[[Any], Any]) -> None:
    """The group is left out, or one of its people is: whoever is meant, nothing is known to be equal."""
    observation = observe_documents(tmp_path, {"a.yaml": WHERE})
    seen = LiveSight([broken(one) for one in observation.resolved], observation.state)
    assert seen.missing(difference()) == "unresolved"


def test_a_workflow_manager_or_preset_that_was_not_resolved(tmp_path: Path) -> None:
    """The line names nobody who was found, or the preset was read and could not be compared."""
    observation = observe_documents(tmp_path, {"a.yaml": WHERE})
    without = [msgspec.structs.replace(one, manager=None) for one in observation.resolved]
    assert LiveSight(without, observation.state).missing(difference(None)) == "unresolved"
    assert LiveSight([], observation.state).missing(difference()) == "unresolved"


def test_why_a_preset_was_not_read(tmp_path: Path) -> None:
    """Template, project, list of presets, or an answer that did not come."""
    observation = observe_documents(tmp_path, {"a.yaml": WHERE})
    catalogue = observation.state.catalogue
    nothing: dict[str, Any] = {"presets": ()}
    seen = LiveSight([], msgspec.structs.replace(observation.state, **nothing))
    assert seen.missing(difference()) == "preset-gone"
    assert seen.missing(difference(template="99")) == "template-gone"
    assert seen.missing(difference(project="77")) == "project-gone"
    assert seen.missing(difference(project="1043")) == "project-inactive"
    empty = msgspec.structs.replace(catalogue, projects=())
    assert LiveSight([], msgspec.structs.replace(observation.state, catalogue=empty)).missing(difference()) == (
        "project-gone"
    )
    for template in ("11", None):
        gap = Unreadable(place=Place("1042", Tool("invoice")), template_id=template, reason="403")
        lost = LiveSight([], msgspec.structs.replace(observation.state, unreadable=(gap,), **nothing))
        assert lost.missing(difference()) == "unread"
        assert lost.missing(difference(project="1041")) == "preset-gone"


@pytest.mark.parametrize(
    ("kind", "address", "expected"),
    [
        ("invalid-preset", BRIDGE, None),
        ("invalid-preset", "projects/77/templates/11", "project-gone"),
        ("invalid-preset", "company/templates/13", "unmanaged"),
        ("group-appeared", "templates/11", None),
        ("group-appeared", "templates/13", "unmanaged"),
        ("group-appeared", "templates/99", "template-gone"),
    ],
)
def test_where_a_notice_is_of(tmp_path: Path, kind: NoticeKind, address: str, expected: str | None) -> None:
    """Of a preset that was compared, or of a template that is managed."""
    seen = sight(observe_documents(tmp_path, {"a.yaml": WHERE}))
    assert seen.missing_notice(Notice(kind=kind, address=address, message="m")) == expected


def test_what_a_notice_rests_on(tmp_path: Path) -> None:
    """The directory, the list of possible assignees, or the role's lines: without them nothing is over."""
    observation = observe_documents(tmp_path, {"a.yaml": WHERE})
    inactive = Notice(kind="inactive", address=BRIDGE, message="m")
    assert sight(observation).missing_notice(inactive) is None
    assert sight(observation, inactive=None).missing_notice(inactive) == "unread"
    possible = Notice(kind="not-possible", address=BRIDGE, message="m")
    assert sight(observation, assignees=()).missing_notice(possible) is None, "a valid preset has nobody like that"
    invalid = [_invalid(one) for one in observation.resolved]
    assert LiveSight(invalid, observation.state).missing_notice(possible) == "unread"
    lists = msgspec.structs.replace(observation.state, assignees=live_state().assignees)
    assert LiveSight(invalid, lists).missing_notice(possible) is None
    ending = [
        Notice(kind="ends-soon", address=BRIDGE, message="m", group=NamedGroup(one, one)) for one in ("pm", "acc")
    ]
    assert [sight(observation).missing_notice(one) for one in ending] == [None, "unmanaged"]


def _invalid(resolved: Any) -> Any:
    preset = msgspec.structs.replace(resolved.target.preset, valid=False)
    return msgspec.structs.replace(resolved, target=msgspec.structs.replace(resolved.target, preset=preset))
