"""Speaks to a GitLab server through python-gitlab; it decides nothing of what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import gitlab

from reconciler.errors import ForgeError
from reconciler.forge.archives import whole_download
from reconciler.forge.comments import Found, show_review
from reconciler.forge.deployments import Deployments
from reconciler.forge.gitlab_answers import author_of, is_own_refusal, name_of, words_of
from reconciler.forge.gitlab_client import open_client
from reconciler.forge.gitlab_proposals import keep_merge_request
from reconciler.forge.gitlab_rights import read_rights
from reconciler.forge.issues import FoundIssue, keep_issue
from reconciler.forge.refusals import NO_PERMISSION, told
from reconciler.forge.trust import DELETED, Trusted, counts, found_status, trust_nobody
from reconciler.model.review import CommitStatus, ForgeRights, FoundStatus, MergedChange, is_apply_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from reconciler.model.alerts import DriftIssue
    from reconciler.model.proposal import Proposal
    from reconciler.model.review import CommitState, ForgePlace, Review

__all__ = ["GitLab"]

_LONGEST = 255  # characters of a description or an address
_CHUNK_BYTES = 1024 * 1024
_PLAN_JOB = "plan"
_NOT_FOUND = 404
_CREATED: dict[CommitState, str] = {
    "success": "success",
    "failure": "failed",
    "error": "failed",
    "pending": "running",
}


class _Note(NamedTuple):
    """The first note of a thread that can be resolved."""

    discussion: Any
    note_id: int


class GitLab:
    """One project on a GitLab server."""

    def __init__(self, place: ForgePlace, waits: Callable[[float], object] = lambda _seconds: None) -> None:
        self._client = open_client(place, waits)
        self._project = self._client.projects.get(place.repository, lazy=True)
        self._name = place.repository
        self._token = place.token
        self._account: int | None = None
        self._deployments = Deployments(self._project)

    def _told(self, what: str) -> AbstractContextManager[None]:
        return told("GitLab", what, gitlab.GitlabError, words_of, self._token)

    def rights(self) -> ForgeRights:
        """Return what the token may do in the project; nothing but GET is asked."""
        with self._told(f"the project {self._name}"):
            project = self._client.projects.get(self._name)
            return read_rights(self._client, project.attributes, self._name)

    def head(self, number: int) -> str:
        """Return the last commit of a merge request."""
        with self._told(f"merge request {number} of {self._name}"):
            return str(self._project.mergerequests.get(number).sha)

    def show(self, number: int, review: Review, trusted: Trusted = trust_nobody) -> str:
        """Make, update or resolve the one thread of a review; gives what was done, in words."""
        return show_review(self, number, review, trusted)

    def own_comments(self, number: int, trusted: Trusted) -> Iterator[Found[_Note]]:
        """Yield the threads that our own account or a trusted one began, the oldest first."""
        account = self._user()
        with self._told(f"the threads of merge request {number}"):
            request = self._project.mergerequests.get(number, lazy=True)
            for discussion in request.discussions.list(iterator=True):
                first = next(iter(discussion.attributes["notes"]), None)
                if first is None or first["system"]:
                    continue
                own = author_of(first) == account
                if own or counts(name_of(first), trusted):
                    note = _Note(discussion, first["id"])
                    yield Found(note, first["body"], resolved=bool(first.get("resolved")), own=own)

    def create(self, number: int, body: str) -> None:
        """Begin a thread."""
        with self._told(f"the thread on merge request {number}"):
            self._project.mergerequests.get(number, lazy=True).discussions.create({"body": body})

    def edit(self, comment: _Note, body: str) -> None:
        """Replace the text of a thread's first note."""
        with self._told(f"note {comment.note_id}"):
            comment.discussion.notes.update(comment.note_id, {"body": body})

    def delete(self, comment: _Note) -> None:
        """Take a thread's first note away."""
        with self._told(f"note {comment.note_id}"):
            comment.discussion.notes.delete(comment.note_id)

    def resolve(self, comment: _Note, *, resolved: bool) -> str:
        """Resolve a thread, or open it again; gives why that could not be done, or nothing."""
        try:
            with self._told(f"thread {comment.discussion.id}"):
                comment.discussion.resolved = resolved
                comment.discussion.save()
        except ForgeError as error:
            return error.message
        return ""

    def label(self, number: int, labels: Mapping[str, bool]) -> None:
        """Put on and take off these labels, and touch no other."""
        with self._told(f"the labels of merge request {number}"):
            there = set(self._project.mergerequests.get(number).labels)
            add = [name for name, wanted in labels.items() if wanted and name not in there]
            remove = [name for name, wanted in labels.items() if not wanted and name in there]
            if add or remove:
                changes = {"add_labels": ",".join(add), "remove_labels": ",".join(remove)}
                self._project.mergerequests.update(number, changes)

    def mark(self, commit: str, status: CommitStatus) -> None:
        """Set a status of a commit; of an apply a deployment instead, where the account may set no status.

        A branch that is protected takes statuses of those alone who may push or merge to it.
        """
        try:
            self._set_status(commit, status)
        except ForgeError as refused:
            if refused.status not in NO_PERMISSION or not is_apply_context(status.context):
                raise
            try:
                with self._told(f"the deployment of commit {commit[:12]}"):
                    self._deployments.mark(commit, status, self._user())
            except ForgeError as error:
                raise ForgeError(f"{refused.message}; nor a deployment: {error.message}", status=error.status) from None

    def _set_status(self, commit: str, status: CommitStatus) -> None:
        values = {
            "state": _CREATED[status.state],
            "name": status.context,
            "description": status.description[:_LONGEST],
        }
        if status.link is not None and len(status.link) <= _LONGEST:
            values["target_url"] = status.link
        if status.ref is not None:
            values["ref"] = status.ref
        with self._told(f"the status of commit {commit[:12]}"):
            try:
                made = self._project.commits.get(commit, lazy=True).statuses.create(values).attributes
                if (made["name"], made["status"], author_of(made)) != (values["name"], values["state"], self._user()):
                    raise ValueError("another status")
            except gitlab.GitlabCreateError as error:
                # it runs already, as a run that was cut off left it
                if status.state != "pending" or "Cannot transition status" not in str(error.error_message):
                    raise

    def status(self, commit: str, context: str, trusted: Trusted = trust_nobody) -> FoundStatus:
        """Return the newest status of this name that a commit has from our own account or a trusted one.

        Of an apply the newest deployment counts as well.
        """
        account = self._user()
        with self._told(f"the statuses of commit {commit[:12]}"):
            found, strangers = self._find_statuses(commit, context, account, trusted)
        if is_apply_context(context):
            with self._told(f"the deployments of {context}"):
                try:
                    deployed, others = self._deployments.statuses(commit, context, account, trusted)
                except gitlab.GitlabError as error:
                    if not is_own_refusal(error):
                        raise
                    deployed, others = [], []  # who may not see deployments made none
            found = sorted([*found, *deployed], key=lambda one: one[0], reverse=True)
            strangers = [*strangers, *others]
        return found_status([status for _, status in found], strangers)

    def _find_statuses(
        self, commit: str, context: str, account: int, trusted: Trusted
    ) -> tuple[list[tuple[str, CommitStatus]], list[str]]:
        """Return the statuses that count, the newest first, with their moments (as GitLab writes them)."""
        found: list[tuple[str, CommitStatus]] = []
        strangers: list[str] = []
        # as a query of our own: the library keeps an 'all' to itself, and then older statuses stay out
        query = {"name": context, "all": "true", "order_by": "id", "sort": "desc", "per_page": 100}
        statuses = self._project.commits.get(commit, lazy=True).statuses
        for one in statuses.list(iterator=True, query_parameters=query):
            if one.name != context:
                continue
            if author_of(one.attributes) == account or counts(name_of(one.attributes), trusted):
                status = CommitStatus(
                    context=context,
                    state="success" if one.status == "success" else "failure",
                    description=one.description or "",
                    link=one.target_url,
                )
                found.append((one.attributes.get("created_at") or "", status))
            else:
                strangers.append(name_of(one.attributes) or DELETED)
        return found, strangers

    def merged(self, commit: str) -> MergedChange | None:
        """Return the merge request, merged into the default branch, that a commit came with, if it came with one.

        A request that was merged as this very commit goes before one that merely contains it.
        """
        with self._told(f"the merge requests of commit {commit[:12]}"):
            branch = self._client.projects.get(self._name).default_branch
            requests_of = self._project.commits.get(commit, lazy=True).merge_requests(iterator=True)
            merged = [one for one in requests_of if one["state"] == "merged" and one["target_branch"] == branch]
        merged.sort(key=lambda one: commit not in {one.get("merge_commit_sha"), one.get("squash_commit_sha")})
        return MergedChange(number=merged[0]["iid"], head=merged[0]["sha"]) if merged else None

    def plan_files(self, change: MergedChange) -> Iterator[bytes]:
        """Yield the plan file that the job of a merge request's last commit kept, of the newest pipeline.

        A file that a fork's pipeline kept does not count: the owner of the fork decides its content.
        """
        with self._told(f"the plan of merge request {change.number}"):
            request = self._project.mergerequests.get(change.number)
            merged_results = f"refs/merge-requests/{change.number}/merge"  # of the head with its target, another commit
            for pipeline in request.pipelines.list(iterator=True):
                if pipeline.project_id != request.project_id:
                    continue
                if pipeline.sha != change.head and pipeline.ref != merged_results:
                    continue
                for job in self._project.pipelines.get(pipeline.id, lazy=True).jobs.list(iterator=True):
                    if job.name == _PLAN_JOB:
                        content = self._artifact(job.id)
                        if content is not None:
                            yield content
                        return

    def keep_issue(self, issue: DriftIssue) -> str:
        """Open, update, close or re-open the one issue of a company; gives what was done, in words."""
        return keep_issue(self, issue)

    def keep_proposal(self, proposal: Proposal, title: Callable[[], str]) -> str:
        """Keep one branch and its one merge request as proposed; gives what was done, in words.

        ``title`` is called if something is sent.
        """
        with self._told(f"the branch {proposal.branch} and its merge request"):
            branch = self._client.projects.get(self._name).default_branch
            return keep_merge_request(self._project, branch, proposal, title)

    def own_issues(self, label: str | None) -> Iterator[FoundIssue[Any]]:
        """Yield the issues of our own account with this label (null: all), open or closed, the oldest first."""
        account = self._user()
        by = {} if label is None else {"labels": [label]}
        with self._told(f"the issues of {self._name}"):
            found = self._project.issues.list(iterator=True, author_id=account, order_by="created_at", sort="asc", **by)
            for one in found:
                if author_of(one.attributes) == account:
                    opened = one.state == "opened"
                    yield FoundIssue(one, one.iid, one.title, one.description or "", opened=opened)

    def open_issue(self, title: str, body: str, label: str) -> int:
        """Make an issue, and give its number."""
        with self._told(f"a new issue of {self._name}"):
            return int(self._project.issues.create({"title": title, "description": body, "labels": label}).iid)

    def edit_issue(self, found: FoundIssue[Any], title: str, body: str, *, opened: bool) -> None:
        """Replace title and body of an issue, and open or close it where it is not."""
        changes = {"title": title, "description": body}
        if opened != found.opened:
            changes["state_event"] = "reopen" if opened else "close"
        with self._told(f"issue {found.number}"):
            self._project.issues.update(found.number, changes)

    def say(self, found: FoundIssue[Any], text: str) -> None:
        """Comment on an issue."""
        with self._told(f"the comment on issue {found.number}"):
            found.issue.notes.create({"body": text})

    def _artifact(self, job_id: int) -> bytes | None:
        try:
            chunks = self._project.jobs.get(job_id, lazy=True).artifact(
                "plan.json", streamed=True, iterator=True, chunk_size=_CHUNK_BYTES
            )
            return whole_download(chunks, "plan.json")
        except gitlab.GitlabGetError as error:
            if error.response_code == _NOT_FOUND:
                return None
            raise

    def _user(self) -> int:
        if self._account is None:
            with self._told("who this token is"):
                self._client.auth()
                assert self._client.user is not None  # noqa: S101 - the line above sets it
                self._account = int(self._client.user.id)
        return self._account
