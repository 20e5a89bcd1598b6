"""New once, known while it lasts, acknowledged until a day, resolved once."""

from __future__ import annotations

import datetime

import msgspec
import pytest

from reconciler.drift import acknowledge
from reconciler.model.drift import Notice
from tests.support.cases import change, group, manager
from tests.support.drifts import entry, report

ONE = change(group(remove=[2]))
TWO = change(group(remove=[2], add=[4]))
DAY = datetime.date(2026, 11, 24)


def states(one: object) -> list[tuple[str, str]]:
    """Return people with their states."""
    return [(drift.person.id, drift.state) for drift in one.drifts]  # type: ignore[attr-defined]


def test_new_known_resolved_and_new_again() -> None:
    """What returns after it was over is new; since tells when it was first found."""
    first = report([ONE])
    assert (states(first), first.previous, first.summary.oldest) == ([("2", "new")], None, "2026-11-23T08:00:00Z")
    second = report([TWO], first, DAY)
    assert states(second) == [("2", "known"), ("4", "new")]
    assert [one.since[:10] for one in second.drifts] == ["2026-11-23", "2026-11-24"]
    assert second.previous == first.created_at
    third = report([change(group(add=[4]))], second, DAY)
    assert (states(third), [one.person.id for one in third.resolved]) == ([("4", "known")], ["2"])
    fourth = report([TWO], third, DAY)
    assert states(fourth) == [("2", "new"), ("4", "known")]
    assert fourth.resolved == ()


def test_a_name_is_not_what_makes_it_the_same() -> None:
    """A person, role or project that is called otherwise is known."""
    first = report([ONE])
    renamed = msgspec.structs.replace(ONE, groups=(msgspec.structs.replace(ONE.groups[0], name="Bookkeeping"),))
    assert states(report([renamed], first, DAY)) == [("2", "known")]


@pytest.mark.parametrize(
    ("acknowledgement", "quiet"),
    [
        (entry(2), True),
        (entry(2, "2026-11-23"), True),
        (entry(2, "2026-11-22"), False),
        (entry(3), False),
        (entry(2, address="projects/7/*"), False),
        (entry(2, address="projects/1042/templates/12"), True),
        (entry(2, address="projects/1042/templates/12/groups/accounting"), True),
        (entry(2, group="Accounting"), True),
        (entry(2, group="Legal"), False),
    ],
)
def test_what_an_acknowledgement_quiets(acknowledgement: object, quiet: bool) -> None:  # noqa: FBT001
    """Person, address (a glob), role where it names one, and the last day all fit."""
    found = report([ONE], acknowledged=[acknowledgement])  # type: ignore[list-item]
    assert found.drifts[0].state == ("acknowledged" if quiet else "new")
    assert (found.summary.acknowledged, found.summary.oldest is None) == (int(quiet), quiet)
    assert (found.diagnostics == ()) == quiet


def test_a_workflow_manager_is_acknowledged_without_a_role() -> None:
    """An entry that names a role is not about them."""
    changed = change(manager=manager(6, 7))
    found = report([changed], acknowledged=[entry(6), entry(7, group="Accounting")])
    assert states(found) == [("6", "acknowledged"), ("7", "new")]


def test_an_entry_that_is_over_or_fits_nothing_is_told() -> None:
    """With its place, whom to ask, and what to do."""
    found = report([ONE], acknowledged=[entry(2, "2026-11-22"), entry(9)])
    assert [(one.severity, one.code, str(one.origin)) for one in found.diagnostics] == [
        ("warning", "documents/acknowledgement-ended", "known.yaml:5:5"),
        ("note", "documents/acknowledgement-unused", "known.yaml:12:5"),
    ]
    assert "ended on 2026-11-22; ask kim@acme.test" in found.diagnostics[0].message


def test_an_entry_for_what_was_not_looked_at_is_not_called_unused() -> None:
    """Nobody knows whether it is still needed; of a role, the preset decides."""
    drifts = report([ONE]).drifts
    entries = [entry(9), entry(9, address="projects/7/*"), entry(9, address="projects/7/templates/1/groups/a")]
    for compared, unknown in ((["projects/1042/templates/12"], [False, True, True]), ([], [True] * 3)):
        told = acknowledge(drifts, entries, DAY, compared=compared).diagnostics
        assert [one.message.startswith("nothing at projects/") for one in told] == unknown
        assert {one.code for one in told} == {"documents/acknowledgement-unused"}


def test_when_an_acknowledgement_ends_it_comes_back() -> None:
    """Known where it had been new before, new where it never was; an alarm either way."""
    told = report([ONE])
    quiet = report([ONE], told, DAY, [entry(2, "2026-11-24")])
    back = report([ONE], quiet, datetime.date(2026, 11, 25), [entry(2, "2026-11-24")])
    assert [states(one) for one in (quiet, back)] == [[("2", "acknowledged")], [("2", "known")]]
    never_told = report([ONE], None, DAY, [entry(2, "2026-11-24")])
    assert states(report([ONE], never_told, datetime.date(2026, 11, 25))) == [("2", "new")]


def test_notices_are_new_once_too() -> None:
    """And what is over is told once."""
    notice = Notice(kind="invalid-preset", address="a", message="m")
    first = report([], notices=[notice])
    second = report([], first, DAY, notices=[notice])
    third = report([], second, DAY)
    assert [one.state for one in (*first.notices, *second.notices)] == ["new", "known"]
    assert second.notices[0].since == first.created_at
    assert ([one.message for one in third.resolved_notices], report([], third, DAY).resolved_notices) == (["m"], ())
