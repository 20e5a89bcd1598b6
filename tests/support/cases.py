"""Cases for guards, made of numbers: person 7 is p7@acme.test with login id 7."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from reconciler.model.diagnostics import Origin
from reconciler.model.live import PeopleList, Person
from reconciler.model.member import Member
from reconciler.model.plan import AddedPerson, GroupChange, ManagerChange, PresetChange, RemovedPerson
from reconciler.model.policy import Limit, Override, Policy, RoleRule, Separation
from reconciler.model.scope import Target
from reconciler.model.titles import Named
from reconciler.planning.guards.case import Case, JudgedPreset, JudgedRole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.live import Preset, Template
    from reconciler.model.plan import Cause

__all__ = ["HERE", "TODAY", "case", "change", "drifted", "group", "limits", "lines", "manager", "member", "override",
           "person", "preset", "role", "rule", "separate", "target_of"]  # fmt: skip

TODAY = datetime.date(2026, 11, 23)
HERE = Origin("a.yaml", 9, 7)
POLICY = Origin("policy.yaml", 3, 5)
UNLIMITED = Limit(count=10**6, percent=100)


def person(number: int) -> Person:
    """Return a person."""
    return Person(str(number), f"p{number}@acme.test", f"P{number}")


def member(number: int, *, by_id: bool = False) -> Member:
    """Return a line that names a person."""
    if by_id:
        return Member(origin=POLICY, login_id=str(number))
    return Member(origin=POLICY, login=f"P{number}@acme.test")


def group(
    name: str = "Accounting",
    *,
    keep: Iterable[int] = (),
    remove: Iterable[int] = (),
    add: Iterable[int] = (),
    **more: Any,
) -> GroupChange:
    """Return what one group keeps, loses and gains."""
    return GroupChange(
        uuid=name.lower(),
        name=name,
        add=tuple(AddedPerson(str(one), f"p{one}@acme.test", f"P{one}", origin=HERE) for one in add),
        remove=tuple(RemovedPerson(str(one), f"p{one}@acme.test", f"P{one}", origin=HERE) for one in remove),
        keep=tuple(map(person, keep)),
        **{"origin": HERE, **more},
    )


def change(*groups: GroupChange, project: str | None = "1042", template: str = "12", **more: Any) -> PresetChange:
    """Return one preset that changes."""
    scope = f"projects/{project}" if project else "company"
    before = {one.uuid: tuple([p.id for p in one.keep] + [p.id for p in one.remove]) for one in groups}
    after = {one.uuid: tuple([p.id for p in one.keep] + [p.id for p in one.add]) for one in groups}
    return PresetChange(
        address=f"{scope}/templates/{template}",
        preset_id="30",
        project=Named(project, f"Project {project}") if project else None,
        template=Named(template, f"Template {template}"),
        tool_type="invoice",
        workflow_manager=more.pop("manager", None),
        groups=groups,
        before=before,
        after=after,
        **more,
    )


def manager(before: int | None, after: int, cause: Cause = "requested") -> ManagerChange:
    """Return a change of workflow manager."""
    known = None if before is None else person(before)
    return ManagerChange(before=known, after=person(after), origin=HERE, cause=cause)


def drifted(one: GroupChange, *numbers: int) -> GroupChange:
    """Return what a group gains and loses, these people of it by drift."""
    ids = set(map(str, numbers))
    return msgspec.structs.replace(
        one,
        add=tuple(msgspec.structs.replace(who, cause="drift") if who.id in ids else who for who in one.add),
        remove=tuple(msgspec.structs.replace(who, cause="drift") if who.id in ids else who for who in one.remove),
    )


def target_of(address: str, preset: Preset, template: Template, *, project: bool = True) -> Target:
    """Return a preset of Harbor Bridge, or of the company, of which documents ask for nothing."""
    return Target(
        address=address,
        preset=preset,
        project=Named("1042", "Harbor Bridge") if project else None,
        template=template,
        template_name=Named(template.id, template.name),
        groups={},
        manager=None,
    )


def role(name: str, members: Iterable[int]) -> JudgedRole:
    """Return a role with the members it will have."""
    return JudgedRole(name.lower(), name, tuple(map(person, members)))


def preset(*roles: JudgedRole, of: PresetChange | None = None, project: str = "1042") -> JudgedPreset:
    """Return a preset as it will be; ``of`` is its change."""
    address = of.address if of else f"projects/{project}/templates/12"
    return JudgedPreset(address, f"Template 12 · Project {project}", roles, of)


def limits(*, group: Limit = UNLIMITED, run: Limit = UNLIMITED, **more: Any) -> Policy:
    """Return a policy that limits nothing it is not told to."""
    return Policy(group_removals=group, run_removals=run, documents=(Origin("policy.yaml", 1, 1),), **more)


def override(address: str, size: int, until: str = "2026-12-31", **more: Any) -> Override:
    """Return an override."""
    return Override(
        reason="because",
        address=address,
        allow_removals=size,
        until=datetime.date.fromisoformat(until),
        origin=Origin("policy.yaml", 20, 5),
        size_origin=Origin("policy.yaml", 21, 7),
        until_origin=Origin("policy.yaml", 22, 7),
        **more,
    )


def rule(name: str, minimum: int | None = None, *, include: Iterable[int] = ()) -> RoleRule:
    """Return a rule for a role."""
    return RoleRule(
        role=name,
        origin=POLICY,
        min_members=minimum,
        minimum_origin=POLICY if minimum is not None else None,
        must_include=tuple(member(one) for one in include),
    )


def separate(*roles: str) -> Separation:
    """Return roles that are kept apart."""
    return Separation(roles=roles, origin=POLICY)


def case(*changes: PresetChange, policy: Policy | None = None, managed: int = 1000, **more: Any) -> Case:
    """Return a case; without other word presets hold just the groups that change, and everybody may be assigned."""
    presets = tuple(
        JudgedPreset(
            one.address,
            one.title,
            tuple(
                JudgedRole(g.uuid, g.name, (*g.keep, *(Person(p.id, p.login, p.name) for p in g.add)))
                for g in one.groups
            ),
            one,
        )
        for one in changes
    )
    everybody = tuple(map(person, range(1, 300)))
    lists = tuple(PeopleList(place=one.place, people=everybody) for one in changes)
    values = {"presets": presets, "assignees": lists, "managers": lists, "inactive": frozenset(), **more}
    return Case(changes=changes, managed=managed, policy=Policy() if policy is None else policy, today=TODAY, **values)


def lines(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """Return findings as people read them."""
    return [f"{one.severity} {one.code} {one.message}" for one in diagnostics]
