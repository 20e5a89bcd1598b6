"""Laws of drift over time: a year of daily reports over generated edits and acknowledgements."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.cases import change, group
from tests.support.drifts import entry, report

if TYPE_CHECKING:
    from reconciler.model.acknowledgement import Acknowledgement
    from reconciler.model.drift import DriftReport

DAYS = 365
START = datetime.date(2026, 1, 1)
PEOPLE = range(6)
days = st.integers(0, DAYS - 1)
# who differs from which day on and for how long: people come, go and come again
spells = st.lists(st.tuples(st.sampled_from(PEOPLE), days, st.integers(1, 90)), max_size=12)
entries = st.lists(st.tuples(st.sampled_from(PEOPLE), days), max_size=3)


def lasting(edits: list[tuple[int, int, int]], day: int) -> set[int]:
    """Give who differs on a day."""
    return {person for person, start, length in edits if start <= day < start + length}


def acknowledgements(wanted: list[tuple[int, int]]) -> list[Acknowledgement]:
    """Give entries with their last days; they stand in git all year."""
    return [entry(person, (START + datetime.timedelta(day)).isoformat()) for person, day in wanted]


def replay(edits: list[tuple[int, int, int]], wanted: list[tuple[int, int]]) -> list[DriftReport]:
    """Give the reports of a year, each with the one before."""
    reports: list[DriftReport] = []
    for day in range(DAYS):
        differing = sorted(lasting(edits, day))
        changes = [change(group(remove=differing))] if differing else []
        previous = reports[-1] if reports else None
        reports.append(report(changes, previous, START + datetime.timedelta(day), acknowledgements(wanted)))
    return reports


@settings(max_examples=80)
@given(edits=spells, wanted=entries)
def test_each_difference_is_new_once_and_resolved_once(
    edits: list[tuple[int, int, int]], wanted: list[tuple[int, int]]
) -> None:
    """From the day it begins to the day it ends; in between it is known or acknowledged, and never told again."""
    reports = replay(edits, wanted)
    new: Counter[int] = Counter()
    resolved: Counter[int] = Counter()
    begun: Counter[int] = Counter()
    ended: Counter[int] = Counter()
    quiet_all_along: Counter[int] = Counter()
    last_days = {person: max(day for one, day in wanted if one == person) for person, _ in wanted}
    before: set[int] = set()
    for day, one in enumerate(reports):
        now = lasting(edits, day)
        assert {int(drift.person.id) for drift in one.drifts} == now
        for person in now - before:
            begun[person] += 1
            end = next((later for later in range(day, DAYS) if person not in lasting(edits, later)), DAYS)
            quiet_all_along[person] += end - 1 <= last_days.get(person, -1)
        for person in before - now:
            ended[person] += 1
        new.update(int(drift.person.id) for drift in one.drifts if drift.state == "new")
        resolved.update(int(drift.person.id) for drift in one.resolved)
        before = now
    assert resolved == ended
    assert new == begun - quiet_all_along


@settings(max_examples=80)
@given(edits=spells, wanted=entries)
def test_an_acknowledgement_quiets_to_the_end_of_its_last_day(
    edits: list[tuple[int, int, int]], wanted: list[tuple[int, int]]
) -> None:
    """Not a day longer, and not a day less."""
    last_days = {person: max(day for one, day in wanted if one == person) for person, _ in wanted}
    for day, one in enumerate(replay(edits, wanted)):
        quiet = {int(drift.person.id) for drift in one.drifts if drift.state == "acknowledged"}
        assert quiet == {person for person in lasting(edits, day) if last_days.get(person, -1) >= day}
        assert one.summary.new + one.summary.known + one.summary.acknowledged == len(one.drifts)
