"""Reads past runs back, tolerating a line that was cut off by a crash; it repairs nothing."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from reconciler.errors import DocumentsError
from reconciler.journal.recorded_presets import recorded_presets
from reconciler.model.drift import DriftFound
from reconciler.model.outcomes import (
    AppliedPreset,
    Intended,
    JournalEvent,
    OutcomeRecorded,
    RecordedRun,
    RunFinished,
    RunStarted,
)

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from reconciler.model.drift import DriftReport

__all__ = ["read_applied", "read_last_drift", "read_removals", "read_run", "read_runs"]


@cache
def _decoder() -> msgspec.json.Decoder[JournalEvent]:
    """Return the decoder of lines; it takes longer to make than many runs read."""
    return msgspec.json.Decoder(JournalEvent)


def read_runs(folder: Path, without: Collection[str] = (), *, by_preset: bool = False) -> list[RecordedRun]:
    """Return every run of the folder, the newest first, without the files named ``without``.

    ``by_preset`` also reads who gained and lost what in each preset. A folder that does not exist holds none.
    Raises DocumentsError for a line in the middle that cannot be read: that is damage, not a crash.
    """
    runs: list[RecordedRun] = []
    settled: set[str] = set()
    for path in _files(folder, without):
        events = _events(path)
        run = _run(events)
        if run is None:
            continue
        # an intent without an outcome is settled by any later run that tells what is there now
        left = tuple(address for address in run.open if address not in settled)
        presets = tuple(recorded_presets(events, left)) if by_preset else None
        runs.append(msgspec.structs.replace(run, open=left, presets=presets))
        settled.update(outcome.address for outcome in run.outcomes if outcome.status != "skipped")
    return runs


def read_run(folder: Path, run: RecordedRun) -> RecordedRun:
    """Return a run of the folder preset by preset.

    Raises DocumentsError for a line in the middle that cannot be read.
    """
    for path in _files(folder):
        events = _events(path)
        if events and isinstance(events[0], RunStarted) and events[0].run_id == run.run_id:
            return msgspec.structs.replace(run, presets=tuple(recorded_presets(events, run.open)))
    return run


def read_last_drift(
    folder: Path, company_id: str, now: datetime.datetime, without: Collection[str] = ()
) -> tuple[DriftReport | None, int]:
    """Return the newest drift report of a company that is not later than ``now``, null where the journal has none.

    A torn report does not count, and files named ``without`` are not read. The number counts the later reports, made by
    a clock that was ahead.
    """
    later = 0
    for path in _files(folder, without):
        with suppress(OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError), path.open("rb") as file:
            event = _decoder().decode(file.readline())
            if isinstance(event, DriftFound) and event.report.company_id == company_id:
                if not event.report.is_after(now):
                    return event.report, later
                later += 1
    return None, later


def read_applied(folder: Path, company_id: str) -> list[AppliedPreset] | None:
    """Return every preset of a company that a run wrote; null where the folder holds no run of that company.

    Raises DocumentsError for a line in the middle that cannot be read.
    """
    found: list[AppliedPreset] | None = None
    for path in reversed(_files(folder)):
        events = _events(path)
        if not events or not isinstance(events[0], RunStarted) or events[0].company_id != company_id:
            continue
        run = events[0]
        digests = frozenset((run.digest, *run.approved))
        found = [] if found is None else found
        found += [
            AppliedPreset(address=one.outcome.address, at=one.at, run_id=run.run_id, digests=digests)
            for one in events
            if isinstance(one, OutcomeRecorded) and one.outcome.status == "applied"
        ]
    return found


def read_removals(
    folder: Path, company_id: str, since: str, without: Collection[str] = ()
) -> dict[tuple[str, str], frozenset[str]]:
    """Return the people whom runs of a company removed since a moment, by address and group uuid.

    ``since`` is a moment as files hold it. People whom a later run added again are left out. An intent without an
    outcome counts. A file that cannot be read is skipped: the journal only adds to what is known of these days.
    """
    lost: dict[tuple[str, str], set[str]] = {}
    for path in reversed(_files(folder, without)):
        try:
            events = _events(path)
        except DocumentsError:
            continue
        if not events or not isinstance(events[0], RunStarted) or events[0].company_id != company_id:
            continue
        unwritten = {one.outcome.address for one in events if isinstance(one, OutcomeRecorded) and not _wrote(one)}
        for one in events:
            if isinstance(one, Intended) and one.address not in unwritten and one.at >= since:
                for uuid, before in one.before.items():
                    after = set(one.after.get(uuid, ()))
                    gone = lost.setdefault((one.address, uuid), set())
                    gone.update(set(before) - after)
                    gone -= after
    return {key: frozenset(people) for key, people in lost.items() if people}


def _wrote(event: OutcomeRecorded) -> bool:
    return event.outcome.status in {"applied", "unverified"}


def _files(folder: Path, without: Collection[str] = ()) -> list[Path]:
    """Return the files of a journal, the newest first."""
    found = folder.glob("*.jsonl") if folder.is_dir() else ()
    return sorted((path for path in found if path.name not in without), reverse=True)


def _events(path: Path) -> list[JournalEvent]:
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise DocumentsError(f"the journal {path} cannot be read: {error.strerror}") from None
    torn = lines.pop()  # nothing, when the last line is whole
    events: list[JournalEvent] = []
    for number, line in enumerate(lines, 1):
        try:
            events.append(_decoder().decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise DocumentsError(f"{path}:{number}: not a journal line: {error}") from None
    if torn:
        with suppress(
            msgspec.DecodeError, UnicodeDecodeError, RecursionError
        ):  # the run was cut off in the middle of this line
            events.append(_decoder().decode(torn))
    return events


def _run(events: Sequence[JournalEvent]) -> RecordedRun | None:
    if not events or not isinstance(events[0], RunStarted):
        return None
    started = events[0]
    finished = next((event for event in events if isinstance(event, RunFinished)), None)
    outcomes = tuple(event.outcome for event in events if isinstance(event, OutcomeRecorded))
    settled = {outcome.address for outcome in outcomes}
    intended = [event.address for event in events if isinstance(event, Intended)]
    return RecordedRun(
        run_id=started.run_id,
        started_at=started.at,
        finished_at=finished.at if finished else None,
        command=started.command,
        company_id=started.company_id,
        digest=started.digest,
        revision=started.revision,
        changes=started.changes,
        outcomes=outcomes,
        open=tuple(address for address in intended if address not in settled),
        summary=finished.summary if finished else None,
        only=started.only,
        selection=started.selection,
        base=started.base,
        whole=started.whole,
        due=started.due,
    )
