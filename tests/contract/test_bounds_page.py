"""Every bound is written down, as the code has it."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "bounds.md"
ROW = re.compile(r"^\| [^|]+ \| ([\d,. ]+) \| `(reconciler/[\w/]+\.py)` `(\w+)` \|$", re.MULTILINE)
# what bounds resources; how much of a report is shown stands in render and is told there
BOUNDS = re.compile(r"BYTES|SECONDS|ATTEMPTS|RETRIES|_PAGES$|THREADS|DEEPEST|ALLOWED|CONNECTIONS|REMEMBERED")
NO_BOUNDS = {
    ("reconciler/forge/github.py", "_SECONDS_BETWEEN_WRITES"): "GitHub asks for it",
    ("reconciler/forge/retries.py", "BACKOFF_SECONDS"): "grows, up to RETRIES times",
    ("reconciler/live/answers.py", "_SECONDS"): "a pattern",
    ("reconciler/live/rate_windows.py", "HOUR_SECONDS"): "a window of the service",
    ("reconciler/live/rate_windows.py", "SPIKE_SECONDS"): "a window of the service",
    ("reconciler/live/rate_windows.py", "_SAME_RESET_SECONDS"): "tells windows apart",
    ("reconciler/live/rate_windows.py", "_MARGIN_SECONDS"): "a margin",
    ("reconciler/live/token.py", "RENEW_BEFORE_SECONDS"): "a margin",
    ("reconciler/routing/schedule.py", "LEARNED_SECONDS"): "how fast a rate is forgotten",
    ("reconciler/routing/schedule.py", "OVERDUE_SECONDS"): "what comes first",
    ("reconciler/routing/schedule.py", "_PRIOR_SECONDS"): "how fast a rate is learned",
    ("reconciler/sandbox/app.py", "TOKEN_SECONDS"): "the service's own",
    ("reconciler/sandbox/limits.py", "HOUR_SECONDS"): "a window of the service",
    ("reconciler/sandbox/limits.py", "SPIKE_SECONDS"): "a window of the service",
}


def rows() -> dict[tuple[str, str], tuple[float, ...]]:
    """Return what the page says, by file and constant."""
    found = ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {
        (path, name): tuple(float(one.replace(",", "")) for one in value.split(", ")) for value, path, name in found
    }


def constants() -> set[tuple[str, str]]:
    """Return every constant of the code whose name says that it bounds something."""
    found = set()
    for path in (ROOT / "reconciler").rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            names = [one.id for one in targets if isinstance(one, ast.Name)]
            found |= {(str(path.relative_to(ROOT)), name) for name in names if name.isupper() and BOUNDS.search(name)}
    return found


def test_the_page_says_what_the_code_does() -> None:
    """Each row names a constant, with its value."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if "`reconciler/" in line]
    assert len(rows()) == len([line for line in lines if line.startswith("|")])
    for (path, name), told in rows().items():
        value = getattr(importlib.import_module(path.removesuffix(".py").replace("/", ".")), name)
        assert told == (tuple(value) if isinstance(value, tuple) else (value,)), f"{name} in {path}"


def test_every_bound_is_on_the_page() -> None:
    """A new one needs a row; what only sounds like one is named above, with the reason."""
    assert constants() - set(rows()) - set(NO_BOUNDS) == set()
    assert set(NO_BOUNDS) <= constants()
