"""Defines a version of a template: its responsible groups, and its steps."""

from __future__ import annotations

import msgspec

from reconciler.model.spelling import respell

__all__ = ["Group", "Version", "VersionStep"]


class Group(msgspec.Struct, frozen=True, gc=False):
    """A responsible group of a template version; ``is_role`` tells the only kind that may be managed."""

    uuid: str
    name: str
    type: str

    def __post_init__(self) -> None:
        """Take the name in the spelling in which names are compared."""
        respell(self, "name")

    @property
    def is_role(self) -> bool:
        """Whether the group is of type responsible role, compared without case (docs/service.md section 3)."""
        return self.type.casefold() == "responsible_role"


class VersionStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """A step of a template version, and the uuids of its responsible groups."""

    uuid: str
    name: str
    groups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Take the name in the spelling in which names are compared."""
        respell(self, "name")


class Version(msgspec.Struct, frozen=True, omit_defaults=True):
    """A published version of a template with its responsible groups and its steps.

    ``steps`` are empty in snapshots of releases that did not keep them.
    """

    id: str
    groups: tuple[Group, ...]
    steps: tuple[VersionStep, ...] = ()
