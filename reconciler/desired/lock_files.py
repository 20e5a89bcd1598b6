"""Files of the people lock: sorted, a person a line, and read back only as written."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar
from urllib.parse import quote

import msgspec

from reconciler.model.because import Because
from reconciler.model.diagnostics import Diagnostic, Origin
from reconciler.model.member import Member
from reconciler.model.people_lock import (
    LOCK_FOLDER,
    LockedEach,
    LockedLine,
    LockedPerson,
    LockedResult,
    LockedSource,
    MissingPerson,
    PeopleLock,
)
from reconciler.model.rule_digests import RuleDigests

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.documents import Team
    from reconciler.model.sources import PeopleSource

__all__ = ["decode_lock", "encode_lock", "team_file", "with_found"]

VERSION: Final = 1
PEOPLE, SOURCES = f"{LOCK_FOLDER}/people.yaml", f"{LOCK_FOLDER}/sources.yaml"
TEAMS, RULES, EACH = f"{LOCK_FOLDER}/teams/", f"{LOCK_FOLDER}/rules/", f"{LOCK_FOLDER}/each/"
_HEADER = "# Written by 'reconciler people'. Do not edit it: each change is lost, and may be refused."
_AGAIN = "run 'reconciler people --base REV', with a revision whose lock is good, which writes the folder again"
_LONGEST_NAME = 150
_DIGEST_DIGITS = 16
_KEY = re.compile(r"([a-z]+):(?: (.+))?\Z")
Entry = TypeVar("Entry")


def team_file(name: str) -> str:
    """Return the file of a team. Letters that mean something to file systems are percent-encoded."""
    encoded = quote(name, safe=" ")
    if encoded.startswith("."):
        encoded = f"%2E{encoded[1:]}"
    if len(encoded) > _LONGEST_NAME:
        encoded = f"{encoded[:_LONGEST_NAME]}-{sha256(name.encode()).hexdigest()[:16]}"
    return f"{TEAMS}{encoded}.yaml"


def encode_lock(lock: PeopleLock) -> dict[str, bytes]:
    """Return the content of each file of a lock, by path; the same lock gives the same bytes."""
    people = sorted(lock.people, key=lambda one: (one.login, one.id))
    sources = sorted(lock.sources, key=lambda one: one.source)
    missing = sorted(lock.missing, key=lambda one: one.id)
    files = {SOURCES: _text({"version": VERSION}, {"sources": sources, "missing": missing})}
    for name, result in lock.teams.items():
        files[team_file(name)] = _result({"team": name, "rule": result.rule}, result)
    for digest, result in lock.rules.items():
        files[f"{RULES}{digest}.yaml"] = _result({"rule": digest}, result)
    for digest, of_projects in lock.each.items():
        lines = sorted(of_projects.lines, key=lambda line: line.value)
        files[f"{EACH}{digest}.yaml"] = _text({"rule": digest}, {"projects": lines})
    about = {"version": VERSION, "digest": _digest(files, map(_json, people))}
    return {PEOPLE: _text(about, {"people": people}), **files}


def _digest(files: Mapping[str, bytes], people: Iterable[str]) -> str:
    """Return what holds the files of a lock together: a mixture of two is none."""
    whole = sha256("\n".join(people).encode())
    for path in sorted(files):
        if path != PEOPLE:
            whole.update(f"\0{path}\0".encode() + files[path])
    return whole.hexdigest()[:_DIGEST_DIGITS]


def _result(about: Mapping[str, object], result: LockedResult) -> bytes:
    left_out = {"except": sorted(result.left_out)} if result.left_out else {}
    return _text(about, {"members": sorted(result.members), **left_out})


def _text(about: Mapping[str, object], lists: Mapping[str, Iterable[object]]) -> bytes:
    lines = [_HEADER, *(f"{key}: {_json(value)}" for key, value in about.items())]
    for key, entries in lists.items():
        lines.append(f"{key}:")
        lines.extend(f"- {_json(one)}" for one in entries)
    return ("\n".join(lines) + "\n").encode()


def _json(value: object) -> str:
    # JSON is YAML too, whatever letters a name has; line ends that only some readers know are escaped
    text = json.dumps(msgspec.to_builtins(value), ensure_ascii=False)
    return text.replace("\x85", "\\u0085").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def with_found(teams: Mapping[str, Team], sources: Mapping[str, PeopleSource], lock: PeopleLock) -> dict[str, Team]:
    """Return teams with the people of a lock. A lock of other rules has none for them."""
    digests = RuleDigests(teams, sources)
    source_of = {one.login: one.id.partition(":")[0] for one in lock.people}
    return {
        name: _with_found(team, lock.teams.get(name), digests.of_team(team), source_of) if team.has_rules else team
        for name, team in teams.items()
    }


def _with_found(team: Team, result: LockedResult | None, rule: str, source_of: Mapping[str, str]) -> Team:
    if result is None or result.rule != rule:
        return team
    reasons: dict[str | None, Because] = {}
    found = []
    for login, line in result.places():
        source = source_of.get(login)
        because = reasons.setdefault(source, Because(kind="moved", source=source, team=team.name))
        found.append(Member(origin=line, login=login, because=because))
    return msgspec.structs.replace(
        team,
        found=tuple(found),
        found_left_out=tuple(Member(origin=team.origin, login=login) for login in result.left_out),
    )


class _WrongLineError(Exception):
    def __init__(self, line: int, words: str) -> None:
        self.line = line
        self.words = words


class _Lists(NamedTuple):
    """Keys of a file, and its lists: the line of the first entry, and entries as text."""

    about: dict[str, Any]
    lists: dict[str, tuple[int, list[str]]]


def decode_lock(contents: Mapping[str, bytes]) -> tuple[PeopleLock, list[Diagnostic]]:
    """Return the lock in these files, by path, and each file that is not as it was written."""
    lock = PeopleLock()
    diagnostics = [_lacking(path) for path in (PEOPLE, SOURCES) if contents and path not in contents]
    for path in sorted(contents):
        try:
            lock = _with_file(lock, path, _read(contents[path]))
        except _WrongLineError as error:
            message = f"this {error.words}: {_AGAIN}"
            origin = Origin(path if path.isprintable() else ascii(path), error.line, 1)
            diagnostics.append(Diagnostic(severity="error", code="people/lock", message=message, origin=origin))
    if contents and not diagnostics and not _is_whole(contents):
        message = f"this does not fit the other files: some were edited, merged or taken out: {_AGAIN}"
        origin = Origin(PEOPLE, 3, 1)
        diagnostics.append(Diagnostic(severity="error", code="people/lock", message=message, origin=origin))
    return lock, diagnostics


def _is_whole(contents: Mapping[str, bytes]) -> bool:
    people = _read(contents[PEOPLE])
    return bool(people.about.get("digest") == _digest(contents, people.lists["people"][1]))


def _lacking(path: str) -> Diagnostic:
    message = f"{path} is not here, and other files of the lock are: {_AGAIN}"
    return Diagnostic(severity="error", code="people/lock", message=message, origin=Origin(path, 1, 1))


def _with_file(lock: PeopleLock, path: str, found: _Lists) -> PeopleLock:
    """Return a lock with what a file holds; raises _WrongLineError."""
    team, rule = found.about.get("team"), found.about.get("rule")
    if path in {PEOPLE, SOURCES} and repr(found.about.get("version")) != repr(VERSION):
        raise _WrongLineError(2, f"is of version {found.about.get('version')!r}, and this program reads {VERSION}")
    if path == PEOPLE:
        return msgspec.structs.replace(lock, people=tuple(_entries(found, "people", LockedPerson)))
    if path == SOURCES:
        sources = _entries(found, "sources", LockedSource)
        missing = _entries(found, "missing", MissingPerson)
        return msgspec.structs.replace(lock, sources=tuple(sources), missing=tuple(missing))
    if isinstance(team, str) and isinstance(rule, str) and path == team_file(team):
        lock.teams[team] = _decode_result(found, path, rule)
    elif isinstance(rule, str) and team is None and path == f"{RULES}{rule}.yaml":
        lock.rules[rule] = _decode_result(found, path, rule)
    elif isinstance(rule, str) and team is None and path == f"{EACH}{rule}.yaml":
        lines = _entries(found, "projects", LockedLine)
        begins_at = found.lists["projects"][0]
        lock.each[rule] = LockedEach(rule=rule, lines=tuple(lines), path=path, begins_at=begins_at)
    else:
        raise _WrongLineError(1, "is not a file of the lock")
    return lock


def _read(content: bytes) -> _Lists:
    """Split a file into its lines of ``key: value`` and its lists; raises _WrongLineError."""
    try:
        lines = content.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise _WrongLineError(content.count(b"\n", 0, error.start) + 1, "is not UTF-8") from None
    found = _Lists({}, {})
    if lines[0].removesuffix("\r") != _HEADER or lines[-1]:
        raise _WrongLineError(1, "was not written by this program, or was edited")
    entries: list[str] | None = None
    for number, line in enumerate(lines[1:-1], start=2):
        if entries is not None and line.startswith("- "):
            entries.append(line[2:])
            continue
        key = _KEY.match(line)
        if key is None:
            marks = line.startswith(("<<<<<<<", "=======", ">>>>>>>"))
            raise _WrongLineError(number, "has marks of an unresolved merge" if marks else "was edited here")
        if key[2] is None:
            entries = []
            found.lists[key[1]] = (number + 1, entries)
        elif found.lists:
            raise _WrongLineError(number, "was edited here")
        else:
            found.about[key[1]] = _decoded(key[2], object, number)
    return found


def _entries(found: _Lists, key: str, kind: type[Entry]) -> list[Entry]:
    if key not in found.lists:
        raise _WrongLineError(1, f"has no list '{key}'")
    begins_at, entries = found.lists[key]
    try:
        return msgspec.json.decode(f"[{','.join(entries)}]", type=list[kind])  # type: ignore[valid-type]
    except msgspec.DecodeError:
        decoded = [_decoded(text, kind, begins_at + at) for at, text in enumerate(entries)]
        raise _WrongLineError(begins_at, f"was edited: {len(decoded)} entries") from None


def _decoded(text: str, kind: type[Entry], line: int) -> Entry:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError:
        raise _WrongLineError(line, "was edited here") from None


def _decode_result(found: _Lists, path: str, rule: str) -> LockedResult:
    members = _sorted(found, "members")
    left_out = _sorted(found, "except") if "except" in found.lists else []
    begins_at = found.lists["members"][0]
    return LockedResult(rule=rule, members=tuple(members), left_out=tuple(left_out), path=path, begins_at=begins_at)


def _sorted(found: _Lists, key: str) -> list[str]:
    entries = _entries(found, key, str)
    for at in range(1, len(entries)):
        if entries[at] <= entries[at - 1]:
            raise _WrongLineError(found.lists[key][0] + at, "was edited here: the order is another")
    return entries
