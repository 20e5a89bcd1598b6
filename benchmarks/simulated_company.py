"""A company in memory and in simulated time, for the real routing loop: arrivals, both rate windows, outages."""

from __future__ import annotations

import datetime
import heapq
from typing import TYPE_CHECKING, Any

from reconciler.clock import Clock
from reconciler.errors import AnswerLostError, RateLimitError, RequestRefusedError, UnreachableError
from reconciler.live.rate_windows import RateWindows
from reconciler.model.diagnostics import Origin
from reconciler.model.instances import (
    Instance,
    ListedInstance,
    Response,
    ResponseOption,
    RoutedTemplate,
    StepOccurrence,
)
from reconciler.model.live import Person, Place, Tool
from reconciler.model.member import Member
from reconciler.model.reference import Reference
from reconciler.model.routing import Condition, Routing, RoutingLimits, Rule
from reconciler.operations.route_round import RoutedStepRules
from reconciler.operations.routed_templates import routing_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["BOT", "TOOL", "SimulatedCompany", "VirtualTime", "simulated_rules"]

TOOL = Tool("invoice", None)
BOT = Person("50", "erp.bot@acme.test", "ERP Bot")
BEGAN = datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC)
SPIKE_LIMIT = 25
_ANSWER_SECONDS = 0.2
_OPTIONS = (ResponseOption("101", "Approve"), ResponseOption("102", "Reject"))


class VirtualTime:
    """Time that passes only while somebody waits; also what stops a loop, at ``ends_at`` seconds."""

    def __init__(self, ends_at: float = float("inf")) -> None:
        self.now = 0.0
        self.ends_at = ends_at
        self.clock = Clock(lambda: BEGAN + datetime.timedelta(seconds=self.now), steady=lambda: self.now)

    def is_set(self) -> bool:
        """Return whether it is over."""
        return self.now >= self.ends_at

    def wait(self, seconds: float) -> bool:
        """Let so many seconds pass."""
        self.now += max(seconds, 0.001)
        return self.is_set()

    def moment(self, seconds: float) -> str:
        """Return a moment as files hold it, with fractions of a second."""
        return (BEGAN + datetime.timedelta(seconds=seconds)).isoformat()


class _Hour:
    """The windows of the service itself: a fixed hour, and ten seconds that roll."""

    def __init__(self, per_hour: int) -> None:
        self.per_hour = per_hour
        self.ends_at = 0.0
        self.used = 0
        self.recent: list[float] = []

    def take(self, now: float) -> bool:
        """Count a request; return whether it is within both windows."""
        if now >= self.ends_at:
            self.ends_at, self.used = now + 3600.0, 0
        self.used += 1
        self.recent = [one for one in self.recent if one > now - 10.0] + [now]
        return self.used <= self.per_hour and len(self.recent) <= SPIKE_LIMIT


