"""Guards over single people who lose a role: whom a line protects, and who would have none left."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.model.live import Person
from reconciler.model.plan import AddedPerson, ManagerChange, RemovedPerson
from reconciler.planning.guards.chosen_people import loses_everything, own_account, protected_person
from reconciler.planning.guards.overrides import lift
from tests.support.cases import case, change, group, limits, lines, manager, member, override, preset, role


@pytest.mark.parametrize("by_id", [True, False])
def test_protected_person(by_id: bool) -> None:  # noqa: FBT001
    """A protected person, by login without case or by login id, is not removed; others are."""
    one = change(group(keep=[1], remove=[2, 3]))
    judged = case(one, policy=limits(protected=(member(2, by_id=by_id), member(1), member(9))))
    assert lines(protected_person(judged, lift(judged))) == [
        "error policy/protected-person Template 12 · Project 1042 · Accounting would lose P2, who is protected "
        "(policy.yaml:3:5); to allow it: add to policy.yaml, below 'overrides:', - {reason: why, address: "
        '"projects/1042/templates/12", role: "Accounting", person: "p2@acme.test", allow_removals: 1, until: '
        "2026-12-07}"
    ]
    assert lines(protected_person(case(one), lift(judged))) == []


def test_own_account() -> None:
    """The account this tool signs in with does not remove itself; where nobody named it, nobody is guarded."""
    one = change(group(keep=[1], remove=[2, 3]), project=None)
    judged = case(one, own_accounts=(member(3),))
    (found,) = own_account(judged, lift(judged))
    assert found.message.startswith(
        "Template 12 · company · Accounting would lose P3, the account this tool signs in w"
    )
    assert (found.code, found.severity, str(found.origin)) == ("policy/own-account", "error", "a.yaml:9:7")
    assert list(own_account(case(one), lift(judged))) == []
    assert list(own_account(case(one, own_accounts=(member(1),)), lift(judged))) == []


def test_loses_everything() -> None:
    """Whoever holds another role anywhere is not told of, whoever holds none is, once."""
    first = change(group(keep=[1], remove=[2, 3, 4]))
    second = change(group(keep=[2], remove=[3]), project="7")
    third = preset(role("Legal", [4]), project="8")
    judged = case(first, second)
    judged = case(first, second, presets=(*judged.presets, third))
    assert lines(loses_everything(judged)) == [
        "warning policy/loses-everything P3 (p3@acme.test) would no longer have any role managed here"
    ]
    assert list(loses_everything(case(change(group(add=[1]))))) == []


def test_whom_an_override_lets_go_is_told_all_the_same() -> None:
    """A protected person who goes, by an override that need not name them, is a warning."""
    one = change(group(keep=[9], remove=[1, 2]), group("Legal", keep=[9], remove=[1]))
    judged = case(one, policy=limits(protected=(member(1),), overrides=(override("*", 3),)))
    assert lines(protected_person(judged, lift(judged))) == [
        "warning policy/protected-person an override lets P1, who is protected (policy.yaml:3:5) go from Template 12 · "
        "Project 1042 · Accounting, Template 12 · Project 1042 · Legal"
    ]


def test_a_protected_workflow_manager_is_told_and_not_counted() -> None:
    """Ceasing to be workflow manager is a warning, once for all presets."""
    changes = [change(manager=manager(1, 2), project=str(number)) for number in range(7)]
    judged = case(*changes, change(manager=manager(None, 2), project="8"), policy=limits(protected=(member(1),)))
    (found,) = lines(protected_person(judged, lift(judged)))
    assert found.startswith(
        "warning policy/protected-person P1, who is protected (policy.yaml:3:5) would no longer be "
    )
    assert found.endswith("Template 12 · Project 4 and 2 more")
    assert list(own_account(judged, lift(judged))) == []


def test_a_rehired_person_is_not_removed_by_their_former_account() -> None:
    """The same login comes by another account: who is protected stays, and so does the tool's own account."""
    again = AddedPerson("70", "P1@acme.test", "P1")
    swap = msgspec.structs.replace(group(keep=[2], remove=[1]), add=(again,))
    former, now = Person("5", "p5@acme.test", "P5"), Person("75", "p5@acme.test", "P5")
    one = change(swap, manager=ManagerChange(before=former, after=now))
    watched = case(one, policy=limits(protected=(member(1), member(5))), own_accounts=(member(1),))
    lifting = lift(watched)
    assert [*protected_person(watched, lifting), *own_account(watched, lifting), *loses_everything(watched)] == []
    gone = case(change(group(remove=[1]), manager=manager(5, 6)), policy=limits(protected=(member(1), member(5))))
    found = [*protected_person(gone, lift(gone)), *loses_everything(gone)]
    assert [(each.severity, each.code) for each in found] == [
        ("error", "policy/protected-person"),
        ("warning", "policy/protected-person"),
        ("warning", "policy/loses-everything"),
    ]
    nameless = msgspec.structs.replace(
        group(), remove=(RemovedPerson("1", None, None),), add=(AddedPerson("2", None, None),)
    )
    by_id = case(change(nameless), policy=limits(protected=(member(1, by_id=True),)))
    assert [each.code for each in protected_person(by_id, lift(by_id))] == ["policy/protected-person"]
