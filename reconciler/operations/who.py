"""Finds who holds which role, in documents and in Procore; it cannot write to the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.errors import UsageError
from reconciler.model.globs import fits
from reconciler.model.live import Person
from reconciler.model.spelling import comparable, login_key
from reconciler.model.suggestions import did_you_mean, did_you_mean_person
from reconciler.model.who import FoundPerson, RoleHolder, WhoReport
from reconciler.operations.observation import observe
from reconciler.operations.readers import open_reader
from reconciler.operations.who_rows import rows_of_documents, rows_of_observation
from reconciler.operations.workspace import open_workspace, read_documents
from reconciler.planning.held import LOOKING
from reconciler.settings import has_credentials

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.who import HeldRole
    from reconciler.operations.run import Run
    from reconciler.operations.who_rows import Row
    from reconciler.operations.workspace import Workspace

__all__ = ["WhoOrder", "find_roles"]

_MOST_LISTED = 20


class WhoOrder(NamedTuple):
    """A person or roles to look for.

    ``person`` is a login, an id or a part of a name. The other three are globs of names, or ids. ``documents_alone``
    asks no service. ``on`` is the day (UTC), null for today.
    """

    person: str | None = None
    role: str | None = None
    project: str | None = None
    template: str | None = None
    on: datetime.date | None = None
    snapshot: Path | None = None
    documents_alone: bool = False


def find_roles(run: Run, settings_file: Path | None, order: WhoOrder) -> tuple[WhoReport, list[Diagnostic]]:
    """Return the people who were asked for with their roles, and what is wrong with the documents beside.

    Raises:
        UsageError: Nothing was asked for, or what was asked for is nobody, several people, no role or no project (64).

    """
    if order.person is None and order.role is None and order.project is None and order.template is None:
        raise UsageError("name a person (login, id or a part of the name), or --role, --project or --template")
    if order.on is not None:
        run = msgspec.structs.replace(run, today=order.on)
    workspace = open_workspace(run, settings_file)
    rows, diagnostics = _rows(workspace, order)
    if order.person is not None:
        wanted = _person(order.person, [person for person, _ in rows])
        rows = [(person, role) for person, role in rows if _key(person) == wanted]
    rows = list(_chosen(rows, order))
    return WhoReport(day=run.today, people=_by_person(rows)), diagnostics


def _rows(workspace: Workspace, order: WhoOrder) -> tuple[list[Row], list[Diagnostic]]:
    documents, diagnostics = read_documents(msgspec.structs.replace(workspace, tolerance=LOOKING))
    alone = order.documents_alone
    if not alone and order.snapshot is None and not has_credentials(workspace.run.environment):
        workspace.run.reporter.note("no credentials for Procore here, so the documents alone were asked")
        alone = True
    if alone:
        return list(rows_of_documents(documents)), diagnostics
    with open_reader(workspace, order.snapshot) as reader:
        observation = observe(
            documents, diagnostics, reader, own_account=workspace.settings.service_account, tolerance=LOOKING
        )
    return list(rows_of_observation(observation, documents)), list(observation.diagnostics)


def _key(person: FoundPerson) -> str:
    return person.id or login_key(person.login)


def _person(asked: str, people: Iterable[FoundPerson]) -> str:
    """Return the key of who is meant. Raises UsageError where that is nobody, or several people."""
    known = {_key(one): one for one in people}
    exact = [key for key, one in known.items() if asked == one.id or login_key(asked) == login_key(one.login)]
    part = comparable(asked).casefold()
    found = exact or [
        key for key, one in known.items() if part and part in f"{one.login or ''}\n{one.name or ''}".casefold()
    ]
    if len(found) == 1:
        return found[0]
    if found:
        listed = sorted(str(known[key]) for key in found)
        more = f" and {len(listed) - _MOST_LISTED:,} more" if len(listed) > _MOST_LISTED else ""
        raise UsageError(
            f"'{asked}' is {len(found):,} people: {', '.join(listed[:_MOST_LISTED])}{more}; name one by login or id"
        )
    persons = [Person(one.id or "", one.login, one.name) for one in known.values()]
    hint = did_you_mean_person(asked, persons) or did_you_mean(asked, [one.name for one in persons if one.name])
    raise UsageError(f"nobody with the login, id or name '{asked}' holds a role here{hint}")


def _chosen(rows: Iterable[Row], order: WhoOrder) -> Iterator[Row]:
    """Yield the rows of roles and places that were asked for. Raises UsageError where there is none of such a name."""
    left = list(rows)
    for option, asked, texts in (
        ("--project", order.project, _project_texts),
        ("--template", order.template, _template_texts),
        ("--role", order.role, _role_texts),
    ):
        if asked is None:
            continue
        glob = comparable(asked).casefold()
        found = [(person, role) for person, role in left if any(fits(glob, one.casefold()) for one in texts(role))]
        if left and not found:
            known = dict.fromkeys(one for _, role in left for one in texts(role))
            raise UsageError(f"{option}: nothing is called '{asked}' there{did_you_mean(asked, known)}")
        left = found
    yield from left


def _project_texts(role: HeldRole) -> list[str]:
    return [] if role.project is None else [role.project.name, *([role.project.id] if role.project.id else [])]


def _template_texts(role: HeldRole) -> list[str]:
    return [role.template.name, *([role.template.id] if role.template.id else [])]


def _role_texts(role: HeldRole) -> list[str]:
    return [role.role]


def _by_person(rows: Iterable[Row]) -> tuple[RoleHolder, ...]:
    people: dict[str, FoundPerson] = {}
    roles: dict[str, list[HeldRole]] = {}
    for person, role in rows:
        people.setdefault(_key(person), person)
        roles.setdefault(_key(person), []).append(role)
    found = [RoleHolder(person=people[key], roles=tuple(sorted(several, key=_place))) for key, several in roles.items()]
    return tuple(sorted(found, key=lambda one: (login_key(one.person.login), one.person.id or "")))


def _place(role: HeldRole) -> tuple[str, str, str]:
    return (role.template.name, "" if role.project is None else role.project.name, role.role)
