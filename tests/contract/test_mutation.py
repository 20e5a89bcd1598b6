"""The run that changes routing in one place at a time: which changes it makes, and which of them count as noticed."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from benchmarks import mutation
from benchmarks.mutants import mutants
from tests.support.pipelines import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = '''\
"""A docstring stays."""
import re
from typing import Literal
__all__ = ["f"]
Kind = Literal["a", "b"]
_DIGITS = re.compile(r"[0-9]{1,3}\\Z")
def f(a: int, *, strict: bool = True) -> bool:
    """This one too."""
    if not a < 3 and strict:
        return any(one == 1.5 for one in [a] if one)
    print(f"words stay, {a - 1} does not", end="")
    return None
'''
CHANGES = [
    "6: '[0-9]{1,3}\\\\Z' with one more at 7",
    "6: '[0-9]{1,3}\\\\Z' without '\\\\Z' at 10",
    "6: '[0-9]{1,3}\\\\Z' without '{1,3}' at 5",
    "7: True → False",
    "9: 3 → 4",
    "9: a < 3: LtE",
    "9: if not a < 3 and strict → False",
    "9: if not a < 3 and strict → True",
    "9: not a < 3 and strict: Or",
    "9: not a < 3 and strict: without not a < 3",
    "9: not a < 3 and strict: without strict",
    "9: not a < 3: without its sign",
    "10: 1.5 → 3.0",
    "10: any((one == 1.5 for one in [a] if one)): all",
    "10: one == 1.5: NotEq",
    "10: return any((one == 1.5 for one in [a] if one)) → None",
    "10: without the filter one",
    "11: '' → 'mutated'",
    "11: 1 → 2",
    "11: a - 1: Add",
    "11: lost: print(f'words stay, {a - 1} does not', end='')",
    "11: print(f'words stay, {a - 1} does not', end=''): without end",
]


def test_what_is_changed() -> None:
    """Each place of the code once; docstrings, types and wording stay."""
    made = [*mutants(SOURCE)]
    assert sorted((one.line, f"{one.line}: {one.change}") for one in made) == sorted(
        (int(one.partition(":")[0]), one) for one in CHANGES
    )
    assert len({one.source for one in made}) == len(made)
    for one in made:
        compile(one.source, "mutant", "exec")


def test_what_is_tried_is_there() -> None:
    """Modules, and the tests that notice changes in them."""
    named = {*mutation.TARGETS, *(test for tests in mutation.TARGETS.values() for test in tests)}
    left_out = [one.partition("::") for one in mutation.LEFT_OUT]
    assert [one for one in named if not (ROOT / one).is_file()] == []
    assert [name for path, _, name in left_out if f"def {name}(" not in (ROOT / path).read_text("utf-8")] == []


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of one module with one test, which does not notice everything."""
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:schemathesis\n")
    (tmp_path / "reconciler").mkdir()
    (tmp_path / "reconciler" / "__init__.py").write_text("")
    (tmp_path / "reconciler" / "count.py").write_text(
        "def count(start):\n    while start > 0:\n        start -= 1\n    return start\n"
    )
    (tmp_path / "test_count.py").write_text(
        "from reconciler.count import count\ndef test_it():\n    assert count(3) == 0\n"
    )
    monkeypatch.setattr(mutation, "TARGETS", {"reconciler/count.py": ("test_count.py",)})
    monkeypatch.setattr(mutation, "SHORTEST_SECONDS", 2.0)
    return tmp_path


@pytest.mark.slow
def test_what_counts_as_noticed(checkout: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A test that fails, or that does not end; the source is put back, and a change that nobody notices is named."""
    path = checkout / "reconciler" / "count.py"
    before = path.read_text()
    found = mutation.run_module(checkout, "reconciler/count.py")
    assert path.read_text() == before
    assert found.tried == len([*mutants(before)])
    assert [(one.line, one.change) for one in found.survivors] == []
    (checkout / "test_count.py").write_text("def test_it():\n    assert True\n")
    found = mutation.run_module(checkout, "reconciler/count.py", line=4)
    assert [(one.line, one.change) for one in found.survivors] == [(4, "return start → None")]
    assert "survived: reconciler/count.py:4: return start → None" in capfd.readouterr().err


def test_tests_that_fail_without_a_mutant(checkout: Path) -> None:
    """They would notice everything: the run ends."""
    (checkout / "test_count.py").write_text("def test_it():\n    assert False\n")
    with pytest.raises(SystemExit, match=r"the tests do not pass without a mutant \(pytest ends with 1\)"):
        mutation.run_module(checkout, "reconciler/count.py")


def test_a_module_that_is_not_tried() -> None:
    """It is an error of usage that names those that are."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.mutation", "nowhere"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "no module is named so: write one of reconciler/routing/conditions.py" in done.stderr
