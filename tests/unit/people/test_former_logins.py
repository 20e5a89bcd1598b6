"""People whose login changed at their source, while Procore has the former one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.errors import DocumentsError
from reconciler.model.absences import Absence, away_on
from reconciler.model.diagnostics import Origin
from reconciler.model.documents import DesiredGroup, Documents
from reconciler.model.live import Person
from reconciler.model.member import Member
from reconciler.model.people_lock import PeopleLock
from reconciler.model.plan import RemovedPerson
from reconciler.model.policy import Policy
from reconciler.people.former import protect_other_logins
from reconciler.planning.absences_ahead import judge_leave
from reconciler.planning.changes import compare
from reconciler.planning.leaver_notes import judge_leavers
from reconciler.planning.scope.absent_people import Roles
from tests.support.rules import lock_person, write_lock
from tests.support.values import TODAY
from tests.unit.people.test_rehired import CEDAR, HARBOR, entry, live, look, moves, told

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.live import LiveState
    from reconciler.model.people_lock import PersonState

HERE = Origin("a.yaml", 1, 1)
WARNED = [("warning", "live/former-login", None)]
FORMER, FOLLOWED = frozenset({"ann@acme.test", "bo@acme.test"}), frozenset({"ann.oh@acme.test", "bo@acme.test"})
NOW = msgspec.structs.replace(lock_person("ann.oh@acme.test"), was="ANN@acme.test")


def locked(folder: Path, *entries: str) -> None:
    """Write a lock in which Ann has another login than before."""
    (folder / "reconciler.yaml").write_text('kind: settings\nversion: 1\ncompany_id: "4211"\ncompany_name: Acme\n')
    (folder / "a.yaml").write_text("kind: assignments\ntemplate: Invoice Approval\nprojects:\n" + "".join(entries))
    write_lock(folder / "reconciler.yaml", {}, people=[NOW])


def known_as(state: LiveState, login: str, *, also: bool = False) -> LiveState:
    """Return the company in which lists have Ann by another login, or somebody else by it."""
    ann = Person("9" if also else "1", login, "Ann")
    lists = tuple(
        msgspec.structs.replace(one, people=(*(each for each in one.people if also or each.id != "1"), ann))
        for one in state.assignees
    )
    return msgspec.structs.replace(state, assignees=lists)


@pytest.mark.parametrize("written", ["ann.oh@acme.test", "Ann.Oh@ACME.test"])
def test_the_former_login_is_used(tmp_path: Path, written: str) -> None:
    """A line has the login of now and Procore the former one: nobody comes or goes, and it is told once."""
    entries = (entry("Cedar Tower", written), entry("Harbor Bridge", written, "bo@acme.test", manager=written))
    locked(tmp_path, *entries)
    observation, asked = look(tmp_path, live({(CEDAR, "pm"): ["1"]}), *entries, active=FORMER)
    assert CEDAR not in moves(observation)
    assert told(observation) == WARNED
    assert observation.diagnostics[0].message == (
        "Ann has the login ann.oh@acme.test now, and Procore has ann@acme.test, which is used: correct it in Procore's "
        "directory"
    )
    assert "assignees of 1041" not in asked, "the preset shows her already"


def test_it_is_added_by_the_former_login(tmp_path: Path) -> None:
    """Where she comes to a role, her account is the one with the former login."""
    line = entry("Cedar Tower", "ann.oh@acme.test", "bo@acme.test")
    locked(tmp_path, line)
    observation, _ = look(tmp_path, live({(CEDAR, "pm"): ["2"]}), line, active=FORMER)
    assert moves(observation) == {CEDAR: (["1"], [])}
    assert told(observation) == WARNED


@pytest.mark.parametrize(
    ("assigned", "expected"),
    [(True, {CEDAR: (["9"], ["1"]), HARBOR: (["9", "3"], ["1"])}), (False, None)],
)
def test_procore_has_both(tmp_path: Path, expected: object, *, assigned: bool) -> None:
    """If the directory has the login of now, that account counts alone, also where it may not be assigned."""
    entries = (entry("Cedar Tower", "ann.oh@acme.test"), entry("Harbor Bridge", "ann.oh@acme.test", "cy@acme.test"))
    locked(tmp_path, *entries)
    state = live({(CEDAR, "pm"): ["1"], (HARBOR, "pm"): ["1"]})
    state = known_as(state, "ann.oh@acme.test", also=True) if assigned else state
    for ordered in (entries, entries[::-1]):
        if assigned:
            observation, _ = look(tmp_path, state, *ordered, active=FORMER | FOLLOWED)
            assert moves(observation) == expected
            assert told(observation) == []
        else:
            with pytest.raises(DocumentsError):
                look(tmp_path, state, *ordered, active=FORMER | FOLLOWED)


def test_a_line_with_the_former_login(tmp_path: Path) -> None:
    """Procore has the login of now and a line the former one: she is found, and the line is to be corrected."""
    line = entry("Cedar Tower", "ann@acme.test")
    locked(tmp_path, line)
    state = live({(CEDAR, "pm"): ["2"]})
    ann = Person("1", "ann.oh@acme.test", "Ann")
    everywhere = tuple(
        msgspec.structs.replace(
            one,
            groups=tuple(
                msgspec.structs.replace(group, members=tuple(ann if each.id == "1" else each for each in group.members))
                for group in one.groups
            ),
            workflow_manager=None,
        )
        for one in state.presets
    )
    followed = msgspec.structs.replace(known_as(state, "ann.oh@acme.test"), presets=everywhere, managers=())
    observation, _ = look(tmp_path, followed, line, active=FOLLOWED)
    assert moves(observation) == {CEDAR: (["1"], ["2"])}
    assert told(observation) == WARNED
    assert observation.diagnostics[0].message == (
        "ann@acme.test is ann.oh@acme.test now: correct the lines of documents that name Ann"
    )


@pytest.mark.parametrize("active", [frozenset(), frozenset({"bo@acme.test"}), None])
def test_whom_the_directory_does_not_have(tmp_path: Path, active: frozenset[str] | None) -> None:
    """A former login that is not active in the directory, or nobody can look there, leads to nobody."""
    line = entry("Cedar Tower", "ann.oh@acme.test")
    locked(tmp_path, line)
    with pytest.raises(DocumentsError) as raised:
        look(tmp_path, live({(CEDAR, "pm"): ["1"]}), line, active=active)
    assert "nobody with the login 'ann.oh@acme.test' may be assigned" in raised.value.diagnostics[0].message


def test_who_is_protected() -> None:
    """Somebody whom a policy protects is protected by the other login too."""
    for written, other in (("Ann.Oh@acme.test", "ann@acme.test"), ("ANN@acme.test", "ann.oh@acme.test")):
        policy = Policy(protected=(Member(origin=HERE, login=written), Member(origin=HERE, login="bo@acme.test")))
        lock = PeopleLock(people=(NOW,))
        assert [one.login for one in protect_other_logins(policy, lock).protected] == [written, "bo@acme.test", other]


@pytest.mark.parametrize("line", ["ann@acme.test", "ann.oh@acme.test"])
@pytest.mark.parametrize("written", ["ann@acme.test", "ann.oh@acme.test"])
def test_who_is_away(line: str, written: str) -> None:
    """An absence concerns both logins of a person, whichever of them a line and the absence have."""
    absence = Absence(
        person=Member(origin=HERE, login=written),
        begins=TODAY,
        ends=TODAY,
        origin=HERE,
        replacement=Member(origin=HERE, login="bo@acme.test"),
    )
    away = away_on([absence], TODAY, PeopleLock(people=(NOW,)).other_logins())
    group = DesiredGroup(members=(Member(origin=HERE, login=line),), origin=HERE)
    found = Roles(away, None, {}).group("PM", group)
    assert [str(one) for one in found.members] == ["bo@acme.test"]


@pytest.mark.parametrize("state", ["absent", "left"])
def test_on_leave_or_gone_by_the_former_login(tmp_path: Path, state: PersonState) -> None:
    """Who is on leave is warned of, and the manager of who left is proposed, though Procore has the former login."""
    line = entry("Cedar Tower", "ann.oh@acme.test", "bo@acme.test")
    locked(tmp_path, line)
    lock = PeopleLock(people=(msgspec.structs.replace(NOW, state=state, manager="lou@acme.test"),))
    observation, _ = look(tmp_path, live({(CEDAR, "pm"): ["1"]}), line, active=FORMER)
    if state == "absent":
        (told_of,) = judge_leave(lock, Documents(files=1), observation.resolved)
        assert "is on leave (hr) and holds 1 role" in told_of.message
        return
    (change,) = compare(observation.resolved, observation.state.versions)
    (ann,) = [one for one in change.groups[0].keep if one.id == "1"]
    gone = RemovedPerson(id="1", login=ann.login, name="Ann", cause="requested")
    change = msgspec.structs.replace(change, groups=(msgspec.structs.replace(change.groups[0], remove=(gone,)),))
    (told_of,) = judge_leavers([change], lock)
    assert "their manager is lou@acme.test" in told_of.message
