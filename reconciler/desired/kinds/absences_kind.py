"""``kind: absences``: who is away from which day to which, and who replaces them."""

from __future__ import annotations

import datetime
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta

from reconciler.desired.kinds.common_shapes import Day, Name, PersonNotTeam, Reason, Strict
from reconciler.desired.kinds.field_words import EXPECTED, expects, needs, says
from reconciler.desired.kinds.kind import Kind
from reconciler.desired.kinds.member_lists import decode_person
from reconciler.model.absences import Absence
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.spelling import comparable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.desired.kinds.kind import Reading
    from reconciler.desired.yaml.strict_reader import LocatedDocument
    from reconciler.model.diagnostics import Origin
    from reconciler.model.documents import Documents

__all__ = ["KIND", "AbsencesShape"]

LONGEST_ABSENCE_DAYS = 366
_AN_ABSENCE = "{person: bo@acme.test, from: 2026-12-21, to: 2027-01-14, replacement: ann@acme.test}"
_Globs = Annotated[list[Name], Meta(min_length=1, max_length=1000)]


class AbsenceShape(Strict, frozen=True):
    """Somebody who is away, with a replacement or ``keep: true``."""

    rule = {
        "anyOf": [
            needs("replacement"),
            {
                "properties": {"keep": {"const": True, EXPECTED: "true, where there is no replacement"}},
                "required": ["keep"],
            },
        ],
        EXPECTED: _AN_ABSENCE,
    }

    person: Annotated[PersonNotTeam, says("Who is away.")]
    begins: Annotated[Day, says("The first day (UTC).")] = msgspec.field(name="from")
    ends: Annotated[Day, says("The last day (UTC).")] = msgspec.field(name="to")
    replacement: Annotated[PersonNotTeam | msgspec.UnsetType, says("Who holds the roles on these days.")] = UNSET
    keep: Annotated[bool, says("Whether the person keeps the roles too.")] = False
    reason: Annotated[Reason | msgspec.UnsetType, says("Why, for readers. Git keeps it.")] = UNSET
    roles: Annotated[
        _Globs | msgspec.UnsetType, says("The roles that it counts for, as names or globs. Without it, all.")
    ] = UNSET
    projects: Annotated[
        _Globs | msgspec.UnsetType, says("The projects that it counts for, as names or globs. Without it, all.")
    ] = UNSET

    def __post_init__(self) -> None:
        """Refuse an absence that says nothing of the roles."""
        if self.replacement is UNSET and not self.keep:
            raise ValueError("neither replacement nor keep")


class AbsencesShape(Strict, frozen=True):
    """Days on which people are away, and who holds their roles then."""

    kind: Annotated[Literal["absences"], says("The kind of this document.")]
    absences: Annotated[
        list[AbsenceShape],
        Meta(max_length=10_000),
        says("People who are away."),
        expects(f"a list, each entry like - {_AN_ABSENCE}"),
    ]


def _decode(document: LocatedDocument, shape: AbsencesShape) -> list[Absence]:
    return [_absence(document, index, one) for index, one in enumerate(shape.absences)]


def _absence(document: LocatedDocument, index: int, shape: AbsenceShape) -> Absence:
    def at(key: str) -> Origin:
        return document.origin("absences", index, key)

    return Absence(
        person=decode_person(shape.person, at("person")),
        begins=shape.begins,
        ends=shape.ends,
        origin=document.origin("absences", index),
        replacement=None if shape.replacement is UNSET else decode_person(shape.replacement, at("replacement")),
        keeps=shape.keep,
        reason=None if shape.reason is UNSET else shape.reason,
        roles=None if shape.roles is UNSET else tuple(comparable(one) for one in shape.roles),
        projects=None if shape.projects is UNSET else tuple(comparable(one) for one in shape.projects),
    )


def _merge(documents: Sequence[list[Absence]], _reading: Reading) -> tuple[Mapping[str, Any], list[Diagnostic]]:
    absences = tuple(chain.from_iterable(documents))
    wrong = [*chain.from_iterable(map(_wrong_alone, absences)), *_wrong_together(absences)]
    return {"absences": absences}, wrong


def _wrong_alone(one: Absence) -> Iterator[Diagnostic]:
    if one.ends < one.begins:
        yield _error(f"ends on {one.ends}, before it begins on {one.begins}: correct one of the days", one)
    elif one.ends - one.begins >= datetime.timedelta(days=LONGEST_ABSENCE_DAYS):
        yield _error(f"lasts more than {LONGEST_ABSENCE_DAYS} days: end it earlier, or take {one.person} out", one)
    if one.replacement is not None and one.replacement.key == one.person.key:
        yield _error(f"has {one.person} as their own replacement: name somebody else, or write keep: true", one)


def _wrong_together(absences: Iterable[Absence]) -> Iterator[Diagnostic]:
    """Yield absences that contradict each other on any day.

    If a replacement is absent too, theirs counts. Nobody is looked for beyond that.
    """
    by_person: dict[tuple[str, str], list[Absence]] = {}
    for one in absences:
        by_person.setdefault(one.person.key, []).append(one)
    for several in by_person.values():
        current: list[Absence] = []
        for one in sorted(several, key=lambda one: one.begins):
            current = [first for first in current if first.ends >= one.begins]
            for first in current:
                if first.meets(one):
                    yield _error(f"overlaps the one at {first.origin}: change the days of one of them", one)
            current.append(one)
        for one in several:
            yield from _wrong_chain(one, by_person)


def _wrong_chain(one: Absence, by_person: Mapping[tuple[str, str], list[Absence]]) -> Iterator[Diagnostic]:
    for second in _of_replacement(one, by_person):
        if second.replacement is not None and second.replacement.key == one.person.key:
            words = f"and the one at {second.origin} replace each other's people on the same days"
            yield _error(f"{words}: name somebody who is there", one)
            continue
        for third in _of_replacement(second, by_person):
            if one.meets(third):
                words = f"has {one.replacement} as replacement, then {second.replacement}, and both are absent (at "
                yield _error(f"{words}{second.origin} and {third.origin}): name somebody who is there", one)


def _of_replacement(one: Absence, by_person: Mapping[tuple[str, str], list[Absence]]) -> Iterator[Absence]:
    """Yield the absences of a replacement on days on which they are needed."""
    if one.replacement is not None:
        for other in by_person.get(one.replacement.key, ()):
            if not other.keeps and one.meets(other):
                yield other


def _error(words: str, one: Absence) -> Diagnostic:
    message = f"this absence of {one.person} {words}"
    return Diagnostic(severity="error", code="documents/absence", message=message, origin=one.origin)


def _content(documents: Documents) -> object:
    return sorted(
        repr((one.person.key, one.begins, one.ends, one.replacement and one.replacement.key, one.keeps, one.roles,
              one.projects))
        for one in documents.absences
    )  # fmt: skip


KIND = Kind(name="absences", shape=AbsencesShape, decode=_decode, merge=_merge, content=_content)
