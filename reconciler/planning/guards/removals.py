"""Guards over who loses a role: how many at once, whom, and where for the first time; each speaks for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.planning.guards.case import finding, place_of, removals_of
from reconciler.planning.guards.overrides import way_through

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.member import Member
    from reconciler.model.plan import GroupChange, PresetChange, RemovedPerson
    from reconciler.planning.guards.case import Case, Removal
    from reconciler.planning.guards.overrides import Lifting

__all__ = [
    "empties_group",
    "first_adoption",
    "group_removals",
    "loses_everything",
    "own_account",
    "protected_person",
    "run_removals",
    "whole_group",
]

SMALL_GROUP = 2  # everybody of so few may be replaced at once


def _losing(case: Case, lifting: Lifting) -> Iterator[tuple[PresetChange, GroupChange, list[Removal]]]:
    """Give every group that loses anybody whom no override lets go, with those people."""
    for change in case.changes:
        for group in change.groups:
            left = lifting.open(removals_of_group(change, group))
            if left:
                yield change, group, left


def removals_of_group(change: PresetChange, group: GroupChange) -> list[Removal]:
    """Give the removals of one group."""
    return [one for one in removals_of((change,)) if one.group is group]


def group_removals(case: Case, lifting: Lifting) -> Iterator[Diagnostic]:
    """Stop when one group loses more than the limit allows of its live members."""
    limit = case.policy.group_removals
    for change, group, left in _losing(case, lifting):
        live = len(group.keep) + len(group.remove)
        if limit.allows(len(left), live):
            continue
        lifted = len(group.remove) - len(left)
        beyond = f" beyond the {lifted:,} that overrides allow" if lifted else ""
        yield finding(
            "error",
            "policy/group-removals",
            f"{place_of(change, group)} would lose {len(left):,} of {live:,} people{beyond} (limit {limit})",
            address=change.address,
            origin=group.remove[0].origin,
            remedy=way_through(case, lifting, left),
        )


def run_removals(case: Case, lifting: Lifting) -> Iterator[Diagnostic]:
    """Stop when the whole plan removes more than the limit allows of everything managed."""
    limit = case.policy.run_removals
    left = lifting.open(removals_of(case.changes))
    if limit.allows(len(left), case.managed):
        return
    lifted = sum(count for _, count in lifting.used)
    beyond = f" beyond the {lifted:,} that overrides allow" if lifted else ""
    where = f", or limits.run_removals at {limit.origin}" if limit.origin else ""
    yield finding(
        "error",
        "policy/run-removals",
        f"the plan removes {len(left):,} of {case.managed:,} managed people-roles{beyond} (limit {limit})",
        origin=limit.origin,
        remedy=f"{way_through(case, lifting, left)}{where}; or apply the additions alone with --adds-only",
    )


def whole_group(case: Case, lifting: Lifting) -> Iterator[Diagnostic]:
    """Stop when nobody stays of three or more; warn when nobody stays of one or two who are replaced."""
    for change, group, left in _losing(case, lifting):
        live = len(group.remove)
        if group.keep or (live <= SMALL_GROUP and not group.add):
            continue
        what = f"{place_of(change, group)} would lose everybody it has ({live:,})"
        address, origin = change.address, group.remove[0].origin
        if live > SMALL_GROUP:
            remedy = way_through(case, lifting, left)
            yield finding(
                "error",
                "policy/whole-group",
                f"{what}, a group of three or more",
                remedy=remedy,
                address=address,
                origin=origin,
            )
        else:
            yield finding(
                "warning", "policy/whole-group", f"{what} and hold other people instead", address=address, origin=origin
            )


def empties_group(case: Case) -> Iterator[Diagnostic]:
    """Stop when nobody would be left and the documents do not say that this is meant; warn when they do."""
    for change in case.changes:
        for group in change.groups:
            if not group.remove or group.keep or group.add:
                continue
            address, origin = change.address, group.remove[0].origin
            what = f"{place_of(change, group)}: nobody will hold this role any more"
            if group.allow_empty:
                yield finding(
                    "warning", "policy/empties-group", f"{what} (allow_empty)", address=address, origin=origin
                )
            else:
                remedy = f"{{members: [], allow_empty: true}} at {origin}"
                yield finding("error", "policy/empties-group", what, remedy=remedy, address=address, origin=origin)


def _whoever(
    case: Case, lifting: Lifting, code: str, what: str, chosen: Callable[[RemovedPerson], Member | None]
) -> Iterator[Diagnostic]:
    """Stop the removal of chosen people; ``what`` says of the line that chose them why."""
    for one in lifting.open(removals_of(case.changes)):
        line = chosen(one.person)
        if line is None:
            continue
        who = one.person.name or one.person.login or f"login id {one.person.id}"
        yield finding(
            "error",
            code,
            f"{place_of(one.change, one.group)} would lose {who}, {what} ({line.origin})",
            address=one.change.address,
            origin=one.person.origin,
            remedy=way_through(case, lifting, [one], person=True),
        )


def protected_person(case: Case, lifting: Lifting) -> Iterator[Diagnostic]:
    """Stop the removal of anybody whom the policy protects."""

    def chosen(person: RemovedPerson) -> Member | None:
        return next((one for one in case.policy.protected if one.names(person.id, person.login)), None)

    return _whoever(case, lifting, "policy/protected-person", "who is protected", chosen)


def own_account(case: Case, lifting: Lifting) -> Iterator[Diagnostic]:
    """Stop the removal of the account that this tool signs in with."""
    own = case.own_account

    def chosen(person: RemovedPerson) -> Member | None:
        return own if own is not None and own.names(person.id, person.login) else None

    return _whoever(case, lifting, "policy/own-account", "the account this tool signs in with", chosen)


def first_adoption(case: Case, lifting: Lifting) -> Iterator[Diagnostic]:
    """Stop when a group that the base revision did not manage loses anybody; say when that cannot be judged."""
    unjudged = 0
    for change, group, left in _losing(case, lifting):
        if group.adopted is None:
            unjudged += len(left)
        elif group.adopted:
            yield finding(
                "error",
                "policy/first-adoption",
                f"{place_of(change, group)} is managed for the first time and would lose {len(left):,} of "
                f"{len(group.keep) + len(group.remove):,} people",
                address=change.address,
                origin=group.remove[0].origin,
                remedy=f"{way_through(case, lifting, left)}; or begin with --adds-only",
            )
    if unjudged:
        message = (
            "whether a group that loses people is managed for the first time is not known; name the base with --base"
        )
        yield finding("note", "policy/first-adoption", message)


def loses_everything(case: Case) -> Iterator[Diagnostic]:
    """Warn of everybody who would hold no role any more in anything that was read."""
    leaving = {one.person.id: one for one in removals_of(case.changes)}
    if not leaving:
        return
    holding = {person.id for preset in case.presets for role in preset.roles for person in role.members}
    for login_id, one in leaving.items():
        if login_id not in holding:
            person = one.person
            who = f"{person.name or 'somebody'} ({person.login or f'login id {login_id}'})"
            yield finding(
                "warning",
                "policy/loses-everything",
                f"{who} would hold no role any more in the presets that are managed",
                address=one.change.address,
                origin=person.origin,
            )
