"""Reads the folder a sandbox is seeded from, and checks it: each problem is reported with file, line and remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.errors import DocumentsError
from reconciler.sandbox.seed.references import find_mistakes
from reconciler.sandbox.seed.seed_files import read_files
from reconciler.sandbox.seed.seed_shapes import PARTS, misshapen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reconciler.model.diagnostics import Diagnostic

__all__ = ["read_seed"]


def read_seed(folder: Path) -> dict[str, Any]:
    """Put together ``company``, ``people``, … from the ``.yaml`` and ``.json`` files of a folder.

    Raises DocumentsError, with a diagnostic for each mistake, for a seed the sandbox could not serve.
    """
    files, problems = read_files(folder)
    _stop(folder, problems)
    _stop(folder, [problem for file in files for problem in misshapen(file)])
    companies = [file for file in files if "company" in file.content]
    if not companies:
        raise DocumentsError(
            f"no 'company:' in the seed folder {folder}: write 'company: {{id: \"4211\", name: Acme}}' in a .yaml file"
        )
    _stop(folder, [file.problem(("company",), "a seed has one company: remove one") for file in companies[1:]])
    _stop(folder, find_mistakes(files))
    seed: dict[str, Any] = {"company": companies[0].content["company"]}
    for part in PARTS:
        seed[part] = [one for file in files for one in file.content.get(part, [])]
    return seed


def _stop(folder: Path, problems: Sequence[Diagnostic]) -> None:
    if problems:
        raise DocumentsError(f"the seed {folder} cannot be used", diagnostics=problems)
