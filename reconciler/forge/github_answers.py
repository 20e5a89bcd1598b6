"""Reads the answers of GitHub: only what it documents counts, and refusals become words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import msgspec
from github import GithubException
from github.Requester import Requester

if TYPE_CHECKING:
    from collections.abc import Iterator

    from github.NamedUser import NamedUser
    from github.Organization import Organization
    from github.PullRequest import PullRequest

__all__ = ["MOST_PAGES", "CheckedRequester", "StatusAnswer", "add_label", "is_of_actions", "login_of", "read_statuses",
           "remove_label", "words_of"]  # fmt: skip

MOST_PAGES: Final = 100
_NOT_FOUND = 404
_REFUSED = 400
_GOOD = {"DELETE": (200, 204)}
_GOOD_OTHERWISE = (200, 201)
_OF_ACTIONS = "Resource not accessible by integration"  # what GitHub says to a token of Actions that may not ask


class CheckedRequester(Requester):
    """A requester that accepts as a success only the answers that GitHub documents.

    The library takes an empty answer for an empty list, and a page of a proxy for an object without fields. A status
    that was never read would then count as a status that nobody set.
    """

    def requestJson(self, verb: str, *arguments: Any, **more: Any) -> tuple[int, dict[str, Any], str]:  # noqa: N802 - the library's name
        """Ask, and raise ValueError for an answer that GitHub does not document."""
        status, headers, output = super().requestJson(verb, *arguments, **more)
        if status < _REFUSED:
            _require_answer(verb, status, output)
        return status, headers, output


def _require_answer(verb: str, status: int, output: str) -> None:
    if status not in _GOOD.get(verb, _GOOD_OTHERWISE):
        raise ValueError(f"status {status}")
    if verb == "DELETE":
        return
    answer = json.loads(output)
    if not all(isinstance(one, dict) for one in (answer if isinstance(answer, list) else [answer])):
        raise ValueError("no object")


class _Creator(msgspec.Struct):
    login: str


class StatusAnswer(msgspec.Struct):
    """A status of a commit; ``creator`` is null where the account was deleted."""

    context: str
    state: str
    creator: _Creator | None
    description: str | None = None
    target_url: str | None = None

    @property
    def account(self) -> str | None:
        """The login of whose it is."""
        return None if self.creator is None else self.creator.login


def read_statuses(requester: Requester, url: str) -> Iterator[StatusAnswer]:
    """Yield the statuses of a commit, the newest first; raises msgspec.ValidationError for any that is not whole."""
    for page in range(1, MOST_PAGES + 1):
        headers, answer = requester.requestJsonAndCheck("GET", url, parameters={"per_page": 100, "page": page})
        yield from msgspec.convert(answer, list[StatusAnswer])
        if 'rel="next"' not in str(headers.get("link", "")):
            return
    raise ValueError(f"more than {MOST_PAGES} pages")


def is_of_actions(message: str) -> bool:
    """Return whether GitHub refuses a question because the token is one of Actions."""
    return _OF_ACTIONS in message


def login_of(user: NamedUser | Organization | None) -> str | None:
    """Return somebody's login; a deleted account has none, although the library's types say otherwise."""
    return None if user is None else user.login


def words_of(error: Exception) -> tuple[int | None, str]:
    """Return the status of a refusal and GitHub's words; fields of another type are left out."""
    if not isinstance(error, GithubException):
        return None, type(error).__name__
    data = error.data if isinstance(error.data, dict) else {}
    message = data.get("message")
    parts = [str(message)] if isinstance(message, str) else []
    errors = data.get("errors")
    parts += [_reason(one) for one in errors] if isinstance(errors, list) else []
    return error.status, f"{error.status} {'; '.join(parts)}".strip()


def _reason(one: object) -> str:
    """Return one of GitHub's reasons: its message, or what is wrong with which field."""
    if not isinstance(one, dict):
        return str(one)
    if one.get("message"):
        return str(one["message"])
    return " ".join(str(one[key]) for key in ("type", "resource", "field", "code") if one.get(key))


def remove_label(pull: PullRequest, name: str) -> None:
    """Take a label off a pull request, if nobody was faster."""
    try:
        pull.remove_from_labels(name)
    except GithubException as error:
        if error.status != _NOT_FOUND:
            raise


def add_label(pull: PullRequest, name: str) -> None:
    """Put a label on a pull request; where somebody else made the label meanwhile, once more."""
    try:
        _ask_for_label(pull, name)
    except GithubException as error:
        errors = error.data.get("errors") if isinstance(error.data, dict) else None
        if not any(isinstance(one, dict) and one.get("code") == "already_exists" for one in errors or ()):
            raise
        _ask_for_label(pull, name)


def _ask_for_label(pull: PullRequest, name: str) -> None:
    """Ask as GitHub's description says: the library sends a bare list."""
    pull.requester.requestJsonAndCheck("POST", f"{pull.issue_url}/labels", input={"labels": [name]})
