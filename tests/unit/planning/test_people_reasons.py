"""Reasons that people locks tell, for people who come and go."""

from __future__ import annotations

import datetime

import pytest

from reconciler.model.because import Because
from reconciler.model.people_lock import LockedPerson, PeopleLock
from reconciler.model.plan import AddedPerson, GroupChange, PresetChange, RemovedPerson
from reconciler.model.titles import Named
from reconciler.planning.people_reasons import with_reasons

DAY = datetime.date(2027, 1, 4)
BY_RULE = Because(kind="moved", source="hr", team="ap")


def person(login: str, state: str = "active", was: str | None = None) -> LockedPerson:
    """Return somebody in a lock."""
    return LockedPerson(login=login, id=f"hr:{login}", state=state, was=was)  # type: ignore[arg-type]


def reason(one: AddedPerson | RemovedPerson, lock: PeopleLock, then: PeopleLock | None) -> Because | None:
    """Return the reason of one change."""
    add, remove = ((one,), ()) if isinstance(one, AddedPerson) else ((), (one,))
    group = GroupChange(uuid="g", name="G", add=add, remove=remove, keep=())
    change = PresetChange(
        address="projects/1/templates/2",
        preset_id="3",
        project=Named(id="1", name="P"),
        template=Named(id="2", name="T"),
        tool_type="t",
        workflow_manager=None,
        groups=(group,),
        before={},
        after={},
    )
    (found,) = with_reasons((change,), lock, then, DAY)
    (moved,) = found.groups[0].add or found.groups[0].remove
    return moved.because


@pytest.mark.parametrize(
    ("then", "cause", "kind"),
    [
        ([], "requested", "joined"),
        (["kim@a.test"], "requested", "moved"),
        (["kim.oh@a.test"], "requested", "renamed"),
        (None, "requested", None),
        ([], "drift", None),
    ],
)
def test_who_comes_by_a_rule(then: list[str] | None, cause: str, kind: str | None) -> None:
    """Somebody joined if the base knew neither the login nor the one before; else they moved or were renamed."""
    lock = PeopleLock(people=(person("kim@a.test", was="kim.oh@a.test"),))
    before = None if then is None else PeopleLock(people=tuple(map(person, then)))
    added = AddedPerson("7", "Kim@a.test", None, cause, because=BY_RULE)  # type: ignore[arg-type]
    found = reason(added, lock, before)
    assert (found and found.kind) == kind
    assert found is None or (found.source, found.team) == ("hr", "ap")


@pytest.mark.parametrize(
    ("because", "cause", "expected"),
    [
        (BY_RULE, "requested", BY_RULE),
        (BY_RULE, "drift", None),
        (Because(kind="due", until=DAY), "requested", None),
        (Because(kind="due", until=datetime.date(2027, 1, 3)), "requested", "same"),
        (Because(kind="absence", until=DAY), "drift", "same"),
        (None, "requested", None),
    ],
)
def test_who_goes(because: Because | None, cause: str, expected: object) -> None:
    """A last day counts once it is over, and drift has no rule behind it."""
    removed = RemovedPerson("7", "kim@a.test", None, cause, because=because)  # type: ignore[arg-type]
    assert reason(removed, PeopleLock(), PeopleLock()) == (because if expected == "same" else expected)


def test_who_left() -> None:
    """Somebody who left goes for that reason, from a team too."""
    lock = PeopleLock(people=(person("kim@a.test", "left"),))
    gone = reason(RemovedPerson("7", "kim@a.test", None, because=BY_RULE), lock, None)
    assert gone == Because(kind="left", source="hr", team="ap")
    assert reason(RemovedPerson("7", "kim@a.test", None), lock, None) == Because(kind="left", source="hr")


def test_an_absence_stays_what_it_is() -> None:
    """Who replaces somebody comes for that reason."""
    because = Because(kind="absence", until=DAY, person="bo@a.test")
    assert reason(AddedPerson("7", "kim@a.test", None, because=because), PeopleLock(), None) == because
