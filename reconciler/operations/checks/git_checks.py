"""Checks what git knows of the documents: commands compare revisions, and guards need the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.desired.git.checkout import describe_source
from reconciler.desired.git.condition import describe_clone
from reconciler.model.checkup import Check, blocked, failed, passed, skipped, warned
from reconciler.settings import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.desired.git.condition import CloneCondition
    from reconciler.operations.checks.settings_checks import SettingsFound

__all__ = ["check_git"]

# the target branch of the request that a pipeline runs for, or else its default branch
_BRANCHES = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CI_DEFAULT_BRANCH")
_USUAL = ("HEAD", "main", "master")
_LATER = ("committed", "history", "base branch")


def check_git(settings: SettingsFound, environment: Mapping[str, str]) -> list[Check]:
    """Check the work tree, what is committed, the history and the base branch."""
    named = [environment[name] for name in _BRANCHES if environment.get(name)]
    clone = describe_clone(settings.root, named[:1] or _USUAL)
    git = _check_work_tree(settings, clone)
    if git.mark == "failed":
        return [git, *(blocked(name, "git") for name in _LATER)]
    if not clone.is_work_tree:
        return [git, *(skipped(name, "there is no git repository") for name in _LATER)]
    return [git, _check_committed(settings, clone), _check_history(clone), _check_base(clone)]


def _check_work_tree(settings: SettingsFound, clone: CloneCondition) -> Check:
    if not clone.has_git:
        return failed("git", "there is no git on this machine", "install git")
    if clone.refusal is not None:
        found, _, remedy = clone.refusal.partition(": ")
        return failed("git", found, remedy)
    if not clone.is_work_tree:
        # documents can be planned before their first commit, as 'init' has it
        found = f"{settings.root} is not in a git repository, which 'plan --base' and a pipeline need"
        return warned("git", found, "run 'git init -b main', and commit the documents")
    return passed("git", f"{settings.root} is in a work tree that git trusts")


def _check_committed(settings: SettingsFound, clone: CloneCondition) -> Check:
    if clone.revision is None:
        return warned("committed", "nothing is committed yet", "run 'git add -A' and 'git commit'")
    if settings.document is None:
        return blocked("committed", "settings")
    name = FILE_NAME if settings.file is None else settings.file.name
    source = describe_source(settings.root, exclude=settings.document.exclusion, settings=name)
    if source.dirty:
        found = f"the documents differ from commit {clone.revision[:12]}"
        return warned("committed", found, "commit them, so that a plan names the revision it is of ('git status')")
    return passed("committed", f"the documents are those of commit {clone.revision[:12]}")


def _check_history(clone: CloneCondition) -> Check:
    if clone.is_shallow:
        remedy = "run 'git fetch --unshallow' (in a pipeline: fetch-depth: 0, or GIT_DEPTH: 0)"
        return warned("history", "this clone is shallow, so --base and --since may not find their commits", remedy)
    return passed("history", "whole")


def _check_base(clone: CloneCondition) -> Check:
    if clone.remote is None:
        return skipped("base branch", "no remote, so there is no branch to compare with")
    if clone.base is not None:
        return passed("base branch", f"{clone.base} is here: plan --base {clone.base}")
    branch = (clone.missing or "").removeprefix(f"{clone.remote}/")
    if branch == "HEAD":
        found = f"no default branch of {clone.remote} is here, so plans cannot be compared with it"
        return warned("base branch", found, f"run 'git fetch {clone.remote}', and name the branch with --base")
    found = f"{clone.missing} is not here, so plans cannot be compared with it"
    return warned("base branch", found, f"run 'git fetch {clone.remote} {branch}:refs/remotes/{clone.missing}'")
