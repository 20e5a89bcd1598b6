"""Checks the token of the forge, where the environment names a forge or the settings have accounts of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.errors import DocumentsError, ForgeError, UsageError
from reconciler.model.checkup import Check, failed, passed, skipped, split_remedy
from reconciler.operations.forges import open_forge_at
from reconciler.settings.forge import read_forge

if TYPE_CHECKING:
    from reconciler.operations.run import Run

__all__ = ["check_forge"]

_NAMED_BY = ("GITHUB_REPOSITORY", "CI_PROJECT_PATH")
_TOKENS = ("GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN")
_FORGES = {"github": "GitHub", "gitlab": "GitLab"}


def check_forge(run: Run) -> Check:
    """Check that the forge accepts the token for the repository, and what it may do there."""
    if not any(run.environment.get(name) for name in _NAMED_BY):
        return _without_place(run)
    try:
        place = read_forge(run.environment)
        rights = open_forge_at(place, run).rights()
    except (UsageError, DocumentsError) as error:
        return failed("forge", *split_remedy(error.message))
    except ForgeError as error:
        found, _, remedy = error.message.partition("; ")
        where = "set a token of an account that may read the repository" if error.status is not None else remedy
        return failed("forge", found, where or "run it again later")
    forge = _FORGES[place.kind]
    if rights.missing is not None:
        return failed("forge", f"{forge} accepts the token, which lacks the {rights.missing}", "make one with it")
    shown = ", ".join(rights.rights) or "its rights are not shown"
    return passed("forge", f"{forge} accepts the token for {rights.repository}: {shown}")


def _without_place(run: Run) -> Check:
    tokens = [name for name in _TOKENS if run.environment.get(name)]
    also = f"; {' and '.join(tokens)} is set, and not used without it" if tokens else ""
    return skipped("forge", f"the environment names no repository on a forge ({' or '.join(_NAMED_BY)}){also}")
