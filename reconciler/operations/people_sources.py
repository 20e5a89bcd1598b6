"""Reads each source of people that rules name, by its type, and asks by id for those who vanished."""

from __future__ import annotations

import hmac
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from reconciler.desired.git.tracked import find_tracked
from reconciler.errors import (
    CredentialsError,
    DocumentsError,
    RequestRefusedError,
    UnreachableError,
    UsageError,
)
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.readings import Reading
from reconciler.model.rules import GROUP, GROUP_IN_CHAIN
from reconciler.model.sources import FileSource, LdapSource, ScimSource, ServiceSource
from reconciler.model.suggestions import did_you_mean
from reconciler.operations.workspace import problems
from reconciler.people.joined_readings import crossed_ids, join_readings, keep_left
from reconciler.people.rule_search import rules_of
from reconciler.people.whole_readings import judge_reading
from reconciler.settings.people_access import read_ldap_access
from reconciler.sources.file_source import read_file_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from reconciler.model.documents import Documents
    from reconciler.model.people_lock import PeopleLock
    from reconciler.model.sources import PeopleSource
    from reconciler.operations.workspace import Workspace

    Ask = Callable[[Iterable[str]], Iterable[str]]

__all__ = ["Readings", "key_of_ids", "read_sources"]

FEWEST_LETTERS_OF_A_KEY = 32
_DIGITS_OF_AN_ID = 24
_MOST_SHOWN = 20
_GROUPS = (GROUP, GROUP_IN_CHAIN)


def key_of_ids(workspace: Workspace) -> Callable[[str], str]:
    """Return what makes ids of sources into those of the lock. Raises UsageError without the key for that."""
    if not workspace.settings.keyed_ids:
        return str
    key = workspace.run.environment.get("RECONCILER_PEOPLE_KEY", "")
    if len(key) < FEWEST_LETTERS_OF_A_KEY:
        raise UsageError(
            f"'ids: keyed' needs RECONCILER_PEOPLE_KEY: set it to a secret of {FEWEST_LETTERS_OF_A_KEY} letters or "
            "more, and keep it"
        )
    return lambda id_: hmac.new(key.encode(), id_.encode(), "sha256").hexdigest()[:_DIGITS_OF_AN_ID]


class Readings(msgspec.Struct, frozen=True, kw_only=True):
    """Readings, one for each source, and why limits stop some of them."""

    readings: tuple[Reading, ...]
    refused: tuple[str, ...]


def read_sources(workspace: Workspace, documents: Documents, only: str | None = None) -> Readings:
    """Read each source that a rule names, or ``only`` one; all that is wrong with any is raised at once.

    People whom the lock has and a server did not list are asked for by id, unless a limit stops the reading anyway.

    Raises:
        DocumentsError: Rows or entries are wrong, or an address is not trusted (7).
        UnreachableError: A source cannot be read as a whole (6).
        UsageError: An extra is missing (64).

    """
    sources = documents.sources
    wanted = _wanted(workspace, documents)
    readings: list[Reading] = []
    refused: list[str] = []
    wrong: list[Diagnostic] = []
    failed: list[str] = []
    joined = workspace.settings.joined_sources
    chosen = sources.keys() if only is None else {only} | ({*joined.sources} if only in joined.sources else set())
    for name in sorted(wanted.keys() & sources.keys() & chosen):
        try:
            reading, why = _read(workspace, sources[name], sorted(wanted[name]), documents.lock)
            readings.append(reading)
            refused.extend(why)
        except (UnreachableError, CredentialsError) as error:
            failed.append(error.message)
        except RequestRefusedError as error:
            failed.append(f"the source {name} cannot be read: {error.message}")
        except DocumentsError as error:
            wrong.extend(error.diagnostics or [_at(sources[name], error.message)])
    if failed:
        raise UnreachableError("; ".join([*failed, "nothing written"]), diagnostics=wrong)
    if wrong:
        raise problems(wrong)
    crossed = crossed_ids(readings, joined)
    if crossed:
        more = [f"{len(crossed) - _MOST_SHOWN:,} more people have different ids"] if crossed[_MOST_SHOWN:] else []
        shown = [*crossed[:_MOST_SHOWN], *more]
        raise problems([Diagnostic(severity="error", code="people/identity", message=one) for one in shown])
    still_left = keep_left(readings, joined, documents.lock, key_of_ids(workspace))
    return Readings(readings=join_readings(still_left, joined), refused=tuple(refused))


