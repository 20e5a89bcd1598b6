"""A company whose projects come out of sight and back, day by day: what is true of it, and what a run reads of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from reconciler.drift import LiveSight, find_drifts
from reconciler.model.documents import DesiredGroup
from reconciler.model.live import (
    Catalogue,
    Group,
    LiveState,
    Membership,
    Place,
    Preset,
    Project,
    Template,
    Tool,
    Version,
    Wanted,
)
from reconciler.model.scope import ResolvedGroup, ResolvedMember, ResolvedTarget, Target
from reconciler.model.titles import Named
from reconciler.planning.changes import compare
from tests.support.cases import HERE, member, person

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.drift import Drift, UnseenReason

__all__ = ["GROUPS", "PEOPLE", "PROJECTS", "Difference", "Outage", "address", "find", "looked_at", "observe"]

Outage = Literal[
    "project-gone", "project-inactive", "preset-gone", "unmanaged", "acc-unmanaged", "acc-gone", "acc-unresolved"
]
GROUPS = ("pm", "acc")
PEOPLE = (
    1,
    2,
    3,
    4,
)  # the documents want the odd ones: those can be removed in Procore, and the even ones added
PROJECTS = ("1", "2", "3")
DESIRED = (1, 3)
_TEMPLATE = Template(id="12", name="Template 12", tool_type="invoice", version_id="v1")
_ROLES = tuple(Group(uuid, uuid.title(), "responsible_role") for uuid in GROUPS)
_VERSIONS = (Version("v1", _ROLES), Version("v2", _ROLES[:1]))
_WITHOUT_ACC: tuple[Outage, ...] = ("acc-unmanaged", "acc-gone", "acc-unresolved")


class Difference(NamedTuple):
    """Somebody who is in a group on one side alone."""

    project: str
    group: str
    person: int


def address(project: str) -> str:
    """Return the address of the preset of a project."""
    return f"projects/{project}/templates/12"


def looked_at(group: str, outage: Outage | None) -> bool:
    """Return whether a run can look at a group, said without the code under test."""
    return outage is None or (outage in _WITHOUT_ACC and group != "acc")


def find(drift: Drift) -> Difference:
    """Return the difference that a report has."""
    assert drift.group is not None
    return Difference(drift.address.split("/")[1], drift.group.uuid, int(drift.person.id))


def observe(
    truth: Iterable[Difference], outages: Mapping[str, Outage], observed_at: str
) -> tuple[tuple[Drift, ...], LiveSight, dict[str, UnseenReason]]:
    """Return what a run finds, what it looked at, and why it did not look at the rest, by project."""
    differing = set(truth)
    projects, presets, listed, resolved = [], [], [], []
    for one in PROJECTS:
        outage = outages.get(one)
        if outage != "project-gone":
            projects.append(Project(id=one, name=f"Project {one}", active=outage != "project-inactive"))
        if outage not in ("project-gone", "project-inactive", "unmanaged"):
            listed.append(Wanted(Place(one, Tool("invoice")), frozenset({"12"})))
        if outage not in ("project-gone", "project-inactive", "unmanaged", "preset-gone"):
            target = _target(one, outage, differing)
            presets.append(target.target.preset)
            resolved.append(target)
    state = LiveState(
        observed_at=observed_at,
        catalogue=Catalogue(templates=(_TEMPLATE,), projects=tuple(projects)),
        versions=_VERSIONS,
        presets=tuple(presets),
        listed=tuple(listed),
    )
    reasons: dict[str, UnseenReason] = {}
    for one, outage in outages.items():
        inside: dict[Outage, UnseenReason] = {
            "acc-unmanaged": "unmanaged", "acc-gone": "group-gone", "acc-unresolved": "unresolved"
        }  # fmt: skip
        reasons[one] = inside.get(outage) or outage  # type: ignore[assignment]
    return find_drifts(compare(resolved, _VERSIONS)), LiveSight(resolved, state), reasons


def _target(project: str, outage: Outage | None, differing: set[Difference]) -> ResolvedTarget:
    there = [uuid for uuid in GROUPS if uuid != "acc" or outage != "acc-gone"]
    members = {uuid: tuple(person(one) for one in PEOPLE if _is_live(project, uuid, one, differing)) for uuid in there}
    preset = Preset(
        id=f"p{project}",
        template_id="12",
        project_id=project,
        version_id="v2" if outage == "acc-gone" else "v1",
        groups=tuple(Membership(uuid, people) for uuid, people in members.items()),
    )
    lines = tuple(member(one) for one in DESIRED)
    desired = {uuid: DesiredGroup(members=lines, origin=HERE) for uuid in there}
    if outage == "acc-unmanaged":
        del desired["acc"]
    found = {one: ResolvedMember(person(int(one)), HERE) for one in map(str, DESIRED)}
    groups = {uuid: ResolvedGroup(found, HERE) for uuid in desired if uuid != "acc" or outage != "acc-unresolved"}
    target = Target(
        address=address(project),
        preset=preset,
        project=Named(project, f"Project {project}"),
        template=_TEMPLATE,
        template_name=Named(_TEMPLATE.id, _TEMPLATE.name),
        groups=desired,
        manager=None,
    )
    return ResolvedTarget(target, groups, None)


def _is_live(project: str, group: str, one: int, differing: set[Difference]) -> bool:
    return (one in DESIRED) != (Difference(project, group, one) in differing)
