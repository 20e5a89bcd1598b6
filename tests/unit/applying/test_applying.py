"""Carrying out a plan against a service in memory that fails in every way a real one can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.applying import apply_plan, declined, in_order
from reconciler.errors import AnswerLostError, ReconcilerError, RequestRefusedError, UnreachableError
from reconciler.model.live import Membership, Person, Preset
from reconciler.model.outcomes import Intended, Outcome, OutcomeRecorded, RunFinished, RunStarted
from tests.support.account import INVOICE
from tests.support.runs import now
from tests.support.values import live_state, plan_documents

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.outcomes import ApplyReport, JournalEvent
    from reconciler.model.plan import Plan

TWO = (
    "kind: assignments\ntemplate: Invoice Approval\nprojects:\n"
    "  - project: Cedar Tower\n    groups: {Project Manager: [bo@acme.test]}\n"
    "  - project: Harbor Bridge\n    workflow_manager: ann@acme.test\n"
    "    groups: {Project Manager: [ann@acme.test, bo@acme.test, cy@acme.test]}\n"
)


class MemoryService:
    """Presets in memory; ``script`` says, write by write, what goes wrong."""

    def __init__(self, *script: str, lag: int = 0) -> None:
        self.presets = {preset.id: preset for preset in live_state().presets}
        self.writes: list[tuple[str, dict[str, tuple[str, ...]], str | None]] = []
        self.reads = 0
        self.meanwhile: str | None = None
        self._script = list(script)
        self._lag = lag
        self._lagging: dict[str, tuple[Preset, int]] = {}

    def read(self, project_id: str | None, preset_id: str) -> Preset:
        """Read, as before the last write while it lags."""
        self.reads += 1
        if self._script and self._script[0] == "unreadable" and self.writes:
            raise UnreachableError("reading: 503")
        old, left = self._lagging.get(preset_id, (None, 0))
        if old is not None and left > 0:
            self._lagging[preset_id] = (old, left - 1)
            return old
        preset = self.presets[preset_id]
        assert preset.project_id == project_id
        return preset

    def replace_assignees(self, preset: Preset, groups: dict[str, tuple[str, ...]], manager_id: str | None) -> None:
        """Write, or fail as the script says."""
        self.writes.append((preset.id, groups, manager_id))
        step = self._script.pop(0) if self._script and self._script[0] != "unreadable" else "fine"
        if step == "defect":
            raise ZeroDivisionError("oops")
        if step == "refused":
            raise RequestRefusedError("refused with 422", status=422)
        if step not in {"lost before", "ignored"}:
            members = tuple(Membership(uuid, tuple(Person(one) for one in ids)) for uuid, ids in groups.items())
            manager = None if manager_id is None else Person(manager_id)
            self._lagging[preset.id] = (self.presets[preset.id], self._lag)
            new = msgspec.structs.replace(preset, groups=members, workflow_manager=manager)
            self.presets[preset.id] = new
            if step == "overwritten":
                other = (*members[:1], Membership(members[1].uuid, (Person("8"),)), *members[2:])
                self.presets[preset.id] = msgspec.structs.replace(new, groups=other)
        if step == "lost before" and self.meanwhile is not None:
            self.presets[preset.id] = msgspec.structs.replace(preset, workflow_manager=Person(self.meanwhile))
        if step.startswith("lost"):
            raise AnswerLostError("writing: 502")


class MemoryJournal:
    """A journal in memory."""

    run_id = "run"

    def __init__(self) -> None:
        self.events: list[JournalEvent] = []

    def record(self, event: JournalEvent) -> None:
        """Keep the event."""
        self.events.append(event)


def run(plan: Plan, service: MemoryService, *, stop_after: int = 99) -> tuple[ApplyReport, MemoryJournal]:
    """Apply without waiting; stop is wished after so many outcomes."""
    journal = MemoryJournal()
    done: list[int] = []
    report = apply_plan(
        plan,
        service,
        journal,
        stopped=lambda: len(done) >= stop_after,
        sleep=lambda _seconds: None,
        now=now,
        report=lambda count, _outcome: done.append(count),
    )
    return report, journal


def statuses(report: ApplyReport) -> list[tuple[str, str, int]]:
    """Return preset, status and writes of each outcome."""
    return [(one.preset_id, one.status, one.attempts) for one in report.outcomes]


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Return a plan of two presets: one loses somebody, the other only gains."""
    return plan_documents(tmp_path, {"a.yaml": TWO})


