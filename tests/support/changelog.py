"""The sections of the changelog; run it to print the notes of a release.

Run it with: python -m tests.support.changelog VERSION
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

__all__ = ["CHANGELOG", "Section", "find_problems", "read_sections", "release_notes"]

CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"
UNRELEASED = "Unreleased"
GROUPS = ["Breaking", "Added", "Changed", "Fixed"]
_RULE = "What a version says"
_RELEASE = re.compile(r"((?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)) - (\d{4}-\d{2}-\d{2})")


class Section(NamedTuple):
    """One section: its title, and the text below it. ``version`` and ``day`` are null where the title names none."""

    title: str
    text: str
    version: tuple[int, ...] | None
    day: date | None


def read_sections(text: str) -> list[Section]:
    """Return the sections in their order, without the one that holds the rule for versions.

    Raises ValueError for a day that the calendar does not have.
    """
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)[1:]
    found = []
    for title, body in zip(parts[::2], parts[1::2], strict=True):
        if title == _RULE:
            continue
        named = _RELEASE.fullmatch(title)
        version = tuple(map(int, named[1].split("."))) if named else None
        found.append(Section(title, body.strip(), version, date.fromisoformat(named[2]) if named else None))
    return found


def find_problems(sections: list[Section], today: date) -> list[str]:
    """Return what is wrong: the order of sections, their titles, days and groups."""
    first, *releases = sections or [Section("", "", None, None)]
    problems = [] if first.title == UNRELEASED else [f"the first section is '{first.title}': begin with '{UNRELEASED}'"]
    problems += [f"'{one.title}': write 'VERSION - YYYY-MM-DD'" for one in releases if one.version is None]
    dated = [(one.version, one.day, one.title) for one in releases if one.version and one.day]
    for newer, older in pairwise(dated):
        if newer[0] <= older[0] or newer[1] < older[1]:
            problems.append(f"'{newer[2]}' is above '{older[2]}': put the newer one first")
    problems += [
        f"'{title}' is later than {today}: use the day of the release" for _, day, title in dated if day > today
    ]
    return problems + [problem for one in sections for problem in _problems_of_groups(one)]


def _problems_of_groups(section: Section) -> list[str]:
    groups = re.findall(r"^### (.+)$", section.text, re.MULTILINE)
    if groups != [one for one in GROUPS if one in groups]:
        return [
            f"'{section.title}' has the groups {', '.join(groups)}: use {', '.join(GROUPS)}, each once, in this order"
        ]
    if section.version and section.version[2] and "Breaking" in groups:
        return [f"'{section.title}' is a patch version, and lists breaking changes: raise the minor version"]
    if section.version and not re.search(r"^- ", section.text, re.MULTILINE):
        return [f"'{section.title}' lists no change"]
    return []


def release_notes(text: str, version: str) -> str:
    """Return the text of a release's section; raises ValueError where there is none."""
    for section in read_sections(text):
        if section.version and section.title.split()[0] == version:
            return section.text
    raise ValueError(f"CHANGELOG.md has no section '{version} - YYYY-MM-DD': move the lines of 'Unreleased' to one")


def _print_notes(version: str) -> None:
    """Write the notes of a release to stdout; raise ValueError for a changelog that is not in order."""
    text = CHANGELOG.read_text(encoding="utf-8")
    problems = find_problems(read_sections(text), datetime.now(UTC).date())
    if problems:
        raise ValueError(" · ".join(problems))
    sys.stdout.write(release_notes(text, version) + "\n")


if __name__ == "__main__":
    try:
        _print_notes(sys.argv[1])
    except ValueError as error:
        sys.exit(f"error: {error}")
