"""Defines which part of a plan or report somebody chose: by address, project, template or person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.globs import fits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.because import Because

__all__ = ["ALL", "Selection", "Slice"]


class Selection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A choice as it was written: any of each kind, and all kinds together.

    ``within`` are globs of addresses, of presets or of groups in them. ``projects`` are names, numbers or ids,
    ``templates`` names or ids, ``people`` logins or login ids. With ``leavers`` people who left are chosen, and who
    comes in their place.
    """

    within: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    leavers: bool = False

    def __bool__(self) -> bool:
        return bool(self.within or self.projects or self.templates or self.people or self.leavers)

    def __str__(self) -> str:
        return " ".join(self._options())

    def _options(self) -> Iterator[str]:
        from shlex import quote  # noqa: PLC0415 - start-up is measured

        for option, values in (
            ("--within", self.within),
            ("--project", self.projects),
            ("--template", self.templates),
            ("--person", self.people),
        ):
            for value in values:
                yield f"{option} {quote(value)}"
        if self.leavers:
            yield "--leavers"


ALL = Selection()


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """A selection by ids; null chooses nothing by this kind, and leaves nothing out by it.

    ``people`` are login ids. ``leavers`` leaves out changes for other reasons than that somebody left.
    """

    within: tuple[str, ...] | None = None
    projects: frozenset[str] | None = None
    templates: frozenset[str] | None = None
    people: frozenset[str] | None = None
    leavers: bool = False

    def has_place(self, address: str, group: str | None = None) -> bool:
        """Return whether a preset, or a group of it by uuid, is chosen."""
        scope, _, template = address.partition("/templates/")
        project = scope.partition("/")[2]
        if self.projects is not None and project not in self.projects:
            return False
        if self.templates is not None and template not in self.templates:
            return False
        if self.within is None:
            return True
        inside = address if group is None else f"{address}/groups/{group}"
        return any(fits(glob, address) or fits(glob, inside) for glob in self.within)

    def has_reason(self, because: Because | None) -> bool:
        """Return whether a change for this reason is chosen."""
        return not self.leavers or (because is not None and because.kind == "left")

    def has_person(self, login_ids: Iterable[str]) -> bool:
        """Return whether any of these people is chosen."""
        return self.people is None or not self.people.isdisjoint(login_ids)
