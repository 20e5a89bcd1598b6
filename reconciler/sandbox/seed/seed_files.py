"""Reads the files of a seed folder and finds the line of anything in them."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

import yaml

from reconciler.model.diagnostics import Diagnostic, Origin

if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path

__all__ = ["SeedFile", "Steps", "read_files"]

_CODE = "documents/seed"
_SUFFIXES = (".yaml", ".yml", ".json")

Steps = tuple[str | int, ...]


class SeedFile:
    """One file: its content, and the places of what is in it."""

    def __init__(self, path: Path, text: str, content: Any) -> None:
        self.path = path
        self.content = content
        self._text = text

    def problem(self, steps: Steps, message: str) -> Diagnostic:
        """Return a mistake at what the keys and indices ``steps`` lead to."""
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")
        return _problem(self.path, f"{place}: {message}" if place else message, self._origin(steps))

    @cached_property
    def _root(self) -> Any:
        """The file as nodes with marks: JSON too, since nearly all of it is YAML."""
        try:
            return yaml.compose(self._text, Loader=_Loader)
        except yaml.YAMLError:
            return None

    def _origin(self, steps: Steps) -> Origin:
        node = found = self._root
        for step in steps:
            node = _child(node, step)
            if node is None:
                break
            found = node
        line, column = (0, 0) if found is None else (found.start_mark.line, found.start_mark.column)
        return Origin(str(self.path), line + 1, column + 1)


def read_files(folder: Path) -> tuple[list[SeedFile], list[Diagnostic]]:
    """Read every ``.yaml``, ``.yml`` and ``.json`` file of a folder; gives files and what could not be read."""
    files: list[SeedFile] = []
    problems: list[Diagnostic] = []
    for path in sorted(folder.glob("*")):
        if path.suffix not in _SUFFIXES:
            continue
        try:
            text = path.read_text(encoding="utf-8")
            files.append(SeedFile(path, text, _parse(path, text)))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            origin = None if mark is None else Origin(str(path), mark.line + 1, mark.column + 1)
            problems.append(_problem(path, f"not YAML: {error.problem or error.context}", origin))
        except json.JSONDecodeError as error:
            problems.append(_problem(path, f"not JSON: {error.msg}", Origin(str(path), error.lineno, error.colno)))
        except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
            problems.append(_problem(path, f"cannot be read: {str(error).splitlines()[0]}", None))
    return files, problems


def _problem(path: Path, message: str, origin: Origin | None) -> Diagnostic:
    place = origin or Origin(str(path), 1, 1)
    return Diagnostic(severity="error", code=_CODE, message=message, origin=place)


def _parse(path: Path, text: str) -> Any:
    content = json.loads(text, object_pairs_hook=_unique) if path.suffix == ".json" else _read_yaml(text)
    try:
        json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise ValueError(f"what it holds cannot be answered as JSON: {error}") from None
    return content


def _read_yaml(text: str) -> Any:
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, below


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key '{twice}' is twice in one object: remove one")
    return content


def _child(node: Any, step: str | int) -> Any:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    return None


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads scalars like PyYAML does, but leaves days as text, as JSON has them, and refuses a key twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        """Construct a mapping as the base class does."""
        seen: set[str] = set()
        for key, _ in node.value:
            # a key merged in by '<<' is outside the mapping, and may be replaced in it
            own = node.start_mark.index <= key.start_mark.index < node.end_mark.index
            if own and isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    problem = f"the key '{key.value}' is there twice: remove one"
                    raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
                seen.add(key.value)
        content: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return content


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}
