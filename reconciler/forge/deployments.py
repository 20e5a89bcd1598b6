"""Deployments of an environment on GitLab, which remember an apply where an account may set no status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import gitlab

from reconciler.errors import ForgeError
from reconciler.forge.trust import DELETED, counts
from reconciler.model.review import BEGUN, NOT_PROVED, NOT_TRIED, CommitStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.forge.trust import Trusted
    from reconciler.model.review import CommitState

__all__ = ["MOST_DEPLOYMENTS", "Deployments"]

MOST_DEPLOYMENTS: Final = 1000
_DEVELOPER = 30  # an access level
_HIDDEN = (403, 404)
_CREATED: dict[CommitState, str] = {
    "success": "success",
    "failure": "failed",
    "error": "failed",
    "pending": "running",
}
_STATES: dict[str, CommitState] = {"success": "success", "failed": "failure", "canceled": "error"}


class Deployments:
    """The deployments of one project, newest first; each environment is listed once."""

    def __init__(self, project: Any) -> None:
        self._project = project
        self._listed: dict[str, list[Any]] = {}
        self._protected: dict[str, bool] = {}

    def is_protected(self, environment: str) -> bool:
        """Return whether an environment is protected against Developers.

        Anyone who may deploy to an environment may also end another account's deployment, which stays that account's.
        """
        if environment not in self._protected:
            self._protected[environment] = self._ask_protected(environment)
        return self._protected[environment]

    def _ask_protected(self, environment: str) -> bool:
        try:
            found = self._project.protected_environments.get(environment)
        except gitlab.GitlabError as error:
            if error.response_code not in _HIDDEN:
                raise
            return False
        levels = [one["access_level"] for one in found.deploy_access_levels]
        return bool(found.name == environment and all(one is None or one > _DEVELOPER for one in levels))

    def mark(self, commit: str, status: CommitStatus, account: int) -> None:
        """Deploy a commit to the environment of a status' name; one of ours that still runs there ends with it.

        Raises ForgeError where others could end a deployment as well.
        """
        if not self.is_protected(status.context):
            raise ForgeError(
                f"the environment {status.context} is not protected against Developers, who could end a deployment of "
                "this account as a success: let this account push or merge to the protected branch, or protect that "
                "environment",
                status=403,
            )
        # a deployment has no words for why: 'canceled' is an apply that wrote nothing
        untried = status.description.startswith((NOT_TRIED, NOT_PROVED))
        wanted = "canceled" if untried else _CREATED[status.state]
        for one in self._of(commit, status.context):
            if one.status == "running" and (one.user or {}).get("id") == account:
                if wanted != "running":
                    one.status = wanted
                    one.save()
                return
        values = {"environment": status.context, "sha": commit, "ref": status.ref or commit, "tag": False}
        # first as one that runs: GitLab gives back an earlier one where a new one would equal the last
        made = self._project.deployments.create({**values, "status": "running"})
        self._listed.setdefault(status.context, []).insert(0, made)
        if wanted != "running":
            made.status = wanted
            made.save()

    def statuses(
        self, commit: str, context: str, account: int, trusted: Trusted
    ) -> tuple[list[tuple[str, CommitStatus]], list[str]]:
        """Return the deployments of a commit that count, as statuses, the newest first, with their moments.

        Accounts of those that do not count come with them.
        """
        counted: list[tuple[str, CommitStatus]] = []
        strangers: list[str] = []
        for one in self._of(commit, context):
            user = one.user or {}
            if user.get("id") == account or counts(user.get("username"), trusted):
                state = _STATES.get(one.status, "error")
                words = f"deployment {one.iid} of {context}: {one.status}"
                if one.status == "canceled":
                    words = f"{NOT_TRIED}: {words}"
                elif one.status == "running" or (state == "success" and not self.is_protected(context)):
                    # a success that any Developer could have set is none
                    state, words = "error", BEGUN
                found = CommitStatus(context=context, state=state, description=words)
                counted.append((one.attributes.get("created_at") or "", found))
            else:
                strangers.append(str(user.get("username") or DELETED))
        return counted, strangers

    def _of(self, commit: str, environment: str) -> Iterator[Any]:
        if environment not in self._listed:
            listed = self._project.deployments.list(iterator=True, environment=environment, order_by="id", sort="desc")
            self._listed[environment] = [one for one, _ in zip(listed, range(MOST_DEPLOYMENTS), strict=False)]
        return (one for one in self._listed[environment] if one.sha == commit)
