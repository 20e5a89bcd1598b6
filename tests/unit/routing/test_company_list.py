"""The company's list of instances: when it may stand for those of its projects."""

from __future__ import annotations

import datetime

from reconciler.model.instances import ListedInstance
from reconciler.routing.company_list import DOUBTED_FOR, ENOUGH_INSTANCES, ENOUGH_PROJECTS, CompanyList
from tests.support.runs import NOON

MINUTE = datetime.timedelta(minutes=1)
IDS = [str(600 + number) for number in range(ENOUGH_INSTANCES)]


def listed(*ids: str, at: datetime.datetime | None = NOON - 10 * MINUTE) -> list[ListedInstance]:
    """Return instances as a list shows them, changed at a moment."""
    return [ListedInstance(id=one, updated_at=None if at is None else at.isoformat()) for one in ids]


def proven() -> CompanyList:
    """Return a list that held all of enough instances in enough projects."""
    one = CompanyList()
    one.take(IDS, NOON)
    for number, name in enumerate(IDS):
        one.compare(str(number % ENOUGH_PROJECTS), listed(name), NOON)
    return one


def test_it_is_proven_by_enough_instances_of_enough_projects() -> None:
    """One fewer of either is not enough."""
    assert proven().holds(NOON)
    few_instances, few_projects = CompanyList(), CompanyList()
    for one in (few_instances, few_projects):
        one.take(IDS, NOON)
    for number, name in enumerate(IDS):
        few_projects.compare(str(number % (ENOUGH_PROJECTS - 1)), listed(name), NOON)
        if number:
            few_instances.compare(str(number % ENOUGH_PROJECTS), listed(name), NOON)
    assert not few_instances.holds(NOON)
    assert not few_projects.holds(NOON)


def test_how_much_is_enough() -> None:
    """Twenty instances of five projects, and doubt of a day."""
    assert (ENOUGH_INSTANCES, ENOUGH_PROJECTS, datetime.timedelta(days=1)) == (20, 5, DOUBTED_FOR)


def test_evidence_is_bounded() -> None:
    """Once it is proven nothing more is kept, and an instance that moves to another project changes nothing."""
    one = proven()
    one.compare("0", listed(*IDS), NOON)
    assert one.holds(NOON)


def test_the_same_instance_counts_once() -> None:
    """However often a project shows it."""
    one = CompanyList()
    one.take(IDS, NOON)
    for number in range(50):
        one.compare(str(number), listed("600"), NOON)
    assert not one.holds(NOON)


def test_a_list_that_was_not_read_proves_nothing() -> None:
    """Neither for it nor against it."""
    one = CompanyList()
    for number, name in enumerate(IDS):
        one.compare(str(number), listed(name), NOON)
    assert not one.holds(NOON)


def test_what_waited_before_and_is_missing_is_evidence_against() -> None:
    """What came since the list was read is none, nor what changed within its lag, nor what has no moment."""
    one = proven()
    one.compare("9", listed("999", at=NOON), NOON + MINUTE)
    one.compare("9", listed("999", at=NOON - MINUTE), NOON + MINUTE)
    one.compare("9", listed("999", at=None), NOON + MINUTE)
    assert one.holds(NOON)
    one.compare("9", listed("999", at=NOON - MINUTE - datetime.timedelta(seconds=1)), NOON + MINUTE)
    assert not one.holds(NOON)


def test_doubt_lasts_a_day() -> None:
    """Then it counts again, once it is proven again."""
    one = proven()
    one.doubt(NOON)
    assert not one.holds(NOON + DOUBTED_FOR)
    for number, name in enumerate(IDS):
        one.compare(str(number % ENOUGH_PROJECTS), listed(name), NOON)
    assert not one.holds(NOON + DOUBTED_FOR - MINUTE)
    assert one.holds(NOON + DOUBTED_FOR)
