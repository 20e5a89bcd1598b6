"""Live states and plans made in memory, for tests that need no service."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import msgspec

from reconciler.desired.repository import read_settings_document
from reconciler.live.snapshot_reader import SnapshotReader
from reconciler.model.diagnostics import Diagnostic, has_errors
from reconciler.model.documents import Source
from reconciler.model.live import (
    Catalogue,
    Group,
    LiveState,
    Membership,
    PeopleList,
    Person,
    Place,
    Preset,
    Project,
    Template,
    Tool,
    Version,
    VersionStep,
    Wanted,
)
from reconciler.model.plan import LiveSource, Plan, PlanService
from reconciler.model.provenance import Provenance
from reconciler.operations.comparison import Comparison
from reconciler.operations.dated_documents import read_repository
from reconciler.operations.judged_plan import judged_plan
from reconciler.operations.observation import Observation, observe
from reconciler.operations.workspace import problems
from reconciler.planning.restricting import WHOLE
from tests.support.account import company_seed, write_documents

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from reconciler.desired.git.base_revision import Base
    from reconciler.planning.restricting import Restriction

__all__ = ["SERVICE", "TODAY", "live_state", "observe_documents", "plan_documents"]

TODAY = datetime.date(2026, 11, 23)
SERVICE = PlanService(api_url="https://api.procore.com", auth_url="https://login.procore.com")


def live_state(seed: dict[str, Any] | None = None) -> LiveState:
    """Return the live state a seed describes, everybody possible everywhere."""
    seed = company_seed() if seed is None else seed
    people = {one["id"]: Person(one["id"], one["login"], one["name"]) for one in seed["people"]}
    tools = {one["id"]: Tool(one["tool_type"], one.get("tool_subtype")) for one in seed["templates"]}
    places = sorted({Place(one["project_id"], tools[one["template_id"]]) for one in seed["presets"]}, key=str)
    everybody = tuple(PeopleList(place=place, people=tuple(people.values())) for place in places)
    return LiveState(
        observed_at="2026-11-23T08:00:00Z",
        catalogue=Catalogue(
            templates=tuple(_template(one) for one in seed["templates"]),
            projects=tuple(_project(one) for one in seed["projects"]),
        ),
        versions=tuple(
            Version(
                version["id"],
                tuple(Group(**group) for group in version["responsible_groups"]),
                tuple(
                    VersionStep(step["uuid"], step["name"], tuple(step.get("responsible_groups", ())))
                    for step in version.get("steps", [])
                ),
            )
            for one in seed["templates"]
            for version in one["versions"]
        ),
        presets=tuple(
            Preset(
                id=one["id"],
                template_id=one["template_id"],
                project_id=one["project_id"],
                version_id=f"9{one['template_id']}",
                groups=tuple(
                    Membership(uuid, tuple(people[login_id] for login_id in ids)) for uuid, ids in one["groups"].items()
                ),
                workflow_manager=people[one["workflow_manager_id"]] if one["workflow_manager_id"] else None,
            )
            for one in seed["presets"]
        ),
        assignees=everybody,
        managers=everybody,
        inactive=frozenset(),
        listed=tuple(
            Wanted(Place(project["id"], tool), frozenset(one for one in tools if tools[one] == tool))
            for project in (*seed["projects"], {"id": None})
            for tool in dict.fromkeys(tools.values())
        ),
    )


def _template(one: dict[str, Any]) -> Template:
    return Template(
        id=one["id"],
        name=one["name"],
        tool_type=one["tool_type"],
        tool_subtype=one.get("tool_subtype"),
        assigned_projects_count=one.get("assigned_projects_count"),
        version_id=one["latest_published_version"]["id"] if one["latest_published_version"] else None,
        archived=one.get("archived_at") is not None,
    )


def _project(one: dict[str, Any]) -> Project:
    return Project(
        id=one["id"],
        name=one["name"],
        display_name=one["display_name"],
        number=one["project_number"],
        active=one["active"],
        fields={key: str(one[key]) for key in ("stage", "state_code")},
    )


def observe_documents(folder: Path, documents: dict[str, str], state: LiveState | None = None) -> Observation:
    """Observe documents against a live state; raises DocumentsError like the commands do."""
    file = write_documents(folder, documents)
    settings = read_settings_document(file)
    read, diagnostics = read_repository(file, settings, TODAY)
    if has_errors(diagnostics):
        raise problems(diagnostics)
    reader = SnapshotReader(live_state() if state is None else state)
    return observe(read, diagnostics, reader, own_account=settings.service_account)


def plan_documents(
    folder: Path,
    documents: dict[str, str],
    state: LiveState | None = None,
    extra: tuple[Diagnostic, ...] = (),
    *,
    adds_only: bool = False,
) -> Plan:
    """Plan documents against a live state, at a moment that stays the same."""
    observation = observe_documents(folder, documents, state)
    return plan_observation(observation, extra, adds_only=adds_only)


def plan_observation(
    observation: Observation,
    extra: tuple[Diagnostic, ...] = (),
    *,
    base: Base | None = None,
    adds_only: bool = False,
    restriction: Restriction = WHOLE,
) -> Plan:
    """Plan what was observed, at a moment that stays the same."""
    live = observation.state
    return judged_plan(
        msgspec.structs.replace(observation, diagnostics=(*observation.diagnostics, *extra)),
        Comparison(base, "4211"),
        Provenance(
            company_id="4211",
            company_name="Acme Construction",
            service=SERVICE,
            source=Source(revision="a" * 40, dirty=False),
            live=LiveSource(observed_at=live.observed_at, source="api", requests=9, lower_bound=9, seconds=1.5),
            created_at="2026-11-23T08:00:05Z",
        ),
        adds_only=adds_only,
        restriction=restriction,
        freezes=observation.policy.frozen,
        today=TODAY,
    )
