"""Finds the narrowest place in the documents for every wish; it knows places and people, and no YAML text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.desired.editing.roster import Rewritten
from reconciler.desired.editing.team_offers import accept, find_offers
from reconciler.desired.yaml.scalars import member_text
from reconciler.model.adoption import AddEntry, AddToEntry, Edit, EditList, OwnGroup, SetManager, TeamOffer, Wish
from reconciler.model.diagnostics import Origin
from reconciler.model.documents import Assignments, DesiredGroup, Entry
from reconciler.model.live import PresetKey

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from reconciler.desired.editing.roster import Roster
    from reconciler.desired.names import Names
    from reconciler.model.documents import Documents
    from reconciler.model.member import Member
    from reconciler.model.scope import Claim, Target

__all__ = ["Placed", "Placement", "place_wishes"]

_FEWEST_PROJECTS_OF_A_RULE = 2


class Placed(msgspec.Struct, frozen=True):
    """One edit with the wishes it is for."""

    edit: Edit
    wishes: tuple[Wish, ...]

    @property
    def path(self) -> str:
        """The file it is in."""
        return self.edit.origin.path


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """Edits, wishes that no document can say (each with the reason), and what could be done with teams instead.

    ``left_alone`` are lists that apply to no preset any more, because each of their presets got a list of its own.
    """

    placed: tuple[Placed, ...]
    refused: tuple[tuple[Wish, str], ...]
    offers: tuple[TeamOffer, ...]
    left_alone: tuple[Origin, ...] = ()


class _Place(msgspec.Struct, frozen=True):
    """Place where a role, or a workflow manager (``group`` null), is written: in an entry, or as a default (null)."""

    document: Assignments
    entry: Entry | None
    name: str
    group: DesiredGroup | None


class _Own:
    """Groups and manager that a preset gets of its own; without an entry yet, they go into this document."""

    def __init__(self, document: Assignments) -> None:
        self.document = document
        self.groups: list[OwnGroup] = []
        self.manager: str | None = None
        self.wishes: list[Wish] = []


def place_wishes(  # noqa: PLR0913 - what is wished for, and all that is known; each named
    wishes: Sequence[Wish],
    targets: Sequence[Target],
    documents: Documents,
    claims: Mapping[PresetKey, Sequence[Claim]],
    *,
    roster: Roster,
    names: Names,
    accepted: Collection[TeamOffer] = (),
) -> Placement:
    """Return the edits after which the documents fulfil the wishes and are otherwise unchanged.

    A list that applies to one preset alone is edited. A list that applies to several presets takes the changes that all
    of them wish. It does so only while it still applies to a preset afterwards. Further wishes of a preset go into a
    list of its own, in its own entry. Teams change only where that was offered and accepted.
    """
    return _Placing(targets, documents, claims, roster, names).place(wishes, accepted)


class _Placing:
    def __init__(
        self,
        targets: Sequence[Target],
        documents: Documents,
        claims: Mapping[PresetKey, Sequence[Claim]],
        roster: Roster,
        names: Names,
    ) -> None:
        self._targets = {target.address: target for target in targets}
        self._claims = claims
        self._roster = roster
        self._names = names
        self._places = dict(_places(documents))
        self._followers: dict[Origin, list[tuple[str, str | None]]] = {}
        for target in targets:
            for uuid, desired in target.groups.items():
                self._followers.setdefault(desired.origin, []).append((target.address, uuid))
            if target.manager is not None:
                self._followers.setdefault(target.manager.origin, []).append((target.address, None))
        self._placed: list[Placed] = []
        self._refused: list[tuple[Wish, str]] = []
        self._own: dict[tuple[str, Origin], _Own] = {}
        self._left_alone: list[Origin] = []

    def place(self, wishes: Sequence[Wish], accepted: Collection[TeamOffer]) -> Placement:
        """Place every wish."""
        lists = {origin: one.group.members for origin, one in self._places.items() if one.group is not None}
        found = find_offers(wishes, lists, self._followers, self._roster)
        taken = [offer for offer in found if offer in accepted]
        self._placed.extend(Placed(edit, for_) for edit, for_ in accept(taken, wishes, self._roster, self._names))
        by_follower = {(wish.address, wish.group): wish for wish in wishes}
        for origin, followers in self._followers.items():
            wished = {one: by_follower[one] for one in followers if one in by_follower}
            if wished:
                self._place_list(origin, wished, len(followers))
        self._empty_lists()
        for (address, _), own in self._own.items():
            self._place_own(address, own)
        offers = tuple(offer for offer in found if offer not in accepted)
        return Placement(
            placed=tuple(self._placed),
            refused=tuple(self._refused),
            offers=offers,
            left_alone=tuple(self._left_alone),
        )

    def _place_list(self, origin: Origin, wished: Mapping[tuple[str, str | None], Wish], followers: int) -> None:
        place = self._places[origin]
        left = [one for one in (self._left(wish, place) for wish in wished.values()) if one is not None]
        if not left:
            return
        rule = place.entry is not None and place.entry.where is not None
        every = len(left) == followers and not (rule and followers < _FEWEST_PROJECTS_OF_A_RULE)
        shared = left[0].shared_with(left[1:])
        more = [wish for wish in left if wish.people != shared.people]
        if not every or len(more) == len(left):  # nobody would follow it as it would be
            more = left
            self._left_alone.extend([origin] if len(left) == followers else [])
        else:
            self._edit_in_place(origin, place, shared, left)
        for wish in more:
            self._give_own(place, wish)

    def _left(self, wish: Wish, place: _Place) -> Wish | None:
        """Return what is left of a wish after the teams that were changed; nothing where that was all."""
        if place.group is None:
            if wish.add:
                return wish
            reason = (
                "there is no workflow manager there, and a document cannot ask for none; name somebody, or take the "
                "workflow_manager out to leave it to the service"
            )
            self._refused.append((wish, reason))
            return None
        there = self._roster.people(place.group.members)
        add = tuple(one for one in wish.add if one.id not in there)
        remove = tuple(one for one in wish.remove if one.id in there)
        if (add or remove) and self._roster.needs_rule(place.group.members, remove):
            reason = "a rule finds people here: change the rule, or 'except:' of the team, by hand"
            self._refused.append((wish, reason))
            return None
        return msgspec.structs.replace(wish, add=add, remove=remove) if add or remove else None

    def _empty_lists(self) -> None:
        """Add an edit for each list that names only empty teams: a document must say that nobody is left."""
        edited = {one.edit.origin for one in self._placed}
        for origin, place in self._places.items():
            group = place.group
            if group is None or not group.members or group.allow_empty or origin in edited:
                continue
            if self._roster.names_only(group.members, ()):
                nobody: dict[int, tuple[str, ...]] = dict.fromkeys(range(len(group.members)), ())
                self._placed.append(Placed(EditList(origin=origin, replaced=nobody, appended=()), ()))

    def _edit_in_place(self, origin: Origin, place: _Place, shared: Wish, wishes: Sequence[Wish]) -> None:
        edit: Edit
        if place.group is None:
            edit = SetManager(origin=origin, person=self._names.person(shared.add[0]))
        else:
            new = self._changed(place.group.members, shared)
            edit = EditList(origin=origin, replaced=new.replaced, appended=new.appended, remarks=new.remarks)
        self._placed.append(Placed(edit, tuple(wishes)))

    def _changed(self, members: Sequence[Member], wish: Wish) -> Rewritten:
        """Return the new lines of a list; a list that holds nobody gets none, not even an empty team."""
        if not wish.add and self._roster.names_only(members, {one.id for one in wish.remove}):
            return Rewritten(dict.fromkeys(range(len(members)), ()))
        return self._roster.changed(members, wish.add, wish.remove, self._names)

    def _give_own(self, place: _Place, wish: Wish) -> None:
        own = self._own.setdefault((wish.address, place.document.origin), _Own(place.document))
        own.wishes.append(wish)
        if place.group is None:
            own.manager = self._names.person(wish.add[0])
            return
        members = place.group.members
        replaced, appended, _ = self._changed(members, wish)
        texts = [
            text
            for index, one in enumerate(members)
            if index in replaced or not self._roster.is_over(one)
            for text in replaced.get(index, (member_text(one),))
        ]
        one_a_line = len({member.origin.line for member in members}) > 1
        own.groups.append(OwnGroup(name=place.name, members=(*texts, *appended), one_a_line=one_a_line))

    def _place_own(self, address: str, own: _Own) -> None:
        target = self._targets[address]
        groups = tuple(own.groups)
        entry = self._entry_of(target, own.document)
        edit: Edit
        if entry is not None:
            edit = AddToEntry(origin=entry.origin, groups=groups, manager=own.manager)
        else:
            assert target.project is not None  # noqa: S101 - at company level the entry is the only one
            project = self._names.project(target.project)
            edit = AddEntry(origin=own.document.origin, project=project, groups=groups, manager=own.manager)
        self._placed.append(Placed(edit, tuple(own.wishes)))

    def _entry_of(self, target: Target, document: Assignments) -> Entry | None:
        """Return the entry that is about this preset alone, of the same document where there are several."""
        found = [one for one in self._claims[_key(target)] if one.entry.where is None]
        found.sort(key=lambda one: one.document.origin != document.origin)
        return found[0].entry if found else None


def _key(target: Target) -> PresetKey:
    return PresetKey(target.template.id, None if target.project is None else target.project.id)


def _places(documents: Documents) -> Iterable[tuple[Origin, _Place]]:
    for document in documents.written:
        parts: list[tuple[Entry | None, Assignments | Entry]] = [(None, document)]
        parts.extend((entry, entry) for entry in document.entries)
        for entry, part in parts:
            for name, group in part.groups.items():
                yield group.origin, _Place(document, entry, name, group)
            if part.workflow_manager is not None:
                yield part.workflow_manager.origin, _Place(document, entry, "", None)
