"""Names of a base that belong to something made since."""

from __future__ import annotations

import datetime

import msgspec
import pytest

from reconciler.model.base import BaseTarget, Newer
from reconciler.model.documents import Assignments, Entry, Reference
from reconciler.model.live import Preset, Template
from reconciler.model.scope import Claim, ResolvedGroup, ResolvedTarget, Target
from reconciler.planning.changed_names import judge_names, newer_than
from tests.support.cases import HERE, target_of

NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
BEFORE, SAME, AFTER = "2026-11-20T11:59:59Z", "2026-11-20T12:00:00Z", "2026-11-20T12:00:01Z"
REVISION = "c" * 40


def written(path: str, moment: datetime.datetime) -> bool:
    """Return whether the one document, which was written at noon, is older."""
    assert path == HERE.path
    return moment > NOON


def target(preset_at: str | None, template_at: str | None = None, *, project: bool = True) -> Target:
    """Return a preset, and when it and its template were made."""
    template = Template(id="12", name="Invoice Approval", tool_type="invoice", created_at=template_at)
    preset = Preset(id="30", template_id="12", project_id="1042", version_id=None, groups=(), created_at=preset_at)
    return target_of("a", preset, template, project=project)


def claim(*, project: Reference | None = None, template: Reference | None = None) -> Claim:
    """Return a line that names a template, and a project where one is given."""
    named = template or Reference(origin=HERE, name="Invoice Approval")
    entry = Entry(origin=HERE, groups={}, project=project)
    return Claim(Assignments(origin=HERE, template=named, tool=None, groups={}, workflow_manager=None,
                             entries=(entry,), company_level=False), entry)  # fmt: skip


BY_NAME = claim(project=Reference(origin=HERE, name="Harbor Bridge"))
BY_NUMBER = claim(project=Reference(origin=HERE, number="24-017"))
BY_ID = claim(project=Reference(origin=HERE, id="1042"))
ALL_BY_ID = claim(project=Reference(origin=HERE, id="1042"), template=Reference(origin=HERE, id="12"))
PROJECT = "project 1042, whose preset was made"


@pytest.mark.parametrize(
    ("made_at", "is_newer"),
    [(AFTER, True), (SAME, False), (BEFORE, False), ("2026-11-20T12:00:01", True), ("2026-11-20T11:59:59", False),
     ("soon", False), (None, False)],
)  # fmt: skip
def test_a_project_name(made_at: str | None, is_newer: bool) -> None:  # noqa: FBT001 - a table
    """It changed hands where the preset was made after the base; a moment without a zone is UTC."""
    found = newer_than(target(made_at), [BY_NAME], written)
    assert found == (Newer("project 'Harbor Bridge'", PROJECT, made_at or "") if is_newer else None)


def test_what_is_named_by_its_id_is_meant() -> None:
    """Whatever it is called; without a moment nothing is compared."""
    assert newer_than(target(AFTER), [BY_ID], written) is None
    assert newer_than(target(AFTER), [BY_NAME], None) is None
    assert newer_than(target(AFTER, project=False), [BY_NAME], written) is None
    assert newer_than(target(AFTER), [], written) is None
    found = newer_than(target(AFTER), [BY_ID, BY_NUMBER], written)
    assert found == Newer("project number '24-017'", PROJECT, AFTER)


def test_a_template_name() -> None:
    """It changed hands where template and preset were made after the base."""
    newer = Newer("template 'Invoice Approval'", "template 12, which was made", AFTER)
    assert newer_than(target(AFTER, AFTER), [BY_ID], written) == newer
    assert newer_than(target(AFTER, AFTER), [claim()], written) == newer
    assert newer_than(target(AFTER, BEFORE), [claim()], written) is None
    assert newer_than(target(BEFORE, AFTER), [claim()], written) is None
    assert newer_than(target(AFTER, AFTER), [ALL_BY_ID], written) is None


def resolved(address: str, *uuids: str) -> ResolvedTarget:
    """Return a preset with groups that documents name."""
    one = msgspec.structs.replace(target(AFTER), address=address)
    return ResolvedTarget(one, {uuid: ResolvedGroup({}, HERE) for uuid in uuids}, None)


def test_each_name_is_told_once() -> None:
    """With the number of presets, the days, and the line of the first group."""
    newer, other = Newer("project 'A'", PROJECT, AFTER), Newer("project 'B'", PROJECT, AFTER)
    base = {
        "1": BaseTarget({}, newer=newer), "2": BaseTarget({}, newer=newer), "3": BaseTarget({}),
        "4": BaseTarget({}, newer=other),
    }  # fmt: skip
    targets = [resolved("1", "x"), resolved("2"), resolved("3"), resolved("4"), resolved("5")]
    first, second = judge_names(base, targets, REVISION)
    assert (first.severity, first.code, first.origin) == ("warning", "live/name-changed-hands", HERE)
    assert first.message == (
        "the name changed hands: project 'A' is now project 1042, whose preset was made on 2026-11-20, after "
        "cccccccccccc, so 2 presets are managed for the first time: use {id: …} where a name may be given again"
    )
    assert "so 1 preset is managed for the first time" in second.message
    assert second.origin is None