def test_additions_go_first_and_everything_is_written_whole(plan: Plan) -> None:
    """Every write holds every group, the unmanaged ones as live has them, and the manager."""
    service = MemoryService()
    report, journal = run(plan, service)
    assert statuses(report) == [("32", "applied", 1), ("31", "applied", 1)]
    assert service.writes == [
        ("32", {"creator": (), "pm": ("1", "2", "3"), "acc": ("3", "4"), "super": ("8",)}, "1"),
        ("31", {"creator": (), "pm": ("2",), "acc": ("3", "4"), "super": ("8",)}, "7"),
    ]
    kinds = [type(event) for event in journal.events]
    assert kinds == [RunStarted, Intended, OutcomeRecorded, Intended, OutcomeRecorded, RunFinished]
    assert service.reads == 4


def test_a_second_apply_writes_nothing(plan: Plan) -> None:
    """Applying the same plan again finds everything already so."""
    service = MemoryService()
    run(plan, service)
    service.writes.clear()
    report, _ = run(plan, service)
    assert statuses(report) == [("32", "already", 0), ("31", "already", 0)]
    assert service.writes == []


def test_live_that_moved_is_left_alone(plan: Plan) -> None:
    """Neither before nor after: nothing is written there, and the difference is told."""
    service = MemoryService()
    preset = service.presets["32"]
    groups = (
        *preset.groups[:1],
        Membership("pm", (Person("1"), Person("6"))),
        *preset.groups[2:],
        Membership("new", (Person("5"),)),
    )
    service.presets["32"] = msgspec.structs.replace(preset, groups=groups, workflow_manager=None)
    report, _ = run(plan, service)
    assert statuses(report) == [("32", "stale", 0), ("31", "applied", 1)]
    assert report.outcomes[0].error == (
        "Procore changed since the plan: Project Manager gained login id 6 and lost Bo (2); group new is new and holds "
        "login id 5; the workflow manager is nobody, not Gus (7)"
    )


def test_a_group_that_vanished_is_stale(plan: Plan) -> None:
    """A version published since takes groups away; that plan is not carried out."""
    service = MemoryService()
    preset = service.presets["31"]
    service.presets["31"] = msgspec.structs.replace(preset, groups=preset.groups[:-1])
    report, _ = run(plan, service)
    assert report.outcomes[1].error == "Procore changed since the plan: group super is gone"


def test_one_failure_hides_no_other(plan: Plan) -> None:
    """A refused write fails its change; the rest goes on."""
    report, _ = run(plan, MemoryService("refused"))
    assert statuses(report) == [("32", "failed", 1), ("31", "applied", 1)]
    assert report.outcomes[0].error == "refused with 422"


def test_a_lost_answer_is_read_back_before_anything_else(plan: Plan) -> None:
    """The write had happened: no second write."""
    service = MemoryService("lost after")
    report, _ = run(plan, service)
    assert statuses(report) == [("32", "applied", 1), ("31", "applied", 1)]
    assert len(service.writes) == 2


def test_a_write_that_never_happened_is_sent_again(plan: Plan) -> None:
    """The read-back shows before; after a few times it is given up."""
    report, _ = run(plan, MemoryService("lost before", "lost before"))
    assert statuses(report) == [("32", "applied", 3), ("31", "applied", 1)]
    report, _ = run(plan, MemoryService("lost before", "lost before", "lost before"))
    assert statuses(report)[0] == ("32", "failed", 3)
    assert report.outcomes[0].error == (
        "written, but not confirmed by reading back: nothing changed in Procore (writing: 502)"
    )


def test_a_read_back_may_lag(plan: Plan) -> None:
    """A few stale reads are waited out; a write that never shows is unverified, not repeated."""
    report, _ = run(plan, MemoryService(lag=3))
    assert statuses(report) == [("32", "applied", 1), ("31", "applied", 1)]
    report, _ = run(plan, MemoryService("ignored"))
    assert statuses(report)[0] == ("32", "unverified", 1)


def test_an_edit_between_write_and_read_back_is_reported(plan: Plan) -> None:
    """Somebody else's edit is left alone, and told."""
    report, _ = run(plan, MemoryService("overwritten"))
    assert statuses(report)[0] == ("32", "unverified", 1)
    assert "Project Manager gained login id 8" in (report.outcomes[0].error or "")
    report, _ = run(plan, MemoryService("overwritten"))


def test_a_read_back_that_fails_is_unverified(plan: Plan) -> None:
    """Nobody knows what became of the write, and the outcome says so."""
    report, _ = run(plan, MemoryService("unreadable"))
    assert statuses(report)[0] == ("32", "unverified", 1)
    assert report.outcomes[0].error == "written, and then it could not be read back: reading: 503"


