"""Shows what a plan means on its pull request; it asks nothing of the service."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.errors import DocumentsError, ForgeError, UsageError
from reconciler.model.failure import Failure
from reconciler.operations.forges import open_forge_at
from reconciler.operations.trusted_accounts import trusted_at
from reconciler.operations.workspace import open_workspace
from reconciler.render.messages.request_review import COMMENT_CHARACTERS, failure_review, plan_review
from reconciler.render.views.budget import Budget
from reconciler.settings import find_settings_file
from reconciler.settings.forge import read_forge, read_pull_request

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reconciler.forge import Forge
    from reconciler.model.plan import Plan
    from reconciler.model.review import Review
    from reconciler.operations.run import Run
    from reconciler.render.views.view import By

__all__ = ["ReviewOrder", "mark_commit", "show_on_request"]


class ReviewOrder(NamedTuple):
    """How to show a plan; ``company`` is the company of a failed plan, if no settings file names it."""

    company: str | None
    by: By
    budget: Budget | None
    link: str | None


def mark_commit(run: Run, settings_file: Path | None, result: Plan | Failure, commit: str, order: ReviewOrder) -> str:
    """Set the status of a commit without a request, such as one of a merge queue; return what was done."""
    place = read_forge(run.environment)
    review = _review(run, settings_file, result, place.kind, order)
    _require_planned(result, None, commit)
    open_forge_at(place, run).mark(commit, review.status)
    return f"status of {commit[:12]}: {review.status.state}\n"


def show_on_request(
    run: Run, settings_file: Path | None, result: Plan | Failure, shown_on: tuple[str, str | None], order: ReviewOrder
) -> str:
    """Show a plan on its request, and return what was done.

    ``shown_on`` is the request, by its number or address, and the commit that was planned, null for its last one.
    """
    request, commit = shown_on
    place, number = read_pull_request(request, run.environment)
    review = _review(run, settings_file, result, place.kind, order)
    trusted = _trusted(run, settings_file, result)
    return _show(open_forge_at(place, run), number, commit, result, (review, trusted))


def _review(run: Run, settings_file: Path | None, result: Plan | Failure, kind: str, order: ReviewOrder) -> Review:
    budget = order.budget or Budget(COMMENT_CHARACTERS[kind])
    if not isinstance(result, Failure):
        return plan_review(result, by=order.by, budget=budget, link=order.link)
    company = order.company or _company(run, settings_file)
    return failure_review(result, company, budget=budget, link=order.link)


def _company(run: Run, settings_file: Path | None) -> str:
    try:
        return open_workspace(run, settings_file).settings.company_id
    except DocumentsError as error:
        raise UsageError(f"which company's plan failed is not known: {error.message}; name it with --company") from None


def _trusted(run: Run, settings_file: Path | None, result: Plan | Failure) -> Callable[[], frozenset[str]]:
    """Return the accounts whose comment may be updated beside our own, as the base of the plan has them."""

    def read() -> frozenset[str]:
        if isinstance(result, Failure):
            return frozenset()
        try:
            return trusted_at(find_settings_file(settings_file, run.folder), result.source.base)()
        except DocumentsError:
            return frozenset()

    return read


def _show(
    forge: Forge,
    number: int,
    commit: str | None,
    result: Plan | Failure,
    shown: tuple[Review, Callable[[], frozenset[str]]],
) -> str:
    """Show a review, and set the status last: a commit must not look approved before the review is visible."""
    review, trusted = shown
    head = forge.head(number)
    _require_planned(result, commit, head)
    if commit is not None and commit != head:
        forge.mark(commit, review.status)
        return f"the request moved on to {head[:12]}; only the status of {commit[:12]} was set\n"
    try:
        done = [forge.show(number, review, trusted)]
        forge.label(number, review.labels)
    except ForgeError:
        # an earlier, green status of this commit must not outlive a comment that could not be made
        failed = msgspec.structs.replace(review.status, state="error", description="the plan could not be shown")
        with suppress(ForgeError):
            forge.mark(head, failed)
        raise
    forge.mark(head, review.status)
    labels = ", ".join(name for name, wanted in review.labels.items() if wanted)
    done.append(f"labels: {labels}" if labels else "no labels")
    done.append(f"status of {head[:12]}: {review.status.state}")
    return "\n".join(done) + "\n"


def _require_planned(result: Plan | Failure, commit: str | None, head: str) -> None:
    """Refuse to show a plan on a commit that it was not made for, as far as that is known."""
    if isinstance(result, Failure):
        return
    if result.source.dirty:
        raise UsageError("this plan was made with uncommitted changes; commit them, and plan again")
    planned = result.source.revision
    if commit is None and planned is not None and planned != head:
        raise UsageError(
            f"this plan is of commit {planned[:12]}, and the request's last one is {head[:12]}; where what was planned "
            "is its merge with the base, say so with --commit"
        )
