"""Instances that failed: in which order a look handles them, and when it ends."""

from __future__ import annotations

import pytest

from reconciler.errors import AnswerError, AnswerLostError, RateLimitError, UnreachableError
from reconciler.model.instances import ListedInstance
from reconciler.operations import route_trouble
from reconciler.operations.route_trouble import TRIED_AGAIN, Trouble

DOWN = UnreachableError("503")


def listed(*names: str) -> list[ListedInstance]:
    """Return instances by their ids."""
    return [ListedInstance(id=one, updated_at=None) for one in names]


def turn(trouble: Trouble, *names: str) -> tuple[list[str], list[str]]:
    """Begin a look; return who is handled, and who is left."""
    handled, left = trouble.turn(listed(*names))
    return [one.id for one in handled], [one.id for one in left]


def test_those_that_failed_come_last_and_in_turn() -> None:
    """A few of them in one look; the one that was tried longest ago is next, and one that works is as all others."""
    trouble = Trouble()
    assert turn(trouble, *"abcdef") == (list("abcdef"), [])
    for name in "abcde":
        trouble.ends_look(name, AnswerError("?"), is_failed=True)
    assert turn(trouble, *"abcdef") == (["f", "a", "b", "c"], ["d", "e"])
    trouble.ends_look("a", AnswerError("?"), is_failed=True)
    trouble.ends_look("b", None, is_failed=False)
    assert turn(trouble, *"abcdef") == (["b", "f", "c", "d", "e"], ["a"])
    assert turn(trouble, *"cx") == (["x", "c"], [])
    assert TRIED_AGAIN == 3


@pytest.mark.parametrize("failure", [DOWN, AnswerLostError("lost")])
def test_two_in_a_row_end_a_look(failure: UnreachableError) -> None:
    """One that works in between, and those that failed before, do not count."""
    trouble = Trouble()
    assert trouble.ends_look("a", failure, is_failed=True) is False
    assert trouble.ends_look("a", failure, is_failed=True) is False
    assert trouble.ends_look("b", None, is_failed=False) is False
    assert trouble.ends_look("c", failure, is_failed=True) is False
    assert trouble.ends_look("d", AnswerError("?"), is_failed=True) is False
    assert trouble.ends_look("e", failure, is_failed=True) is False
    assert trouble.ends_look("f", failure, is_failed=True) is True
    assert trouble.ends_look("a", failure, is_failed=True) is True, "it is still down"
    assert trouble.ends_look("a", None, is_failed=False) is False
    assert trouble.ends_look("a", failure, is_failed=True) is False


def test_a_limit_ends_a_look_at_once() -> None:
    """Whatever is asked next would be refused as well."""
    assert Trouble().ends_look("a", RateLimitError("429"), is_failed=True) is True


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was tried longest ago is dropped."""
    monkeypatch.setattr(route_trouble, "_REMEMBERED", 2)
    trouble = Trouble()
    for name in "abc":
        trouble.ends_look(name, AnswerError("?"), is_failed=True)
    assert turn(trouble, *"abc") == (["a", "b", "c"], [])
