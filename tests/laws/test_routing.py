"""Laws of routing: each step has one response, whatever ends, is lost or changes in between."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.diagnostics import Origin
from reconciler.model.member import Member
from reconciler.model.reference import Reference
from reconciler.model.routed import RouteIntended, RouteLine, RouteOutcome
from reconciler.model.routing import Condition, Routing, RoutingLimits, Rule
from reconciler.operations import route_answer
from reconciler.operations.route import look_at
from reconciler.operations.route_answer import settle_open
from reconciler.operations.route_round import RoutedStepRules, Router
from reconciler.operations.routed_templates import routing_digest
from reconciler.routing.ledger import Ledger
from tests.support.examples import examples
from tests.support.runs import make_run
from tests.support.simulated_service import BOT_ID, CrashError, SimulatedService

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reconciler.operations.run import Run

PLACE = Origin("r.yaml", 1, 1)
EVERYTHING = Condition(field="instance.id", operator="exists", operands=(), origin=PLACE)
POINTS = ("", "", "", "", "", "crash", "crash", "lost", "lag", "down")


class Disk:
    """A journal whose lines survive a crash; one that ends in the middle of a line leaves no line."""

    def __init__(self, happens: Callable[[str], str]) -> None:
        self.lines: list[RouteLine] = []
        self.happens = happens

    def record(self, line: RouteLine) -> None:
        """Keep a line; end before or behind it where a crash is asked for."""
        if self.happens("torn") == "crash":
            raise CrashError
        self.lines.append(line)
        if self.happens("written") == "crash":
            raise CrashError


def rules_of(revision: int, mode: Any = "answer") -> RoutedStepRules:
    """Return the rules of a revision: another option and comment each time."""
    respond = ("Approve", "Reject", "Once more")[revision % 3]
    rule = Rule(name=f"r{revision}", origin=PLACE, where=(EVERYTHING,), respond=respond, comment=f"by r{revision}")
    routing = Routing(
        origin=PLACE, template=Reference(origin=PLACE, name="Invoice Approval"), tool=None, step="ERP check",
        step_origin=PLACE, integration=Member(origin=PLACE, login="erp.bot@acme.test"), fallback=(), rules=(rule,),
        mode=mode, limits=RoutingLimits(answers_per_hour=10_000, same_option_in_a_row=10_000),
    )  # fmt: skip
    (template,) = SimulatedService(0).templates()
    return RoutedStepRules(routing, routing_digest(routing), template, by_project=True)


def one_run(run: Run, service: SimulatedService, disk: Disk, revision: int) -> None:
    """Start a process with the rules of a revision, and let it look once, until it ends or is ended."""
    router = Router(
        run=run, company_id="4211", run_id=f"run-{revision}", service=service, me=service.me(),
        rules=(rules_of(revision),), revision=f"r{revision}", journal=disk,  # type: ignore[arg-type]
        ledger=Ledger(disk.lines, company_id="4211", login_id=BOT_ID),
        folders=(), projects=service.projects(),
    )  # fmt: skip
    for intent in router.ledger.open():
        settle_open(router, intent)
    for queue in router.queues():
        look_at(router, queue)


def many_runs(run: Run, seed: int, instances: int, runs: int, *, stays: bool = False) -> tuple[SimulatedService, Disk]:
    """Run so many processes, in which anything may happen anywhere, and then two in which nothing does."""
    chance = random.Random(seed)
    service = SimulatedService(instances, lambda _point: chance.choice(POINTS))
    service.stays = stays
    disk = Disk(service.happens)
    for revision in range(runs):
        with suppress(CrashError):
            one_run(run, service, disk, revision)
    service.happens = disk.happens = lambda _point: ""
    for revision in (runs, runs + 1, runs + 2, runs + 3):
        one_run(run, service, disk, 3 * revision)  # approves: loops end
    return service, disk


def faults(service: SimulatedService, disk: Disk) -> list[str]:
    """Return what is wrong: each occurrence has one response, and journal and service agree line by line."""
    intents = [one for one in disk.lines if isinstance(one, RouteIntended)]
    outcomes = {one.token: one.status for one in disk.lines if isinstance(one, RouteOutcome)}
    frozen = {one.step_occurrence_id: (one.option.id, one.comment) for one in intents}
    skipped = [] if service.stays else [one for one in service.at if service.is_current(one)]
    claims = {
        "two intents for one occurrence": len(frozen) == len(intents),
        "stored is not what the journal has": frozen == service.stored,
        "two bodies or tokens were sent for one occurrence": all(len(asked) == 1 for asked in service.asked.values()),
        "an intent ended otherwise than answered": {outcomes.get(one.token) for one in intents} <= {"answered"},
        "somebody else responds": {one.login_id for one in intents} <= {BOT_ID},
        "a step was skipped": not skipped,
    }
    return [fault for fault, holds in claims.items() if not holds]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run without a terminal, whose clock stands still."""
    folder: Path = tmp_path_factory.mktemp("run")
    return make_run(folder)


@settings(max_examples=examples(60), deadline=None)
@given(seed=st.integers(0, 2**32), instances=st.integers(1, 6), runs=st.integers(1, 25), stays=st.booleans())
def test_each_step_has_one_response(run: Run, seed: int, instances: int, runs: int, stays: bool) -> None:  # noqa: FBT001
    """Crashes, lost answers, outages, reads that lag, rules that change, loops: one response each, as journalled."""
    assert faults(*many_runs(run, seed, instances, runs, stays=stays)) == []


def broken(run: Run) -> int:
    """Return how many of a hundred histories break the law."""
    return sum(bool(faults(*many_runs(run, seed, 4, 15))) for seed in range(100))


def test_it_fails_without_the_frozen_response(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A router that decides again after a crash breaks it."""
    assert broken(run) == 0
    monkeypatch.setattr(Ledger, "known", lambda _ledger, _token: None)
    monkeypatch.setattr(Ledger, "open", lambda _ledger: [])
    assert broken(run) > 50


def test_it_fails_without_reading_back(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A router that takes a lost answer for a stored one breaks it."""

    def forgotten(sending: Any, lost: str) -> Any:
        return route_answer._ended(sending, "answered", 1, lost)

    monkeypatch.setattr(route_answer, "_after_loss", forgotten)
    assert broken(run) > 20


def test_it_fails_without_the_intent(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A router that responds before the journal has it breaks it."""
    recorded = Router.record

    def later(router: Router, line: RouteLine) -> None:
        if isinstance(line, RouteIntended):
            router.ledger.take(line)
        else:
            recorded(router, line)

    monkeypatch.setattr(Router, "record", later)
    assert broken(run) > 50
