"""Speaks to GitHub and GitLab through client libraries: comments, statuses, plan files, issues; it judges nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from reconciler.errors import UsageError
from reconciler.forge.trust import Trusted, trust_nobody

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from reconciler.model.alerts import DriftIssue
    from reconciler.model.proposal import Proposal
    from reconciler.model.review import CommitStatus, ForgePlace, ForgeRights, FoundStatus, MergedChange, Review

__all__ = ["Forge", "open_forge"]


class Forge(Protocol):
    """Calls that commands need of a forge; each raises ForgeError where the forge refuses or cannot be reached."""

    def rights(self) -> ForgeRights:
        """Return what the token may do in the repository; nothing but GET is asked."""
        ...

    def head(self, number: int) -> str:
        """Return the last commit of a pull request."""
        ...

    def show(self, number: int, review: Review, trusted: Trusted = trust_nobody) -> str:
        """Make, update or resolve the one comment of a review; gives what was done, in words.

        Comments of trusted accounts count as ours.
        """
        ...

    def label(self, number: int, labels: Mapping[str, bool]) -> None:
        """Put on and take off these labels, and touch no other."""
        ...

    def mark(self, commit: str, status: CommitStatus) -> None:
        """Set a status of a commit."""
        ...

    def status(self, commit: str, context: str, trusted: Trusted = trust_nobody) -> FoundStatus:
        """Return the newest status of this name that a commit has from our own account or a trusted one."""
        ...

    def merged(self, commit: str) -> MergedChange | None:
        """Return the merged pull request that a commit came with, if it came with one."""
        ...

    def plan_files(self, change: MergedChange) -> Iterator[bytes]:
        """Yield the plan files that runs of a pull request's last commit kept, the newest first."""
        ...

    def keep_issue(self, issue: DriftIssue) -> str:
        """Open, update, close or re-open the one issue of a company; gives what was done, in words."""
        ...

    def keep_proposal(self, proposal: Proposal, title: Callable[[], str]) -> str:
        """Keep one branch and its one pull request as proposed; gives what was done, in words.

        ``title`` is called if something is sent.
        """
        ...


def open_forge(place: ForgePlace, waits: Callable[[float], object] = lambda _seconds: None) -> Forge:
    """Return the client for a forge; raises UsageError where its library is not installed.

    ``waits`` receives the seconds left of a long wait.
    """
    try:
        if place.kind == "github":
            from reconciler.forge.github import GitHub  # noqa: PLC0415 - only the forge asked for is loaded

            return GitHub(place, waits)
        from reconciler.forge.gitlab import GitLab  # noqa: PLC0415 - the same

        return GitLab(place, waits)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{error.name} is not installed: install procore-reconciler[forge] from where reconciler came from "
            "(in its checkout: pip install '.[forge]')"
        ) from None
