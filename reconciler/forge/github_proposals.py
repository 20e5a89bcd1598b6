"""Keeps one branch and one pull request on GitHub, by its API alone: no git with credentials is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from github import InputGitTreeElement, UnknownObjectException

if TYPE_CHECKING:
    from collections.abc import Callable

    from github.PullRequest import PullRequest
    from github.Repository import Repository

    from reconciler.model.proposal import Proposal

__all__ = ["keep_pull_request"]


def keep_pull_request(repository: Repository, proposal: Proposal, make_title: Callable[[], str]) -> str:
    """Open, update or close the one pull request of a branch; return what was done, in words."""
    owner = repository.full_name.partition("/")[0]
    pulls = list(repository.get_pulls(state="open", head=f"{owner}:{proposal.branch}", base=repository.default_branch))
    if not proposal.files:
        return _closed(pulls)
    if pulls and proposal.marker in (pulls[0].body or ""):
        return f"pull request {pulls[0].number} is up to date"
    title = make_title()
    _push(repository, proposal, title)
    if pulls:
        pulls[0].edit(title=title, body=proposal.marked_body)
        return f"updated pull request {pulls[0].number}"
    made = repository.create_pull(
        base=repository.default_branch, head=proposal.branch, title=title, body=proposal.marked_body
    )
    return f"opened pull request {made.number}"


def _closed(pulls: list[PullRequest]) -> str:
    for one in pulls:
        one.edit(state="closed")
    return f"closed pull request {pulls[0].number}" if pulls else "nothing to propose"


def _push(repository: Repository, proposal: Proposal, title: str) -> None:
    """Make a commit of the files on top of the base, and point the branch to it."""
    base = repository.get_git_commit(proposal.base)
    elements = [
        InputGitTreeElement(one.path, "100644", "blob", sha=None)  # a blob that is null takes the file away
        if one.text is None
        else InputGitTreeElement(one.path, "100644", "blob", content=one.text)
        for one in proposal.files
    ]
    tree = repository.create_git_tree(elements, base.tree)
    commit = repository.create_git_commit(title, tree, [base])
    reference = repository.get_git_ref(f"heads/{proposal.branch}")
    try:
        is_there = bool(reference.object.sha)  # the library asks now, and learns the address for changes
    except UnknownObjectException:
        is_there = False
    if is_there:
        reference.edit(commit.sha, force=True)
    else:
        repository.create_git_ref(f"refs/heads/{proposal.branch}", commit.sha)
