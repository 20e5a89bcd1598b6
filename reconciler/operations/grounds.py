"""The revisions that apply compares with: the one applied last, or those that the plans were made against."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from reconciler.desired.git.base_revision import Base
from reconciler.errors import ReconcilerError, UsageError
from reconciler.operations.bases import read_base_for
from reconciler.operations.dated_documents import read_base
from reconciler.planning.held import Tolerance
from reconciler.planning.restricting import WHOLE, Restriction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.documents import Documents
    from reconciler.model.member import Member
    from reconciler.model.plan import Plan
    from reconciler.operations.choice import Choice
    from reconciler.operations.workspace import Workspace

__all__ = ["Grounds", "read_grounds", "tolerance_of"]


class Grounds(msgspec.Struct, frozen=True, kw_only=True):
    """The earlier revisions that are known at apply.

    ``since`` is the revision that was applied last. ``adoption`` shows which groups are managed for the first time:
    ``since``, or else the base of each plan. ``compared`` is the base that causes are found by, null for several plans.
    """

    since: Base | None = None
    adoption: tuple[Base, ...] = ()
    compared: Base | None = None

    @property
    def power(self) -> Base | None:
        """The revision whose settings count where they give power."""
        return self.since or (self.adoption[-1] if self.adoption else None)

    @property
    def revisions(self) -> tuple[Base, ...]:
        """Every revision, once."""
        found = {one.revision: one for one in (self.since, *self.adoption, self.compared) if one is not None}
        return tuple(found.values())

    @property
    def accounts(self) -> tuple[Member, ...]:
        """The service accounts of every revision: a request that drops one cannot take it out in the same step."""
        found = (one.settings.service_account for one in self.revisions if one.settings is not None)
        return tuple(one for one in found if one is not None)

    @property
    def documents(self) -> tuple[Documents, ...]:
        """The documents of every revision, for reading what they select by."""
        return tuple(one.documents for one in self.revisions if one.documents is not None)


def read_grounds(workspace: Workspace, saved: Sequence[Plan], since: str | None, choice: Choice) -> Grounds:
    """Read the revisions for saved plans (the oldest first), or for a plan that is made now as chosen.

    Raises UsageError if git does not know a revision, or if a base does not show which part a plan skips.
    """
    if since is not None:
        base = read_base(workspace.settings_file, since, workspace.run.today)
        return Grounds(since=base, adoption=(base,))
    if not saved:
        if choice.base is None:
            return Grounds()
        base = read_base_for(workspace, choice.base, choice.restriction, choice.due)
        return Grounds(adoption=(base,), compared=base)
    bases = {
        plan.source.base: _base_of(workspace, plan, plan.source.base) for plan in saved if plan.source.base is not None
    }
    (compared,) = bases.values() if len(bases) == 1 else (None,)
    return Grounds(adoption=tuple(bases.values()), compared=compared)


def tolerance_of(workspace: Workspace, plans: Sequence[Plan], grounds: Grounds) -> Tolerance:
    """Return the tolerance of an apply: it holds all lines that cannot be resolved, new ones with their own code.

    With ``grounds.since``, a line is new if neither that revision nor the revisions of the plans have it. The revisions
    of a plan are the one that it was made of and its base. Without ``grounds.since`` no line counts as new.
    """

    @cache
    def known() -> tuple[Documents, ...] | None:
        if grounds.since is None:
            return None
        company_id = workspace.service.company_id
        found = [*grounds.revisions, *_revisions_of(workspace, plans)]
        documents = (one.documents_for(company_id) for one in found)
        return tuple(one for one in documents if one is not None)

    return Tolerance(known, everything=True)


def _revisions_of(workspace: Workspace, plans: Sequence[Plan]) -> Iterator[Base]:
    """Yield the revisions that plans were made of and against, as far as git has them."""
    sources = [plan.source for plan in plans]
    wanted = {one.base for one in sources} | {one.revision for one in sources if not one.dirty}
    for revision in sorted(one for one in wanted if one is not None):
        with suppress(ReconcilerError):
            yield read_base(workspace.settings_file, revision, workspace.run.today)


def _base_of(workspace: Workspace, plan: Plan, revision: str) -> Base:
    restriction = WHOLE if plan.only is None else Restriction(only=plan.only)
    try:
        return read_base_for(workspace, revision, restriction)
    except UsageError as error:
        what = "what this plan leaves alone" if plan.only else "what this plan manages for the first time"
        raise UsageError(
            f"{what} is known by a comparison with {revision[:12]}: {error.message}", diagnostics=error.diagnostics
        ) from error
