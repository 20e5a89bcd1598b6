"""Checks the files of a release: their names, their metadata, and what they hold.

Run it with: python -m tests.support.release FOLDER VERSION
"""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.metadata import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["find_problems"]

ROOT = Path(__file__).parents[2]
_NAME = "procore-reconciler"
_STEM = "procore_reconciler"


def find_problems(folder: Path, version: str) -> list[str]:
    """Return what is wrong with the files of a release in a folder."""
    sdist, wheel = f"{_STEM}-{version}.tar.gz", f"{_STEM}-{version}-py3-none-any.whl"
    found = sorted(path.name for path in folder.iterdir())
    if found != sorted([sdist, wheel, "notes.md"]):
        return [f"the folder holds {', '.join(found)}: expected {sdist}, {wheel} and notes.md alone"]
    with zipfile.ZipFile(folder / wheel) as opened:
        problems = _problems_of_wheel(opened, version)
    with tarfile.open(folder / sdist) as packed:
        inside = {name.partition("/")[2] for name in packed.getnames()}
    pages = [path.name for path in ROOT.glob("*.md")]
    sources = _committed("reconciler", "schemas", "examples", "tests", "benchmarks", "docs", ".ci", ".github")
    return problems + _missing(sdist, inside, [*pages, "pyproject.toml", *sources])


def _problems_of_wheel(wheel: zipfile.ZipFile, version: str) -> list[str]:
    names = set(wheel.namelist())
    about = f"{_STEM}-{version}.dist-info"
    # what twine would check of a description in Markdown as well: fields that an index accepts
    metadata = Metadata.from_email(wheel.read(f"{about}/METADATA"), validate=True)
    problems = []
    if (metadata.name, str(metadata.version)) != (_NAME, version):
        problems.append(f"the metadata name {metadata.name} {metadata.version}: expected {_NAME} {version}")
    if not metadata.description or metadata.description_content_type != "text/markdown":
        problems.append("the metadata have no description in Markdown: name README.md in pyproject.toml")
    tops = {name.partition("/")[0] for name in names}
    if tops != {"reconciler", about}:
        problems.append(f"the wheel installs {', '.join(sorted(tops))}: expected reconciler and {about} alone")
    expected = [f"{about}/licenses/LICENSE", *_committed("reconciler")]
    expected += [f"reconciler/{name}" for name in _committed("schemas", "examples")]
    return problems + _missing("the wheel", names, expected)


def _committed(*folders: str) -> Iterator[str]:
    """Yield the files of folders, by their paths; a release is built where nothing else is."""
    for folder in folders:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT).as_posix()


def _missing(where: str, names: set[str], expected: Iterable[str]) -> list[str]:
    absent = sorted(set(expected) - names)
    return [f"{where} lacks {', '.join(absent)}: look at tool.hatch.build in pyproject.toml"] if absent else []


if __name__ == "__main__":
    problems = find_problems(Path(sys.argv[1]), sys.argv[2])
    sys.exit("\n".join(f"error: {one}" for one in problems) if problems else 0)