def test_an_interrupt_skips_what_is_left(plan: Plan) -> None:
    """The journal says what was not tried."""
    report, journal = run(plan, MemoryService(), stop_after=1)
    assert statuses(report) == [("32", "applied", 1), ("31", "skipped", 0)]
    assert isinstance(journal.events[-1], RunFinished)
    assert (report.summary.applied, report.summary.skipped) == (1, 1)


def test_an_empty_plan_reads_and_writes_nothing(tmp_path: Path) -> None:
    """No changes, no requests."""
    text = INVOICE.replace("cy@", "bo@")
    service = MemoryService()
    report, _ = run(plan_documents(tmp_path, {"a.yaml": text}), service)
    assert (report.outcomes, service.reads, service.writes) == ((), 0, [])


def test_the_order_of_writing(plan: Plan) -> None:
    """Those that only add go first, each half by address."""
    assert [change.preset_id for change in in_order(plan)] == ["32", "31"]


def test_a_repeated_write_keeps_what_somebody_else_did_meanwhile(plan: Plan) -> None:
    """The manager of a preset where it is unmanaged changes between two writes: the second sends the new one."""
    service = MemoryService("fine", "lost before")
    service.meanwhile = "6"
    report, _ = run(plan, service)
    assert statuses(report) == [("32", "applied", 1), ("31", "applied", 2)]
    assert [manager for _, _, manager in service.writes] == ["1", "7", "6"]


def test_a_preset_of_another_template_is_left_alone(plan: Plan) -> None:
    """An id that means something else now is not written to."""
    service = MemoryService()
    service.presets["31"] = msgspec.structs.replace(service.presets["31"], template_id="99")
    report, _ = run(plan, service)
    assert statuses(report)[1] == ("31", "stale", 0)
    assert report.outcomes[1].error == "Procore changed since the plan: the preset belongs to template 99 now"


def test_what_is_settled_already(plan: Plan) -> None:
    """It stands first in the report and in the journal, with what was approved and what is covered."""
    journal = MemoryJournal()
    settled = Outcome(address="projects/7/templates/11", preset_id="70", status="already")
    report = apply_plan(
        plan,
        MemoryService(),
        journal,
        stopped=lambda: False,
        sleep=lambda _seconds: None,
        now=now,
        settled=(settled,),
        approved=("sha256:a", "sha256:b"),
        commits=("c1", "c2"),
    )
    assert report.outcomes[0] is settled
    assert (report.summary.already, report.summary.applied) == (1, 2)
    assert (report.approved, report.commits) == (("sha256:a", "sha256:b"), ("c1", "c2"))
    started, recorded = journal.events[:2]
    assert isinstance(started, RunStarted)
    assert (started.approved, started.commits) == (report.approved, report.commits)
    assert isinstance(recorded, OutcomeRecorded)
    assert recorded.outcome is settled


def test_a_defect_at_one_preset_hides_no_other(plan: Plan) -> None:
    """It is told, and the rest goes on."""
    report, _ = run(plan, MemoryService("defect"))
    assert statuses(report) == [("32", "unverified", 1), ("31", "applied", 1)]
    assert report.outcomes[0].error == "a defect of reconciler: ZeroDivisionError: oops"


class BrokenJournal(MemoryJournal):
    """A journal on a disk that is full after so many lines."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self.left = lines

    def record(self, event: JournalEvent) -> None:
        """Keep the event while there is room."""
        if not self.left:
            raise ReconcilerError("the journal cannot be written: no space")
        self.left -= 1
        super().record(event)


@pytest.mark.parametrize(("lines", "written"), [(1, 0), (2, 1), (3, 1), (4, 2), (5, 2)])
def test_nothing_is_written_once_the_journal_cannot_be(plan: Plan, lines: int, written: int) -> None:
    """What was done is still told, and what was not tried."""
    service = MemoryService()
    report = apply_plan(
        plan, service, BrokenJournal(lines), stopped=lambda: False, sleep=lambda _seconds: None, now=now
    )
    assert len(service.writes) == written
    assert [one.status for one in report.outcomes] == ["applied"] * written + ["skipped"] * (2 - written)
    if written < 2:
        assert report.outcomes[-1].error == "not tried: the journal cannot be written: no space"


def test_without_a_journal_nothing_begins(plan: Plan) -> None:
    """The first line must be kept."""
    service = MemoryService()
    with pytest.raises(ReconcilerError, match="no space"):
        apply_plan(plan, service, BrokenJournal(0), stopped=lambda: False, sleep=lambda _seconds: None, now=now)
    assert service.reads == 0


def test_a_plan_somebody_declined(plan: Plan) -> None:
    """Everything is skipped, and there is no run."""
    report = declined(plan)
    assert (report.run_id, report.summary.skipped) == ("", 2)
