"""Looks at the company's list of instances in place of those of a thousand projects, where it holds theirs too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.errors import RequestRefusedError, ServiceError
from reconciler.model.live import Place
from reconciler.model.routed import Look, RoutedStep
from reconciler.operations.route import LookedAt, handle_listed, left_for_later
from reconciler.operations.route_trouble import is_down
from reconciler.routing.company_list import CompanyList
from reconciler.routing.programs import DecisionStoppedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.instances import ListedInstance
    from reconciler.model.live import Tool
    from reconciler.operations.route_round import Router
    from reconciler.routing.schedule import Schedule

__all__ = ["CompanyLists"]

FEW_PROJECTS: Final = 20
UNPROVEN_SECONDS: Final = 600.0
_DIRECT_AGAIN_SECONDS = 86_400.0
_REFUSED = frozenset({403, 404})


class CompanyLists:
    """The company's list of each tool of projects; ``interval`` is in seconds.

    Until one is proven to hold the instances of projects, projects are looked at one by one. An instance whose project
    is not known is handled through the company where its rules do not need the project, else its project is sought.
    """

    def __init__(self, router: Router, interval: float) -> None:
        self._router = router
        self._interval = interval
        self._lists: dict[Tool, CompanyList] = {}
        self._in_use: set[Tool] = set()
        self._sought: dict[Tool, dict[str, float]] = {}
        self._not_found: dict[Tool, set[str]] = {}
        self._indirect_until: dict[Tool, float] = {}

    def places(self) -> list[Place]:
        """Return the lists that are worth a look: those of tools of many projects."""
        if len(self._router.projects) <= FEW_PROJECTS:
            return []
        return [Place(None, one) for one in dict.fromkeys(
            rules.template.place.tool for rules in self._router.rules if rules.by_project
        )]  # fmt: skip

    def follow(self, schedule: Schedule, now: float) -> None:
        """Take up the lists that are worth a look; what was not found before is sought once more."""
        self._not_found.clear()
        places = self.places()
        for tool in [one for one in self._lists if Place(None, one) not in places]:
            self._lists[tool].doubt(self._router.run.clock.now())
            self._apply(schedule, tool, now, "is of few projects by now")
            del self._lists[tool]
        for place in places:
            self._lists.setdefault(place.tool, CompanyList())
            self._apply(schedule, place.tool, now)

    def is_one(self, place: Place) -> bool:
        """Return whether a queue is the company's list of a tool of projects."""
        return place.project_id is None and place.tool in self._lists

    def sought(self) -> int:
        """Return the number of instances whose project is not known yet."""
        return sum(map(len, self._sought.values()))

    def covers(self, tool: Tool) -> bool:
        """Return whether the company's list is read in place of those of its projects now."""
        return tool in self._in_use

    def look(self, place: Place, schedule: Schedule) -> LookedAt:
        """Read the company's list, and handle what needs no project or is of a known one."""
        router, tool = self._router, place.tool
        router.failure = None
        at, moment = router.run.clock.moment(), router.run.clock.now()
        try:
            listed = router.service.waiting(place, router.me.id)
        except ServiceError as error:
            if not is_down(error):
                self._lists[tool].doubt(moment)
                self._apply(schedule, tool, router.run.clock.steady(), "cannot be read")
            return LookedAt([], None, error)
        self._lists[tool].take((one.id for one in listed), moment)
        self._apply(schedule, tool, router.run.clock.steady())
        if not self.covers(tool):
            return LookedAt([], _look(place, at))
        self._forget(tool, {one.id for one in listed})
        turn = router.trouble.turn(listed)
        steps = [left_for_later(place, one) for one in turn.left]
        for one in turn.handled:
            if router.stopped():
                return LookedAt(steps, None)
            asked = router.service.requests
            try:
                step = self._handled(place, one, at)
            except DecisionStoppedError:
                return LookedAt(steps, None)
            steps += [] if step is None else [step]
            is_failed = step is not None and step.status == "failed"
            if router.service.requests > asked and router.trouble.ends_look(
                one.id, router.failure, is_failed=is_failed
            ):
                self._seek(schedule, tool)
                return LookedAt(steps, None, router.failure)
        self._seek(schedule, tool)
        return LookedAt(steps, _look(place, at))

    def _handled(self, place: Place, listed: ListedInstance, at: str) -> RoutedStep | None:
        """Return what became of an instance, null while its project is sought."""
        tool = place.tool
        seen = self._router.seen.get(listed.id)
        if seen is not None:
            return handle_listed(self._router, seen.place, listed, at)
        if listed.id in self._not_found.get(tool, ()):
            return _not_found(listed.id)
        if self._is_direct(tool):
            step = handle_listed(self._router, place, listed, at)
            refusal = self._router.failure
            is_refused = isinstance(refusal, RequestRefusedError) and refusal.status in _REFUSED
            if step.status != "failed" or not is_refused:
                return step
            self._indirect_until[tool] = self._router.run.clock.steady() + _DIRECT_AGAIN_SECONDS
        self._sought.setdefault(tool, {}).setdefault(listed.id, self._router.run.clock.steady())
        return None

    def _is_direct(self, tool: Tool) -> bool:
        now = self._router.run.clock.steady()
        rules = [one for one in self._router.rules if one.by_project and one.template.place.tool == tool]
        return all(one.is_direct for one in rules) and now >= self._indirect_until.get(tool, now)

    def compare(self, place: Place, listed: Sequence[ListedInstance], schedule: Schedule) -> None:
        """Take in what a project showed: evidence for the company's list or against it, and what was sought."""
        tool, project_id = place.tool, place.project_id
        if project_id is None or tool not in self._lists:
            return
        self._lists[tool].compare(project_id, listed, self._router.run.clock.now())
        self._apply(schedule, tool, self._router.run.clock.steady())
        sought = self._sought.get(tool)
        if not sought:
            return
        for one in listed:
            sought.pop(one.id, None)
        tried_since = schedule.tried_since(tool)
        for instance_id in [one for one, appeared_at in sought.items() if tried_since > appeared_at]:
            del sought[instance_id]
            self._not_found.setdefault(tool, set()).add(instance_id)
        self._seek(schedule, tool)

    def _seek(self, schedule: Schedule, tool: Tool) -> None:
        schedule.seek(tool, self._sought.get(tool, {}).values())

    def _apply(self, schedule: Schedule, tool: Tool, now: float, why: str = "misses some of projects") -> None:
        """Let the schedule follow the evidence, and say so where it changes."""
        place, holds = Place(None, tool), self._lists[tool].holds(self._router.run.clock.now())
        schedule.repeat(place, self._interval if holds else max(self._interval, UNPROVEN_SECONDS))
        if holds and tool not in self._in_use:
            self._in_use.add(tool)
            schedule.cover(place, now)
            self._router.run.reporter.note(
                f"the company's list of {tool} instances also has those of projects: it is read in place of theirs, "
                "and each project about once a day"
            )
        elif not holds and tool in self._in_use:
            self._in_use.discard(tool)
            schedule.uncover(tool)
            self._sought.pop(tool, None)
            self._seek(schedule, tool)
            self._router.run.reporter.note(
                f"the company's list of {tool} instances {why}: each project is looked at again"
            )

    def _forget(self, tool: Tool, listed: set[str]) -> None:
        """Drop what is known of instances that wait no more."""
        seen = self._router.seen
        for key in [key for key, one in seen.items() if one.place.tool == tool and key not in listed]:
            del seen[key]
        self._sought[tool] = {key: at for key, at in self._sought.get(tool, {}).items() if key in listed}
        self._not_found[tool] = self._not_found.get(tool, set()) & listed


def _look(place: Place, at: str) -> Look:
    return Look(project_id=None, tool_type=place.tool.type, at=at)


def _not_found(instance_id: str) -> RoutedStep:
    reason = "the company's list has it, and no project whose list could be read"
    return RoutedStep(
        instance_id=instance_id,
        step_occurrence_id=None,
        step=None,
        address="projects/*",
        status="left-alone",
        reason=reason,
    )
