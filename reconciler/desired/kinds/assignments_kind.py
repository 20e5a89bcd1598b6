"""``kind: assignments``: who holds which responsible role in the presets of one template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import msgspec
from msgspec import UNSET, Meta

from reconciler.desired.kinds.common_shapes import (
    A_PROJECT,
    Name,
    PersonShape,
    ReferenceShape,
    ShortText,
    Strict,
    TemplateIdShape,
)
from reconciler.desired.kinds.contradictions import check_assignments
from reconciler.desired.kinds.field_words import EXPECTED, expects, needs, says
from reconciler.desired.kinds.kind import Kind
from reconciler.desired.kinds.member_lists import decode_members, decode_person
from reconciler.desired.kinds.rule_shapes import MembersAndRules
from reconciler.desired.kinds.where_shape import EXCEPT, Where, check_where
from reconciler.desired.yaml.strict_reader import child, place
from reconciler.model.diagnostics import Origin
from reconciler.model.documents import Assignments, DesiredGroup, Entry, Member, Reference
from reconciler.model.spelling import comparable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.desired.kinds.kind import Reading
    from reconciler.desired.kinds.rule_shapes import FindingShape
    from reconciler.desired.yaml.strict_reader import LocatedDocument, Marks
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Documents

__all__ = ["KIND", "AssignmentsShape"]


class GroupShape(Strict, frozen=True):
    """Members as ``{members: […], allow_empty: true}``."""

    members: Annotated[MembersAndRules, says("The whole list of the role group's members.")]
    allow_empty: Annotated[bool, says("Whether the list may be empty, which removes every member.")] = False


_Groups = dict[
    Name,
    Annotated[
        MembersAndRules | GroupShape,
        says("The whole list of the role group's members."),
        expects("a list of members, or {members: [], allow_empty: true}"),
    ],
]
_Manager = Annotated[PersonShape | msgspec.UnsetType, says("The workflow manager: one person.")]


class EntryShape(Strict, frozen=True):
    """One project, or every project that matches."""

    rule = {
        "oneOf": [needs("project"), needs("where")],
        EXPECTED: "either 'project:' (one project) or 'where:' (every active project that matches), not both",
    }

    project: Annotated[
        Name | ReferenceShape | msgspec.UnsetType,
        says('One project by its unique name, {id: "1042"} or {number: "24-017"}.'),
        expects(A_PROJECT),
    ] = msgspec.UNSET
    where: Annotated[
        Where | msgspec.UnsetType,
        says("Every active project whose fields match. A list means any of its values. 'except' leaves projects out."),
    ] = msgspec.UNSET
    workflow_manager: _Manager = msgspec.UNSET
    groups: Annotated[_Groups, says("The members of role groups by the group's name, in these projects.")] = {}

    def __post_init__(self) -> None:
        """Refuse both and neither."""
        if (self.project is msgspec.UNSET) == (self.where is msgspec.UNSET):
            raise ValueError("one of project and where")
        if self.where is not msgspec.UNSET:
            check_where(self.where)


class CompanyShape(Strict, frozen=True):
    """The presets of a company-level tool."""

    workflow_manager: _Manager = msgspec.UNSET
    groups: Annotated[_Groups, says("The members of role groups by the group's name.")] = {}


class AssignmentsShape(Strict, frozen=True):
    """Members of the responsible roles in the presets of one workflow template."""

    rule = {
        "oneOf": [needs("projects"), needs("company")],
        EXPECTED: "either 'projects:' (a project-level tool) or 'company:' (a company-level tool), not both",
    }

    kind: Annotated[Literal["assignments"], says("The kind of this document.")]
    template: Annotated[
        Name | TemplateIdShape,
        says('The workflow template, by name or {id: "161072"}.'),
        expects('the template\'s name, or {id: "161072"}'),
    ]
    tool: Annotated[
        ShortText | msgspec.UnsetType,
        says("The tool type. It is only needed if the template's name alone is ambiguous."),
    ] = msgspec.UNSET
    workflow_manager: _Manager = msgspec.UNSET
    groups: Annotated[
        _Groups, says("The members of role groups by the group's name: defaults for every entry below.")
    ] = {}
    projects: Annotated[
        Annotated[list[EntryShape], Meta(min_length=1)] | msgspec.UnsetType,
        says("The projects of a project-level tool."),
        expects("at least one entry with 'project:' or 'where:'"),
    ] = msgspec.UNSET
    company: Annotated[
        CompanyShape | msgspec.UnsetType, says("The company's own presets, for a company-level tool.")
    ] = msgspec.UNSET

    def __post_init__(self) -> None:
        """Refuse both and neither."""
        if (self.projects is msgspec.UNSET) == (self.company is msgspec.UNSET):
            raise ValueError("one of projects and company")


def _decode(document: LocatedDocument, shape: AssignmentsShape) -> Assignments:
    return _Decoder(document).assignments(shape)


def _merge(documents: Sequence[Assignments], _reading: Reading) -> tuple[Mapping[str, Any], list[Diagnostic]]:
    return {"written": tuple(documents)}, check_assignments(documents)


def _content(documents: Documents) -> object:
    return sorted(map(msgspec.json.encode, documents.assignments))


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
            return Reference(origin=origin, name=comparable(shape))
        number = getattr(shape, "number", UNSET)
        if isinstance(shape, ReferenceShape) and number is not UNSET:
            return Reference(origin=origin, number=comparable(str(number)))
        return Reference(origin=origin, id=str(shape.id))  # type: ignore[attr-defined]

    def _manager(self, shape: PersonShape | msgspec.UnsetType, marks: Marks) -> Member | None:
        if shape is UNSET:
            return None
        return decode_person(shape, self._key(marks, "workflow_manager"))

    def _groups(
        self, shape: Mapping[str, Sequence[str | FindingShape] | GroupShape], marks: Marks
    ) -> dict[str, DesiredGroup]:
        groups = {}
        for name, value in shape.items():
            inner = child(marks, name)
            if isinstance(value, GroupShape):
                members = decode_members(self.path, value.members, child(inner, "members"))
                allow_empty = value.allow_empty
            else:
                members = decode_members(self.path, value, inner)
                allow_empty = False
            groups[name if name.isascii() else comparable(name)] = DesiredGroup(
                members=members, origin=self._key(marks, name), allow_empty=allow_empty
            )
        return groups

    def _key(self, marks: Marks, step: str) -> Origin:
        """Return the place of a key."""
        keys = None if isinstance(marks, int) else marks[1]
        return Origin(self.path, *place(keys[step] if keys is not None and step in keys else marks))

    def _at(self, marks: Marks) -> Origin:
        return Origin(self.path, *place(marks))


def _texts(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(str(one).lower() if isinstance(one, bool) else comparable(str(one)) for one in values)


KIND = Kind(name="assignments", shape=AssignmentsShape, decode=_decode, merge=_merge, content=_content)
