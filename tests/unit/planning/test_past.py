"""Who lost which role in the days before, from two revisions and a journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.model.base import BaseGroup, BaseMember, BaseTarget
from reconciler.model.diagnostics import Origin
from reconciler.model.live import Group, Person, Preset, Template, Version
from reconciler.model.memory import ManagedAgain, PastRemoval
from reconciler.model.scope import ResolvedGroup, ResolvedMember, ResolvedTarget
from reconciler.planning.past import (
    managed_again,
    managed_groups,
    members_of,
    needs_memory,
    past_removals,
    with_overrides,
)
from tests.support.cases import HERE, change, group, override, person, target_of

if TYPE_CHECKING:
    from collections.abc import Iterable

ADDRESS = "projects/1042/templates/12"
KEY = (ADDRESS, "accounting")
VERSIONS = (
    Version("v1", (Group("accounting", "Accounting", "RESPONSIBLE_ROLE"), Group("legal", "Legal", "RESPONSIBLE_ROLE"))),
    Version("v0", (Group("accounting", "Old name", "RESPONSIBLE_ROLE"), Group("legal", "Old", "RESPONSIBLE_ROLE"))),
)


def target(
    *numbers: int, uuids: tuple[str, ...] = ("accounting",), version: str | None = "v1", project: bool = True
) -> ResolvedTarget:
    """Return a preset whose documents ask for these people, in each of the groups."""
    template = Template(id="12", name="Invoice Approval", tool_type="invoice", version_id="v1")
    preset = Preset(id="30", template_id="12", project_id="1042", version_id=version, groups=())
    one = target_of(ADDRESS, preset, template, project=project)
    members = {str(number): ResolvedMember(person(number), HERE) for number in numbers}
    return ResolvedTarget(one, {uuid: ResolvedGroup(members, HERE) for uuid in uuids}, None)


def asked(*numbers: int, unseen: Iterable[str] = (), uuids: tuple[str, ...] = ("accounting",)) -> dict[str, BaseTarget]:
    """Return a revision that asks for these people, and for logins that nobody was seen with."""
    members = {str(number): BaseMember(person(number), HERE) for number in numbers}
    logins = tuple(BaseMember(Person("", login), HERE) for login in unseen)
    return {ADDRESS: BaseTarget({uuid: BaseGroup(members, logins) for uuid in uuids})}


def found_by(**people: int) -> Any:
    """Return a directory that knows these ids."""
    return lambda login_id: person(people[login_id]) if login_id in people else None


def lost(
    earlier: dict[str, BaseTarget], base: dict[str, BaseTarget], *now: int, runs: Iterable[str] = (), **seen: int
) -> list[tuple[str, str | None]]:
    """Return who is lost, by id and login, and check what goes with it."""
    journalled = {KEY: tuple(runs)} if runs else {}
    found = past_removals(earlier, base, journalled, [target(*now)], VERSIONS, found_by(**seen))
    assert found.keys() <= {KEY}
    for one in found.get(KEY, ()):
        assert (one.address, one.uuid, one.role) == (ADDRESS, "accounting", "Accounting")
    return [(one.person.id, one.person.login) for one in found.get(KEY, ())]


def test_whom_a_group_lost_between_two_revisions() -> None:
    """Those of then who are not at the base, in the order of their ids, but for whom the documents name again."""
    assert lost(asked(3, 1, 2, 4), asked(4), 4) == [(str(n), f"p{n}@acme.test") for n in (1, 2, 3)]
    assert lost(asked(1, 2), asked(), 2) == [("1", "p1@acme.test")]
    assert lost(asked(1), asked(1, 2), 1) == []
    assert lost({}, asked(1), 1) == []
    assert lost(asked(1), {}, 1) == [], "what the base does not manage lost nobody by it"
    assert lost(asked(1, uuids=("legal",)), asked(), 2) == []


def test_logins_that_nobody_is_seen_with() -> None:
    """They count as lost where the base does not have them either, whatever their case."""
    assert lost(asked(unseen=["Gone@acme.test"]), asked()) == [("", "Gone@acme.test")]
    assert lost(asked(unseen=["Gone@acme.test"]), asked(unseen=["gone@ACME.test"])) == []
    assert lost(asked(unseen=["a@x", "b@x"]), asked(unseen=["a@x"])) == [("", "b@x")]


def test_what_a_journal_adds() -> None:
    """Ids that git does not tell of; somebody unseen may be one of them, once each."""
    assert lost({}, {}, runs=["7"], **{"7": 7}) == [("7", "p7@acme.test")]
    assert lost({}, {}, runs=["9", "8"]) == [("8", None), ("9", None)]
    assert lost({}, {}, 7, runs=["7"]) == [], "the documents name them"
    assert lost(asked(7), asked(), runs=["7"]) == [("7", "p7@acme.test")], "counted once"
    assert lost(asked(unseen=["x@x"]), asked(), runs=["8"]) == [("", "x@x")]
    assert lost(asked(unseen=["x@x"]), asked(), runs=["8", "9"]) == [("", "x@x"), ("9", None)]
    assert lost(asked(unseen=["x@x"]), asked(), runs=["8"], **{"8": 8}) == [("", "x@x"), ("8", "p8@acme.test")]
    assert lost(asked(3), asked(), runs=["8"]) == [("3", "p3@acme.test"), ("8", None)]


def test_nothing_to_compare() -> None:
    """Without revision and journal nothing is looked at."""
    assert past_removals({}, asked(1), {}, [target(version="unknown")], VERSIONS, found_by()) == {}


@pytest.mark.parametrize(("version", "role"), [("v1", "Accounting"), ("v0", "Old name"), (None, "Accounting")])
def test_the_name_of_the_role(version: str | None, role: str) -> None:
    """As the preset's own version has it, or else the template's latest."""
    found = past_removals(asked(1), asked(), {}, [target(version=version)], VERSIONS, found_by())
    assert [one.role for one in found[KEY]] == [role]
    (again,) = managed_again({KEY}, {}, [target(version=version)], VERSIONS)
    assert again.title == f"Invoice Approval · Harbor Bridge · {role}"


def test_when_the_days_before_matter() -> None:
    """Somebody loses a role, or a group is managed that the base does not manage; else nothing is looked up."""
    assert needs_memory([change(group(remove=[1]))], [], None)
    assert needs_memory([change(group(add=[1])), change(group(), group("Legal", remove=[1]))], [], {})
    assert not needs_memory([change(group(add=[1]))], [target(1)], None)
    assert not needs_memory([], [target(1)], asked(1))
    assert not needs_memory([], [target(1)], asked(1, uuids=("accounting", "legal")))
    assert needs_memory([], [target(1)], {})
    assert needs_memory([], [target(1, uuids=("accounting", "legal"))], asked(1))


def test_groups_that_are_managed_again() -> None:
    """Managed at an earlier revision, not at the base, and now: told with their place, each once."""
    managed = managed_groups(asked(uuids=("accounting", "legal")))
    assert managed == {KEY, (ADDRESS, "legal")}
    both = target(1, uuids=("accounting", "legal"))
    title = "Invoice Approval · Harbor Bridge · "
    assert managed_again(managed, {}, [both], VERSIONS) == (
        ManagedAgain(title=f"{title}Accounting", origin=HERE), ManagedAgain(title=f"{title}Legal", origin=HERE),
    )  # fmt: skip
    assert managed_again(managed, asked(1), [both], VERSIONS) == (ManagedAgain(title=f"{title}Legal", origin=HERE),)
    assert managed_again(frozenset(), {}, [both], VERSIONS) == ()
    (company,) = managed_again(managed, {}, [target(1, project=False)], VERSIONS)
    assert company.title == "Invoice Approval · company · Accounting"
    assert Origin("a.yaml", 9, 7) == HERE


EARLY, LATE, ALWAYS = override("*", 1), override("*", 2), override("*", 3)


def people(*numbers: int) -> dict[tuple[str, str], frozenset[str]]:
    """Return the people of one group at a revision."""
    return {KEY: frozenset(map(str, numbers))}


@pytest.mark.parametrize(
    ("revisions", "under"),
    [
        ([(people(1, 2, 3), ()), (people(2, 3), (EARLY,)), (people(3), (LATE,))], {1: (EARLY,), 2: (LATE,)}),
        ([(people(1, 2, 3), (EARLY,)), (people(3), ())], {1: (), 2: ()}),
        # who came back and went again went the second time
        ([(people(1, 2), ()), (people(2), (EARLY,)), (people(1, 2), ()), (people(2), (LATE,))], {1: (LATE,)}),
        # a group that is not managed for a while loses nobody by that
        ([(people(1, 2), ()), ({}, (EARLY,)), (people(2), (LATE,))], {1: (LATE,)}),
        # nobody saw it: any that stood there since
        ([(people(2), ()), (people(2), (EARLY,))], {1: (ALWAYS,), 2: (ALWAYS,)}),
        ([], {1: (ALWAYS,)}),
    ],
)
def test_the_overrides_in_force_at_each_removal(revisions: list[Any], under: dict[int, Any]) -> None:
    """Those of the commit that made it, and of no other."""
    gone = tuple(PastRemoval(address=KEY[0], uuid=KEY[1], role="Accounting", person=person(one)) for one in under)
    found = with_overrides({KEY: gone}, revisions, (ALWAYS,))
    assert {int(one.person.id): one.overrides for one in found[KEY]} == under


def test_the_people_of_a_revision() -> None:
    """By login id, and by login where no id is known."""
    assert members_of(asked(1, 2, unseen=["Zed@acme.test"])) == {KEY: frozenset({"1", "2", "login:zed@acme.test"})}
