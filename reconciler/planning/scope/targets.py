"""Joins claims with presets: which groups of which preset must hold whom; people are still mere logins."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from reconciler.model.absences import NOBODY_AWAY
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.live import Place, PresetKey, Version, preset_address
from reconciler.model.scope import Rank, Target
from reconciler.model.suggestions import did_you_mean
from reconciler.model.titles import name_projects, name_templates
from reconciler.planning.lost_lines import LostLines
from reconciler.planning.scope.absent_people import Roles, by_login, logins_by_id
from reconciler.planning.scope.project_people import ProjectPeople

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from reconciler.model.diagnostics import Origin, Severity
    from reconciler.model.documents import Assignments, DesiredGroup, Entry, Member
    from reconciler.model.live import Catalogue, Group, Preset, Unreadable
    from reconciler.model.scope import Claim, Scope
    from reconciler.model.titles import Named

__all__ = ["find_targets", "leave_uncertain"]

_MANAGER = "the workflow manager"
_NOTHING: frozenset[str | None] = frozenset()
_Merged = TypeVar("_Merged", bound="DesiredGroup | Member")


def find_targets(
    scope: Scope,
    catalogue: Catalogue,
    presets: Sequence[Preset],
    versions: Iterable[Version],
    unreadable: Sequence[Unreadable] = (),
) -> tuple[list[Target], list[Diagnostic]]:
    """Return one target for each preset in scope, by address.

    A project entry without a preset is an error. A ``where`` entry skips such projects, and a note says how many.
    Presets that could not be read are neither: their own diagnostics tell.
    """
    finder = _TargetFinder(scope, catalogue, versions, presets)
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
    return targets, [*finder.diagnostics.values(), *finder.people.told(), *finder.lost.told()]


class _TargetFinder:
    def __init__(
        self, scope: Scope, catalogue: Catalogue, versions: Iterable[Version], presets: Iterable[Preset]
    ) -> None:
        self.templates = {template.id: template for template in scope.templates}
        self.diagnostics: dict[tuple[str, Origin, str], Diagnostic] = {}
        self._projects = name_projects(catalogue.projects)
        self._template_names = name_templates(catalogue.templates)
        self._versions = {version.id: version for version in versions}
        self._names: dict[str, dict[str, list[Group]]] = {}
        self._passed_over: dict[Origin, int] = {}
        self._logins = {} if scope.away is NOBODY_AWAY else logins_by_id(presets)
        self._away = by_login(scope.away, self._logins)
        self.lost = LostLines(scope.lost)
        self._any_lost = bool(scope.lost)
        self.people = ProjectPeople(catalogue.projects if scope.has_project_rules else ())

    def target(self, key: PresetKey, claims: tuple[Claim, ...], preset: Preset) -> Target:
        """Merge the claims on one preset, narrowest first, and find its groups by name."""
        template = self.templates[key.template_id]
        version = self._versions[preset.version_id or template.version_id or ""]
        address = preset_address(key)
        conflicting: set[str] = set()
        conflict = self._conflict(address, conflicting)
        wanted = _merge(claims, _groups_of, conflict)
        groups: dict[str, DesiredGroup] = {}
        undecided: set[str | None] = {None} if _MANAGER in conflicting else set()
        found: dict[str, str] = {}
        unresolved: list[str] = []
        for name, desired in wanted.items():
            group = self._group(name, version, desired)
            if group is None:
                unresolved.append(name)
            elif name in conflicting:
                undecided.add(group.uuid)
            else:
                groups[group.uuid] = desired
                found[name] = group.uuid
        # most documents name no manager
        managed = any(one.document.workflow_manager or one.entry.workflow_manager for one in claims)
        managers = _merge(claims, _managers_of, conflict) if managed else {}
        manager = None if _MANAGER in conflicting else managers.get(_MANAGER)
        uncertain: set[str | None] = set()
        if unresolved or self._any_lost:
            uncertain = self._uncertain(key, claims, found, manager, {name: wanted[name] for name in unresolved})
        project = self._projects[key.project_id] if key.project_id is not None else None
        if self.people:
            groups = self.people.fill(groups, key.project_id, undecided)
        if self._away is not NOBODY_AWAY:
            groups, manager = self._replaced(groups, found, manager, project)
        return Target(
            address=address,
            preset=preset,
            project=project,
            template=template,
            template_name=self._template_names[key.template_id],
            groups=groups,
            manager=manager,
            undecided=frozenset(undecided) if undecided else _NOTHING,
            uncertain=frozenset(uncertain) if uncertain else _NOTHING,
            unresolved=bool(unresolved),
        )

    def _replaced(
        self,
        groups: Mapping[str, DesiredGroup],
        found: Mapping[str, str],
        manager: Member | None,
        project: Named | None,
    ) -> tuple[dict[str, DesiredGroup], Member | None]:
        """Return groups and the manager of the day, with replacements of people who are away."""
        roles = Roles(self._away, None if project is None else project.name, self._logins)
        there = {uuid: roles.group(name, groups[uuid]) for name, uuid in found.items() if uuid in groups}
        return there, roles.manager(manager)

    def _uncertain(
        self,
        key: PresetKey,
        claims: tuple[Claim, ...],
        found: Mapping[str, str],
        manager: Member | None,
        unresolved: Mapping[str, DesiredGroup],
    ) -> set[str | None]:
        """Return the uuids of groups, and null for the manager, that a narrower line may apply to."""
        group_ranks = _ranks(claims, _groups_of)
        ranks: dict[str | None, Rank] = {name: group_ranks[name] for name in found}
        if manager is not None:
            ranks[None] = _ranks(claims, _managers_of)[_MANAGER]
        lost = {desired.origin: group_ranks[name] for name, desired in unresolved.items()}
        names = self.lost.uncertain(key, preset_address(key), ranks, lost)
        return {None if name is None else found[name] for name in names}

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
            hint = did_you_mean(name, known, "Procore") or (
                f"; role groups here: {', '.join(known[:12])}" if known else "; it has no role groups"
            )
            # presets may follow several versions, and a line that none of them knows is one mistake
            message = f"no role group '{name}'{hint}"
            diagnostic = Diagnostic(
                severity="error", code="documents/unknown-group", message=message, origin=desired.origin
            )
            self.diagnostics.setdefault(("documents/unknown-group", desired.origin, name), diagnostic)
        return None

    def _conflict(self, address: str, names: set[str]) -> Callable[[str, Origin, Origin], None]:
        """Return a function that reports two entries of one rank for one name, and adds it to ``names``."""

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
        """Report that a preset does not exist; the projects of a ``where`` are only counted."""
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
                f"assign it there, remove this entry, or if {template.tool} is a company-level tool, write "
                "'company:' in place of 'projects:'"
            )
            origin = entry.project.origin if entry.project else entry.origin
            self._add("error", "documents/no-preset", message, origin)

    def tell_passed_over(self) -> None:
        """Report of each ``where`` how many projects it skipped."""
        for origin, count in self._passed_over.items():
            message = f"{count:,} matching projects do not use this template and were skipped"
            if count == 1:
                message = "1 matching project does not use this template and was skipped"
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
    found: dict[str, dict[Rank, _Merged]] = {}
    for claim in claims:
        defaults, own = named(claim.document, claim.entry)
        for level, values in ((Rank.DEFAULT, defaults), (_rank(claim), own)):
            for name, value in values.items():
                first = found.setdefault(name, {}).setdefault(level, value)
                if first.origin != value.origin:
                    conflict(name, *sorted((first.origin, value.origin)))
    return {name: levels[max(levels)] for name, levels in found.items()}


def _rank(claim: Claim) -> Rank:
    return Rank.NAMED if claim.entry.where is None else Rank.WHERE


def _ranks(
    claims: tuple[Claim, ...], named: Callable[..., tuple[Mapping[str, object], Mapping[str, object]]]
) -> dict[str, Rank]:
    """Return the rank of the line that applies to each name."""
    ranks: dict[str, Rank] = {}
    for claim in claims:
        defaults, own = named(claim.document, claim.entry)
        for rank, names in ((Rank.DEFAULT, defaults), (_rank(claim), own)):
            for name in names:
                ranks[name] = max(rank, ranks.get(name, rank))
    return ranks


def leave_uncertain(targets: Iterable[Target]) -> list[Target]:
    """Return targets in which nothing is desired of what is uncertain: a broader line never takes it over."""
    return [_without_uncertain(one) if one.uncertain else one for one in targets]


def _without_uncertain(target: Target) -> Target:
    groups = {uuid: group for uuid, group in target.groups.items() if uuid not in target.uncertain}
    manager = None if None in target.uncertain else target.manager
    undecided = target.undecided | target.uncertain
    return msgspec.structs.replace(target, groups=groups, manager=manager, undecided=undecided)
