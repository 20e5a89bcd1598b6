"""Finds the presets, groups and people that a base asks for, in live as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reconciler.model.base import BaseGroup, BaseMember, BaseTarget
from reconciler.model.live import Person, preset_address
from reconciler.planning.changed_names import WrittenBefore, newer_than
from reconciler.planning.scope.claims import select
from reconciler.planning.scope.targets import find_targets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import DesiredGroup, Documents
    from reconciler.model.live import LiveState
    from reconciler.model.member import Member
    from reconciler.model.scope import Target

__all__ = ["BaseScope", "find_base", "resolve_base"]

_UNSEEN = "unseen "  # no login id begins like this


class BaseScope(NamedTuple):
    """The presets that a base names, people still by their lines.

    ``without_groups`` are presets of which nothing more is known. Nobody looked for them, or their name belongs to
    something else now. ``untold`` are the problems that leave a part of the base unknown.
    """

    targets: tuple[Target, ...] = ()
    without_groups: Mapping[str, BaseTarget] = {}
    untold: tuple[Diagnostic, ...] = ()


def find_base(base: Documents | None, state: LiveState, written_before: WrittenBefore | None = None) -> BaseScope:
    """Return the presets and groups that a base names; nothing where it had no documents.

    A preset that is out of scope now was not looked for. Its address is listed without groups. The same holds for a
    preset to which only a name of the base leads now. It was made after the file that names it was written, as
    ``written_before`` says.

    A group that cannot be found any more counts as not managed: that makes guards stricter, never laxer. This does not
    hold for causes, where less at the base may mean more drift. So a template or project that cannot be found is
    reported as an error. A preset that two lines now apply to is an error too. An entry that went may have been
    narrower than the one left.
    """
    if base is None:
        return BaseScope()
    scope, lost = select(base, state.catalogue)
    targets, found = find_targets(scope, state.catalogue, state.presets, state.versions)
    looked_for = {(one.project_id, template_id) for one in state.listed for template_id in one.template_ids}
    without_groups = {
        preset_address(key): BaseTarget({})
        for key in scope.claims
        if (key.project_id, key.template_id) not in looked_for
    }
    claims = {preset_address(key): found for key, found in scope.claims.items()}
    own = []
    for target in targets:
        newer = newer_than(target, claims[target.address], written_before)
        if newer is None:
            own.append(target)
        else:
            without_groups[target.address] = BaseTarget({}, newer=newer)
    untold = [one for one in lost if one.severity == "error"]
    untold.extend(one for one in found if one.code == "documents/conflict")
    return BaseScope(tuple(own), without_groups, tuple(untold))


def resolve_base(
    scope: BaseScope, find: Callable[[Member], Person | None], before: Mapping[str, BaseTarget] | None = None
) -> dict[str, BaseTarget]:
    """Return what a base asks for, by address, with people among those already seen.

    ``find`` returns null where a line may mean several people. People who cannot be found stay in their group as
    unseen: else there would be more drift. ``before`` is what was found before more people were seen: only what was
    left open there is looked up again.
    """
    asked = dict(scope.without_groups)
    for target in scope.targets:
        known = None if before is None else before.get(target.address)
        asked[target.address] = known if known is not None and _is_known(known) else _resolved(target, find)
    return asked


def _is_known(target: BaseTarget) -> bool:
    """Return whether everybody whom the base names of a preset was found."""
    manager = target.manager
    return not (manager or "").startswith(_UNSEEN) and not any(group.unseen for group in target.groups.values())


def _resolved(target: Target, find: Callable[[Member], Person | None]) -> BaseTarget:
    groups = {
        uuid: _group(desired, find, uncertain=uuid in target.uncertain) for uuid, desired in target.groups.items()
    }
    return BaseTarget(groups, _manager(target.manager, find))


def _group(desired: DesiredGroup, find: Callable[[Member], Person | None], *, uncertain: bool) -> BaseGroup:
    members, unseen = {}, []
    for member in desired.members:
        person = find(member)
        if person is None:
            unseen.append(BaseMember(Person(member.login_id or "", member.login), member.origin, member.via))
        else:
            members[person.id] = BaseMember(person, member.origin, member.via, member.until, member.because)
    return BaseGroup(members, tuple(unseen), uncertain=uncertain)


def _manager(manager: Member | None, find: Callable[[Member], Person | None]) -> str | None:
    """Return a login id, or a word that nobody has if the person is not found; null if unmanaged."""
    if manager is None:
        return None
    person = find(manager)
    return f"{_UNSEEN}{manager}".lower() if person is None else person.id
