"""Cases as plan and apply gather them: every role group with the members it will have."""

from __future__ import annotations

import msgspec

from reconciler.model.live import Group, Membership, Preset, Version
from reconciler.planning.guards.case import JudgedRole, judged_preset, role_names
from tests.support.cases import change, group, person

VERSION = Version(
    "v1",
    (
        Group("creator", "Item Creator", "ITEM_CREATOR"),
        Group("accounting", "Accounting", "RESPONSIBLE_ROLE"),
        Group("legal", "Legal", "responsible_role"),
    ),
)
PLAN = change(group(keep=[1], remove=[2], add=[3]))
PRESET = Preset(
    id="30",
    template_id="12",
    project_id="1042",
    version_id="v1",
    groups=(
        Membership("creator", (person(8),)),
        Membership("accounting", (person(1), person(2))),
        Membership("gone", (person(9),)),
    ),
)
TARGET = ("projects/1042/templates/12", "Invoice Approval · Harbor Bridge")


def test_a_preset_that_does_not_change() -> None:
    """Role groups with their live members; one that live does not show holds nobody; others are left out."""
    judged = judged_preset(TARGET, PRESET, role_names(VERSION), None)
    assert (judged.address, judged.title, judged.change) == (*TARGET, None)
    assert judged.roles == (
        JudgedRole("accounting", "Accounting", (person(1), person(2))),
        JudgedRole("legal", "Legal", ()),
    )


def test_a_preset_that_changes() -> None:
    """Whoever is kept and whoever is added; groups that do not change as they are."""
    changed = msgspec.structs.replace(PLAN, after={"accounting": ("1", "3"), "legal": ("7",)})
    live = msgspec.structs.replace(PRESET, groups=(*PRESET.groups, Membership("legal", (person(7),))))
    judged = judged_preset(TARGET, live, role_names(VERSION), changed)
    assert judged.change is changed
    assert judged.roles == (
        JudgedRole("accounting", "Accounting", (person(1), person(3))),
        JudgedRole("legal", "Legal", (person(7),)),
    )


def test_whoever_is_known_by_id_alone_counts_too() -> None:
    """Somebody in a group of the plan whom live no longer shows is still one member."""
    changed = msgspec.structs.replace(PLAN, after={"accounting": ("1", "3"), "legal": ("55",)})
    judged = judged_preset(TARGET, PRESET, role_names(VERSION), changed)
    assert [one.id for one in judged.roles[1].members] == ["55"]
