"""Compares documents with Procore, and finds the cause of each change by a base; it judges nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reconciler.desired.git.written import written_before
from reconciler.errors import UsageError
from reconciler.operations.bases import refusal
from reconciler.operations.observation import with_lists
from reconciler.planning.base_scope import find_base, resolve_base
from reconciler.planning.causes import already_so
from reconciler.planning.changes import compare
from reconciler.planning.people_reasons import with_reasons
from reconciler.planning.restricting import WHOLE, restrict, unused_globs
from reconciler.planning.withholding import withhold

if TYPE_CHECKING:
    from reconciler.desired.git.base_revision import Base
    from reconciler.model.base import BaseTarget
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.people_lock import PeopleLock
    from reconciler.model.plan import AlreadySo, PresetChange, WithheldChange
    from reconciler.operations.observation import Observation
    from reconciler.operations.readers import LiveReader
    from reconciler.planning.base_scope import BaseScope
    from reconciler.planning.restricting import Restriction

__all__ = ["Compared", "Comparison", "compare_documents", "with_people_of_base"]


class Comparison:
    """A base (null: none) for one observation: its presets are found once, its people again after new lists."""

    def __init__(self, base: Base | None, company_id: str) -> None:
        self.base = base
        self._company_id = company_id
        self._scope: BaseScope | None = None
        self._asked: dict[str, BaseTarget] | None = None
        self._lists = 0

    @property
    def lock(self) -> PeopleLock | None:
        """The people lock of the base; null without a base."""
        documents = None if self.base is None else self.base.documents_for(self._company_id)
        return None if documents is None else documents.lock

    def asked(self, observation: Observation, restriction: Restriction = WHOLE) -> dict[str, BaseTarget] | None:
        """Return what the base asks for, by address; nothing where it is of another company, and null without one.

        Raises UsageError where a plan is restricted and the base names what cannot be found any more.
        """
        base = self.base
        if base is None:
            return None
        state = observation.state
        if self._scope is None:
            self._scope = find_base(base.documents_for(self._company_id), state, written_before(base))
        if self._scope.untold and restriction.only is not None:
            why = "name what cannot be found any more, or two things for one preset"
            raise UsageError(refusal(base, why), diagnostics=self._scope.untold)
        lists = len(state.assignees) + len(state.managers)
        if self._asked is None or lists != self._lists:
            self._asked = resolve_base(self._scope, observation.index.find_surely, self._asked)
            self._lists = lists
        return self._asked


class Compared(NamedTuple):
    """Result of comparing documents, base and Procore.

    ``changes`` are to be done, and ``withheld`` are not. ``left_alone`` are notes on parts that a restriction leaves
    out. ``already`` are requested changes that Procore has. ``then`` is what the base asks for. Both are null without a
    base.
    """

    changes: tuple[PresetChange, ...]
    withheld: tuple[WithheldChange, ...]
    left_alone: tuple[Diagnostic, ...]
    already: tuple[AlreadySo, ...] | None
    then: dict[str, BaseTarget] | None


def compare_documents(
    observation: Observation, comparison: Comparison, restriction: Restriction = WHOLE, *, adds_only: bool = False
) -> Compared:
    """Compare documents with Procore, find causes by the base, and select the changes to do."""
    versions = observation.state.versions
    then = comparison.asked(observation, restriction)
    found = compare(observation.resolved, versions, then)
    if observation.lock.people or comparison.lock is not None:
        found = with_reasons(found, observation.lock, comparison.lock, observation.day)
    wanted, left_alone = restrict(found, restriction)
    changes, withheld = withhold(wanted) if adds_only else (wanted, ())
    already = None if then is None else already_so(observation.resolved, then, versions)
    unused = unused_globs(restriction, observation.resolved)
    return Compared(changes, withheld, (*left_alone, *unused), already, then)


def with_people_of_base(
    observation: Observation, reader: LiveReader, comparison: Comparison, restriction: Restriction
) -> Observation:
    """Look for people whom the base alone names, in groups that lose somebody: the cause depends on who they are.

    That takes one list of possible assignees for each project and tool with such a group. Anyone who is in none of them
    stays unseen. Removals from a group with an unseen person never count as drift.
    """
    asked = comparison.asked(observation, restriction)
    wanted = set()
    for resolved in observation.resolved:
        target = resolved.target
        then = (asked or {}).get(target.address)
        if then is None:
            continue
        for membership in target.preset.groups:
            desired, before = resolved.groups.get(membership.uuid), then.groups.get(membership.uuid)
            unseen = before is not None and before.unseen
            if unseen and desired is not None and {one.id for one in membership.members} - desired.members.keys():
                wanted.add(target.place)
    return with_lists(observation, reader, wanted)
