"""Finds what one run looked at, and why it did not look at the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.documents import DesiredGroup
    from reconciler.model.drift import Drift, Notice, UnseenReason
    from reconciler.model.live import LiveState
    from reconciler.model.scope import ResolvedGroup, ResolvedTarget

__all__ = ["LiveSight", "Sight"]


class Sight(Protocol):
    """Anything that can say why something was not looked at."""

    @property
    def observed_at(self) -> str:
        """When live was read (UTC)."""
        ...

    def missing(self, drift: Drift) -> UnseenReason | None:
        """Return why a difference was not looked at, or null where it was."""
        ...

    def missing_notice(self, notice: Notice) -> UnseenReason | None:
        """Return why the subject of a notice was not looked at, or null where it was."""
        ...


class LiveSight:
    """The sight of a run that compared these targets with this live state.

    Only what was read and compared counts as looked at. The preset was read, and its version has the group. The
    documents manage the group, and every line of theirs for it was found.
    """

    def __init__(self, resolved: Sequence[ResolvedTarget], state: LiveState) -> None:
        self.observed_at = state.observed_at
        self._state = state
        self._targets = {one.target.address: one for one in resolved}
        self._roles: dict[str, set[str]] = {
            one.id: {group.uuid for group in one.groups if group.is_role} for one in state.versions
        }
        self._templates = {one.id for one in state.catalogue.templates}
        self._active = {one.id: one.active for one in state.catalogue.projects}
        self._read = {(one.project_id, one.template_id) for one in state.presets}
        self._listed = {(one.project_id, template) for one in state.listed for template in one.template_ids}
        self._unread = {
            (one.project_id, template.id)
            for one in state.unreadable
            for template in state.catalogue.templates
            if one.template_id == template.id or (one.template_id is None and one.place.tool == template.tool)
        }
        self._lists = {one.place for one in state.assignees}
        self._managed = {
            one.target.template.id for one in resolved if (one.target.template.version_id or "") in self._roles
        }

    def missing(self, drift: Drift) -> UnseenReason | None:
        """Return why a difference was not looked at, or null where it was."""
        resolved = self._targets.get(drift.address)
        if resolved is None:
            return self._of_place(drift.project.id if drift.project else None, drift.template.id)
        if drift.group is not None:
            return self._of_group(resolved, drift.group.uuid)
        if resolved.target.manager is None:
            return "unresolved" if None in resolved.held else "unmanaged"
        return "unresolved" if resolved.manager is None else None

    def missing_notice(self, notice: Notice) -> UnseenReason | None:
        """Return why the subject of a notice was not looked at, or null where it was."""
        scope, _, template_id = notice.address.rpartition("templates/")
        if not scope:
            return None if template_id in self._managed else self._of_place(None, template_id)
        resolved = self._targets.get(notice.address)
        if resolved is None:
            return self._of_place(None if scope == "company/" else scope.split("/")[1], template_id)
        if notice.kind == "ends-soon" and notice.group is not None:
            return self._of_group(resolved, notice.group.uuid)
        unread = notice.kind == "inactive" and self._state.inactive is None
        if notice.kind == "not-possible" and not resolved.target.preset.valid:
            unread = resolved.target.place not in self._lists
        return "unread" if unread else None

    def _of_place(self, project_id: str | None, template_id: str) -> UnseenReason:
        """Return why a preset is not among those compared."""
        key = (project_id, template_id)
        if template_id not in self._templates:
            return "template-gone"
        if project_id is not None and self._state.with_projects:
            if project_id not in self._active:
                return "project-gone"
            if not self._active[project_id]:
                return "project-inactive"
        if key in self._unread:
            return "unread"
        if key in self._read:
            return "unresolved"
        return "preset-gone" if key in self._listed else "unmanaged"

    def _of_group(self, resolved: ResolvedTarget, uuid: str) -> UnseenReason | None:
        """Return why a group of a preset that was compared was not compared itself."""
        target = resolved.target
        version = self._roles.get(target.preset.version_id or target.template.version_id or "", set())
        if uuid not in version or all(one.uuid != uuid for one in target.preset.groups):
            return "group-gone"
        desired = target.groups.get(uuid)
        if desired is None:
            return "unmanaged"
        found = resolved.groups.get(uuid)
        return None if found is not None and _whole(desired, found) else "unresolved"


def _whole(desired: DesiredGroup, found: ResolvedGroup) -> bool:
    """Return whether each line of a group led to a person."""
    people = [one.person for one in found.members.values()]
    return all(any(line.names(person.id, person.login) for person in people) for line in desired.members)
