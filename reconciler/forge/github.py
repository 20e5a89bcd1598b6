"""Speaks to GitHub or an Enterprise server through PyGithub; it decides nothing of what is shown."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

import requests
from github import Auth, BadAttributeException, GithubException, GithubRetry
from github.Repository import Repository

from reconciler.errors import ForgeError
from reconciler.forge.archives import file_in_archive
from reconciler.forge.comments import RESOLVED, Found, show_review
from reconciler.forge.github_answers import (
    CheckedRequester,
    add_label,
    is_of_actions,
    login_of,
    read_statuses,
    remove_label,
    words_of,
)
from reconciler.forge.github_proposals import keep_pull_request
from reconciler.forge.issues import FoundIssue, keep_issue
from reconciler.forge.refusals import TIMEOUT_SECONDS, told
from reconciler.forge.retries import BACKOFF_SECONDS, LONGEST_WAIT_SECONDS, REPEATED, RETRIES, careful
from reconciler.forge.trust import DELETED, Trusted, counts, found_status, trust_nobody
from reconciler.model.review import CommitStatus, ForgeRights, FoundStatus, MergedChange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from github.Issue import Issue
    from github.IssueComment import IssueComment
    from github.WorkflowRun import WorkflowRun

    from reconciler.model.alerts import DriftIssue
    from reconciler.model.proposal import Proposal
    from reconciler.model.review import CommitState, ForgePlace, Review

__all__ = ["GitHub"]

_ACTIONS = "github-actions[bot]"  # whose token may not ask who it is
_LONGEST_DESCRIPTION = 140
_OK, _FOUND = 200, 302
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_CHUNK_BYTES = 1024 * 1024
_SECONDS_BETWEEN_WRITES = 0.25
_STATES: dict[str, CommitState] = {"success": "success", "failure": "failure"}  # pending is not an answer either


# we write our own sentence for every refusal; the library's own line would repeat it
logging.getLogger("github").setLevel(logging.CRITICAL)


class GitHub:
    """One repository on GitHub."""

    def __init__(self, place: ForgePlace, waits: Callable[[float], object] = lambda _seconds: None) -> None:
        requester = CheckedRequester(
            base_url=place.url,
            auth=Auth.Token(place.token.reveal()),
            timeout=TIMEOUT_SECONDS,
            user_agent="reconciler",
            verify=True,
            pool_size=None,
            retry=careful(GithubRetry, waits)(
                total=RETRIES,
                max_rate_limit_wait=LONGEST_WAIT_SECONDS,
                backoff_factor=BACKOFF_SECONDS,
                allowed_methods=REPEATED,
                raise_on_status=False,
            ),
            seconds_between_requests=None,
            # plain http is for loopback alone, where nobody counts
            seconds_between_writes=_SECONDS_BETWEEN_WRITES if place.url.startswith("https://") else None,
            per_page=100,
            lazy=True,
        )
        self._repository = Repository(requester, url=f"/repos/{place.repository}")
        self._name = place.repository
        self._token = place.token
        # plain http is for loopback alone, where all of a forge is
        self._schemes = ("https://",) if place.url.startswith("https://") else ("https://", "http://")
        self._account: str | None = None

    def _told(self, what: str) -> AbstractContextManager[None]:
        return told("GitHub", what, (GithubException, BadAttributeException), words_of, self._token)

    def rights(self) -> ForgeRights:
        """Return what the token may do in the repository; nothing but GET is asked."""
        with self._told(f"the repository {self._name}"):
            given = self._repository.raw_data.get("permissions") or {}
            return ForgeRights(
                repository=self._repository.full_name, rights=tuple(sorted(name for name in given if given[name]))
            )

    def head(self, number: int) -> str:
        """Return the last commit of a pull request."""
        with self._told(f"pull request {number} of {self._name}"):
            sha = self._repository.get_pull(number).head.sha
            if not _COMMIT.fullmatch(sha):  # null, as an answer may hold it, is a TypeError
                raise ValueError("no commit")
            return sha

    def show(self, number: int, review: Review, trusted: Trusted = trust_nobody) -> str:
        """Make, update or resolve the one comment of a review; gives what was done, in words."""
        return show_review(self, number, review, trusted)

    def own_comments(self, number: int, trusted: Trusted) -> Iterator[Found[IssueComment]]:
        """Yield the comments of our own account and of trusted ones, the oldest first."""
        account = self._login()
        with self._told(f"the comments of pull request {number}"):
            for comment in self._repository.get_pull(number).get_issue_comments():
                name = login_of(comment.user)
                if name == account or counts(name, trusted):
                    text = comment.body or ""
                    yield Found(comment, text, resolved=RESOLVED in text, own=name == account)

    def create(self, number: int, body: str) -> None:
        """Make a comment."""
        with self._told(f"the comment on pull request {number}"):
            self._repository.get_pull(number).create_issue_comment(body)

    def edit(self, comment: IssueComment, body: str) -> None:
        """Replace the text of a comment."""
        with self._told(f"comment {comment.id}"):
            comment.edit(body)

    def delete(self, comment: IssueComment) -> None:
        """Take a comment away."""
        with self._told(f"comment {comment.id}"):
            comment.delete()

    def resolve(self, comment: IssueComment, *, resolved: bool) -> str:
        """Fold a comment away, or unfold it; gives why that could not be done, or nothing."""
        try:
            with self._told(f"comment {comment.id}"):
                done = comment.minimize("RESOLVED") if resolved else comment.unminimize()
        except ForgeError as error:
            return error.message
        return "" if done else "GitHub did not do it"

    def label(self, number: int, labels: Mapping[str, bool]) -> None:
        """Put on and take off these labels, and touch no other."""
        with self._told(f"the labels of pull request {number}"):
            pull = self._repository.get_pull(number)
            there = {label.name for label in pull.labels}
            for name, wanted in labels.items():
                if wanted and name not in there:
                    add_label(pull, name)
                elif not wanted and name in there:
                    remove_label(pull, name)

    def mark(self, commit: str, status: CommitStatus) -> None:
        """Set a status of a commit; raises ForgeError where the answer is not that status, of our own account."""
        account = self._login()
        with self._told(f"the status of commit {commit[:12]}"):
            more = {} if status.link is None else {"target_url": status.link}
            made = self._repository.get_commit(commit).create_status(
                state=status.state,
                description=status.description[:_LONGEST_DESCRIPTION],
                context=status.context,
                **more,
            )
            if (made.context, made.state) != (status.context, status.state):
                raise ValueError("another status")
            creator = login_of(made.creator)
        if creator != account:
            raise ForgeError(
                f"GitHub sets the status of commit {commit[:12]} as {creator or DELETED}, and says that this token is "
                f"of {account}: its statuses could not be recognized later",
                status=None,
            )

    def status(self, commit: str, context: str, trusted: Trusted = trust_nobody) -> FoundStatus:
        """Return the newest status of this name that a commit has from our own account or a trusted one."""
        account = self._login()
        strangers: list[str] = []
        found: list[CommitStatus] = []
        with self._told(f"the statuses of commit {commit[:12]}"):
            # by the path that GitHub's description names, which is not the library's
            url = f"{self._repository.get_commit(commit).url}/statuses"
            for one in read_statuses(self._repository.requester, url):
                if one.context != context:
                    continue
                if one.account == account or counts(one.account, trusted):
                    state, description = _STATES.get(one.state, "error"), one.description or ""
                    found.append(
                        CommitStatus(context=context, state=state, description=description, link=one.target_url)
                    )
                else:
                    strangers.append(one.account or DELETED)
        return found_status(found, strangers)

    def merged(self, commit: str) -> MergedChange | None:
        """Return the pull request, merged into the default branch, that a commit came with, if it came with one.

        A request that was merged as this very commit goes before one that merely contains it.
        """
        with self._told(f"the pull requests of commit {commit[:12]}"):
            # as the forge has them now: a repository that was renamed answers under its old name too
            branch, name = self._repository.default_branch, self._repository.full_name
            pulls = [
                pull
                for pull in self._repository.get_commit(commit).get_pulls()
                if pull.merged_at is not None and pull.base.ref == branch and pull.base.repo.full_name == name
            ]
        pulls.sort(key=lambda pull: pull.merge_commit_sha != commit)
        return MergedChange(number=pulls[0].number, head=pulls[0].head.sha) if pulls else None

    def plan_files(self, change: MergedChange) -> Iterator[bytes]:
        """Yield the plan files that runs of a pull request's last commit kept, the newest first.

        A file that a run for a fork kept does not count: the owner of the fork decides its content. A file of the
        default branch counts. Somebody started that run there for a pull request that gets no credentials.
        """
        with self._told(f"the plan of pull request {change.number}"):
            branch = self._repository.default_branch
            for artifact in self._repository.get_artifacts(name=f"reconciler-plan-{change.head}"):
                run: WorkflowRun | None = artifact.workflow_run
                if run is None:  # the API may say so, although the library's types do not
                    continue
                ours = run.head_repository_id == run.repository_id
                if ours and (run.head_sha == change.head or run.head_branch == branch) and not artifact.expired:
                    content = self._download(artifact.archive_download_url)
                    if content is not None:
                        yield content

    def keep_issue(self, issue: DriftIssue) -> str:
        """Open, update, close or re-open the one issue of a company; gives what was done, in words."""
        return keep_issue(self, issue)

    def keep_proposal(self, proposal: Proposal, title: Callable[[], str]) -> str:
        """Keep one branch and its one pull request as proposed; gives what was done, in words.

        ``title`` is called if something is sent.
        """
        with self._told(f"the branch {proposal.branch} and its pull request"):
            return keep_pull_request(self._repository, proposal, title)

    def own_issues(self, label: str | None) -> Iterator[FoundIssue[Issue]]:
        """Yield the issues of our own account with this label (null: all), open or closed, the oldest first."""
        account = self._login()
        by: dict[str, Any] = {"creator": account} if label is None else {"labels": [label]}
        with self._told(f"the issues of {self._name}"):
            for issue in self._repository.get_issues(state="all", sort="created", direction="asc", **by):
                if login_of(issue.user) == account:
                    yield FoundIssue(issue, issue.number, issue.title, issue.body or "", opened=issue.state == "open")

    def open_issue(self, title: str, body: str, label: str) -> int:
        """Make an issue, and give its number."""
        with self._told(f"a new issue of {self._name}"):
            return self._repository.create_issue(title=title, body=body, labels=[label]).number

    def edit_issue(self, found: FoundIssue[Issue], title: str, body: str, *, opened: bool) -> None:
        """Replace title and body of an issue, and open or close it where it is not."""
        with self._told(f"issue {found.number}"):
            found.issue.edit(title=title, body=body, state="open" if opened else "closed")

    def say(self, found: FoundIssue[Issue], text: str) -> None:
        """Comment on an issue."""
        with self._told(f"the comment on issue {found.number}"):
            found.issue.create_comment(text)

    def _download(self, url: str) -> bytes | None:
        """Fetch an archive from where GitHub keeps it, another host, which must not get the token."""
        status, headers, _ = self._repository.requester.requestBlob("GET", url)
        location = headers.get("location")
        if status != _FOUND or not isinstance(location, str) or not location.startswith(self._schemes):
            raise ForgeError(f"GitHub does not say where the plan is kept (status {status})", status=status)
        with requests.get(location, timeout=TIMEOUT_SECONDS, stream=True, allow_redirects=False) as answer:
            if answer.status_code != _OK:
                raise ForgeError(f"the plan that was kept cannot be fetched ({answer.status_code})", status=None)
            return file_in_archive(answer.iter_content(_CHUNK_BYTES), "plan.json")

    def _login(self) -> str:
        """Return our own login, of a person or an app.

        GitHub may refuse this question to a token of Actions, in its own words. Any other refusal does not show whose
        token it is.
        """
        if self._account is None:
            try:
                with self._told("who this token is"):
                    _, answer = self._repository.requester.graphql_query("query { viewer { login } }", {})
                    login = answer["data"]["viewer"]["login"]
                    if not isinstance(login, str) or not login:
                        raise ValueError("no login")
                    self._account = login
            except ForgeError as error:
                if not is_of_actions(error.message):
                    raise
                self._account = _ACTIONS
        return self._account
