"""Holds what a routing process works with: the service, the routings, the journal, and what it saw before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from reconciler.model.live import Place
from reconciler.model.spelling import comparable
from reconciler.operations.route_trouble import Trouble
from reconciler.routing.facts import needs_project

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from reconciler.errors import ServiceError
    from reconciler.journal.route_file import RouteJournal
    from reconciler.model.instances import Instance, RoutedTemplate
    from reconciler.model.live import Person
    from reconciler.model.routed import RoutedStep, RouteIntended, RouteLine, RouteNoted
    from reconciler.model.routing import Routing
    from reconciler.operations.route_service import RouteService
    from reconciler.operations.run import Run
    from reconciler.routing.ledger import Ledger

__all__ = ["RoutedStepRules", "Router", "SeenInstance"]

_ASKED_AGAIN_SECONDS = 900.0
_COMPARED_SECONDS = 30.0


class SeenInstance(NamedTuple):
    """An instance as the last look left it; ``read_at`` is in seconds of the monotonic clock."""

    updated_at: str | None
    read_at: float
    step: RoutedStep
    place: Place
    overdue_at: str | None = None


class RoutedStepRules(NamedTuple):
    """A routing with its digest and its template; ``by_project`` says whether the tool is one of projects.

    The project of an instance that only the company's list showed is not known: its address has ``*`` in its place.
    """

    routing: Routing
    digest: str
    template: RoutedTemplate
    by_project: bool

    def address(self, project_id: str | None) -> str:
        """Return the address of the preset that an instance started from."""
        unknown = "projects/*" if self.by_project else "company"
        scope = unknown if project_id is None else f"projects/{project_id}"
        return f"{scope}/templates/{self.template.id}"

    @property
    def is_direct(self) -> bool:
        """Whether an instance can be handled without knowing its project."""
        return not needs_project(self.routing) and self.routing.escalate is None


class Router:
    """One process that routes. It is in one thread, and ``journal`` is null where nothing is sent."""

    def __init__(  # noqa: PLR0913 - its parts, each named
        self,
        *,
        run: Run,
        company_id: str,
        run_id: str,
        service: RouteService,
        me: Person,
        rules: tuple[RoutedStepRules, ...],
        revision: str | None,
        ledger: Ledger,
        journal: RouteJournal | None,
        folders: tuple[Path, ...],
        projects: Mapping[str, dict[str, Any]],
        changed: Callable[[], bool] = lambda: False,
    ) -> None:
        self.run = run
        self.company_id = company_id
        self.run_id = run_id
        self.service = service
        self.me = me
        self.rules = rules
        self.revision = revision
        self.ledger = ledger
        self.folders = folders
        self.projects = projects
        self.stopped: Callable[[], bool] = lambda: False
        # why the service did not carry out the last thing that an instance needed; null where it did
        self.failure: ServiceError | None = None
        self.trouble = Trouble()
        self.seen: dict[str, SeenInstance] = {}
        self._journal = journal
        self._steps: dict[str, dict[str, str]] = {}
        self._versions = {version: one.template for one in rules for version in one.template.versions}
        self._changed = changed
        self._compared_at = run.clock.steady()
        self._is_outdated = False
        self._unknown: dict[str, float] = {}

    @property
    def sends(self) -> bool:
        """Whether anything may be sent and journalled."""
        return self._journal is not None

    def is_outdated(self) -> bool:
        """Return whether other documents are committed, or a freeze began, since this process read them."""
        now = self.run.clock.steady()
        if not self._is_outdated and now - self._compared_at >= _COMPARED_SECONDS:
            self._compared_at = now
            self._is_outdated = self._changed()
        return self._is_outdated

    def record(self, line: RouteLine) -> None:
        """Write a line of the journal, and remember it; raises FileError where it cannot be kept."""
        if self._journal is not None:
            self._journal.record(line)
            self.ledger.take(line)

    def record_once(self, line: RouteNoted) -> None:
        """Write what is noted of a step, unless the journal has just that already."""
        if not self.ledger.is_noted(line):
            self.record(line)

    def queues(self) -> list[Place]:
        """Return every place that is looked at, each once: a tool in each active project, or in the company."""
        found: dict[Place, None] = {}
        for one in self.rules:
            tool = one.template.place.tool
            for project_id in self.projects if one.by_project else (None,):
                found[Place(project_id, tool)] = None
        return list(found)

    def rules_of(self, instance: Instance) -> tuple[str | None, RoutedStepRules | None]:
        """Return the name of the current step in the version that the instance runs on, and who routes it."""
        step = instance.step
        if step is None:
            return None, None
        template = self._template_of(instance.version_id)
        if template is None:
            return step.name, None
        if instance.version_id not in self._steps:
            self._steps[instance.version_id] = self.service.step_names(instance.version_id)
        name = comparable(self._steps[instance.version_id].get(step.step_uuid, ""))
        found = (one for one in self.rules if one.template.id == template.id and one.routing.step == name)
        return name or step.name, next(found, None)

    def rules_for(self, digest: str, address: str, step: str) -> RoutedStepRules | None:
        """Return the routing that an intent was made by, as it is now; null where there is none any more."""
        fitting = [one for one in self.rules if one.routing.step == step and address.endswith(f"/{one.template.id}")]
        return next((one for one in fitting if one.digest == digest), fitting[0] if fitting else None)

    def is_unplaced(self, intent: RouteIntended, place: Place) -> bool:
        """Return whether a response goes to the company, though its instance is one of a project."""
        rules = self.rules_for(intent.routing, intent.address, intent.step)
        return place.project_id is None and rules is not None and rules.by_project

    def _template_of(self, version_id: str) -> RoutedTemplate | None:
        """Return the template of a version; one that was published since the start is looked up."""
        now = self.run.clock.steady()
        asked_at = self._unknown.get(version_id, now - _ASKED_AGAIN_SECONDS)
        if version_id not in self._versions and now - asked_at >= _ASKED_AGAIN_SECONDS:
            known = {one.template.id for one in self.rules}
            for template in self.service.templates():
                if template.id in known:
                    self._versions |= dict.fromkeys(template.versions, template)
            self._unknown[version_id] = now
        return self._versions.get(version_id)
