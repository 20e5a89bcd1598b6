"""Routing while the service is down or the documents change, within a look: in simulated time, with the real loop."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from benchmarks.routing import router_of
from benchmarks.simulated_company import SimulatedCompany, VirtualTime
from reconciler.errors import AnswerLostError, RateLimitError, UnreachableError
from reconciler.journal.route_file import RouteJournal
from reconciler.journal.route_records import read_route_lines
from reconciler.model.routed import RouteIntended
from reconciler.operations import route_round
from reconciler.operations.route_loop import HOLD_SECONDS, RouteLoop, RouteOptions
from reconciler.operations.route_signs import LifeSigns

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.instances import Instance
    from reconciler.model.live import Place
    from reconciler.model.routed import RoutedStep

OPTIONS = RouteOptions(interval=1.0, oldest=600.0, share=1.0)
COMING = [(0.0, "1000"), (0.0, "1000"), (0.0, "1000"), (0.0, "1001")]


@pytest.mark.parametrize("point", ["list", "read", "item", "respond"])
@pytest.mark.parametrize("is_limited", [False, True])
def test_a_service_that_is_down(tmp_path: Path, point: str, *, is_limited: bool) -> None:
    """Whatever meets it first: the look ends, no queue is asked for a minute, and then each step is answered once.

    One answer is enough where it is over its limit, or has no list; else two instances in a row.
    """
    time = VirtualTime(3600.0)
    failed_at: list[float] = []
    held: list[float] = []

    def happens(at: str) -> str:
        if at != point or held:
            return ""
        failed_at.append(time.now)
        if is_limited:
            raise RateLimitError(f"{at}: 429")
        return "down"

    company = SimulatedCompany(time, 2, COMING, per_hour=3600, happens=happens)
    shown: list[RoutedStep] = []
    with RouteJournal(tmp_path / "route", time.clock.now, lambda: ()) as journal:
        router = router_of(time, company, item_path="/rest/v1.0/requisitions/{item_id}", journal=journal)
        loop = RouteLoop(router, OPTIONS, time, shown.append)
        while not loop.health().queues_failed:
            loop.once()
        held.append(time.now)
        alone = is_limited or point == "list"
        assert (loop.health().queues_failed, len(failed_at)) == (1, 1) if alone else len(failed_at) >= 2
        while company.unanswered:
            loop.once()
        # an answer that may be lost is read back at once, and nothing is asked after that
        gaps = [later - earlier for earlier, later in pairwise(company.sent_at) if earlier >= failed_at[-1] - 0.1]
        assert max(gaps[:2]) > HOLD_SECONDS - 1.0
        assert [one.status for one in shown].count("failed") >= 1
        while time.now < failed_at[0] + 1200.0:
            loop.once()
        assert (loop.health().queues_failed, loop.health().waiting) == (0, 0)
    assert len(company.stored) == len(COMING)
    assert company.repeated == 0


@pytest.mark.parametrize("point", ["read", "respond"])
@pytest.mark.parametrize("lists_projects", [False, True])
def test_instances_that_always_fail(tmp_path: Path, point: str, *, lists_projects: bool) -> None:
    """Some of one queue never work: all others are answered, also behind them, and these count as waiting."""
    time = VirtualTime(6 * 3600.0)
    projects = 25 if lists_projects else 1
    coming = [(60.0 * number, str(1000 + number % projects)) for number in range(60)]
    company = Defective(time, projects, coming, per_hour=3600, lists_projects=lists_projects)
    company.defective = {str(600_001 + number) for number in range(8)}, point
    with RouteJournal(tmp_path / "route", time.clock.now, lambda: ()) as journal:
        shown: list[RoutedStep] = []
        loop = RouteLoop(router_of(time, company, journal=journal), OPTIONS, time, shown.append)
        while not time.is_set():
            loop.once()
        assert len(company.stored) == len(coming) - 8
        assert [one.status for one in shown].count("failed") <= 2 * 8, "each look tries them in turn, and says it once"
        assert loop.health().waiting == 8
        assert loop.health().needs_person == 8


class Defective(SimulatedCompany):
    """A company in which some instances cannot be read, or take no response."""

    defective: tuple[set[str], str] = set(), ""

    def instance(self, place: Place, instance_id: str) -> Instance:
        """Return an instance, or fail as if the service were down."""
        found = super().instance(place, instance_id)
        if self.defective[1] == "read" and instance_id in self.defective[0]:
            raise UnreachableError("read: 500")
        return found

    def respond(
        self, place: Place, instance_id: str, *, occurrence_id: str, option_id: str, comment: str | None, token: str
    ) -> None:
        """Store a response, or fail as if the service were down."""
        if self.defective[1] == "respond" and instance_id in self.defective[0]:
            self._request("respond")
            raise AnswerLostError("respond: 500")
        super().respond(
            place, instance_id, occurrence_id=occurrence_id, option_id=option_id, comment=comment, token=token
        )


def test_documents_that_change_within_a_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A freeze that is committed after the first of three answers lets none of the others out."""
    monkeypatch.setattr(route_round, "_COMPARED_SECONDS", 0.0)
    time = VirtualTime(3600.0)
    company = SimulatedCompany(time, 1, COMING[:3], per_hour=3600)
    with RouteJournal(tmp_path / "route", time.clock.now, lambda: ()) as journal:
        router = router_of(time, company, journal=journal)
        router._changed = lambda: bool(company.stored)
        RouteLoop(router, OPTIONS, time, lambda _step: None).go(LifeSigns(router.run, None, None))
        assert time.now < 600.0, "it reads the documents again"
    assert len(company.stored) == 1
    assert len([one for one in read_route_lines(tmp_path / "route") if isinstance(one, RouteIntended)]) == 1


def test_documents_that_change_while_a_step_is_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The item took its time: what was decided by the documents before is neither intended nor sent."""
    monkeypatch.setattr(route_round, "_COMPARED_SECONDS", 0.0)
    time = VirtualTime(3600.0)
    asked: list[str] = []

    def happens(at: str) -> str:
        asked.append(at)
        return ""

    company = SimulatedCompany(time, 1, COMING[:3], per_hour=3600, happens=happens)
    with RouteJournal(tmp_path / "route", time.clock.now, lambda: ()) as journal:
        router = router_of(time, company, item_path="/rest/v1.0/requisitions/{item_id}", journal=journal)
        router._changed = lambda: "item" in asked
        RouteLoop(router, OPTIONS, time, lambda _step: None).go(LifeSigns(router.run, None, None))
    assert asked.count("item") == 1
    assert "respond" not in asked
    assert list(read_route_lines(tmp_path / "route")) == []