def _wanted(workspace: Workspace, documents: Documents) -> dict[str, set[str]]:
    """Return the attributes that each source is asked for: those of its rules, and those of sources joined with it.

    Raises DocumentsError for a source to join that no document defines.
    """
    sources, joined = documents.sources, workspace.settings.joined_sources.sources
    unknown = [
        f"people.order: no document defines the source '{one}'{did_you_mean(one, sources)}"
        for one in joined
        if one not in sources
    ]
    if unknown:
        origin = workspace.settings.origins.get("people")
        raise problems(
            [Diagnostic(severity="error", code="people/unknown-source", message=one, origin=origin) for one in unknown]
        )
    wanted: dict[str, set[str]] = {}
    for rule in rules_of(documents):
        wanted.setdefault(rule.source, set()).update(rule.attributes)
    together = set().union(*(wanted.get(one, ()) for one in joined))
    for source in [sources[one] for one in joined] if wanted.keys() & {*joined} else ():
        has_groups = isinstance(source, LdapSource) and source.groups is not None
        also = {one for one in together if one in source.columns or (has_groups and one in _GROUPS)}
        wanted.setdefault(source.name, set()).update(also)
    return wanted


def _read(workspace: Workspace, source: PeopleSource, wanted: list[str], lock: PeopleLock) -> tuple[Reading, list[str]]:
    with _opened(workspace, source) as (read, ask):
        # managers are proposed for the roles of somebody who left; no rule depends on how many have one
        reading = read([*wanted, *({"manager"} & source.columns.keys() - set(wanted))])
        reading = msgspec.structs.replace(
            reading, filled={name: share for name, share in reading.filled.items() if name in wanted}
        )
        refused = list(judge_reading(reading, source.limits, lock))
        if ask is not None and not refused and not workspace.settings.keyed_ids:
            reading = _with_gone(source, reading, lock, ask)
    return reading, refused


def _with_gone(source: PeopleSource, reading: Reading, lock: PeopleLock, ask: Ask) -> Reading:
    """Return a reading with the people who are gone for sure. Raises UnreachableError where one of them is there."""
    listed = {one.id for one in reading.records}
    known = {
        one.id.partition(":")[2] for one in lock.people if one.id.startswith(f"{source.name}:") and one.state != "left"
    }
    vanished = sorted(known - listed)
    there = list(ask(vanished)) if vanished else []
    if there:
        raise UnreachableError(
            f"the source {source.name} was read by half: it did not list {len(there):,} people whom it has, such as "
            f"{there[0]}; run it again"
        )
    return msgspec.structs.replace(reading, gone=frozenset(vanished))


_Opened = tuple["Callable[[list[str]], Reading]", "Ask | None"]


def _opened(workspace: Workspace, source: PeopleSource) -> AbstractContextManager[_Opened]:
    """Open a source, and yield what reads it and what asks it for people by id, null where nothing can."""
    if isinstance(source, FileSource):
        return _file(workspace, source)
    if isinstance(source, LdapSource):
        return _ldap(workspace, source)
    from reconciler.operations.people_servers import open_scim, open_service  # noqa: PLC0415 - heavy, and not for files

    if isinstance(source, ScimSource):
        return open_scim(workspace, source)
    assert isinstance(source, ServiceSource)  # noqa: S101 - there are no others
    return open_service(workspace, source)


@contextmanager
def _file(workspace: Workspace, source: FileSource) -> Iterator[_Opened]:
    path, now = _path(workspace, source), workspace.run.clock.now()
    yield lambda wanted: read_file_source(source, path, wanted, now), None


@contextmanager
def _ldap(workspace: Workspace, source: LdapSource) -> Iterator[_Opened]:
    try:
        from reconciler.sources.ldap_source import LdapReader  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageError(
            f"the source {source.name} is an LDAP directory: install procore-reconciler[ldap] from where reconciler "
            "came from (in its checkout: pip install '.[ldap]'). It is built with the headers of OpenLDAP and SASL "
            "(Debian: gcc, libldap2-dev, libsasl2-dev)"
        ) from error
    access, now = read_ldap_access(source, workspace.run.environment), workspace.run.clock.now()
    with LdapReader(source, access) as reader:
        yield partial(reader.read, now=now), reader.still_there


def _path(workspace: Workspace, source: FileSource) -> Path:
    """Return the file of a source. Raises DocumentsError for one that git tracks: people's data stays out of it."""
    path = workspace.root / (workspace.run.environment.get(source.variable("PATH")) or source.path)
    if any(one.name in find_tracked(workspace.root, one.parent) for one in (path, path.resolve())):
        message = (
            f"{path.name} of the source {source.name} is tracked by git, which keeps personal data for ever: take it "
            "out (git rm --cached), name it in .gitignore, and look at the history"
        )
        raise DocumentsError(message, diagnostics=[_at(source, message)])
    return path


def _at(source: PeopleSource, message: str) -> Diagnostic:
    return Diagnostic(severity="error", code="people/source", message=message, origin=source.origin)
