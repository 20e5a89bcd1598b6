"""Joins claims with presets: which groups of which preset shall hold whom; people are still mere logins."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.live import Place, PresetKey, Version, preset_address
from reconciler.model.scope import Target
from reconciler.model.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reconciler.model.diagnostics import Origin, Severity
    from reconciler.model.documents import Assignments, DesiredGroup, Entry, Member
    from reconciler.model.live import Catalogue, Group, Preset, Unreadable
    from reconciler.model.scope import Claim, Scope

__all__ = ["find_targets"]

_DEFAULT, _WHERE, _NAMED = 1, 2, 3
_MANAGER = "the workflow manager"
_NOTHING: frozenset[str] = frozenset()
_Merged = TypeVar("_Merged", bound="DesiredGroup | Member")


def find_targets(
    scope: Scope,
    catalogue: Catalogue,
    presets: Sequence[Preset],
    versions: Iterable[Version],
    unreadable: Sequence[Unreadable] = (),
) -> tuple[list[Target], list[Diagnostic]]:
    """Give one target for each preset in scope, by address.

    A project entry without a preset is an error; a ``where`` entry passes over such projects, and says how
    many. Presets that could not be read are neither: their own diagnostics tell.
    """
    finder = _TargetFinder(scope, catalogue, versions)
    by_key = {PresetKey(preset.template_id, preset.project_id): preset for preset in presets}
    unread = {(one.project_id, one.template_id) for one in unreadable}
    unread_lists = {one.place for one in unreadable if one.template_id is None}
    targets = []
    for key, claims in scope.claims.items():
        preset = by_key.get(key)
        if preset is not None:
            targets.append(finder.target(key, claims, preset))
            continue
        place = Place(key.project_id, finder.templates[key.template_id].tool)
        if (key.project_id, key.template_id) in unread or place in unread_lists:
            continue
        finder.without_preset(key, claims)
    finder.tell_passed_over()
    targets.sort(key=lambda target: target.address)
    return targets, list(finder.diagnostics.values())


class _TargetFinder:
    def __init__(self, scope: Scope, catalogue: Catalogue, versions: Iterable[Version]) -> None:
        self.templates = {template.id: template for template in scope.templates}
        self.diagnostics: dict[tuple[str, Origin, str], Diagnostic] = {}
        self._projects = {project.id: project for project in catalogue.projects}
        self._versions = {version.id: version for version in versions}
        self._names: dict[str, dict[str, list[Group]]] = {}
        self._passed_over: dict[Origin, int] = {}

    def target(self, key: PresetKey, claims: tuple[Claim, ...], preset: Preset) -> Target:
        """Merge the claims on one preset, narrowest first, and find its groups by name."""
        template = self.templates[key.template_id]
        version = self._versions[preset.version_id or template.version_id or ""]
        address = preset_address(key)
        conflicting: set[str] = set()
        conflict = self._conflict(address, conflicting)
        wanted = _merge(claims, _groups_of, conflict)
        groups: dict[str, DesiredGroup] = {}
        in_conflict: set[str] = set()
        unresolved = False
        for name, desired in wanted.items():
            group = self._group(name, version, desired)
            if group is None:
                unresolved = True
            elif name in conflicting:
                in_conflict.add(group.uuid)
            else:
                groups[group.uuid] = desired
        # most documents name no manager
        managed = any(one.document.workflow_manager or one.entry.workflow_manager for one in claims)
        managers = _merge(claims, _managers_of, conflict) if managed else {}
        project = self._projects[key.project_id] if key.project_id is not None else None
        return Target(
            address=address,
            preset=preset,
            project=project,
            template=template,
            groups=groups,
            manager=None if _MANAGER in conflicting else managers.get(_MANAGER),
            in_conflict=frozenset(in_conflict) if in_conflict else _NOTHING,
            unresolved=unresolved,
        )

    def _group(self, name: str, version: Version, desired: DesiredGroup) -> Group | None:
        names = self._names.get(version.id)
        if names is None:
            names = self._names[version.id] = {}
            for group in version.groups:
                names.setdefault(group.name, []).append(group)
        found = names.get(name, [])
        roles = [group for group in found if group.is_role]
        if len(roles) == 1:
            return roles[0]
        if len(roles) > 1:
            message = f"{len(roles)} role groups are called '{name}'; rename one in the template"
            self._add("error", "documents/ambiguous-group", message, desired.origin)
        elif found:
            message = (
                f"'{name}' is filled by the service itself ({found[0].type.lower()}) and cannot be managed; take it out"
            )
            self._add("error", "documents/dynamic-group", message, desired.origin)
        else:
            known = sorted(known for known, groups in names.items() if any(group.is_role for group in groups))
            hint = did_you_mean(name, known) or (
                f"; role groups here: {', '.join(known[:12])}" if known else "; it has no role groups"
            )
            self._add("error", "documents/unknown-group", f"no role group '{name}'{hint}", desired.origin)
        return None

    def _conflict(self, address: str, names: set[str]) -> Callable[[str, Origin, Origin], None]:
        """Return what takes in that two entries of one rank name the same group or manager, and puts it into names."""

        def add(name: str, first: Origin, second: Origin) -> None:
            names.add(name)
            quoted = name if name == _MANAGER else f"'{name}'"
            message = f"{quoted} of {address} is given here and, with the same rank, at {first}; keep one of the two"
            diagnostic = Diagnostic(
                severity="error", code="documents/conflict", message=message, address=address, origin=second
            )
            self.diagnostics.setdefault(("documents/conflict", second, str(first)), diagnostic)

        return add

    def without_preset(self, key: PresetKey, claims: tuple[Claim, ...]) -> None:
        """Tell that nothing is there to be managed."""
        template = self.templates[key.template_id]
        for claim in claims:
            entry = claim.entry
            if entry.where is not None:
                self._passed_over[entry.origin] = self._passed_over.get(entry.origin, 0) + 1
                continue
            if key.project_id is None:
                message = (
                    f"template '{template.name}' has no company-level preset; if {template.tool} is a "
                    "project-level tool, write 'projects:' in place of 'company:'"
                )
                self._add("error", "documents/no-preset", message, entry.origin)
                continue
            project = self._projects[key.project_id]
            message = (
                f"template '{template.name}' is not assigned to project '{project.name}' ({project.id}); "
                f"assign it there or remove this entry; if {template.tool} is a company-level tool, write "
                "'company:' in place of 'projects:'"
            )
            origin = entry.project.origin if entry.project else entry.origin
            self._add("error", "documents/no-preset", message, origin)

    def tell_passed_over(self) -> None:
        """Say of each ``where`` how many projects it passed over."""
        for origin, count in self._passed_over.items():
            projects = "1 project that matches has" if count == 1 else f"{count} projects that match have"
            message = f"{projects} no preset of this template; passed over"
            self._add("note", "documents/passed-over", message, origin)

    def _add(self, severity: Severity, code: str, message: str, origin: Origin) -> None:
        # one line of a document speaks for many presets; what is wrong with it is said once
        diagnostic = Diagnostic(severity=severity, code=code, message=message, origin=origin)
        self.diagnostics.setdefault((code, origin, message), diagnostic)


def _groups_of(document: Assignments, entry: Entry) -> tuple[dict[str, DesiredGroup], dict[str, DesiredGroup]]:
    return document.groups, entry.groups


def _managers_of(document: Assignments, entry: Entry) -> tuple[dict[str, Member], dict[str, Member]]:
    return _manager(document.workflow_manager), _manager(entry.workflow_manager)


def _manager(member: Member | None) -> dict[str, Member]:
    return {} if member is None else {_MANAGER: member}


def _merge(
    claims: tuple[Claim, ...],
    named: Callable[..., tuple[dict[str, _Merged], dict[str, _Merged]]],
    conflict: Callable[[str, Origin, Origin], None],
) -> dict[str, _Merged]:
    """Let the narrowest rank win, name by name: project entry, then ``where`` entry, then defaults."""
    if len(claims) == 1:
        defaults, own = named(claims[0].document, claims[0].entry)
        return {**defaults, **own} if defaults else own
    found: dict[str, dict[int, _Merged]] = {}
    for claim in claims:
        defaults, own = named(claim.document, claim.entry)
        rank = _WHERE if claim.entry.where is not None else _NAMED
        for level, values in ((_DEFAULT, defaults), (rank, own)):
            for name, value in values.items():
                first = found.setdefault(name, {}).setdefault(level, value)
                if first.origin != value.origin:
                    conflict(name, *sorted((first.origin, value.origin)))
    return {name: levels[max(levels)] for name, levels in found.items()}
