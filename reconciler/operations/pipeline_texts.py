"""The ready-made pipelines of a configuration repository: the files of the examples, with the addresses in use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.errors import FileError
from reconciler.operations.examples import example_folder

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.documents import SettingsDocument
    from reconciler.model.review import ForgeKind

__all__ = ["pipeline_texts"]

# a line that says where credentials go, in a workflow or in the variables of a job
_API = re.compile(r"^(?P<name> *(?:api-url|RECONCILER_API_URL): )\S+$", re.MULTILINE)
_AUTH = re.compile(r"^(?P<name> *(?:auth-url|RECONCILER_AUTH_URL): )\S+$", re.MULTILINE)


def pipeline_texts(forge: ForgeKind, settings: SettingsDocument) -> dict[str, str]:
    """Return the files of the pipeline for a forge, by path below the root of the repository.

    Raises FileError where this installation lacks them.
    """
    texts = {name: path.read_text(encoding="utf-8") for name, path in _files(forge).items()}
    if not texts:
        raise FileError("this installation has no pipelines: install it again")
    return {name: _with_addresses(text, settings) for name, text in texts.items()}


def _files(forge: ForgeKind) -> dict[str, Path]:
    example = example_folder()
    if forge == "github":
        root, found = example / "repository", sorted((example / "repository" / ".github").rglob("*"))
    else:
        root, found = example.parent / "gitlab", [example.parent / "gitlab" / ".gitlab-ci.yml"]
    return {path.relative_to(root).as_posix(): path for path in found if path.is_file()}


def _with_addresses(text: str, settings: SettingsDocument) -> str:
    text = _API.sub(lambda found: f"{found['name']}{settings.api_url}", text)
    return _AUTH.sub(lambda found: f"{found['name']}{settings.auth_url}", text)
