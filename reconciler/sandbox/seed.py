"""Reads the folder a sandbox is seeded from; it checks no more than that the files can be put together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

from reconciler.errors import DocumentsError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_seed"]

_PARTS = ("company", "people", "projects", "tools", "templates", "presets", "eligible")


def read_seed(folder: Path) -> dict[str, Any]:
    """Put together ``company``, ``people``, … from the ``.yaml`` and ``.json`` files of a folder.

    Raises DocumentsError when there is no company, or a file holds something else.
    """
    seed: dict[str, Any] = {}
    for path in sorted(folder.glob("*")):
        if path.suffix not in {".yaml", ".yml", ".json"}:
            continue
        try:
            text = path.read_text(encoding="utf-8")
            content = json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=_Loader)  # noqa: S506
        except (OSError, ValueError, yaml.YAMLError) as error:
            reason = str(error).splitlines()[0]
            raise DocumentsError(f"the seed {path} cannot be read: {reason}") from None
        if not isinstance(content, dict) or not content.keys() <= set(_PARTS):
            raise DocumentsError(f"the seed {path} holds something else than {', '.join(_PARTS)}")
        for part, value in content.items():
            seed[part] = value if part == "company" else seed.get(part, []) + value
    if "company" not in seed:
        raise DocumentsError(f"no 'company:' in the seed folder {folder}; look at docs/sandbox.md for its shape")
    return seed


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads scalars like PyYAML does, but leaves days as text, as JSON has them."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}