class SimulatedCompany:
    """Steps come by ``arrivals``: seconds with a project. A response ends a step at once.

    ``happens`` returns what happens at a point of a request: ``""``, ``down``, ``lost``, or raises. With
    ``lists_projects`` the company's list also has the instances of projects, and takes their responses.
    """

    def __init__(
        self,
        time: VirtualTime,
        projects: int,
        arrivals: Iterable[tuple[float, str]],
        *,
        per_hour: int,
        lists_projects: bool = False,
        happens: Callable[[str], str] = lambda _point: "",
    ) -> None:
        self.windows = RateWindows()
        self.requests = 0
        self.too_many = 0
        self.sent_at: list[float] = []
        self.waits: list[tuple[float, float]] = []  # when a step was answered, and how long it had waited
        self.stored: dict[str, tuple[str, str | None]] = {}
        self.repeated = 0
        self._time = time
        self._names = [str(1000 + number) for number in range(projects)]
        self._coming = list(arrivals)
        heapq.heapify(self._coming)
        self._came = 0
        self._active: dict[str, tuple[str, float]] = {}
        self._in_project: dict[str, dict[str, None]] = {}
        self._hour = _Hour(per_hour)
        self._lists_projects = lists_projects
        self._happens = happens

    @property
    def unanswered(self) -> list[float]:
        """When the steps came that wait now."""
        self._arrive()
        return [came for _, came in self._active.values()]

    def _arrive(self) -> None:
        while self._coming and self._coming[0][0] <= self._time.now:
            came, project = heapq.heappop(self._coming)
            self._came += 1
            instance = str(600_000 + self._came)
            self._active[instance] = project, came
            self._in_project.setdefault(project, {})[instance] = None

    def _request(self, point: str) -> str:
        """Wait as the real client does, send one request, and take in what the answer shows of the windows."""
        while (delay := self.windows.reserve(self._time.now)) > 0:
            self._time.wait(delay)
        self._time.wait(_ANSWER_SECONDS)
        self._arrive()
        now = self._time.now
        self.requests += 1
        self.sent_at.append(now)
        is_within = self._hour.take(now)
        self.windows.finished()
        spike_left = SPIKE_LIMIT - len(self._hour.recent)
        hour_left = self._hour.per_hour - self._hour.used
        self.windows.observe(limit=self._hour.per_hour, remaining=max(hour_left, 0), reset_in=self._hour.ends_at - now,
                             now=now)  # fmt: skip
        self.windows.observe(limit=SPIKE_LIMIT, remaining=max(spike_left, 0),
                             reset_in=self._hour.recent[0] + 10.0 - now, now=now)  # fmt: skip
        if not is_within:
            self.too_many += 1
            raise RateLimitError(f"{point}: 429")
        happens = self._happens(point)
        if happens == "down":
            raise (AnswerLostError if point == "respond" else UnreachableError)(f"{point}: 503")
        return happens

    def me(self) -> Person:
        """Return the integration."""
        return BOT

    def stop(self, seconds: float = 0.0) -> None:
        """Do nothing: nothing is under way."""

    def providers(self) -> dict[Tool, str]:
        """Return one tool of projects."""
        return {TOOL: "Project"}

    def templates(self) -> list[RoutedTemplate]:
        """Return one template."""
        place = Place(None, TOOL)
        versions = frozenset({"911"})
        return [RoutedTemplate(id="11", name="Invoice Approval", place=place, versions=versions, published="911")]

    def step_names(self, version_id: str) -> dict[str, str]:
        """Return one step."""
        self._request(f"version {version_id}")
        return {"check": "ERP check"}

    def projects(self) -> dict[str, dict[str, Any]]:
        """Return the projects; a page has 300."""
        for _ in range(-(-len(self._names) // 300)):
            self._request("projects")
        return {name: {"state_code": "WA"} for name in self._names}

    def waiting(self, place: Place, login_id: str) -> list[ListedInstance]:
        """Return the instances whose step is current."""
        assert login_id == BOT.id
        self._request("list")
        if place.project_id is not None:
            listed = list(self._in_project.get(place.project_id, ()))
        else:
            listed = list(self._active) if self._lists_projects else []
        return [ListedInstance(id=one, updated_at=self._time.moment(self._active[one][1])) for one in listed]

    def instance(self, place: Place, instance_id: str) -> Instance:
        """Return an instance with its step, or at its end once that is answered."""
        self._request("read")
        self._require(place, instance_id)
        given = self.stored.get(instance_id)
        updated_at = self._time.moment(self._time.now if given else self._active[instance_id][1])
        step = StepOccurrence(
            id=f"{instance_id}-1", step_uuid="check", name="ERP check", started_at=updated_at, overdue_at=None,
            options=_OPTIONS, responses=(Response(login_id=BOT.id),),
        )  # fmt: skip
        return Instance(
            id=instance_id, place=place, item_id=instance_id, version_id="911", created_by="2",
            updated_at=updated_at, step=None if given else step, facts={"id": instance_id},
        )  # fmt: skip

    def _require(self, place: Place, instance_id: str) -> None:
        project, _ = self._active.get(instance_id, ("", 0.0))
        is_there = instance_id in self.stored or project == place.project_id
        if not is_there and not (self._lists_projects and place.project_id is None):
            raise RequestRefusedError("no such instance", status=404)

    def item(self, path: str) -> dict[str, Any]:
        """Return an item."""
        self._request("item")
        return {"status": "approved", "path": path}

    def respond(
        self, place: Place, instance_id: str, *, occurrence_id: str, option_id: str, comment: str | None, token: str
    ) -> None:
        """Store a response as the service does."""
        assert occurrence_id == f"{instance_id}-1"
        assert token
        happens = self._request("respond")
        self._require(place, instance_id)
        known = self.stored.get(instance_id)
        if known is not None:
            self.repeated += 1
            if known != (option_id, comment):
                raise RequestRefusedError("there is another response already", status=422)
            return
        project, came = self._active.pop(instance_id)
        del self._in_project[project][instance_id]
        self.stored[instance_id] = option_id, comment
        self.waits.append((self._time.now, self._time.now - came))
        if happens == "lost":
            raise AnswerLostError("responding: no answer")

    def possible_assignees(self, place: Place) -> list[Person]:
        """Return nobody: no rule escalates."""
        raise AssertionError(place)

    def add_assignees(
        self, _place: Place, instance_id: str, *, occurrence_id: str, login_ids: Sequence[str], reason: str
    ) -> None:
        """Refuse: no rule escalates."""
        raise AssertionError((instance_id, occurrence_id, login_ids, reason))


def simulated_rules(template: RoutedTemplate, *, revision: int = 0, item_path: str | None = None) -> RoutedStepRules:
    """Return rules that answer whatever waits; each revision has another comment."""
    here = Origin("routing.yaml", 1, 1)
    field = "instance.id" if item_path is None else "item.status"
    rule = Rule(
        name="whatever waits", origin=here, respond="Approve", comment=f"by revision {revision}",
        where=(Condition(field=field, operator="exists", operands=(), origin=here),),
    )  # fmt: skip
    routing = Routing(
        origin=here, template=Reference(origin=here, name=template.name), tool=None, step="ERP check",
        step_origin=here, integration=Member(origin=here, login=BOT.login), fallback=(), rules=(rule,), mode="answer",
        item_path=item_path, limits=RoutingLimits(answers_per_hour=100_000, same_option_in_a_row=1_000_000),
    )  # fmt: skip
    return RoutedStepRules(routing, routing_digest(routing), template, by_project=True)
