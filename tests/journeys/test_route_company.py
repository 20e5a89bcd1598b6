"""Routing by the company's list: read in place of those of many projects, where it is proven to hold theirs."""

from __future__ import annotations

import random
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from reconciler.clock import Clock
from reconciler.model.live import Place, Tool
from reconciler.operations import route_company, route_loop
from reconciler.operations.route_loop import RouteLoop, RouteOptions
from reconciler.operations.route_start import open_router
from reconciler.operations.run import SILENT
from reconciler.routing import company_list, schedule
from reconciler.routing.programs import DecisionStoppedError
from tests.support.account import write_seed
from tests.support.routed_account import ITEM, ROUTING, item_path, routed_seed
from tests.support.runs import make_run, now
from tests.support.sandbox import running_sandbox
from tests.support.trial import committed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from reconciler.model.routed import RoutedStep
    from tests.support.sandbox import RunningSandbox

AS_BOT = {"RECONCILER_ROUTE_CLIENT_ID": "erp", "RECONCILER_ROUTE_CLIENT_SECRET": "erp"}
COMPANY = Place(None, Tool("invoice", None))
PROJECTS = [str(2000 + number) for number in range(24)]
LIST = "/companies/4211/workflows/instances "  # of requests, which end there
DIRECT = """\
kind: routing
template: Invoice Approval
step: ERP check
integration: erp.bot@acme.test
fallback: [gus@acme.test]
mode: answer
rules:
  - name: all
    where: {instance.item_id: {exists: true}}
    respond: Approve
    comment: Always
    examples:
      - {instance: {item_id: "1"}, gives: Approve}
      - {instance: {}, gives: nothing}
"""


def large_seed(**company: Any) -> dict[str, Any]:
    """Return the seed of a company with more projects than are looked at one by one."""
    seed = routed_seed(0)
    seed["company"] |= {"lists_project_instances": True, **company}
    project, preset = seed["projects"][1], seed["presets"][1]
    seed["presets"].append({**preset, "id": "41043", "project_id": "1043"})
    for number, one in enumerate(PROJECTS):
        seed["projects"].append({**project, "id": one, "name": f"Site {one}", "project_number": f"25-{number:03}"})
        seed["presets"].append({**preset, "id": f"4{one}", "project_id": one})
        seed["items"].append({"path": item_path(one, "501"), "body": {"id": 501, **ITEM}})
    return seed


class Watched:
    """A loop with what it shows: once a step, and notes."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        self.shown: list[tuple[str, str, str]] = []
        self.notes: list[str] = []
        self.loop: Any = None

    def tell(self, step: RoutedStep) -> None:
        """Take in a step."""
        self.shown.append((step.instance_id, step.status, step.address or ""))

    def note(self, text: str) -> None:
        """Take in a note."""
        self.notes.append(text)

    def __getattr__(self, name: str) -> Any:
        """Show nothing else."""
        return getattr(SILENT, name)

    def start(self, project: str, instance: str) -> None:
        """Start a workflow in a project."""
        named = {"template_id": "11", "project_id": project, "item_id": "501", "created_by": "2", "id": instance}
        self.sandbox.click({"do": "start", **named})

    def until(self, condition: Callable[[], bool], seconds: float = 30.0) -> None:
        """Let the loop go on until a condition holds."""
        ends_at = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < ends_at, (self.shown, self.notes)
            self.loop.once()

    def is_shown(self, *step: str) -> Callable[[], bool]:
        """Return whether a step was shown."""
        return lambda: any(one[: len(step)] == step for one in self.shown)

    def asked(self, text: str) -> int:
        """Return how many requests had a text in their path."""
        return sum(text in f"{entry['path']} " for entry in self.sandbox.log())


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prove a list by one instance, and look at one that is not proven all the time."""
    for name, value in (("ENOUGH_INSTANCES", 2), ("ENOUGH_PROJECTS", 2)):
        monkeypatch.setattr(company_list, name, value)
    monkeypatch.setattr(route_company, "UNPROVEN_SECONDS", 0.2)
    monkeypatch.setattr(schedule, "ASKED_SECONDS", 0.0)
    monkeypatch.setattr(route_loop, "_USUAL_LIMIT", 360_000)


@contextmanager
def watched(folder: Path, routing: str = DIRECT, **company: Any) -> Iterator[Watched]:
    """Yield a loop over the large company."""
    with running_sandbox(write_seed(folder / "seed", large_seed(**company))) as sandbox:
        trial = committed(folder / "approvals", sandbox, {"routing.yaml": routing})
        one = Watched(sandbox)
        run = msgspec.structs.replace(
            make_run(trial.folder), clock=Clock(now), environment={**sandbox.environment, **AS_BOT}, reporter=one
        )
        random.seed(1)
        options = RouteOptions(interval=0.2, oldest=3600.0, share=1.0)
        with open_router(run, None, None) as router:
            one.loop = RouteLoop(router, options, threading.Event(), one.tell)
            yield one


