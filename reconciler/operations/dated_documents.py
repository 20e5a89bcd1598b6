"""Reads documents from git or the work tree as they are on a day, with the people of their teams."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import msgspec

from reconciler.desired import repository
from reconciler.desired.git import base_revision
from reconciler.model.diagnostics import by_place
from reconciler.people.expansion import expand_teams

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from reconciler.desired.git.base_revision import Base
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Documents, SettingsDocument

__all__ = ["read_base", "read_repository"]


def read_repository(
    settings_file: Path, settings: SettingsDocument, today: datetime.date, instead: Mapping[str, bytes] | None = None
) -> tuple[Documents, list[Diagnostic]]:
    """Read every document below the folder of the settings file, as they stand on that day (UTC).

    ``instead`` holds other contents for files. The diagnostics hold every problem of every file in the order of places.
    If one of them is an error, the documents hold only what could be understood.
    """
    written, found = repository.read_repository(settings_file, settings, instead)
    documents, wrong = expand_teams(written, today, managers_replace=settings.managers_replace)
    return documents, by_place((*found, *wrong, *_check_examples(documents)))


def _check_examples(documents: Documents) -> Iterable[Diagnostic]:
    if not documents.routings:
        return ()
    from reconciler.routing.rule_examples import check_examples  # noqa: PLC0415 - start-up is measured

    return check_examples(documents.routings)


def read_base(settings_file: Path, revision: str, today: datetime.date) -> Base:
    """Read the documents at ``revision`` as they stand on that day (UTC); raises what reading a revision raises.

    A commit with a date ahead of that day counts as one of that day.
    """
    base = base_revision.read_base(settings_file, revision)
    if base.committed_at is not None:
        end_of_day = datetime.datetime.combine(today, datetime.time.max, datetime.UTC)
        base = msgspec.structs.replace(base, committed_at=min(base.committed_at, end_of_day))
    if base.documents is None:
        return base
    managers_replace = base.settings is not None and base.settings.managers_replace
    documents, wrong = expand_teams(base.documents, today, managers_replace=managers_replace)
    errors = by_place((*base.errors, *(one for one in wrong if one.severity == "error")))
    return msgspec.structs.replace(base, documents=documents, errors=tuple(errors))
