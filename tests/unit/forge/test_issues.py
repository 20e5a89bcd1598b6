"""The one issue of a company: opened, updated, closed, re-opened; issues of others are never touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.errors import ForgeError
from reconciler.forge.issues import FoundIssue, keep_issue
from reconciler.model.alerts import DriftIssue, IssueLine

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKER = "<!-- reconciler drift 4211 -->"


class MemoryForge:
    """Issues in memory, by number from 1; what was said of each stands in ``said``."""

    def __init__(self, *bodies: str, opened: bool = True) -> None:
        self.issues = {number: ["t", body, opened] for number, body in enumerate(bodies, 1)}
        self.said: list[tuple[int, str]] = []
        self.edits = 0
        self.failing = False

    def own_issues(self, label: str | None) -> Iterator[FoundIssue[int]]:
        """Yield all of them."""
        assert label in {"reconciler-drift", None}
        for number, (title, body, opened) in list(self.issues.items()):
            yield FoundIssue(number, number, str(title), str(body), opened=bool(opened))

    def open_issue(self, title: str, body: str, label: str | None) -> int:
        """Keep a new one."""
        assert label == "reconciler-drift"
        self.issues[len(self.issues) + 1] = [title, body, True]
        return len(self.issues)

    def edit_issue(self, found: FoundIssue[int], title: str, body: str, *, opened: bool) -> None:
        """Keep something else, or fail."""
        if self.failing:
            raise ForgeError("no")
        self.edits += 1
        self.issues[found.issue] = [title, body, opened]

    def say(self, found: FoundIssue[int], text: str) -> None:
        """Keep a comment."""
        self.said.append((found.issue, text))


def wanted(*keys: str, known: str = "", part: bool = False, title: str = "t") -> DriftIssue:
    """Return an issue with a line for each key; those in ``known`` are not new."""
    return DriftIssue(
        marker=MARKER,
        title=title,
        label="reconciler-drift",
        body=f"{MARKER}\n<!-- told {'in part' if part else 'all'}: {' '.join(keys)} -->\nreport",
        lines=tuple(IssueLine(key=one, text=f"line {one}", new=one not in known) for one in keys),
        closing="All is over.",
        link="<https://ci.test/7>",
    )


def test_the_life_of_an_issue() -> None:
    """None for no drift; opened; left alone; updated with a word on what is new; closed; left closed; re-opened."""
    forge = MemoryForge()
    done = [keep_issue(forge, one) for one in (
        wanted(), wanted("a"), wanted("a", known="a"), wanted("a", "b", known="a"), wanted("b"), wanted(), wanted(),
        wanted("c"),
    )]  # fmt: skip
    assert done == [
        "no issue: there is nothing to tell of", "issue 1 opened", "issue 1 unchanged",
        "issue 1 updated, 1 difference more", "issue 1 updated", "issue 1 closed", "issue 1 stays closed",
        "issue 1 re-opened",
    ]  # fmt: skip
    assert forge.said == [
        (1, "1 difference more:\n\n- line b\n\n<https://ci.test/7>"),
        (1, "All is over.\n\n<https://ci.test/7>"),
        (1, "Drift is back: 1 difference.\n\n- line c\n\n<https://ci.test/7>"),
    ]
    assert (len(forge.issues), forge.edits, forge.issues[1][2]) == (1, 4, True)


def test_known_drift_is_never_told_again() -> None:
    """Also where the report before was lost, so that everything is new to the report once more."""
    forge = MemoryForge(wanted("a", "b").body)
    assert keep_issue(forge, wanted("a", "b", "c")) == "issue 1 updated, 1 difference more"
    assert [text.splitlines()[2] for _, text in forge.said] == ["- line c"]


def test_what_could_not_be_told_is_told_the_next_time() -> None:
    """Although it is known to the report by then: the body tells what the issue told."""
    forge = MemoryForge(wanted("a").body)
    forge.failing = True
    with pytest.raises(ForgeError):
        keep_issue(forge, wanted("a", "b", known="a"))
    forge.failing = False
    assert keep_issue(forge, wanted("a", "b", known="ab")) == "issue 1 updated, 1 difference more"


def test_bodies_that_do_not_tell_everything() -> None:
    """Where not all keys had room, or somebody took them out, the report says what is new."""
    forge = MemoryForge(wanted("a", part=True).body)
    assert keep_issue(forge, wanted("a", "b", "c", known="ab")) == "issue 1 updated, 1 difference more"
    assert "line c" in forge.said[0][1]
    forge = MemoryForge(f"{MARKER}\r\nreport")
    assert keep_issue(forge, wanted("a", "b", known="a")) == "issue 1 updated, 1 difference more"


def test_long_news_stay_short() -> None:
    """Ten lines, and how many more."""
    forge = MemoryForge(wanted("a").body)
    keys = [f"{number:x}f" for number in range(25)]
    assert keep_issue(forge, wanted(*keys)) == "issue 1 updated, 25 differences more"
    lines = forge.said[0][1].splitlines()
    assert (len([one for one in lines if one.startswith("- line")]), lines[-3]) == (10, "- … and 15 more")


def test_a_company_that_is_renamed() -> None:
    """The title follows."""
    forge = MemoryForge(wanted("a").body)
    assert keep_issue(forge, wanted("a", title="u")) == "issue 1 updated"
    assert (forge.issues[1][0], forge.said) == ("u", [])


def test_duplicates_and_others() -> None:
    """The oldest stays, others of ours for the company are closed once; those of another company are left alone."""
    other = MARKER.replace("4211", "42")
    forge = MemoryForge(f"see {MARKER}", f"{other}\nx", wanted("a").body, wanted("a").body, wanted("a").body)
    forge.issues[5][2] = False
    assert keep_issue(forge, wanted("a")) == "issue 3 unchanged"
    assert forge.said == [(4, "A duplicate of #3.")]
    assert [one[2] for one in forge.issues.values()] == [True, True, True, False, False]
    assert keep_issue(forge, wanted("a")) == "issue 3 unchanged"
    assert len(forge.said) == 1