def prove(one: Watched) -> None:
    """Let the company's list prove itself: what it shows, two projects show too."""
    for number, project in enumerate(PROJECTS[:2]):
        one.start(project, f"70{number}")
    for place in (COMPANY, *(Place(project, COMPANY.tool) for project in PROJECTS[:2])):
        one.loop._look(place)
    assert one.notes == [
        "the company's list of invoice instances also has those of projects: it is read in place of theirs, and each "
        "project about once a day"
    ]


def leave_one_to_people(one: Watched, instance: str) -> None:
    """Start an instance that the company lists, and no active project."""
    one.start("1043", instance)
    one.until(one.is_shown(instance, "left-alone", "projects/*"))
    assert one.loop.health().needs_person == 1


def test_01_instances_of_any_project_by_one_list(tmp_path: Path) -> None:
    """Where rules need no project, they are read and answered by way of the company: no project is asked."""
    with watched(tmp_path) as one:
        prove(one)
        for number, project in enumerate(PROJECTS[5:9]):
            one.start(project, f"71{number}")
        before = one.asked("/projects/")
        one.until(one.is_shown("713", "answered"))
        assert one.shown[-4:] == [(f"71{number}", "answered", "projects/*/templates/11") for number in range(4)]
        assert one.asked("/projects/") == before
        assert one.loop.health().queues == len(PROJECTS) + 3
        assert one.loop.health().oldest_look_seconds < 10


def test_02_the_project_is_sought_where_rules_need_it(tmp_path: Path) -> None:
    """Each project is asked until it is found, and only then; the next one is sought again."""
    with watched(tmp_path, ROUTING) as one:
        prove(one)
        for number, project in enumerate((PROJECTS[7], PROJECTS[8])):
            one.start(project, f"71{number}")
            one.until(one.is_shown(f"71{number}", "answered", f"projects/{project}/templates/11"))
            lists = one.asked("/workflows/instances ") - one.asked(LIST)
            for _ in range(5):
                one.loop.once()
            assert one.asked("/workflows/instances ") - one.asked(LIST) == lists
        assert one.loop.health().waiting == 0


def test_03_a_list_that_misses_one(tmp_path: Path) -> None:
    """From then on each project is looked at again, and a note says so."""
    with watched(tmp_path) as one:
        prove(one)
        listed = {
            "path": r"/companies/4211/workflows/instances\?",
            "status": 200,
            "body": '{"data": []}',
            "times": 9999,
        }
        one.sandbox.fail(listed)
        one.start(PROJECTS[4], "720")
        judged = one.loop._company._lists[COMPANY.tool]
        one.until(lambda: not judged._ids)
        judged._read_at = now().replace(year=2100)  # long after it began to wait
        one.loop._look(Place(PROJECTS[4], COMPANY.tool))
        assert one.is_shown("720", "answered", f"projects/{PROJECTS[4]}/templates/11")()
        assert one.notes[1:] == [
            "the company's list of invoice instances misses some of projects: each project is looked at again"
        ]


def test_04_a_company_that_lists_but_takes_no_response(tmp_path: Path) -> None:
    """The project is sought, and takes the same response: one intent, one outcome."""
    with watched(tmp_path) as one:
        prove(one)
        refused = {"method": "POST", "path": "/companies/4211/workflows/instances/", "status": 404, "times": 9999}
        one.sandbox.fail(refused)
        one.start(PROJECTS[6], "730")
        one.until(one.is_shown("730", "answered", f"projects/{PROJECTS[6]}/templates/11"))
        ledger = one.loop._router.ledger
        (known,) = [each for each in ledger._known.values() if each.intent.instance_id == "730"]
        assert known.intent.address == "projects/*/templates/11"
        assert known.outcome.status == "answered"
        posted = [entry for entry in one.sandbox.log() if entry["method"] == "POST" and "/730/" in entry["path"]]
        assert [entry["status"] for entry in posted] == [404, 204]
        one.start(PROJECTS[9], "731")
        one.until(one.is_shown("731", "answered", f"projects/{PROJECTS[9]}/templates/11"))


def test_05_an_instance_that_no_project_shows(tmp_path: Path) -> None:
    """It is left to people with the reason, once each project was asked, and forgotten once it leaves the list."""
    with watched(tmp_path, ROUTING) as one:
        prove(one)
        leave_one_to_people(one, "740")
        assert one.loop.health().needs_person == 1
        one.sandbox.click({"do": "delete", "instance_id": "740"})
        one.until(lambda: one.loop.health().needs_person == 0)
        assert "740" not in {step.instance_id for steps in one.loop._waiting.values() for step in steps}


def test_06_a_list_that_cannot_be_read(tmp_path: Path) -> None:
    """A refusal ends its use; before it is proven, it is no failure of any queue."""
    with watched(tmp_path) as one:
        refused = {"path": r"/companies/4211/workflows/instances\?", "status": 403, "times": 1}
        one.sandbox.fail(refused)
        one.until(lambda: one.asked(LIST) == 1)
        one.loop.once()
        assert one.loop.health().queues_failed == 0
        one.loop._company._lists[COMPANY.tool]._doubted_until = None
        one.loop._schedule.wake(COMPANY)
        one.loop._schedule._queues[COMPANY].retry_at = 0.0
        prove(one)
        one.sandbox.fail(refused)
        one.until(lambda: len(one.notes) == 2)
        assert one.loop.health().queues_failed == 0


