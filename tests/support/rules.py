"""Documents with rules, and people locks that fit them, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.desired.lock_files import encode_lock
from reconciler.desired.repository import read_repository, read_settings_document
from reconciler.model.people_lock import LockedPerson, LockedResult, PeopleLock
from reconciler.model.rule_digests import RuleDigests

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.people_lock import PersonState

__all__ = ["RULED", "TEAMS", "lock_person", "write_lock"]

TEAMS = """\
kind: teams
teams:
  ap-west:
    members: [gus@acme.test, {from: hr, where: {department: Accounts Payable}}]
    except: [dee@acme.test, {from: hr, where: {contract: Temporary}}]
  heads: [team:ap-west, {from: hr, manager_of: team:ap-west}]
"""
RULED = """\
kind: assignments
template: Invoice Approval
projects:
  - project: Harbor Bridge
    groups:
      Project Manager: [team:ap-west]
      Accounting: [{from: hr, where: {title: Accountant}}]
"""


def lock_person(login: str, state: PersonState = "active", number: int = 7) -> LockedPerson:
    """Return somebody of the source hr."""
    return LockedPerson(login=login, id=f"hr:{number:06}", name=login.partition("@")[0].title(), state=state)


def write_lock(
    settings_file: Path,
    teams: dict[str, list[str]],
    rules: list[list[str]] = [],  # noqa: B006 - never changed
    people: list[LockedPerson] = [],  # noqa: B006 - never changed
    left_out: dict[str, list[str]] = {},  # noqa: B006 - never changed
) -> PeopleLock:
    """Write the lock of the documents here: whom the rules of teams, and those of groups in order, found."""
    documents, _ = read_repository(settings_file, read_settings_document(settings_file))
    in_groups = [
        member.rule
        for document in documents.written
        for groups in (document.groups, *(entry.groups for entry in document.entries))
        for group in groups.values()
        for member in group.members
        if member.rule is not None
    ]
    digests = RuleDigests(documents.teams, documents.sources)
    lock = PeopleLock(
        people=tuple(people),
        teams={
            name: LockedResult(
                rule=digests.of_team(documents.teams[name]),
                members=tuple(found),
                left_out=tuple(left_out.get(name, ())),
            )
            for name, found in teams.items()
        },
        rules={
            digests.of_rule(rule): LockedResult(rule=digests.of_rule(rule), members=tuple(found))
            for rule, found in zip(in_groups, rules, strict=True)
        },
    )
    for name, content in encode_lock(lock).items():
        path = settings_file.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return lock
