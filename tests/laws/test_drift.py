"""Laws of drift over time: a year of daily reports over generated edits, acknowledgements and outages."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.console.report_formats import drift_exit_code
from reconciler.drift import decode_report, encode_report
from reconciler.render.views.difference_lines import alarming
from tests.support.cases import change, group
from tests.support.drifts import ending, entry, report
from tests.support.examples import examples
from tests.support.outages import GROUPS, PROJECTS, Difference, Outage, address, find, looked_at, observe
from tests.support.outages import PEOPLE as IN_OUTAGES

if TYPE_CHECKING:
    from reconciler.drift import LiveSight
    from reconciler.model.acknowledgement import Acknowledgement
    from reconciler.model.drift import Drift, DriftReport, UnseenReason

DAYS = 365
START = datetime.date(2026, 1, 1)
PEOPLE = range(6)
days = st.integers(0, DAYS - 1)
# who differs from which day on and for how long: people come, go and come again
spells = st.lists(st.tuples(st.sampled_from(PEOPLE), days, st.integers(1, 90)), max_size=12)
entries = st.lists(st.tuples(st.sampled_from(PEOPLE), days), max_size=3)


def lasting(edits: list[tuple[int, int, int]], day: int) -> set[int]:
    """Return who differs on a day."""
    return {person for person, start, length in edits if start <= day < start + length}


def acknowledgements(wanted: list[tuple[int, int]]) -> list[Acknowledgement]:
    """Return entries with their last days; they stand in git all year."""
    return [entry(person, (START + datetime.timedelta(day)).isoformat()) for person, day in wanted]


def replay(edits: list[tuple[int, int, int]], wanted: list[tuple[int, int]]) -> list[DriftReport]:
    """Return the reports of a year, each with the one before."""
    reports: list[DriftReport] = []
    for day in range(DAYS):
        differing = sorted(lasting(edits, day))
        changes = [change(group(remove=differing))] if differing else []
        previous = reports[-1] if reports else None
        reports.append(report(changes, previous, START + datetime.timedelta(day), acknowledgements(wanted)))
    return reports


@settings(max_examples=examples(20))
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


@settings(max_examples=examples(20))
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


differences = st.builds(Difference, st.sampled_from(PROJECTS), st.sampled_from(GROUPS), st.sampled_from(IN_OUTAGES))
# what differs in truth from which day on and for how long, whether anybody can see it or not
truths = st.lists(st.tuples(differences, days, st.integers(30, 300)), min_size=4, max_size=12)
outages = st.lists(
    st.tuples(st.sampled_from(PROJECTS), st.sampled_from(get_args(Outage)), days, st.integers(1, 90)),
    min_size=4,
    max_size=12,
)
releases = st.lists(st.tuples(st.sampled_from(PROJECTS), days), max_size=1)
# whatever is tried besides: each outage in turn, and a difference that is let go while it is out of sight
EVERY_OUTAGE: dict[str, Any] = {
    "truth": [
        *((Difference("1", name, 1), 0, DAYS) for name in GROUPS),
        (Difference("2", "pm", 2), 0, 100),
        (Difference("3", "pm", 2), 0, 300),
        (Difference("1", "acc", 3), 0, DAYS),
    ],
    "gone": [
        *(("1", outage, 20 + 40 * number, 20) for number, outage in enumerate(get_args(Outage))),
        ("3", "project-gone", 10, 90),
    ],
    "wanted": [(3, DAYS - 1)],
    "ends": [("3", 60)],
}


class Day(NamedTuple):
    """What is true on a day, what hides which project, and what a run makes of it."""

    truth: set[Difference]
    hidden: dict[str, Outage]
    found: tuple[Drift, ...]
    sight: LiveSight
    reasons: dict[str, UnseenReason]


class Book:
    """What a careful reader of all reports notes down: what is open, since when, and what was told."""

    def __init__(self) -> None:
        self.open: dict[Difference, str] = {}
        self.told: set[Difference] = set()
        self.last_seen: dict[Difference, str] = {}

    def close(self, ended: set[Difference]) -> None:
        """Note what ended."""
        for one in ended:
            del self.open[one]
            self.told.discard(one)


def the_day(
    truth: list[tuple[Difference, int, int]], gone: list[tuple[str, Outage, int, int]], day: int, at: str
) -> Day:
    """Return one day of a year."""
    differing = {one for one, start, length in truth if start <= day < start + length}
    hidden = {project: outage for project, outage, start, length in gone if start <= day < start + length}
    return Day(differing, hidden, *observe(differing, hidden, at))


def test_nothing_ends_that_was_not_looked_at() -> None:
    """A year in which projects, presets, roles and documents come out of sight and back.

    Nothing is resolved that was not read that day; nothing is new twice without an end in between; unseen is just what
    is open and was not read; and all counts add up. The years that are tried have all of it.
    """
    reached: Counter[str] = Counter()

    @settings(max_examples=examples(20))
    @example(**EVERY_OUTAGE)
    @given(truth=truths, gone=outages, wanted=entries, ends=releases)
    def tried(
        truth: list[tuple[Difference, int, int]],
        gone: list[tuple[str, Outage, int, int]],
        wanted: list[tuple[int, int]],
        ends: list[tuple[str, int]],
    ) -> None:
        live_a_year(truth, gone, wanted, ends, reached)

    tried()
    # a difference that goes out of sight before it was told is rare: tests/unit/drift/test_absence.py has it
    assert {one for one, number in reached.items() if number} - {"new unseen"} == {
        "project-gone", "project-inactive", "preset-gone", "unmanaged", "group-gone", "unresolved", "resolved",
        "released", "acknowledged unseen", "back in sight",
    }  # fmt: skip


def live_a_year(
    truth: list[tuple[Difference, int, int]],
    gone: list[tuple[str, Outage, int, int]],
    wanted: list[tuple[int, int]],
    ends: list[tuple[str, int]],
    reached: Counter[str],
) -> None:
    """Check the report of every day, each made with the one before."""
    book = Book()
    previous: DriftReport | None = None
    lines = [ending(f"projects/{one}/*", (START + datetime.timedelta(day)).isoformat()) for one, day in ends]
    known = acknowledgements(wanted)
    for number in range(DAYS):
        date = START + datetime.timedelta(number)
        at = f"{date.isoformat()}T08:00:00Z"
        day = the_day(truth, gone, number, at)
        one = report([], previous, date, known, drifts=day.found, sight=day.sight, released=lines)
        quiet = {person for person, last in wanted if last >= number}
        freed = {project for project, last in ends if last >= number}
        reached.update(count(one, previous))
        check_day(book, one, day, quiet, freed, at)
        previous = decode_report(encode_report(one), "r.json") if number % 7 == 0 else one


def count(one: DriftReport, previous: DriftReport | None) -> Counter[str]:
    """Count what a report has, so that no year is too quiet to prove anything."""
    before = {each.drift.key for each in previous.unseen} if previous else set()
    found = Counter[str](each.reason for each in one.unseen)
    found["resolved"] = len(one.resolved)
    found["released"] = len(one.released)
    found["acknowledged unseen"] = one.summary.unseen_acknowledged
    found["new unseen"] = sum(each.drift.state == "new" for each in one.unseen)
    found["back in sight"] = sum(each.key in before for each in one.drifts)
    return found


def check_day(book: Book, one: DriftReport, day: Day, quiet: set[int], freed: set[str], at: str) -> None:
    """Hold a report against what is true, what could be seen, and what the reader knows."""

    def seen(difference: Difference) -> bool:
        return looked_at(difference.group, day.hidden.get(difference.project))

    before = set(book.open)
    ended = {each for each in before if seen(each) and each not in day.truth}
    absent = {each for each in before if not seen(each)}
    released = {each for each in absent if each.project in freed}
    assert {find(each) for each in one.drifts} == {each for each in day.truth if seen(each)}
    assert {find(each) for each in one.resolved} == ended, "nothing that was not read, and all that was"
    assert {find(each) for each in one.released} == released
    assert {find(each.drift) for each in one.unseen} == absent - released
    book.close(ended | released)
    open_now = [*one.drifts, *(each.drift for each in one.unseen)]
    for each in open_now:
        difference = find(each)
        assert each.since == book.open.setdefault(difference, at), "it keeps its age, in sight and out of it"
        acknowledged = difference.person in quiet
        expected = "acknowledged" if acknowledged else "known" if difference in book.told else "new"
        assert each.state == expected, "new once, until it ends"
        if not acknowledged:
            book.told.add(difference)
    for each in one.drifts:
        book.last_seen[find(each)] = at
    for gone in one.unseen:
        assert gone.last_seen == book.last_seen[find(gone.drift)]
        assert gone.reason == day.reasons[find(gone.drift).project]
    assert len(open_now) == len(book.open)
    check_counts(one)


def check_counts(one: DriftReport) -> None:
    """Check that the figures are those of the lists, and that nothing open is green."""
    summary = one.summary
    assert summary.new + summary.known + summary.acknowledged == len(one.drifts)
    assert summary.live_only + summary.git_only == len(one.drifts)
    assert (summary.unseen, summary.resolved, summary.released) == (
        len(one.unseen), len(one.resolved), len(one.released)
    )  # fmt: skip
    loud = [each for each in (*one.drifts, *(each.drift for each in one.unseen)) if each.state != "acknowledged"]
    assert summary.unseen - summary.unseen_acknowledged + summary.new + summary.known == len(loud)
    assert len(alarming(one)) == len(loud), "an issue stays open"
    assert drift_exit_code(one) == (2 if loud else 0)
    assert summary.oldest == min((each.since for each in loud), default=None)
    assert {each.address for each in loud} <= {address(each) for each in PROJECTS}
