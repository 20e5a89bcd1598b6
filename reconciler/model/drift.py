"""Defines a report of the differences between live and git, which the next report is compared with."""

from __future__ import annotations

import datetime
from typing import Literal

import msgspec

from reconciler.model.diagnostics import Diagnostic, Origin
from reconciler.model.documents import Source
from reconciler.model.live import Person
from reconciler.model.plan import LiveSource
from reconciler.model.selection import Selection
from reconciler.model.titles import Named, preset_title

__all__ = [
    "DRIFT_FORMAT",
    "SIDES",
    "Direction",
    "Drift",
    "DriftFound",
    "DriftReport",
    "DriftState",
    "DriftSummary",
    "NamedGroup",
    "Notice",
    "NoticeKind",
    "Side",
    "TemplateGroups",
    "Unseen",
    "UnseenNotice",
    "UnseenReason",
    "unseen_words",
]

DRIFT_FORMAT: Literal["reconciler/drift/1"] = "reconciler/drift/1"

Direction = Literal["live-only", "git-only"]
Side = Literal["added in Procore", "removed in Procore"]
DriftState = Literal["new", "known", "acknowledged"]
NoticeKind = Literal[
    "invalid-preset", "inactive", "not-possible", "ends-soon", "group-appeared", "group-vanished", "group-renamed"
]
UnseenReason = Literal[
    "template-gone",
    "project-gone",
    "project-inactive",
    "preset-gone",
    "group-gone",
    "unmanaged",
    "unresolved",
    "unread",
    "older",
]
SIDES: dict[Direction, Side] = {"live-only": "added in Procore", "git-only": "removed in Procore"}
_UNSEEN_WORDS: dict[UnseenReason, str] = {
    "template-gone": "the template is not in the list of templates",
    "project-gone": "the project is not in the list of projects",
    "project-inactive": "the project is inactive",
    "preset-gone": "the preset is not in the list of presets",
    "group-gone": "the template has no such role",
    "unmanaged": "no document manages it",
    "unresolved": "the documents name something there that cannot be found",
    "unread": "it could not be read",
    "older": "the snapshot is older than the report that has it",
}


class NamedGroup(msgspec.Struct, frozen=True):
    """A group by uuid and name."""

    uuid: str
    name: str


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """One person who is in a role on one side alone; ``group`` is null for the workflow manager.

    ``since`` is when it was first found (UTC). ``told`` is when it was first new (UTC), null while it was always
    acknowledged. ``origin`` is the line that names the person, or the group that does not. ``owner``, ``reason`` and
    ``until`` are copied from the matching acknowledgement, else null.
    """

    address: str
    project: Named | None
    template: Named
    group: NamedGroup | None
    person: Person
    direction: Direction
    state: DriftState = "new"
    since: str = ""
    told: str | None = None
    origin: Origin | None = None
    owner: str | None = None
    reason: str | None = None
    until: datetime.date | None = None

    @property
    def side(self) -> Side:
        """The event in words of people: it was added in Procore, or removed there."""
        return SIDES[self.direction]

    @property
    def title(self) -> str:
        """Template and project, or company, in words of people."""
        return preset_title(self.template, self.project)

    @property
    def key(self) -> tuple[str, str, str, str]:
        """The ids by which the next report knows it, under any name."""
        return (self.address, self.group.uuid if self.group else "", self.person.id, self.direction)


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that is not a difference and that somebody should know of; ``message`` says it.

    ``address`` is a preset's, or ``templates/<id>`` for a change of a template.
    """

    kind: NoticeKind
    address: str
    message: str
    group: NamedGroup | None = None
    person: Person | None = None
    state: Literal["new", "known"] = "new"
    since: str = ""
    origin: Origin | None = None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """The ids by which the next report knows it."""
        return (self.kind, self.address, self.group.uuid if self.group else "", self.person.id if self.person else "")


class Unseen(msgspec.Struct, frozen=True, kw_only=True):
    """A difference of an earlier report that this run could not look at: neither resolved nor confirmed.

    ``drift`` is the difference as it was last seen, with today's state and acknowledgement. ``last_seen`` is when
    live was last read there (UTC), ``reason`` why it was not read this time.
    """

    drift: Drift
    reason: UnseenReason
    last_seen: str


class UnseenNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice of an earlier report that this run could not look at; fields as in ``unseen``."""

    notice: Notice
    reason: UnseenReason
    last_seen: str


def unseen_words(reason: UnseenReason) -> str:
    """Return why something was not read, in words."""
    return _UNSEEN_WORDS[reason]


class TemplateGroups(msgspec.Struct, frozen=True, kw_only=True):
    """The role groups of a template's version, by uuid: what the next report compares with."""

    id: str
    name: str
    version_id: str
    groups: dict[str, str]


class DriftSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Counts; ``oldest`` is when the oldest difference that is not acknowledged was first found, unseen ones included.

    Differences in ``unseen`` count in no other figure but ``oldest``. ``unseen_acknowledged`` is how many of them are
    acknowledged. ``held`` counts lines of documents that cannot be resolved: what they touch was not compared.
    """

    presets: int
    drifted: int
    live_only: int
    git_only: int
    new: int
    known: int
    acknowledged: int
    resolved: int
    notices: int
    oldest: str | None = None
    unseen: int = 0
    unseen_acknowledged: int = 0
    released: int = 0
    held: int = 0


class DriftReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything managed, live against the documents; ``resolved`` was in the report before and is gone.

    ``previous`` is when the report before was made, null without one. ``unseen`` was in a report before and could not
    be looked at in this run. ``released`` was unseen, and a line in git ended it. ``selection`` is the part that is
    shown, null for the whole.
    """

    format: Literal["reconciler/drift/1"]
    created_at: str
    company_id: str
    company_name: str | None = None
    source: Source
    live: LiveSource
    previous: str | None = None
    selection: Selection | None = None
    summary: DriftSummary
    drifts: tuple[Drift, ...]
    notices: tuple[Notice, ...] = ()
    resolved: tuple[Drift, ...] = ()
    resolved_notices: tuple[Notice, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    unseen_notices: tuple[UnseenNotice, ...] = ()
    released: tuple[Drift, ...] = ()
    released_notices: tuple[Notice, ...] = ()
    templates: tuple[TemplateGroups, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    def is_after(self, moment: datetime.datetime) -> bool:
        """Return whether the report, or the live that it is of, is later than a moment: some clock was ahead."""
        return any(_is_after(text, moment) for text in (self.created_at, self.live.observed_at))


def _is_after(text: str, moment: datetime.datetime) -> bool:
    try:
        return datetime.datetime.fromisoformat(text) > moment
    except (ValueError, TypeError):  # not a moment, or one without a zone
        return False


class DriftFound(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="drift-found"):
    """The only line of a journal file that a drift run leaves."""

    at: str
    run_id: str
    report: DriftReport
