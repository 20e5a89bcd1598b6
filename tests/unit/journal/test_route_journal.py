"""The journal of routes: a file a day, what a crash has torn, and what a start reads."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.errors import DocumentsError, FileError
from reconciler.journal.route_file import RouteJournal, route_folder
from reconciler.journal.route_records import is_route_journal, read_route_file, read_route_lines, route_files
from reconciler.model.routed import ChosenOption, RouteIntended, RouteOutcome, RouteStarted
from reconciler.model.routing import RoutingLimits
from reconciler.routing.lease import hold_lease
from reconciler.routing.ledger import Ledger, limited_step

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime.datetime(2026, 11, 27, 12, tzinfo=datetime.UTC)
STARTED = RouteStarted(
    at="2026-11-27T12:00:00Z", run_id="r", company_id="4211", login_id="50", revision=None, dirty=False, observing=(),
    answering=(),
)  # fmt: skip


def intent(number: int, *, option: str = "101", at: str = "2026-11-27T12:00:00Z") -> RouteIntended:
    """Return the intent of one step."""
    return RouteIntended(
        at=at, run_id="r", token=f"t{number}", company_id="4211", login_id="50", instance_id=str(number),
        step_occurrence_id=f"{number}-1", step="S", address="projects/1/templates/2", project_id="1", tool_type="t",
        tool_subtype=None, routing="sha256:x", revision=None, rule="r", comment=None,
        option=ChosenOption(option, f"O {option}"),
    )  # fmt: skip


def outcome(number: int, status: str = "answered") -> RouteOutcome:
    """Return the outcome of one step."""
    return RouteOutcome(at="2026-11-27T12:00:01Z", run_id="r", token=f"t{number}", status=status, attempts=1)  # type: ignore[arg-type]


def test_a_file_a_day(tmp_path: Path) -> None:
    """The next day's file begins with what is still open, so that a start reads few files."""
    moments = [NOON]
    ledger = Ledger(company_id="4211", login_id="50")
    with RouteJournal(tmp_path / "route", lambda: moments[0], ledger.carried) as journal:
        for line in (STARTED, intent(1), intent(2), outcome(1)):
            journal.record(line)
            ledger.take(line)
        moments[0] = NOON + datetime.timedelta(days=1)
        journal.record(outcome(2))
    first, second = sorted((tmp_path / "route").iterdir())
    assert (first.name, second.name) == ("2026-11-27.jsonl", "2026-11-28.jsonl")
    assert [*read_route_lines(tmp_path / "route", 1)] == [intent(2), outcome(2)]
    assert len([*read_route_lines(tmp_path / "route")]) == 6
    assert [*read_route_lines(tmp_path / "none")] == []
    assert route_folder(tmp_path) == tmp_path / "route"


def test_lines_that_were_torn(tmp_path: Path) -> None:
    """At the end of a file, and before the start of the next process, however many there are."""
    path = tmp_path / "2026-11-27.jsonl"
    for torn in (b'{"event":"route-in', b"{"):
        with path.open("ab") as file:
            file.write(msgspec.json.encode(STARTED) + b"\n" + torn)
        assert {*read_route_lines(tmp_path)} == {STARTED}
        with RouteJournal(tmp_path, lambda: NOON):
            pass
        assert path.read_bytes().endswith(torn + b"\n")
    with RouteJournal(tmp_path, lambda: NOON) as journal:
        journal.record(STARTED)
        journal.record(intent(1))
    assert [*read_route_lines(tmp_path)] == [STARTED, STARTED, STARTED, intent(1)]
    path.write_bytes(b'{\n{"a\n' + msgspec.json.encode(STARTED) + b"\n")
    assert [*read_route_lines(tmp_path)] == [STARTED]


def test_files_of_this_journal(tmp_path: Path) -> None:
    """Known by their name, or by how they begin; the oldest is first."""
    assert is_route_journal(tmp_path / "2026-11-27.jsonl", b"")
    assert is_route_journal(tmp_path / "copy.txt", msgspec.json.encode(STARTED))
    assert not is_route_journal(tmp_path / "plan.json", b'{"format":"reconciler/plan/1"}')
    assert not is_route_journal(tmp_path / "20261127T120000.jsonl", b'{"event":"started"}')
    for day in ("2026-11-28", "2026-11-27"):
        (tmp_path / f"{day}.jsonl").write_bytes(msgspec.json.encode(STARTED) + b'\n{"event":"ro')
    first, second = route_files(tmp_path)
    assert (first.stem, second.stem) == ("2026-11-27", "2026-11-28")
    assert [*read_route_file(first)] == [STARTED]


