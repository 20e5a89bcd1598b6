"""What differs between live and git, as a report that the next one is compared with; it judges nothing."""

from __future__ import annotations

import datetime
from typing import Literal

import msgspec

from reconciler.model.diagnostics import Diagnostic, Origin
from reconciler.model.documents import Source
from reconciler.model.live import Person
from reconciler.model.plan import LiveSource, Named

__all__ = [
    "DRIFT_FORMAT",
    "Direction",
    "Drift",
    "DriftFound",
    "DriftReport",
    "DriftState",
    "DriftSummary",
    "NamedGroup",
    "Notice",
    "NoticeKind",
    "TemplateGroups",
]

DRIFT_FORMAT: Literal["reconciler/drift/1"] = "reconciler/drift/1"

Direction = Literal["live-only", "git-only"]
DriftState = Literal["new", "known", "acknowledged"]
NoticeKind = Literal[
    "invalid-preset", "inactive", "not-possible", "ends-soon", "group-appeared", "group-vanished", "group-renamed"
]


class NamedGroup(msgspec.Struct, frozen=True):
    """A group by uuid and name."""

    uuid: str
    name: str


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """One person who is in a role on one side alone; ``group`` is null for the workflow manager.

    ``since`` is when it was first found, ``told`` when it was first new (null while it was always acknowledged), both
    UTC. ``origin`` is the line that names the person, or the group that does not. The last three are of the
    acknowledgement that quiets it.
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
    def key(self) -> tuple[str, str, str, str]:
        """What makes it the same one in the next report, whatever anything is called by then."""
        return (self.address, self.group.uuid if self.group else "", self.person.id, self.direction)


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is no difference and that somebody should know of; ``message`` says what.

    ``address`` is a preset's, or ``templates/<id>`` for what became of a template.
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
        """What makes it the same one in the next report."""
        return (self.kind, self.address, self.group.uuid if self.group else "", self.person.id if self.person else "")


class TemplateGroups(msgspec.Struct, frozen=True, kw_only=True):
    """The role groups of a template's version, by uuid: what the next report compares with."""

    id: str
    name: str
    version_id: str
    groups: dict[str, str]


class DriftSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Counts; ``oldest`` is when the oldest difference that is not acknowledged was first found."""

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


class DriftReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything managed, live against the documents; ``resolved`` was in the report before and is over.

    ``previous`` is when the report was made that states come from, null where there was none.
    """

    format: Literal["reconciler/drift/1"]
    created_at: str
    company_id: str
    company_name: str | None = None
    source: Source
    live: LiveSource
    previous: str | None = None
    summary: DriftSummary
    drifts: tuple[Drift, ...]
    notices: tuple[Notice, ...] = ()
    resolved: tuple[Drift, ...] = ()
    resolved_notices: tuple[Notice, ...] = ()
    templates: tuple[TemplateGroups, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


class DriftFound(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="drift-found"):
    """The only line of a journal file that a drift run leaves."""

    at: str
    run_id: str
    report: DriftReport
