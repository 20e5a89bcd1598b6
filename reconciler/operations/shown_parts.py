"""Takes the chosen part of a saved plan or report, by the names in it."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from reconciler.drift import slice_report
from reconciler.errors import UsageError
from reconciler.model.drift import DriftReport
from reconciler.model.live import Person
from reconciler.model.routed_day import RoutedDay
from reconciler.model.spelling import login_key
from reconciler.model.titles import preset_title
from reconciler.operations.chosen_parts import KnownNames, by_id, by_text, slice_by, texts_of
from reconciler.planning.slices import slice_plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.plan import PersonChange, Plan, RemovedPerson
    from reconciler.model.selection import Selection, Slice
    from reconciler.model.titles import Named

    _Somebody = Person | PersonChange | RemovedPerson

__all__ = ["choose_part"]


def _slice_of_plan(selection: Selection, plan: Plan) -> Slice:
    """Return what is chosen of a plan; raises UsageError for a name that nothing in it has."""
    people: list[_Somebody] = [*plan.people, *(one for part in plan.already for one in (*part.add, *part.remove))]
    people.extend(one for change in plan.withheld for group in change.groups for one in group.remove)
    people.extend(one for change in plan.changes for group in change.groups for one in group.keep)
    named = [(one.address, one.template, one.project) for one in plan.changes]
    named += [(one.address, one.template, one.project) for one in plan.withheld]
    named += [(one.address, one.template, one.project) for one in plan.already]
    groups = [(change.address, group.uuid) for change in plan.changes for group in change.groups]
    return slice_by(selection, _known_in("in this plan", named, groups, people))


def _slice_of_report(selection: Selection, report: DriftReport) -> Slice:
    """Return what is chosen of a report; raises UsageError for a name that nothing in it has."""
    unseen = [one.drift for one in report.unseen]
    drifts = [*report.drifts, *report.resolved, *report.released, *unseen]
    named = [(one.address, one.template, one.project) for one in drifts]
    groups = [(one.address, one.group.uuid) for one in drifts if one.group is not None]
    notices = (*report.notices, *report.resolved_notices)
    people = [*(one.person for one in drifts), *(one.person for one in notices if one.person is not None)]
    return slice_by(selection, _known_in("in this report", named, groups, people))


def choose_part(result: Plan | DriftReport | RoutedDay, selection: Selection | None) -> Plan | DriftReport | RoutedDay:
    """Return what is chosen of a plan or report.

    Raises UsageError for a name that nothing in it has, and for a part of a day of routing.
    """
    if selection is None:
        return result
    if isinstance(result, RoutedDay):
        raise UsageError(f"a day of routing is shown whole: leave out {selection}")
    if result.selection is not None:
        raise UsageError(
            f"this file shows a part already ({result.selection}): name the file of the whole, with all that you choose"
        )
    if isinstance(result, DriftReport):
        return slice_report(result, _slice_of_report(selection, result), selection)
    return slice_plan(result, _slice_of_plan(selection, result), selection)


def _known_in(
    what: str,
    named: Sequence[tuple[str, Named, Named | None]],
    groups: Iterable[tuple[str, str]],
    people: Sequence[_Somebody],
) -> KnownNames:
    logins: dict[str, set[str]] = {}
    for one in people:
        logins.setdefault(login_key(one.login or one.id), set()).add(one.id)
    by_login = {login: frozenset(ids) for login, ids in logins.items()}
    return KnownNames(
        what=what,
        where=what,
        places={address: preset_title(template, project) for address, template, project in named},
        groups=frozenset(f"{address}/groups/{uuid}" for address, uuid in groups),
        projects=by_text(chain.from_iterable(texts_of(one) for _, _, one in named if one is not None)),
        templates=by_text(chain.from_iterable(texts_of(one) for _, one, _ in named)),
        people={**by_login, **by_id(by_login.values())},
        persons=[Person(one.id, one.login, one.name) for one in people],
    )