def test_lines_that_are_damaged(tmp_path: Path) -> None:
    """In the middle of a process it may be an answer that nobody knows of: it is not skipped."""
    path = tmp_path / "2026-11-27.jsonl"
    path.write_bytes(msgspec.json.encode(STARTED) + b"\n\xff\n" + msgspec.json.encode(outcome(1)) + b"\n")
    with pytest.raises(DocumentsError, match=r"2026-11-27\.jsonl:2: not a line of this journal"):
        [*read_route_lines(tmp_path)]
    whole = msgspec.json.encode(intent(1)).replace(b"route-intended", b"route-intendec")
    path.write_bytes(whole + b"\n" + msgspec.json.encode(STARTED) + b"\n")
    with pytest.raises(DocumentsError, match=r"2026-11-27\.jsonl:1: not a line of this journal"):
        [*read_route_lines(tmp_path)]
    (tmp_path / "2026-11-28.jsonl").mkdir()
    with pytest.raises(DocumentsError, match="cannot be read"):
        [*read_route_lines(tmp_path, 1)]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Without a line on disk nothing may be sent."""
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot be written"), RouteJournal(tmp_path / "file", lambda: NOON):
        pass
    with RouteJournal(tmp_path / "route", lambda: NOON) as journal:
        journal._close()
        (tmp_path / "route" / "2026-11-27.jsonl").unlink()
        (tmp_path / "route").rmdir()
        (tmp_path / "route").write_text("")
        with pytest.raises(FileError, match="nothing more is sent"):
            journal.record(STARTED)


def test_limits_of_a_ledger() -> None:
    """Answers of the last hour, and the same option in a row; another option starts the row again."""
    ledger = Ledger((intent(number) for number in range(3)), company_id="4211", login_id="50")
    limits = RoutingLimits(answers_per_hour=4, same_option_in_a_row=3)

    def beyond(routing: str, option: str, moment: datetime.datetime = NOON) -> str | None:
        return ledger.beyond(routing, limited_step("2", "S"), limits, option, moment)

    told = beyond("sha256:x", "O 101")
    assert told is not None
    assert told.startswith("the same option 3 times in a row (limit same_option_in_a_row: 3)")
    assert beyond("sha256:x", "O 102") is None
    assert beyond("sha256:y", "O 101") is None
    ledger.take(intent(7, option="102"))
    assert beyond("sha256:y", "O 101") == "4 answers in the last hour (limit answers_per_hour: 4)"
    later = NOON + datetime.timedelta(hours=1, seconds=1)
    assert beyond("sha256:x", "O 101", later) is None
    ledger.take(intent(7))  # carried over: it counts once
    assert len(ledger.open()) == 4


def test_a_ledger_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest step with a response is forgotten first; one without is kept."""
    monkeypatch.setattr("reconciler.routing.ledger._REMEMBERED", 3)
    ledger = Ledger(
        [intent(0), intent(1), outcome(1), intent(2), outcome(2, "failed"), intent(3), outcome(3)],
        company_id="4211",
        login_id="50",
    )
    assert ledger.known("t1") is None
    assert [ledger.known(one) is not None for one in ("t0", "t2", "t3")] == [True, True, True]
    assert [one.token for one in ledger.open()] == ["t0", "t2"]
    ledger.take(outcome(99))
    assert ledger.known("t99") is None


def test_a_ledger_is_of_one_login() -> None:
    """Intents of another login or company are not its own: it neither sends nor carries them."""
    for company, login in (("4211", "51"), ("9999", "50")):
        ledger = Ledger([intent(1), outcome(1, "failed")], company_id=company, login_id=login)
        assert (ledger.open(), ledger.carried(), ledger.known("t1")) == ([], [], None)
    ledger = Ledger([intent(1), outcome(1, "left-alone"), intent(2)], company_id="4211", login_id="50")
    assert ledger.carried() == [intent(1), outcome(1, "left-alone"), intent(2)]
    assert ledger.open() == [intent(2)]


def test_a_journal_that_is_taken_away(tmp_path: Path) -> None:
    """A file that is gone or replaced is no journal any more, and a lost lease ends it too."""
    with RouteJournal(tmp_path, lambda: NOON) as journal:
        journal.record(STARTED)
        path = tmp_path / "2026-11-27.jsonl"
        path.rename(tmp_path / "moved")
        with pytest.raises(FileError, match="nothing more is sent"):
            journal.record(intent(1))
        path.write_bytes(b"")
        with pytest.raises(FileError, match="it was replaced while this process ran"):
            journal.record(intent(1))
    folder = tmp_path / "leases"
    with hold_lease(folder, "50") as require:
        require()
        (folder / "50.lock").rename(folder / "other")
        with pytest.raises(FileError, match="is gone"):
            require()
        (folder / "50.lock").write_text("")
        with pytest.raises(FileError, match="was replaced"):
            require()
    with pytest.raises(FileError, match="cannot be written"), hold_lease(tmp_path / "moved", "50"):
        pass
