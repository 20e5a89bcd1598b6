"""A service in memory that routing talks to: it loses answers, fails and is interrupted as a test asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.errors import AnswerLostError, RequestRefusedError, UnreachableError
from reconciler.model.instances import (
    Instance,
    ListedInstance,
    Response,
    ResponseOption,
    RoutedTemplate,
    StepOccurrence,
)
from reconciler.model.live import Person, Place, Tool

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["BOT_ID", "CrashError", "SimulatedService"]

BOT_ID = "50"
TOOL = Tool("invoice", None)
OPTIONS = (ResponseOption("101", "Approve"), ResponseOption("102", "Reject"), ResponseOption("103", "Once more"))


class CrashError(BaseException):
    """The process ends here, as by kill -9."""


class SimulatedService:
    """Instances by id, each with the responses so far: occurrence to what was stored.

    ``happens`` returns what happens at a point: ``""``, ``crash``, ``lost`` (done, without an answer), ``down``. An
    instance loops back to its step once for each ``Once more``.
    """

    def __init__(self, instances: int, happens: Callable[[str], str] = lambda _point: "") -> None:
        self.happens = happens
        self.requests = 0
        self.at = {str(600 + number): 1 for number in range(instances)}
        self.stored: dict[str, tuple[str, str | None]] = {}
        self.asked: dict[str, set[tuple[str, str | None, str]]] = {}
        self.lagging: set[str] = set()
        self.stays = False  # whether a step stays current after our response

    def me(self) -> Person:
        """Return the integration."""
        return Person(BOT_ID, "erp.bot@acme.test", "ERP Bot")

    def stop(self, seconds: float = 0.0) -> None:
        """Do nothing: nothing is under way."""

    def providers(self) -> dict[Tool, str]:
        """Return one tool of projects."""
        return {TOOL: "Project"}

    def templates(self) -> list[RoutedTemplate]:
        """Return one template."""
        place = Place(None, TOOL)
        return [
            RoutedTemplate(id="11", name="Invoice Approval", place=place, versions=frozenset({"911"}), published="911")
        ]

    def step_names(self, version_id: str) -> dict[str, str]:
        """Return one step."""
        assert version_id == "911"
        return {"check": "ERP check"}

    def projects(self) -> dict[str, dict[str, Any]]:
        """Return one project."""
        return {"1042": {"state_code": "WA"}}

    def waiting(self, place: Place, login_id: str) -> list[ListedInstance]:
        """Return the instances whose step is current."""
        self._point("list")
        assert (place, login_id) == (Place("1042", TOOL), BOT_ID)
        return [ListedInstance(id=one, updated_at=None) for one in self.at if self.is_current(one)]

    def is_current(self, instance: str) -> bool:
        """Return whether the step of an instance is current."""
        return self.stays or self._occurrence(instance) not in self.stored or instance in self.lagging

    def _occurrence(self, instance: str) -> str:
        return f"{instance}-{self.at[instance]}"

    def instance(self, place: Place, instance_id: str) -> Instance:
        """Return an instance with its step, or with another step once ours is over."""
        self._point("read")
        occurrence = self._occurrence(instance_id)
        given = None if instance_id in self.lagging else self.stored.get(occurrence)
        self.lagging.discard(instance_id)
        response = Response(login_id=BOT_ID)
        if given is not None:
            response = Response(login_id=BOT_ID, submitted_at="x", option_id=given[0], comment=given[1])
        is_over = given is not None and not self.stays
        step = StepOccurrence(
            id=f"{occurrence}-sign" if is_over else occurrence, step_uuid="sign" if is_over else "check", name=None,
            started_at=None, overdue_at=None, options=OPTIONS,
            responses=(Response(login_id="1"),) if is_over else (response,),
        )  # fmt: skip
        return Instance(
            id=instance_id, place=place, item_id="1", version_id="911", created_by="2", updated_at=None, step=step,
            facts={"id": instance_id},
        )  # fmt: skip

    def item(self, path: str) -> dict[str, Any]:
        """Return nothing: no rule asks."""
        raise AssertionError(path)

    def respond(
        self, _place: Place, instance_id: str, *, occurrence_id: str, option_id: str, comment: str | None, token: str
    ) -> None:
        """Store a response as the service does."""
        self.asked.setdefault(occurrence_id, set()).add((option_id, comment, token))
        happens = self._point("respond")
        known = self.stored.get(occurrence_id)
        if known is not None and known != (option_id, comment):
            raise RequestRefusedError("there is another response already", status=422)
        if known is None:
            if occurrence_id != self._occurrence(instance_id):
                raise RequestRefusedError("not the current step", status=422)
            self.stored[occurrence_id] = option_id, comment
            if option_id == "103":
                self.at[instance_id] += 1
        if happens == "lag":
            self.lagging.add(instance_id)
        if happens == "lost":
            raise AnswerLostError("responding: no answer")
        self._point("responded")

    def possible_assignees(self, place: Place) -> list[Person]:
        """Return nobody: no rule escalates."""
        raise AssertionError(place)

    def add_assignees(
        self, _place: Place, instance_id: str, *, occurrence_id: str, login_ids: Sequence[str], reason: str
    ) -> None:
        """Refuse: no rule escalates."""
        raise AssertionError((instance_id, occurrence_id, login_ids, reason))

    def _point(self, name: str) -> str:
        self.requests += 1
        happens = self.happens(name)
        if happens == "crash":
            raise CrashError
        if happens == "down":
            raise (AnswerLostError if name == "respond" else UnreachableError)(f"{name}: 503")
        return happens
