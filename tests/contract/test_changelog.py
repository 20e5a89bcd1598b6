"""The changelog: its sections keep an order, name days, and one is of the version that the package has."""

from __future__ import annotations

from datetime import date

import pytest

from reconciler import __version__
from tests.support.changelog import CHANGELOG, find_problems, read_sections, release_notes
from tests.support.values import TODAY

TEXT = CHANGELOG.read_text(encoding="utf-8")
RULE = "# Changelog\n\n## What a version says\n\nSomething.\n\n"


def problems(body: str) -> list[str]:
    """Return what is wrong with a changelog of these sections, on the day of all tests."""
    return find_problems(read_sections(RULE + body), TODAY)


def test_the_changelog_is_in_order() -> None:
    """Unreleased changes first, then releases, the newest first; .ci/release looks for days that are yet to come."""
    assert find_problems(read_sections(TEXT), date.max) == []


def test_the_version_has_a_section() -> None:
    """The version of the package is a release with a day; the section says what a version means."""
    assert "- " in release_notes(TEXT, __version__)
    assert "## What a version says\n" in TEXT


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("## 0.1.0 - 2026-01-01\n\n- a\n", "begin with 'Unreleased'"),
        ("## Unreleased\n\n## 0.1.0\n\n- a\n", "'0.1.0': write 'VERSION - YYYY-MM-DD'"),
        ("## Unreleased\n\n## 0.01.0 - 2026-01-01\n\n- a\n", "write 'VERSION - YYYY-MM-DD'"),
        ("## Unreleased\n\n## 0.9.0 - 2026-01-02\n\n- a\n\n## 0.10.0 - 2026-01-01\n\n- a\n", "put the newer one first"),
        ("## Unreleased\n\n## 0.2.0 - 2026-01-01\n\n- a\n\n## 0.1.0 - 2026-01-02\n\n- a\n", "put the newer one first"),
        ("## Unreleased\n\n## 0.1.0 - 2999-01-01\n\n- a\n", "is later than 2026-11-23: use the day"),
        ("## Unreleased\n\n### Fixed\n\n- a\n\n### Added\n\n- a\n", "each once, in this order"),
        ("## Unreleased\n\n### Removed\n\n- a\n", "use Breaking, Added, Changed, Fixed"),
        ("## Unreleased\n\n## 0.1.1 - 2026-01-01\n\n### Breaking\n\n- a\n", "raise the minor version"),
        ("## Unreleased\n\n## 0.1.0 - 2026-01-01\n\nNothing.\n", "lists no change"),
    ],
)
def test_what_is_wrong(body: str, said: str) -> None:
    """One problem, which says what to do."""
    (problem,) = problems(body)
    assert said in problem


def test_what_is_right() -> None:
    """Versions are compared as numbers; a minor version may break, and two releases may share a day."""
    releases = ["0.10.0 - 2026-01-01\n\n### Breaking\n\n- a", "0.9.1 - 2026-01-01\n\n### Fixed\n\n- a"]
    assert problems("## Unreleased\n\n" + "\n\n".join(f"## {one}" for one in releases)) == []


def test_a_day_that_does_not_exist() -> None:
    """It is refused, and not read as another day."""
    with pytest.raises(ValueError, match="day"):
        read_sections("## 0.1.0 - 2026-02-30\n\n- a\n")


def test_the_notes_of_a_release() -> None:
    """They are the section's text alone, and a version without one is refused."""
    text = RULE + "## Unreleased\n\n- new\n\n## 0.1.0 - 2026-01-01\n\n- old\n"
    assert release_notes(text, "0.1.0") == "- old"
    with pytest.raises(ValueError, match=r"no section '0\.2\.0 - YYYY-MM-DD': move"):
        release_notes(text, "0.2.0")
