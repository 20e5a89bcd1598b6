"""Prints the lowest version of each dependency that is declared, as constraints for pip: they are tried in CI.

Run it with: python -m tests.support.lowest
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

__all__ = ["lowest_versions"]

ROOT = Path(__file__).parents[2]
EXTRAS = ("forge", "metrics", "notify", "sandbox")
_DECLARED = re.compile(r"([A-Za-z0-9_.-]+)>=([0-9.]+)")


def lowest_versions(pyproject: str) -> list[str]:
    """Return one constraint for each dependency of the package and of its extras.

    Raises ValueError for one that declares no lowest version.
    """
    project = tomllib.loads(pyproject)["project"]
    declared = [*project["dependencies"], *(one for extra in EXTRAS for one in project["optional-dependencies"][extra])]
    found = []
    for one in declared:
        parts = _DECLARED.fullmatch(one)
        if parts is None:
            raise ValueError(f"'{one}' declares no lowest version")
        found.append(f"{parts[1]}=={parts[2]}")
    return found


if __name__ == "__main__":
    sys.stdout.write("\n".join(lowest_versions((ROOT / "pyproject.toml").read_text(encoding="utf-8"))) + "\n")