def test_07_few_projects_are_looked_at_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The company is not asked at all."""
    monkeypatch.setattr(route_company, "FEW_PROJECTS", 100)
    with watched(tmp_path) as one:
        one.start(PROJECTS[0], "750")
        one.loop._schedule.wake(Place(PROJECTS[0], COMPANY.tool))
        one.until(one.is_shown("750", "answered", f"projects/{PROJECTS[0]}/templates/11"))
        assert one.asked(LIST) == 0


@pytest.mark.parametrize(("status", "shown"), [(404, "moved-on"), (403, "failed")])
def test_08_gone_between_reading_and_responding(tmp_path: Path, status: int, shown: str) -> None:
    """An instance that the company shows no more has moved on; if that cannot be read, its project is sought."""
    with watched(tmp_path) as one:
        prove(one)
        one.sandbox.fail(
            {"method": "POST", "path": "/companies/4211/workflows/instances/", "status": 404, "times": 9999},
            {"path": "/companies/4211/workflows/instances/760", "status": status, "skip": 1, "times": 9999},
        )
        one.start(PROJECTS[6], "760")
        one.loop._look(COMPANY)
        is_sought = shown == "failed"
        assert one.is_shown("760", shown)() is not is_sought
        assert bool(one.loop._company._sought[COMPANY.tool]) is is_sought


def test_09_stopped_in_between(tmp_path: Path) -> None:
    """What was handled is shown, the rest is left for the next start."""
    with watched(tmp_path) as one:
        prove(one)
        for number, project in enumerate(PROJECTS[5:8]):
            one.start(project, f"77{number}")
        one.loop._router.stopped = lambda: one.asked("/responses ") >= 3  # the third of all
        one.loop._look(COMPANY)
        assert [name for name, _, _ in one.shown] == ["700", "701", "770"]

        def stops() -> bool:
            raise DecisionStoppedError

        one.loop._router.stopped = lambda: False
        one.loop._router.rules_of = lambda _instance: stops()
        one.loop._look(COMPANY)
        assert len(one.shown) == 3


def test_10_projects_that_become_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list is no longer worth a look: each project is looked at again, and nothing that waited is counted twice."""
    with watched(tmp_path) as one:
        prove(one)
        monkeypatch.setattr(route_company, "FEW_PROJECTS", 100)
        one.loop._refreshed_at = -route_loop.REFRESH_SECONDS
        one.until(lambda: len(one.notes) == 2)
        assert one.notes[1].endswith("instances is of few projects by now: each project is looked at again")
        assert one.loop.health().queues == len(PROJECTS) + 2
        lists = one.asked(LIST)
        one.start(PROJECTS[3], "780")
        one.loop._schedule.wake(Place(PROJECTS[3], COMPANY.tool))
        one.until(one.is_shown("780", "answered", f"projects/{PROJECTS[3]}/templates/11"))
        assert one.asked(LIST) == lists


def test_11_what_waited_in_a_list_that_is_refused(tmp_path: Path) -> None:
    """It is not counted for ever: each project has its steps again."""
    with watched(tmp_path, ROUTING) as one:
        prove(one)
        leave_one_to_people(one, "790")
        one.sandbox.fail({"path": r"/companies/4211/workflows/instances\?", "status": 403, "times": 1})
        one.until(lambda: len(one.notes) == 2)
        assert one.notes[1].endswith("instances cannot be read: each project is looked at again")
        assert one.loop.health().needs_person == 0


def test_12_steps_whose_project_is_sought(tmp_path: Path) -> None:
    """They count as waiting, until the project is found."""
    with watched(tmp_path, ROUTING) as one:
        prove(one)
        one.start(PROJECTS[8], "800")
        one.loop._look(COMPANY)
        assert (one.loop.health().waiting, one.loop.health().needs_person) == (1, 0)
        one.until(one.is_shown("800", "answered"))
        assert one.loop.health().waiting == 0


@pytest.mark.parametrize(("status", "is_sought"), [(409, False), (403, True)])
def test_13_a_failure_of_one_instance(tmp_path: Path, status: int, *, is_sought: bool) -> None:
    """Only a refusal of the way by the company makes its project sought; else it is reported, and tried again there."""
    with watched(tmp_path) as one:
        prove(one)
        one.start(PROJECTS[8], "810")
        one.sandbox.fail({"path": "/companies/4211/workflows/instances/810", "status": status, "times": 1})
        one.loop._look(COMPANY)
        assert one.is_shown("810", "failed")() is not is_sought
        assert bool(one.loop._company._sought[COMPANY.tool]) is is_sought
        address = f"projects/{PROJECTS[8] if is_sought else '*'}/templates/11"
        one.until(one.is_shown("810", "answered", address))
