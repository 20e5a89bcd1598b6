"""The journal: written line by line, read back even when the end is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.errors import DocumentsError, FileError
from reconciler.journal import Journal, read_applied, read_removals, read_runs
from reconciler.model.outcomes import ApplySummary, Intended, Outcome, OutcomeRecorded, RunFinished, RunStarted
from tests.support.runs import now

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.outcomes import Status

STARTED = RunStarted(
    at="t0", run_id="r", command="apply", company_id="4211", digest="sha256:x", revision=None, changes=2
)
INTENDED = Intended(
    at="t1", address="a", preset_id="1", before={"g": ("1",)}, after={"g": ()}, manager_before=None, manager_after="2"
)
OUTCOME = OutcomeRecorded(at="t2", outcome=Outcome(address="a", preset_id="1", status="applied", attempts=1))
FINISHED = RunFinished(at="t3", summary=ApplySummary(applied=1))


def test_a_whole_run(tmp_path: Path) -> None:
    """What was recorded comes back; the file is for its owner alone."""
    with Journal(tmp_path / "deep" / "journal", now) as journal:
        for event in (STARTED, INTENDED, OUTCOME, FINISHED):
            journal.record(event)
    assert journal.path.stat().st_mode & 0o777 == 0o600
    (run,) = read_runs(journal.path.parent)
    assert (run.run_id, run.started_at, run.finished_at, run.open) == ("r", "t0", "t3", ())
    assert (run.outcomes, run.summary) == ((OUTCOME.outcome,), FINISHED.summary)


def test_a_run_that_left_a_part_alone(tmp_path: Path) -> None:
    """It is told from a whole one; a line of before that was written down is a whole one."""
    lines = [msgspec.json.encode(msgspec.structs.replace(STARTED, only="drift", base="b" * 40))]
    document = msgspec.to_builtins(STARTED)
    lines.append(msgspec.json.encode({key: document[key] for key in document.keys() - {"only", "base"}}))
    for number, line in enumerate(lines):
        (tmp_path / f"{number}.jsonl").write_bytes(line + b"\n")
    assert [(run.only, run.base) for run in read_runs(tmp_path)] == [(None, None), ("drift", "b" * 40)]


def test_what_was_applied_and_when(tmp_path: Path) -> None:
    """By runs of this company alone, whole or cut off, each with the plans it carried out; null where there is none."""
    assert read_applied(tmp_path / "nowhere", "4211") is None
    other = msgspec.structs.replace(STARTED, company_id="1", approved=("sha256:y",))
    failed = msgspec.structs.replace(OUTCOME.outcome, status="failed")
    last = OutcomeRecorded(at="t9", outcome=failed)
    for name, events in (("a", (other, OUTCOME)), ("b", (INTENDED,)), ("d", (STARTED, last)), ("e", ())):
        (tmp_path / f"{name}.jsonl").write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in events))
    assert read_applied(tmp_path, "4211") == []
    with Journal(tmp_path, now) as journal:
        for event in (msgspec.structs.replace(STARTED, approved=("sha256:y",)), INTENDED, OUTCOME):
            journal.record(event)
    (one,) = read_applied(tmp_path, "4211") or []
    assert (one.address, one.at, one.run_id, set(one.digests)) == ("a", "t2", "r", {"sha256:x", "sha256:y"})
    assert [set(one.digests) for one in read_applied(tmp_path, "1") or []] == [{"sha256:x", "sha256:y"}]


def test_who_lost_a_group(tmp_path: Path) -> None:
    """By runs of this company since a moment: written, unverified or cut off, and not whoever came back."""

    def write(name: str, *events: object) -> None:
        (tmp_path / f"{name}.jsonl").write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in events))

    def intended(address: str, before: str, after: str, at: str = "t1") -> Intended:
        return msgspec.structs.replace(
            INTENDED, at=at, address=address, before={"g": tuple(before)}, after={"g": tuple(after)}
        )

    def outcome(address: str, status: Status) -> OutcomeRecorded:
        return OutcomeRecorded(at="t2", outcome=Outcome(address=address, preset_id="1", status=status, attempts=1))

    assert read_removals(tmp_path / "nowhere", "4211", "t0") == {}
    write(
        "a", STARTED, intended("a", "123", "3"), outcome("a", "applied"), intended("b", "1", ""), outcome("b", "stale")
    )
    write("b", STARTED, intended("a", "34", "431"), outcome("a", "unverified"), intended("c", "12", "1"))
    write("c", msgspec.structs.replace(STARTED, company_id="1"), intended("d", "1", ""), outcome("d", "applied"))
    write("d", STARTED, intended("e", "1", "", at="s9"), outcome("e", "applied"))
    (tmp_path / "e.jsonl").write_bytes(b"no journal\nat all\n")
    assert read_removals(tmp_path, "4211", "t0") == {("a", "g"): {"2"}, ("c", "g"): {"2"}}
    assert read_removals(tmp_path, "4211", "t0", {"a.jsonl", "b.jsonl"}) == {}


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_last_line_is_tolerated(tmp_path: Path, cut: int) -> None:
    """A crash in the middle of a line loses that line and nothing else; the intent stays open."""
    with Journal(tmp_path, now) as journal:
        for event in (STARTED, INTENDED, OUTCOME):
            journal.record(event)
    content = journal.path.read_bytes()
    journal.path.write_bytes(content[:-cut])
    (run,) = read_runs(tmp_path)
    assert run.finished_at is None
    assert run.open == (() if cut == 1 else ("a",))


def test_a_line_is_on_disk_when_the_call_returns(tmp_path: Path) -> None:
    """Another reader sees it at once."""
    with Journal(tmp_path, now) as journal:
        journal.record(STARTED)
        assert len(read_runs(tmp_path)) == 1
        journal.record(INTENDED)
        assert read_runs(tmp_path)[0].open == ("a",)


def test_damage_in_the_middle_is_no_crash(tmp_path: Path) -> None:
    """It is told with file and line."""
    with Journal(tmp_path, now) as journal:
        journal.record(STARTED)
    journal.path.write_bytes(journal.path.read_bytes() + b"garbage\n" + b"more\n")
    with pytest.raises(DocumentsError, match=r"\.jsonl:2: not a journal line"):
        read_runs(tmp_path)


def test_folders_without_runs(tmp_path: Path) -> None:
    """No folder, and files that never got their first line."""
    assert read_runs(tmp_path / "none") == []
    (tmp_path / "a.jsonl").write_bytes(b"")
    (tmp_path / "b.jsonl").write_bytes(b'{"event": "run-sta')
    assert read_runs(tmp_path) == []


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """It is named."""
    (tmp_path / "a.jsonl").mkdir()
    with pytest.raises(DocumentsError, match=r"a\.jsonl cannot be read: Is a directory"):
        read_runs(tmp_path)


def test_a_journal_that_cannot_be_kept_stops_everything(tmp_path: Path) -> None:
    """Without an intent on disk nothing may be written."""
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="nothing more is written to the service"), Journal(tmp_path / "file", now):
        pass
    with Journal(tmp_path, now) as journal:
        pass
    with pytest.raises(FileError, match="cannot be written: Bad file descriptor"):
        journal.record(STARTED)


def test_an_intent_is_settled_by_a_later_run(tmp_path: Path) -> None:
    """Once a later run told what is there, nobody is asked to apply again; skipping tells nothing."""
    with Journal(tmp_path, now) as first:
        first.record(STARTED)
        first.record(INTENDED)
    with Journal(tmp_path, now) as second:
        second.record(STARTED)
        second.record(OutcomeRecorded(at="t", outcome=Outcome(address="a", preset_id="1", status="skipped")))
    assert [run.open for run in read_runs(tmp_path)] == [(), ("a",)]
    with Journal(tmp_path, now) as third:
        third.record(STARTED)
        third.record(OUTCOME)
    assert [run.open for run in read_runs(tmp_path)] == [(), (), ()]
