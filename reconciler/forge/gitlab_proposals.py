"""Keeps one branch and one merge request on GitLab, by its API alone: no git with credentials is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.model.proposal import Proposal, ProposedFile

__all__ = ["keep_merge_request"]


def keep_merge_request(project: Any, default_branch: str, proposal: Proposal, make_title: Callable[[], str]) -> str:
    """Open, update or close the one merge request of a branch; return what was done, in words."""
    requests = project.mergerequests.list(
        state="opened", source_branch=proposal.branch, target_branch=default_branch, get_all=True
    )
    if not proposal.files:
        for one in requests:
            project.mergerequests.update(one.iid, {"state_event": "close"})
        return f"closed merge request {requests[0].iid}" if requests else "nothing to propose"
    if requests and proposal.marker in (requests[0].description or ""):
        return f"merge request {requests[0].iid} is up to date"
    title = make_title()
    project.commits.create(
        {
            "branch": proposal.branch,
            "start_sha": proposal.base,
            "force": True,
            "commit_message": title,
            "actions": [_action(one) for one in proposal.files],
        }
    )
    about = {"title": title, "description": proposal.marked_body}
    if requests:
        project.mergerequests.update(requests[0].iid, about)
        return f"updated merge request {requests[0].iid}"
    made = project.mergerequests.create(
        {"source_branch": proposal.branch, "target_branch": default_branch, "remove_source_branch": True, **about}
    )
    return f"opened merge request {made.iid}"


def _action(one: ProposedFile) -> dict[str, str]:
    if one.text is None:
        return {"action": "delete", "file_path": one.path}
    return {"action": "update" if one.is_there else "create", "file_path": one.path, "content": one.text}
