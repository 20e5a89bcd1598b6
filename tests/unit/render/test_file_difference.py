"""Diffs that a patch program takes, made from the lines that are known to change."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from reconciler.desired.editing import apply_edits
from reconciler.model.adoption import ChangedLines, EditList
from reconciler.model.diagnostics import Origin
from reconciler.render.text.file_difference import difference
from tests.support.command_line import clean_environment

if TYPE_CHECKING:
    from pathlib import Path


def lists(number: int) -> str:
    """Return a text with so many lists, one a line."""
    return "".join(f"k{one}: [a@x, b@x]\n" for one in range(number))


@pytest.mark.parametrize("places", [(1,), (30,), (1, 2, 3), (1, 5, 12, 13, 30), tuple(range(1, 31))])
def test_git_applies_what_is_shown(tmp_path: Path, places: tuple[int, ...]) -> None:
    """Near changes share a hunk, far ones do not, and the figures of each are right."""
    before = lists(30)
    edits = [EditList(origin=Origin("a.yaml", line, 1), replaced={0: ()}, appended=("c@x",)) for line in places]
    done = apply_edits(before, edits)
    assert len(done.changed) <= len(places)
    shown = difference([("a.yaml", before, done.text, done.changed)], color=False)
    (tmp_path / "a.yaml").write_text(before)
    (tmp_path / "change.diff").write_text(shown)
    applied = subprocess.run(
        ["git", "apply", "-p1", "change.diff"], cwd=tmp_path, env=clean_environment(), check=False, capture_output=True
    )
    assert applied.returncode == 0, applied.stderr
    assert (tmp_path / "a.yaml").read_text() == done.text


def test_hostile_lines_and_colours() -> None:
    """What would move the cursor is shown as an escape; a terminal gets colours."""
    changed = (ChangedLines(0, 1, 0, 1),)
    shown = difference([("a.yaml", "a\x1b[2J\n", "b\u202e\n", changed)], color=True)
    assert "\x1b[31m-a\\u001b[2J\x1b[0m\n\x1b[32m+b\\u202e\x1b[0m\n" in shown
