"""Finds our own comment of a company among others and says what becomes of it; it speaks to no forge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from reconciler.errors import ForgeError
from reconciler.forge.refusals import NO_PERMISSION
from reconciler.forge.trust import Trusted, trust_nobody

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.review import Review

__all__ = ["RESOLVED", "Found", "StickyComment", "body_of", "show_review"]

RESOLVED = "<!-- resolved -->"  # remembers, where no forge does, that the comment was folded away

Own = TypeVar("Own")


class Found(Generic[Own]):
    """A comment that counts: its ``text``, whether it is folded away (``resolved``), and whether it is our ``own``."""

    def __init__(self, comment: Own, text: str, *, resolved: bool, own: bool = True) -> None:
        self.comment = comment
        self.text = text
        self.resolved = resolved
        self.own = own


class StickyComment(Protocol[Own]):
    """Operations of a forge on comments of ours."""

    def own_comments(self, number: int, trusted: Trusted) -> Iterable[Found[Own]]:
        """Return the comments of our own account and of trusted ones, the oldest first."""
        ...

    def create(self, number: int, body: str) -> None:
        """Make a comment."""
        ...

    def edit(self, comment: Own, body: str) -> None:
        """Replace the text of a comment."""
        ...

    def delete(self, comment: Own) -> None:
        """Take a comment away."""
        ...

    def resolve(self, comment: Own, *, resolved: bool) -> str:
        """Fold a comment away, or unfold it; gives why that could not be done, or nothing."""
        ...


def body_of(review: Review, *, resolved: bool | None = None) -> str:
    """Return the whole body, with what finds it again, and whether it is folded away (null: as the review says)."""
    folded = review.resolved if resolved is None else resolved
    return "\n".join((review.marker, *((RESOLVED,) if folded else ()), review.body))


def show_review(forge: StickyComment[Own], number: int, review: Review, trusted: Trusted = trust_nobody) -> str:
    """Make, update or resolve the one comment of a review; return what was done, in words.

    Further comments of ours, left by a repeated request, are deleted. If there is none of ours, a comment of a trusted
    account is updated. If the forge refuses that, our own comment takes its place. Comments of anyone else are never
    changed, no matter what they contain. A failed attempt to fold a comment is reported, and tried again the next time.
    """
    found = [one for one in forge.own_comments(number, trusted) if one.text.lstrip().startswith(review.marker)]
    found.sort(key=lambda one: not one.own)
    if found and not found[0].own:
        try:
            return _keep(forge, found, review)
        except ForgeError as error:
            if error.status not in NO_PERMISSION:
                raise
            found = []
    if found:
        return _keep(forge, found, review)
    if review.resolved:
        return "no comment: there is nothing to review"
    forge.create(number, body_of(review))
    return "comment created"


def _keep(forge: StickyComment[Own], found: list[Found[Own]], review: Review) -> str:
    """Update or resolve the first comment, and take the others away, as far as they are ours to take."""
    first, *others = found
    for one in others:
        try:
            forge.delete(one.comment)
        except ForgeError:
            if one.own:
                raise
    if _plain(first.text) == _plain(body_of(review)):
        return "comment unchanged"  # also where somebody resolved it: they agreed to these very words
    if first.resolved == review.resolved:
        forge.edit(first.comment, body_of(review))
        return "comment updated"
    failed = forge.resolve(first.comment, resolved=review.resolved)
    forge.edit(first.comment, body_of(review, resolved=first.resolved if failed else review.resolved))
    if failed:
        return f"comment updated; it could not be {'folded' if review.resolved else 'unfolded'}: {failed}"
    return "comment resolved" if review.resolved else "comment updated, and open again"


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
