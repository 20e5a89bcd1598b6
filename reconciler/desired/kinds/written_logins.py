"""Checks the form of every login that documents hold; whether anybody has it, only the service knows."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.login_form import login_fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.diagnostics import Origin
    from reconciler.model.documents import Documents, SettingsDocument
    from reconciler.model.member import Member

__all__ = ["check_account", "check_logins"]

_Written = tuple["str | None", "Origin"]


def check_logins(documents: Documents) -> list[Diagnostic]:
    """Return an error for each line of documents whose login cannot be one."""
    # the same few people are in thousands of lists, so most lists are only asked whether they name anybody else
    members = {
        member.login
        for document in documents.written
        for groups in (document.groups, *[entry.groups for entry in document.entries])
        for group in groups.values()
        for member in group.members
    }
    listed = _of_lists(documents) if any(login and login_fault(login) for login in members) else ()
    others = (
        _of_managers(documents),
        _of_teams(documents),
        _of_policy(documents),
        _owned(documents),
        _of_absences(documents),
    )
    return list(_faults(chain(listed, *others)))


def check_account(settings: SettingsDocument) -> list[Diagnostic]:
    """Return an error where the account of the settings has a login that cannot be one."""
    return [] if settings.service_account is None else list(_faults(_logins([settings.service_account])))


def _faults(written: Iterable[_Written]) -> Iterator[Diagnostic]:
    fine: set[str | None] = {None}
    for login, origin in written:
        if login in fine or login is None:
            continue
        fault = login_fault(login)
        if fault is None:
            fine.add(login)
        else:
            yield Diagnostic(severity="error", code="documents/login", message=fault, origin=origin)


def _logins(members: Iterable[Member | None]) -> Iterator[_Written]:
    return ((member.login, member.origin) for member in members if member is not None)


def _of_lists(documents: Documents) -> Iterator[_Written]:
    for document in documents.written:
        for groups in (document.groups, *(entry.groups for entry in document.entries)):
            for group in groups.values():
                yield from _logins(group.members)
                yield from _logins(one for line in group.members for one in line.otherwise or ())


def _of_managers(documents: Documents) -> Iterator[_Written]:
    for document in documents.written:
        yield from _logins([document.workflow_manager, *(entry.workflow_manager for entry in document.entries)])


def _of_teams(documents: Documents) -> Iterator[_Written]:
    for team in documents.teams.values():
        yield from _logins(team.members)


def _of_policy(documents: Documents) -> Iterator[_Written]:
    policy = documents.policy
    yield from _logins(policy.protected)
    yield from _logins(one.person for one in policy.overrides)
    for rule in policy.roles:
        yield from _logins(rule.must_include)


def _of_absences(documents: Documents) -> Iterator[_Written]:
    for one in documents.absences:
        yield from _logins((one.person, one.replacement))


def _owned(documents: Documents) -> Iterator[_Written]:
    yield from _logins(one.person for one in documents.acknowledged)
    yield from ((one.owner, one.origin) for one in documents.acknowledged)
    yield from ((one.owner, one.origin) for one in documents.released)
