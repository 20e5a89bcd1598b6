"""How old a snapshot may be before it is said, and who goes though they are acknowledged."""

from __future__ import annotations

import datetime

import pytest

from reconciler.planning.notes import judge_acknowledged, judge_age
from tests.support.cases import TODAY, change, group, lines, manager
from tests.support.drifts import entry

NOW = datetime.datetime(2026, 11, 24, 8, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("observed_at", "age"),
    [
        ("2026-11-24T08:00:00Z", ""),
        ("2026-11-23T08:00:00Z", ""),
        ("2026-11-23T07:00:00Z", "25 hours old"),
        ("2026-11-21T08:00:00Z", "3 days old"),
        ("2026-11-25T08:00:00Z", ""),
        ("some day", "of an unknown day"),
        ("2026-11-24T08:00:00", "of an unknown day"),
    ],
)
def test_the_age_of_a_snapshot(observed_at: str, age: str) -> None:
    """A day is young; what is no moment may be of any day."""
    found = judge_age(observed_at, NOW)
    assert [one.message.split(" (")[0] for one in found] == ([f"the snapshot is {age}"] if age else [])


def test_whoever_is_acknowledged_goes_all_the_same() -> None:
    """A note for each who is taken out, as workflow manager too; none for who comes or stays, or of another role."""
    changes = [
        change(group(remove=[5, 6], add=[7], keep=[8]), group("Legal", remove=[5])),
        change(group(keep=[1]), project=None, manager=manager(9, 1)),
    ]
    acknowledged = [entry(5, group="Accounting"), entry(7), entry(8), entry(9, address="company/*")]
    found = judge_acknowledged(changes, acknowledged, TODAY)
    rest = "acknowledged by kim@acme.test until 2026-12-31 (a trial); this plan takes them out all the same"
    assert lines(found) == [
        f"note plan/acknowledged Template 12 · Project 1042 · Accounting: P5: {rest}",
        f"note plan/acknowledged Template 12 · company · workflow manager: P9: {rest}",
    ]
    assert [(one.address, one.origin) for one in found] == [
        ("projects/1042/templates/12", acknowledged[0].origin),
        ("company/templates/12", acknowledged[3].origin),
    ]


@pytest.mark.parametrize(
    ("address", "until", "said"),
    [
        ("projects/1042/templates/12", "2026-11-23", True),
        ("projects/1042/templates/12/groups/accounting", "2026-12-31", True),
        ("projects/1042/templates/12/groups/legal", "2026-12-31", False),
        ("*/templates/12", "2026-12-31", True),
        ("projects/10/*", "2026-12-31", False),
        ("projects/1042/*", "2026-11-22", False),
    ],
)
def test_where_and_until_when_an_acknowledgement_counts(address: str, until: str, *, said: bool) -> None:
    """Its globs and its last day are those of drift."""
    found = judge_acknowledged([change(group(remove=[5]))], [entry(5, until, address)], TODAY)
    assert bool(found) is said
