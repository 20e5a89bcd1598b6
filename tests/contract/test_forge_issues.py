"""The one issue of a company on both forges, through their client libraries, over a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.errors import ForgeError
from reconciler.forge import open_forge
from reconciler.model.alerts import DriftIssue, IssueLine
from reconciler.settings.forge import read_forge

if TYPE_CHECKING:
    from reconciler.forge import Forge
    from tests.support.github_stub import GitHubStub
    from tests.support.gitlab_stub import GitLabStub

MARKER = "<!-- reconciler drift 4211 -->"
LABEL = "reconciler-drift"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeats follow at once."""
    monkeypatch.setattr("reconciler.forge.github.BACKOFF_SECONDS", 0.01)
    monkeypatch.setattr("reconciler.forge.retries.BACKOFF_SECONDS", 0.01)
    monkeypatch.setattr("reconciler.forge.github._SECONDS_BETWEEN_WRITES", 0)


def client(stub: GitHubStub | GitLabStub, **more: str) -> Forge:
    """Return the client that a pipeline on this forge has."""
    return open_forge(read_forge({**stub.environment, **more}))


def wanted(*keys: str) -> DriftIssue:
    """Return an issue with a line for each key."""
    return DriftIssue(
        marker=MARKER,
        title="Drift: Acme (4211)",
        label=LABEL,
        body=f"{MARKER}\n<!-- told all: {' '.join(keys)} -->\nreport",
        lines=tuple(IssueLine(key=one, text=f"line {one}", new=True) for one in keys),
        closing="All is over.",
    )


LIFE = [wanted(), wanted("a"), wanted("a"), wanted("a", "b"), wanted(), wanted(), wanted("c")]
DONE = [
    "no issue: there is nothing to tell of", "issue 101 opened", "issue 101 unchanged",
    "issue 101 updated, 1 difference more", "issue 101 closed", "issue 101 stays closed", "issue 101 re-opened",
]  # fmt: skip
SAID = ["1 difference more:\n\n- line b", "All is over.", "Drift is back: 1 difference.\n\n- line c"]


def test_the_life_of_an_issue_on_github(github: GitHubStub) -> None:
    """Each stage with no more writes than it needs."""
    forge = client(github)
    assert [forge.keep_issue(one) for one in LIFE] == DONE
    (issue,) = github.issues.values()
    assert (issue["state"], issue["title"], issue["body"]) == ("open", "Drift: Acme (4211)", wanted("c").body)
    assert issue["user"] == {"login": "github-actions[bot]"}
    assert [one["name"] for one in issue["labels"]] == [LABEL]
    assert github.bodies(101) == SAID
    here = "/api/v3/repos/acme/approvals/issues"
    writes = [one for one in github.writes() if "graphql" not in one]
    assert writes == [f"POST {here}", *[f"POST {here}/101/comments", f"PATCH {here}/101"] * 3]


def test_the_life_of_an_issue_on_gitlab(gitlab: GitLabStub) -> None:
    """The same there."""
    forge = client(gitlab)
    assert [forge.keep_issue(one) for one in LIFE] == DONE
    (issue,) = gitlab.issues.values()
    assert (issue["state"], issue["title"], issue["description"]) == (
        "opened", "Drift: Acme (4211)", wanted("c").body,
    )  # fmt: skip
    assert (issue["author"], issue["labels"]) == ({"id": 7}, [LABEL])
    assert gitlab.said == [(101, text) for text in SAID]
    assert [one.split()[0] for one in gitlab.writes()] == ["POST", *["POST", "PUT"] * 3]


def test_issues_of_others_on_github(github: GitHubStub) -> None:
    """Whatever stands in them, and however many there are; an account that was deleted is nobody's."""
    github.raise_issue("mallory", "Drift: Acme (4211)", f"{MARKER}\nall is well", LABEL)
    github.raise_issue("ghost", "x", MARKER, LABEL)["user"] = None
    github.raise_issue("github-actions[bot]", "Drift: Other (42)", "<!-- reconciler drift 42 -->\nx", LABEL)
    for _ in range(120):
        github.raise_issue("kim", "a word", "x", LABEL)
    theirs = dict(github.issues)
    assert client(github).keep_issue(wanted("a")) == "issue 224 opened"
    assert client(github).keep_issue(wanted("a", "b")) == "issue 224 updated, 1 difference more"
    assert {number: github.issues[number] for number in theirs} == theirs
    assert client(github, GITHUB_TOKEN="person").keep_issue(wanted("a")) == "issue 225 opened"
    assert github.issues[225]["user"] == {"login": "kim"}


def test_issues_of_others_on_gitlab(gitlab: GitLabStub) -> None:
    """The same there."""
    gitlab.raise_issue(8, "Drift: Acme (4211)", f"{MARKER}\nall is well", LABEL)
    gitlab.raise_issue(7, "Drift: Other (42)", "<!-- reconciler drift 42 -->\nx", LABEL)
    gitlab.raise_issue(7, "no words", "", LABEL)["description"] = None
    assert client(gitlab).keep_issue(wanted("a")) == "issue 104 opened"
    assert client(gitlab).keep_issue(wanted("a", "b")) == "issue 104 updated, 1 difference more"
    assert [one["state"] for one in gitlab.issues.values()] == ["opened"] * 4
    assert {number for number, _ in gitlab.said} == {104}


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_an_issue_whose_answer_got_lost(kind: str, request: pytest.FixtureRequest) -> None:
    """Opened twice: the next run closes the second one, and says of which it is a duplicate."""
    stub: Any = request.getfixturevalue(kind)
    author = "github-actions[bot]" if kind == "github" else 7
    stub.raise_issue(author, "Drift: Acme (4211)", wanted("a").body, LABEL)
    stub.raise_issue(author, "Drift: Acme (4211)", wanted("a").body, LABEL)
    assert client(stub).keep_issue(wanted("a")) == "issue 101 unchanged"
    assert [one["state"][:4] for one in stub.issues.values()] == ["open", "clos"]
    said = stub.bodies(102) if kind == "github" else [text for number, text in stub.said if number == 102]
    assert said == ["A duplicate of #101."]


@pytest.mark.parametrize("kind", ["github", "gitlab"])
@pytest.mark.parametrize(
    ("method", "path", "words"),
    [
        ("GET", "/issues", "refuses the issues of acme/"),
        ("POST", "/issues", "refuses a new issue of acme/"),
        ("POST", "/101/", "refuses the comment on issue 101"),
        ("PATCH PUT", "/issues/101", "refuses issue 101"),
    ],
)
def test_refusals_are_one_sentence(
    kind: str, method: str, path: str, words: str, request: pytest.FixtureRequest
) -> None:
    """Whatever is refused; a forge that only failed in passing is asked again."""
    stub: Any = request.getfixturevalue(kind)
    if "101" in path:
        client(stub).keep_issue(wanted("a"))
    for status in (502, 403):
        stub.faults += [(one, path, status) for one in method.split()]
    with pytest.raises(ForgeError, match=f"{words}.*: 403") as raised:
        client(stub).keep_issue(wanted("a", "b"))
    assert raised.value.status == 403
    assert client(stub).keep_issue(wanted("a", "b")).startswith("issue 101 ")
