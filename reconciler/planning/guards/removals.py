"""Guards over removals: too many at once, whole groups, and groups that are managed for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.memory import DAYS_REMEMBERED
from reconciler.model.spelling import login_key
from reconciler.planning.guards.case import few, finding, place_of, removals_of
from reconciler.planning.guards.lookback import lost_before
from reconciler.planning.guards.overrides import way_through

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.diagnostics import Diagnostic, Origin
    from reconciler.model.memory import PastRemoval
    from reconciler.model.plan import GroupChange, PresetChange
    from reconciler.planning.guards.case import Case, Removal
    from reconciler.planning.guards.overrides import Lifting

__all__ = [
    "empties_group",
    "first_adoption",
    "group_removals",
    "run_removals",
    "whole_group",
]

SMALL_GROUP = 2  # everybody of so few may be replaced at once


_Losing = tuple["PresetChange", "GroupChange", list["Removal"]]


def _losing(case: Case, lifting: Lifting) -> Iterator[_Losing]:
    """Yield every group that loses anybody whom no override lets go, with those people."""
    for change in case.changes:
        for group in change.groups:
            left = lifting.open(removals_of_group(change, group))
            if left:
                yield change, group, left


def removals_of_group(change: PresetChange, group: GroupChange) -> list[Removal]:
    """Return the removals of one group."""
    return [one for one in removals_of((change,)) if one.group is group]


def _with_remedy(case: Case, lifting: Lifting, stopped: Iterable[_Losing]) -> Iterator[tuple[_Losing, str]]:
    """Yield each stopped group with its remedy, which is the same for all groups of one line."""
    families: dict[Origin | None, list[_Losing]] = {}
    for one in stopped:
        families.setdefault(one[1].origin, []).append(one)
    for family in families.values():
        remedy = way_through(case, lifting, [removal for _, _, left in family for removal in left])
        for one in family:
            yield one, remedy


def group_removals(case: Case, lifting: Lifting) -> Iterator[Diagnostic]:
    """Stop when one group loses more people than the limit allows, also over the days before."""
    limit = case.policy.group_removals
    before = lost_before(case, lifting)
    stopped = []
    for change, group, left in _losing(case, lifting):
        lost = before.get((change.address, group.uuid), [])
        had = len(group.keep) + len(group.remove) + len(lost)
        if not limit.allows(len(left) + len(lost), had) or _loses_too_many_of_then(case, change, group, left, lost):
            stopped.append((change, group, left))
    for (change, group, left), remedy in _with_remedy(case, lifting, stopped):
        live = len(group.keep) + len(group.remove)
        lifted = len(group.remove) - len(left)
        beyond = f" beyond the {lifted:,} that overrides allow" if lifted else ""
        past = before.get((change.address, group.uuid), [])
        lately = f", and lost {len(past):,} in the last {DAYS_REMEMBERED} days ({_few_people(past)})" if past else ""
        if limit.allows(len(left) + len(past), live + len(past)):
            then = len(_members_then(case, change, group))
            lately += f", of the {then:,} it had {DAYS_REMEMBERED} days ago"
        yield finding(
            "error",
            "policy/group-removals",
            f"{place_of(change, group)} would lose {len(left):,} of {live:,} people{beyond}{lately} (limit {limit})",
            address=change.address,
            origin=group.origin,
            remedy=remedy,
        )


def _loses_too_many_of_then(
    case: Case, change: PresetChange, group: GroupChange, left: list[Removal], lost: list[PastRemoval]
) -> bool:
    """Return whether too many people of some days ago leave: people who came since do not enlarge the group."""
    members = _members_then(case, change, group)
    if not members:
        return False
    going = sum(bool({one.person.id, f"login:{login_key(one.person.login)}"} & members) for one in left)
    return not case.policy.group_removals.allows(going + sum(one.key in members for one in lost), len(members))


def _members_then(case: Case, change: PresetChange, group: GroupChange) -> frozenset[str]:
    return frozenset() if case.memory is None else case.memory.members.get((change.address, group.uuid), frozenset())


def _few_people(past: Iterable[PastRemoval]) -> str:
    return few(one.person.name or one.person.login or f"login id {one.person.id}" for one in past)


def run_removals(case: Case, lifting: Lifting) -> Iterator[Diagnostic]:
    """Stop when the whole plan removes more than the limit allows of everything managed."""
    limit = case.policy.run_removals
    left = lifting.open(removals_of(case.changes))
    if limit.allows(len(left), case.managed):
        return
    lifted = sum(count for _, count in lifting.used)
    beyond = f" beyond the {lifted:,} that overrides allow" if lifted else ""
    all_of_it = way_through(case, lifting, left)
    yield finding(
        "error",
        "policy/run-removals",
        f"the plan removes {len(left):,} of {case.managed:,} managed roles{beyond} (limit {limit})",
        origin=limit.origin,
        remedy=f"make smaller steps, add only (--adds-only), or, if all of it is meant, {all_of_it}",
    )


def whole_group(case: Case, lifting: Lifting) -> Iterator[Diagnostic]:
    """Stop when nobody stays of three or more; warn when nobody stays of one or two who are replaced."""
    replaced = [one for one in _losing(case, lifting) if not one[1].keep]
    stopped = [one for one in replaced if len(one[1].remove) > SMALL_GROUP]
    for (change, group, _), remedy in _with_remedy(case, lifting, stopped):
        yield finding(
            "error",
            "policy/whole-group",
            f"all members of {place_of(change, group)} ({len(group.remove):,}) would be "
            f"{'replaced' if group.add else 'removed'}, a group of three or more",
            address=change.address,
            origin=group.origin,
            remedy=remedy,
        )
    for change, group, _ in replaced:
        if len(group.remove) <= SMALL_GROUP and group.add:
            yield finding(
                "warning",
                "policy/whole-group",
                f"all members of {place_of(change, group)} ({len(group.remove):,}) would be replaced",
                address=change.address,
                origin=group.origin,
            )


def empties_group(case: Case) -> Iterator[Diagnostic]:
    """Stop when nobody would be left and the documents do not say that this is meant; warn when they do."""
    for change in case.changes:
        for group in change.groups:
            if not group.remove or group.keep or group.add:
                continue
            address, origin = change.address, group.origin
            what = f"{place_of(change, group)}: nobody will hold this role any more"
            if group.allow_empty:
                yield finding(
                    "warning", "policy/empties-group", f"{what} (allow_empty)", address=address, origin=origin
                )
            else:
                remedy = f"{{members: [], allow_empty: true}} at {origin}"
                yield finding("error", "policy/empties-group", what, remedy=remedy, address=address, origin=origin)


def first_adoption(case: Case, lifting: Lifting) -> Iterator[Diagnostic]:
    """Stop when a group that the base revision did not manage loses anybody; say when that cannot be judged."""
    losing = list(_losing(case, lifting))
    for (change, group, left), remedy in _with_remedy(case, lifting, (one for one in losing if one[1].adopted)):
        first = "is managed for the first time"
        if case.doubtful_base is not None:
            first = f"may be managed for the first time (not all documents at {case.doubtful_base[:12]} can be read)"
        adding = "begin with --adds-only; for the rest, " if group.add else ""
        yield finding(
            "error",
            "policy/first-adoption",
            f"{place_of(change, group)} {first} and would lose {len(left):,} of "
            f"{len(group.keep) + len(group.remove):,} people",
            address=change.address,
            origin=group.origin,
            remedy=f"{adding}{remedy}",
        )
    if any(group.adopted is None for _, group, _ in losing):
        message = "tip: with --base origin/main this also checks groups that are managed for the first time"
        if not case.memory:
            message += f", and whom they lost in the last {DAYS_REMEMBERED} days"
        yield finding("note", "policy/first-adoption", message)
