"""Defines what a forge shows of a plan on a pull request, and where."""

from __future__ import annotations

from typing import Literal

import msgspec

from reconciler.model.service import Secret

__all__ = [
    "BEGUN",
    "CUT_OFF",
    "GUARDED_LABEL",
    "NOT_PROVED",
    "NOT_TRIED",
    "REMOVES_LABEL",
    "ApprovedPlans",
    "CommitState",
    "CommitStatus",
    "ForgeKind",
    "ForgePlace",
    "ForgeRights",
    "FoundStatus",
    "MarkedCommits",
    "MergedChange",
    "Review",
    "apply_context",
    "due_context",
    "is_apply_context",
    "plan_context",
]

ForgeKind = Literal["github", "gitlab"]
CommitState = Literal["success", "failure", "error", "pending"]

REMOVES_LABEL = "roles:removes-people"
GUARDED_LABEL = "roles:guarded"

# How the description of a red apply status begins where that run wrote nothing.
NOT_TRIED = "not tried"
NOT_PROVED = "not proved"
# The description of an apply status before the first write.
BEGUN = "begun: an apply is running, or was cut off"
CUT_OFF = "not wholly applied: an apply was cut off here"


class ForgePlace(msgspec.Struct, frozen=True, kw_only=True):
    """A repository on a forge: ``url`` is that of GitHub's API or of the GitLab server, ``token`` a secret."""

    kind: ForgeKind
    url: str
    repository: str
    token: Secret


class ForgeRights(msgspec.Struct, frozen=True, kw_only=True):
    """Rights that a token has in a repository, as far as the forge shows them.

    ``repository`` is its name on the forge. ``rights`` is in words of the forge, and empty where it shows none.
    ``missing`` is a right that every pipeline here needs, and null where none is known to be missing.
    """

    repository: str
    rights: tuple[str, ...] = ()
    missing: str | None = None


class CommitStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A mark on a commit; ``context`` names it, ``link`` leads to the run, ``ref`` is its branch."""

    context: str
    state: CommitState
    description: str
    link: str | None = None
    ref: str | None = None


class FoundStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The newest status that counts, null without one; ``strangers`` are accounts whose statuses do not count.

    ``history`` are all that count, the newest first.
    """

    status: CommitStatus | None = None
    history: tuple[CommitStatus, ...] = ()
    strangers: tuple[str, ...] = ()


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """The content that a pull request shows of one company.

    ``marker`` is in the comment and finds it again. ``resolved`` means that there is nothing to review. An existing
    comment is then marked so, and a new one is not made. ``labels`` says for each label whether it must be there.
    """

    marker: str
    body: str
    resolved: bool
    labels: dict[str, bool]
    status: CommitStatus


class MergedChange(msgspec.Struct, frozen=True, kw_only=True):
    """A merged pull request by its number, and the last commit that was reviewed."""

    number: int
    head: str


class ApprovedPlans(msgspec.Struct, frozen=True, kw_only=True):
    """Output of ``approved --format json``: the commits after ``since``, the oldest first, and their plan files.

    ``since`` is the last commit known as applied; older releases wrote null where none was. A commit that changed no
    document has no plan.
    """

    format: Literal["reconciler/approved/1"]
    since: str | None
    commits: tuple[str, ...]
    plans: tuple[str, ...]


class MarkedCommits(msgspec.Struct, frozen=True, kw_only=True):
    """Output of ``mark --format json``: the status that was set, and the commits that got it, the tip last.

    ``commits`` is empty where every mark stays as it was.
    """

    format: Literal["reconciler/marked/1"]
    state: CommitState
    description: str
    commits: tuple[str, ...]


def plan_context(company_id: str) -> str:
    """Return the name of the commit status that carries a plan's digest."""
    return f"reconciler/plan/{company_id}"


def due_context(company_id: str) -> str:
    """Return the name of the commit status that tells until when what is due was done."""
    return f"reconciler/due/{company_id}"


def is_apply_context(context: str) -> bool:
    """Return whether a status of this name tells of an apply."""
    return context.startswith("reconciler/apply/")


def apply_context(company_id: str) -> str:
    """Return the name of the commit status that tells of an apply."""
    return f"reconciler/apply/{company_id}"
