"""A live state as a file, and the file as something to read from in place of the service; it opens no file."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from reconciler.errors import DocumentsError, IncompleteError, StaleError
from reconciler.model.live import (
    Catalogue,
    IndividualStep,
    LiveState,
    Membership,
    NamedPreset,
    Pacing,
    PeopleList,
    Person,
    Preset,
    Project,
    Template,
    Unreadable,
    Version,
    Wanted,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


__all__ = ["SNAPSHOT_FORMAT", "SnapshotReader", "decode_snapshot", "encode_snapshot"]

SNAPSHOT_FORMAT: Literal["reconciler/snapshot/1"] = "reconciler/snapshot/1"


_Row = Annotated[int, Meta(ge=0)]


class _FilePerson(msgspec.Struct, frozen=True, array_like=True, gc=False):
    id: str
    login: str | None = None
    name: str | None = None


class _FilePreset(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    template: str
    project: str | None
    version: str | None
    groups: dict[str, tuple[_Row, ...]]
    manager: _Row | None = None
    individual: tuple[IndividualStep, ...] | None = None
    valid: bool = True


class _FileList(msgspec.Struct, frozen=True, array_like=True):
    project: str | None
    tool: str
    people: tuple[_Row, ...]


class _State(msgspec.Struct, frozen=True):
    """People stand once, in a table; everything else names them by their row."""

    people: tuple[_FilePerson, ...]
    templates: tuple[Template, ...]
    projects: tuple[Project, ...]
    versions: tuple[Version, ...]
    presets: tuple[_FilePreset, ...]
    assignees: tuple[_FileList, ...]
    managers: tuple[_FileList, ...]
    listed: tuple[Wanted, ...]
    with_projects: bool
    unreadable: tuple[Unreadable, ...]
    inactive: tuple[str, ...] | None = None
    pacing: Pacing | None = None


class _Snapshot(msgspec.Struct, frozen=True):
    format: Literal["reconciler/snapshot/1"]
    company_id: str
    observed_at: str
    checksum: str
    state: msgspec.Raw


def encode_snapshot(state: LiveState, company_id: str) -> bytes:
    """Give a snapshot file with a checksum over the state in it."""
    rows: dict[Person, int] = {}

    def row(person: Person) -> int:
        return rows.setdefault(person, len(rows))

    presets = tuple(_file_preset(preset, row) for preset in state.presets)
    assignees, managers = (
        tuple(_FileList(one.project_id, one.tool_type, tuple(map(row, one.people))) for one in lists)
        for lists in (state.assignees, state.managers)
    )
    content = msgspec.json.encode(
        _State(
            people=tuple(_FilePerson(person.id, person.login, person.name) for person in rows),
            templates=state.catalogue.templates,
            projects=state.catalogue.projects,
            versions=state.versions,
            presets=presets,
            assignees=assignees,
            managers=managers,
            listed=state.listed,
            with_projects=state.with_projects,
            unreadable=state.unreadable,
            inactive=None if state.inactive is None else tuple(sorted(state.inactive)),
            pacing=state.pacing,
        )
    )
    return msgspec.json.encode(
        _Snapshot(
            format=SNAPSHOT_FORMAT,
            company_id=company_id,
            observed_at=state.observed_at,
            checksum=_checksum(content),
            state=msgspec.Raw(content),
        )
    )


def _file_preset(preset: Preset, row: Callable[[Person], int]) -> _FilePreset:
    return _FilePreset(
        id=preset.id,
        template=preset.template_id,
        project=preset.project_id,
        version=preset.version_id,
        groups={group.uuid: tuple(map(row, group.members)) for group in preset.groups},
        manager=None if preset.workflow_manager is None else row(preset.workflow_manager),
        individual=preset.individual_assignees,
        valid=preset.valid,
    )


def _checksum(content: bytes | memoryview) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def decode_snapshot(content: bytes, name: str, company_id: str) -> LiveState:
    """Take a live state from the content of the file ``name``.

    Raises DocumentsError for anything that is no snapshot, StaleError for an altered or cut one, or one of
    another company.
    """
    try:
        snapshot = msgspec.json.decode(content, type=_Snapshot)
        raw = memoryview(snapshot.state)
        if _checksum(raw) != snapshot.checksum:
            raise StaleError(f"{name} was altered after it was made: its checksum does not match; make it again")
        state = msgspec.json.decode(raw, type=_State)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentsError(
            f"{name} is not a snapshot of format {SNAPSHOT_FORMAT}: {error}; "
            "make one with: reconciler snapshot --out FILE"
        ) from None
    if snapshot.company_id != company_id:
        raise StaleError(f"{name} is of company {snapshot.company_id}, the settings are for {company_id}")
    people = [Person(one.id, one.login, one.name) for one in state.people]
    try:
        return _live_state(snapshot.observed_at, state, people)
    except IndexError:
        raise DocumentsError(f"{name} names people that are not in its own table; make it again") from None


def _live_state(observed_at: str, state: _State, people: list[Person]) -> LiveState:
    presets = tuple(
        Preset(
            id=one.id,
            template_id=one.template,
            project_id=one.project,
            version_id=one.version,
            groups=tuple([Membership(uuid, tuple([people[row] for row in rows])) for uuid, rows in one.groups.items()]),
            workflow_manager=None if one.manager is None else people[one.manager],
            individual_assignees=one.individual,
            valid=one.valid,
        )
        for one in state.presets
    )
    assignees, managers = (
        tuple(
            PeopleList(project_id=one.project, tool_type=one.tool, people=tuple(people[row] for row in one.people))
            for one in lists
        )
        for lists in (state.assignees, state.managers)
    )
    return LiveState(
        observed_at=observed_at,
        catalogue=Catalogue(templates=state.templates, projects=state.projects),
        versions=state.versions,
        presets=presets,
        assignees=assignees,
        managers=managers,
        unreadable=state.unreadable,
        listed=state.listed,
        with_projects=state.with_projects,
        inactive=None if state.inactive is None else frozenset(state.inactive),
        pacing=state.pacing,
    )


class SnapshotReader:
    """Answers like a reader of the service, from a snapshot alone."""

    def __init__(self, state: LiveState) -> None:
        self._state = state
        self._assignees = {(one.project_id, one.tool_type): one for one in state.assignees}
        self.looked_at = {(one.project_id, one.tool_type): one.template_ids for one in state.listed}
        self._managers = {(one.project_id, one.tool_type): one for one in state.managers}

    def catalogue(self, *, with_projects: bool, fields: frozenset[str] | None) -> Catalogue:  # noqa: ARG002
        """Give the catalogue; raises IncompleteError when projects are needed and were not read."""
        if with_projects and not self._state.with_projects:
            raise IncompleteError("the snapshot was made without the list of projects; make a new one")
        return self._state.catalogue

    def versions(self, templates: Sequence[Template]) -> list[Version]:
        """Give the versions of these templates, as far as the snapshot has them."""
        return self.versions_by_id([template.version_id or "" for template in templates])

    def versions_by_id(self, version_ids: Sequence[str]) -> list[Version]:
        """Give these versions, as far as the snapshot has them."""
        wanted = set(version_ids)
        return [version for version in self._state.versions if version.id in wanted]

    def presets(self, wanted: Sequence[Wanted]) -> tuple[list[Preset], list[Unreadable]]:
        """Give the wanted presets; what the snapshot did not look at is unreadable."""
        places = {(one.project_id, one.tool_type): one.template_ids for one in wanted}
        tools = {template.id: template.tool_type for template in self._state.catalogue.templates}
        presets = [
            preset
            for preset in self._state.presets
            if preset.template_id in places.get((preset.project_id, tools.get(preset.template_id, "")), ())
        ]
        unreadable = [
            Unreadable(
                project_id=one.project_id,
                template_id=template_id,
                tool_type=one.tool_type,
                reason="this was not looked at when the snapshot was made; make a new one",
            )
            for one in wanted
            for template_id in sorted(
                one.template_ids - self.looked_at.get((one.project_id, one.tool_type), frozenset())
            )
        ]
        unreadable.extend(one for one in self._state.unreadable if (one.project_id, one.tool_type) in places)
        return presets, unreadable

    def presets_by_id(self, wanted: Sequence[NamedPreset]) -> tuple[list[Preset], list[Unreadable]]:
        """Give these presets; one that the snapshot does not have is unreadable."""
        known = {(one.project_id, one.template_id, one.id): one for one in self._state.presets}
        presets, unreadable = [], []
        for one in wanted:
            project_id, template_id = one.key.project_id, one.key.template_id
            preset = known.get((project_id, template_id, one.id))
            if preset is not None:
                presets.append(preset)
                continue
            unreadable.append(
                Unreadable(
                    project_id=project_id,
                    template_id=template_id,
                    tool_type=one.tool_type,
                    reason=f"preset {one.id} is not in the snapshot",
                )
            )
        return presets, unreadable

    def assignees(self, wanted: Iterable[tuple[str | None, str]]) -> list[PeopleList]:
        """Give the lists of possible assignees that the snapshot has."""
        return [self._assignees[key] for key in wanted if key in self._assignees]

    def managers(self, wanted: Iterable[tuple[str | None, str]]) -> list[PeopleList]:
        """Give the lists of workflow managers that the snapshot has."""
        return [self._managers[key] for key in wanted if key in self._managers]

    def inactive_logins(self) -> frozenset[str] | None:
        """Give the logins that were inactive, or null when the snapshot does not know."""
        return self._state.inactive

    def active_logins(self) -> frozenset[str] | None:
        """Give nobody: whoever was active as well is not among the snapshot's inactive."""
        return frozenset()

    @property
    def observed_at(self) -> str:
        """The moment the snapshot was taken."""
        return self._state.observed_at

    @property
    def pacing(self) -> Pacing | None:
        """Give what it cost to take the snapshot; reading from it costs no requests."""
        return self._state.pacing
