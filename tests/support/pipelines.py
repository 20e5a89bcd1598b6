"""The pipelines of this repository and its examples, read as YAML 1.2; run it to write their scripts for a linter."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

import yaml

__all__ = [
    "ACTIONS",
    "CALLERS",
    "CODEOWNERS",
    "GITLAB",
    "HOOKS",
    "PAGE",
    "ROOT",
    "WORKFLOWS",
    "Script",
    "load",
    "recipe",
    "scripts",
    "steps",
]

ROOT = Path(__file__).resolve().parents[2]
_EXAMPLE = ROOT / "examples" / "acme" / "repository" / ".github"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
CALLERS = sorted((_EXAMPLE / "workflows").glob("*.yml"))
CODEOWNERS = _EXAMPLE / "CODEOWNERS"
GITLAB = ROOT / "examples" / "gitlab" / ".gitlab-ci.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
PAGE = ROOT / "docs" / "pipeline.md"

_NO_JOBS = {"variables", "workflow", "stages", "default", "include"}


class _Loader(yaml.SafeLoader):
    """PyYAML reads YAML 1.1, where ``on`` is a truth value; the forges read 1.2."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


class Script(NamedTuple):
    """A piece of shell as it is run; ``name`` tells where it stands."""

    name: str
    text: str


def load(path: Path) -> dict[str, Any]:
    """Return a file of one mapping."""
    document: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a safe loader
    return document


def steps(path: Path) -> list[dict[str, Any]]:
    """Return all steps of a workflow or an action."""
    document = load(path)
    if "runs" in document:
        return list(document["runs"]["steps"])
    return [step for job in document["jobs"].values() for step in job.get("steps", [])]


def recipe() -> str:
    """Return the workflow that the page about pipelines shows whole."""
    found = re.search(r"```yaml\n# \.github/workflows/heal\.yml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def scripts() -> list[Script]:
    """Return every piece of shell in a workflow, an action, a job on GitLab, or the recipe of the documentation."""
    found = [
        Script(f"{path.relative_to(ROOT)}: {step.get('name', step['run'])}", step["run"])
        for path in (*WORKFLOWS, *ACTIONS, *CALLERS)
        for step in steps(path)
        if "run" in step
    ]
    shown: dict[str, Any] = yaml.load(recipe(), _Loader)  # noqa: S506 - a safe loader
    found += [
        Script(f"docs/pipeline.md: {one['name']}", one["run"]) for one in shown["jobs"]["heal"]["steps"] if "run" in one
    ]
    jobs = {name: job for name, job in load(GITLAB).items() if name not in _NO_JOBS}
    for name, job in jobs.items():
        lines = [*jobs.get(job.get("extends", ""), {}).get("before_script", []), *job.get("script", [])]
        if lines:
            found.append(Script(f"{GITLAB.relative_to(ROOT)}: {name}", "\n".join(lines)))
    return found


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir()
    for number, script in enumerate(scripts()):
        (folder / f"{number:02}.sh").write_text(
            f"#!/usr/bin/env bash\n# {script.name}\nset -eo pipefail\n{script.text}\n", encoding="utf-8"
        )
