"""From an accepted YAML document to values with places; it looks at one document at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import msgspec
from msgspec import UNSET

from reconciler.desired.acknowledgements import AcknowledgementsDocument, decode_acknowledgements
from reconciler.desired.policies import PolicyDocument, decode_person, decode_policy
from reconciler.desired.schemas import explain
from reconciler.desired.wire import (
    EXCEPT,
    SHAPES,
    AcknowledgementsShape,
    AssignmentsShape,
    GroupShape,
    PolicyShape,
    ReferenceShape,
    SettingsShape,
    TeamsShape,
)
from reconciler.desired.yaml_reader import child, place
from reconciler.model.diagnostics import Diagnostic, Origin
from reconciler.model.documents import (
    Assignments,
    DesiredGroup,
    Entry,
    Member,
    Reference,
    SettingsDocument,
    Team,
)
from reconciler.model.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.desired.wire import CompanyShape, DocumentShape, EntryShape, MemberShape, PersonShape
    from reconciler.desired.yaml_reader import LocatedDocument, Marks

__all__ = ["DOCUMENT_KINDS", "decode_document", "decode_settings"]

DOCUMENT_KINDS = ("assignments", "teams", "policy", "acknowledgements")

_TEAM_PREFIX = "team:"

Decoded = Assignments | list[Team] | PolicyDocument | AcknowledgementsDocument


def decode_document(
    document: LocatedDocument,
) -> tuple[Decoded | None, list[Diagnostic]]:
    """Decode one document of any kind but settings; nothing but diagnostics when it is not acceptable."""
    kind = document.data.get("kind") if isinstance(document.data, dict) else None
    if kind not in DOCUMENT_KINDS:
        return None, [_wrong_kind(document, kind)]
    shape, diagnostics = _accept(document, kind)
    if isinstance(shape, TeamsShape):
        return _teams(document, shape), diagnostics
    if isinstance(shape, AssignmentsShape):
        return _Decoder(document).assignments(shape), diagnostics
    if isinstance(shape, PolicyShape):
        return decode_policy(document, shape), diagnostics
    if isinstance(shape, AcknowledgementsShape):
        return decode_acknowledgements(document, shape), diagnostics
    return None, diagnostics


def decode_settings(document: LocatedDocument) -> tuple[SettingsDocument | None, list[Diagnostic]]:
    """Decode ``reconciler.yaml``."""
    shape, diagnostics = _accept(document, "settings")
    if not isinstance(shape, SettingsShape):
        return None, diagnostics
    defaults = SettingsDocument(company_id=str(shape.company_id))
    settings = SettingsDocument(
        company_id=str(shape.company_id),
        company_name=None if shape.company_name is UNSET else shape.company_name,
        api_url=(defaults.api_url if shape.api_url is UNSET else shape.api_url).rstrip("/"),
        auth_url=(defaults.auth_url if shape.auth_url is UNSET else shape.auth_url).rstrip("/"),
        service_account=(
            None
            if shape.service_account is UNSET
            else decode_person(shape.service_account, document.origin("service_account"))
        ),
        exclude=tuple(shape.exclude),
        self_heal=tuple(shape.self_heal),
        policy_files=None if shape.policy_files is msgspec.UNSET else tuple(shape.policy_files),
        trusted=() if shape.forge is msgspec.UNSET else tuple(shape.forge.trusted),
        origins={key: document.origin(key) for key in document.data},
    )
    return settings, diagnostics


def _accept(document: LocatedDocument, kind: str) -> tuple[DocumentShape | None, list[Diagnostic]]:
    try:
        return msgspec.convert(document.data, SHAPES[kind], strict=True), []
    except msgspec.ValidationError as error:
        diagnostics = explain(document, kind)
        if not diagnostics:
            diagnostics = [_error("documents/schema", f"not acceptable: {error}", document.origin())]
        return None, diagnostics


def _wrong_kind(document: LocatedDocument, kind: object) -> Diagnostic:
    known = ", ".join(DOCUMENT_KINDS)
    if not isinstance(document.data, dict):
        message = f"not a document: expected a mapping with 'kind:' ({known}); or name the file under 'exclude:'"
        return _error("documents/kind", message, document.origin())
    if kind is None:
        message = f"no 'kind:' here (known: {known}); if this is not a document, name it under 'exclude:'"
        return _error("documents/kind", message, document.origin())
    if kind == "settings":
        message = "settings stand in reconciler.yaml alone, at the root; remove this document"
        return _error("documents/kind", message, document.origin("kind"))
    hint = did_you_mean(str(kind), DOCUMENT_KINDS) or f"; known kinds: {known}"
    return _error("documents/kind", f"unknown kind '{kind}'{hint}", document.origin("kind"))


def _teams(document: LocatedDocument, shape: TeamsShape) -> list[Team]:
    decoder = _Decoder(document)
    marks = child(document.marks, "teams")
    return [
        Team(
            name=name,
            members=decoder.members(members, child(marks, name)),
            origin=document.origin("teams", name),
        )
        for name, members in shape.teams.items()
    ]


class _Decoder:
    """Walks shape and marks of one document side by side."""

    def __init__(self, document: LocatedDocument) -> None:
        self.document = document
        self.path = document.path

    def assignments(self, shape: AssignmentsShape) -> Assignments:
        marks = self.document.marks
        if shape.company is not UNSET:
            entries: tuple[Entry, ...] = (self._company(shape.company, marks),)
        else:
            items = child(marks, "projects")
            listed = cast("list[EntryShape]", shape.projects)
            entries = tuple(self._entry(entry, child(items, index)) for index, entry in enumerate(listed))
        return Assignments(
            origin=self._at(marks),
            template=self._reference(shape.template, marks, "template"),
            tool=None if shape.tool is UNSET else shape.tool,
            groups=self._groups(shape.groups, child(marks, "groups")),
            workflow_manager=self._manager(shape.workflow_manager, marks),
            entries=entries,
            company_level=shape.company is not UNSET,
        )

    def _company(self, shape: CompanyShape, marks: Marks) -> Entry:
        inner = child(marks, "company")
        return Entry(
            origin=self._key(marks, "company"),
            groups=self._groups(shape.groups, child(inner, "groups")),
            workflow_manager=self._manager(shape.workflow_manager, inner),
        )

    def _entry(self, shape: EntryShape, marks: Marks) -> Entry:
        groups = self._groups(shape.groups, child(marks, "groups"))
        manager = self._manager(shape.workflow_manager, marks)
        if shape.project is not UNSET:
            reference = self._reference(shape.project, marks, "project")
            return Entry(origin=self._at(marks), groups=groups, workflow_manager=manager, project=reference)
        where = cast("Mapping[str, object]", shape.where)
        inner = child(marks, "where")
        return Entry(
            origin=self._at(marks),
            groups=groups,
            workflow_manager=manager,
            where={field: _texts(value) for field, value in where.items() if field != EXCEPT},
            where_origins={field: self._key(inner, field) for field in where},
            left_out=self._left_out(cast("Sequence[object]", where.get(EXCEPT, ())), child(inner, EXCEPT)),
        )

    def _left_out(self, shapes: Sequence[object], marks: Marks) -> tuple[Reference, ...]:
        return tuple(self._referred(one, self._at(child(marks, index))) for index, one in enumerate(shapes))

    def _reference(self, shape: object, marks: Marks, step: str) -> Reference:
        return self._referred(shape, self._key(marks, step))

    @staticmethod
    def _referred(shape: object, origin: Origin) -> Reference:
        if isinstance(shape, str):
            return Reference(origin=origin, name=shape)
        number = getattr(shape, "number", UNSET)
        if isinstance(shape, ReferenceShape) and number is not UNSET:
            return Reference(origin=origin, number=str(number))
        return Reference(origin=origin, id=str(shape.id))  # type: ignore[attr-defined]

    def _manager(self, shape: PersonShape | msgspec.UnsetType, marks: Marks) -> Member | None:
        if shape is UNSET:
            return None
        return decode_person(shape, self._key(marks, "workflow_manager"))

    def _groups(
        self, shape: Mapping[str, Sequence[str | MemberShape] | GroupShape], marks: Marks
    ) -> dict[str, DesiredGroup]:
        groups = {}
        for name, value in shape.items():
            inner = child(marks, name)
            if isinstance(value, GroupShape):
                members = self.members(value.members, child(inner, "members"))
                allow_empty = value.allow_empty
            else:
                members = self.members(value, inner)
                allow_empty = False
            groups[name] = DesiredGroup(members=members, origin=self._key(marks, name), allow_empty=allow_empty)
        return groups

    def members(self, shapes: Sequence[str | MemberShape], marks: Marks) -> tuple[Member, ...]:
        """Return the members of one list, each with its place."""
        if isinstance(marks, int) or len(marks[2]) != len(shapes):
            places: Sequence[Marks] = [marks] * len(shapes)  # an alias of another list would be the only way here
        else:
            places = cast("list[Marks]", marks[2])
        member = self._member
        return tuple([member(shape, at) for shape, at in zip(shapes, places, strict=True)])

    def _member(self, shape: str | MemberShape, marks: Marks) -> Member:
        origin = Origin(self.path, *place(marks))
        if isinstance(shape, str):
            if shape.startswith(_TEAM_PREFIX):
                return Member(origin=origin, team=shape[len(_TEAM_PREFIX) :])
            return Member(origin=origin, login=shape)
        if shape.login_id is not UNSET:
            return Member(origin=origin, login_id=str(shape.login_id))
        return Member(
            origin=origin,
            login=cast("str", shape.person),
            until=None if shape.until is UNSET else shape.until,
            reason=None if shape.reason is UNSET else shape.reason,
        )

    def _key(self, marks: Marks, step: str) -> Origin:
        """Return the place of a key."""
        keys = None if isinstance(marks, int) else marks[1]
        return Origin(self.path, *place(keys[step] if keys is not None and step in keys else marks))

    def _at(self, marks: Marks) -> Origin:
        return Origin(self.path, *place(marks))


def _texts(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in values)


def _error(code: str, message: str, origin: Origin) -> Diagnostic:
    return Diagnostic(severity="error", code=code, message=message, origin=origin)
