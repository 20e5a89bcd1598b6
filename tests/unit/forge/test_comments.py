"""The one comment of a company: made, updated, resolved, opened again; comments of others are never touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.forge.comments import RESOLVED, Found, body_of, show_review
from reconciler.forge.trust import Trusted, trust_nobody
from reconciler.model.review import CommitStatus, Review

if TYPE_CHECKING:
    from collections.abc import Iterator

REVIEW = Review(
    marker="<!-- reconciler plan 4211 -->",
    body="### Acme: 1 of 2 presets changes",
    resolved=False,
    labels={},
    status=CommitStatus(context="c", state="success", description="d"),
)


class MemoryForge:
    """Comments in memory: text and whether it is folded away."""

    def __init__(self, *texts: str, failing: str = "") -> None:
        self.comments: dict[int, list[object]] = {number: [text, RESOLVED in text] for number, text in enumerate(texts)}
        self.failing = failing

    def own_comments(self, number: int, trusted: Trusted) -> Iterator[Found[int]]:
        """Yield all of them."""
        assert number == 5
        assert trusted is trust_nobody
        for one, (text, resolved) in list(self.comments.items()):
            yield Found(one, str(text), resolved=bool(resolved))

    def create(self, number: int, body: str) -> None:
        """Keep a new one."""
        assert number == 5
        self.comments[len(self.comments)] = [body, False]

    def edit(self, comment: int, body: str) -> None:
        """Keep another text."""
        self.comments[comment][0] = body

    def delete(self, comment: int) -> None:
        """Forget it."""
        del self.comments[comment]

    def resolve(self, comment: int, *, resolved: bool) -> str:
        """Fold, or say why not."""
        if not self.failing:
            self.comments[comment][1] = resolved
        return self.failing


def test_the_life_of_a_comment() -> None:
    """Nothing for an empty plan; made; left alone while the same; updated; resolved; opened again."""
    forge = MemoryForge()
    empty = msgspec.structs.replace(REVIEW, body="nothing to change", resolved=True)
    assert show_review(forge, 5, empty) == "no comment: there is nothing to review"
    assert show_review(forge, 5, REVIEW) == "comment created"
    assert show_review(forge, 5, REVIEW) == "comment unchanged"
    other = msgspec.structs.replace(REVIEW, body="other")
    assert show_review(forge, 5, other) == "comment updated"
    assert show_review(forge, 5, empty) == "comment resolved"
    assert forge.comments == {0: [body_of(empty), True]}
    assert show_review(forge, 5, empty) == "comment unchanged"
    assert show_review(forge, 5, other) == "comment updated, and open again"
    assert forge.comments == {0: [body_of(other), False]}


def test_what_a_repeated_request_left_behind() -> None:
    """The first of several stays; those of another company and other words of ours stay as well."""
    mine, another = f"{REVIEW.marker}\nold", "<!-- reconciler plan 77 -->\nold"
    forge = MemoryForge("hello", mine, another, mine, f"see {REVIEW.marker}")
    assert show_review(forge, 5, REVIEW) == "comment updated"
    assert [one[0] for one in forge.comments.values()] == ["hello", body_of(REVIEW), another, f"see {REVIEW.marker}"]


def test_lines_that_a_forge_ends_in_its_own_way_are_the_same() -> None:
    """Nothing is written for line ends or a blank at the end."""
    forge = MemoryForge(body_of(REVIEW).replace("\n", "\r\n") + "\r\n")
    assert show_review(forge, 5, REVIEW) == "comment unchanged"


def test_folding_that_fails_is_told_and_tried_again() -> None:
    """The text says what is so in any case; the next run folds what this one could not."""
    forge = MemoryForge(body_of(REVIEW), failing="refused")
    resolved = msgspec.structs.replace(REVIEW, body="nothing to change", resolved=True)
    assert show_review(forge, 5, resolved) == "comment updated; it could not be folded: refused"
    assert forge.comments == {0: [f"{REVIEW.marker}\nnothing to change", False]}
    forge.failing = ""
    assert show_review(forge, 5, resolved) == "comment resolved"
    assert forge.comments == {0: [body_of(resolved), True]}
    forge.failing = "refused"
    assert show_review(forge, 5, REVIEW) == "comment updated; it could not be unfolded: refused"
    assert show_review(forge, 5, REVIEW) == "comment updated; it could not be unfolded: refused"
    forge.failing = ""
    assert show_review(forge, 5, REVIEW) == "comment updated, and open again"
    assert forge.comments == {0: [body_of(REVIEW), False]}


def test_somebody_resolved_a_thread_that_has_other_words_now() -> None:
    """What was agreed to is not what stands there now, so it is open again."""
    forge = MemoryForge(body_of(REVIEW))
    forge.comments[0][1] = True
    assert show_review(forge, 5, REVIEW) == "comment unchanged"
    assert show_review(forge, 5, msgspec.structs.replace(REVIEW, body="more")) == "comment updated, and open again"
