"""Both forges through their client libraries, over a socket, against stubs of their documented APIs."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import ForgeError, UsageError
from reconciler.forge import open_forge
from reconciler.model.review import CommitStatus, ForgeRights, FoundStatus, MergedChange, Review
from reconciler.settings.forge import read_forge
from tests.support.forge_stub import Answer

if TYPE_CHECKING:
    from reconciler.forge import Forge
    from tests.support.forge_stub import Asked
    from tests.support.github_stub import GitHubStub
    from tests.support.gitlab_stub import GitLabStub

HEAD, MERGED, OTHER = "a" * 40, "b" * 40, "c" * 40
STATUS = CommitStatus(
    context="reconciler/plan/4211", state="success", description="sha256:1 +1 −1", link="https://x.test/1"
)
REVIEW = Review(marker="<!-- reconciler plan 4211 -->", body="one", resolved=False, labels={}, status=STATUS)
RESOLVED = Review(marker=REVIEW.marker, body="nothing", resolved=True, labels={}, status=STATUS)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeats follow at once."""
    monkeypatch.setattr("reconciler.forge.github.BACKOFF_SECONDS", 0.01)
    monkeypatch.setattr("reconciler.forge.retries.BACKOFF_SECONDS", 0.01)


@pytest.fixture(autouse=True)
def requested(github: GitHubStub, gitlab: GitLabStub) -> None:
    """Each has one open pull request."""
    github.open_pull(5, HEAD, "mine")
    gitlab.open_request(5, HEAD)


def client(stub: GitHubStub | GitLabStub, **more: str) -> Forge:
    """Return the client that a pipeline on this forge has."""
    return open_forge(read_forge({**stub.environment, **more}))


def test_a_comment_on_github(github: GitHubStub) -> None:
    """Found again behind a hundred others and one that only looks like it; folded when resolved, and unfolded."""
    forge = client(github)
    for number in range(120):
        github.say(5, "kim", f"word {number}")
    github.say(5, "mallory", f"{REVIEW.marker}\nall is well")
    assert forge.show(5, REVIEW) == "comment created"
    assert forge.show(5, REVIEW) == "comment unchanged"
    assert forge.show(5, RESOLVED) == "comment resolved"
    assert github.minimized == {122}
    assert forge.show(5, REVIEW) == "comment updated, and open again"
    assert github.minimized == set()
    assert github.bodies(5)[120:] == [f"{REVIEW.marker}\nall is well", f"{REVIEW.marker}\none"]
    assert forge.head(5) == HEAD


def test_a_comment_whose_answer_got_lost(github: GitHubStub) -> None:
    """Asked for twice because the first answer was a 502: one of the two is taken away next time."""
    forge = client(github)
    github.say(5, "github-actions[bot]", f"{REVIEW.marker}\nold")
    github.faults.append(("PATCH", "comments/1", 502))
    github.say(5, "github-actions[bot]", f"{REVIEW.marker}\nold")
    assert forge.show(5, REVIEW) == "comment updated"
    assert github.bodies(5) == [f"{REVIEW.marker}\none"]


def test_a_person_runs_it(github: GitHubStub) -> None:
    """A token that may ask who it is finds its own comments, and not those of the pipeline."""
    github.say(5, "github-actions[bot]", f"{REVIEW.marker}\nold")
    assert client(github, GITHUB_TOKEN="person").show(5, REVIEW) == "comment created"
    assert github.comments[2]["user"] == {"login": "kim"}


def test_a_comment_that_cannot_be_folded(github: GitHubStub) -> None:
    """It says that it is resolved all the same."""
    forge = client(github)
    forge.show(5, REVIEW)
    github.faults.append(("POST", "graphql", 403))
    assert forge.show(5, RESOLVED).startswith("comment updated; it could not be folded: GitHub refuses comment 1: 403")
    assert forge.show(5, RESOLVED) == "comment resolved"


def test_labels_on_github(github: GitHubStub) -> None:
    """Ours come and go, those of others stay."""
    forge = client(github)
    forge.label(5, {"roles:removes-people": True, "roles:guarded": False})
    forge.label(5, {"roles:removes-people": True, "roles:guarded": True})
    forge.label(5, {"roles:removes-people": False, "roles:guarded": True})
    assert github.labels(5) == ["mine", "roles:guarded"]
    assert len([one for one in github.writes() if "labels" in one]) == 3


def test_a_thread_on_gitlab(gitlab: GitLabStub) -> None:
    """The same, as a thread that is resolved; one that somebody resolved is opened again when its words change."""
    forge = client(gitlab)
    for number in range(120):
        gitlab.say(8, f"word {number}")
    gitlab.say(8, f"{REVIEW.marker}\nall is well")
    gitlab.say(7, f"{REVIEW.marker} was mentioned", system=True)
    assert forge.show(5, REVIEW) == "comment created"
    assert forge.show(5, REVIEW) == "comment unchanged"
    assert forge.show(5, RESOLVED) == "comment resolved"
    assert gitlab.notes()[-1][1] is True
    assert forge.show(5, REVIEW) == "comment updated, and open again"
    gitlab.threads["d123"]["notes"][0]["resolved"] = True
    more = Review(marker=REVIEW.marker, body="two", resolved=False, labels={}, status=STATUS)
    assert forge.show(5, more) == "comment updated, and open again"
    assert gitlab.notes()[120] == (f"{REVIEW.marker}\nall is well", False)
    assert gitlab.notes()[122] == (f"{REVIEW.marker}\ntwo", False)
    assert forge.head(5) == HEAD


def test_threads_on_gitlab_that_are_one_too_many(gitlab: GitLabStub) -> None:
    """What a repeated request left behind goes; what cannot be resolved is told."""
    gitlab.say(7, f"{REVIEW.marker}\nold")
    gitlab.say(7, f"{REVIEW.marker}\nold")
    gitlab.faults.append(("PUT", "discussions/d1/notes", 503))
    assert client(gitlab).show(5, REVIEW) == "comment updated"
    assert gitlab.notes() == [(f"{REVIEW.marker}\none", False)]
    gitlab.routes = [one for one in gitlab.routes if not one[1].pattern.endswith(r"discussions/(\w+)")]
    assert "it could not be folded: GitLab refuses thread d1: 404" in client(gitlab).show(5, RESOLVED)


def test_labels_on_gitlab(gitlab: GitLabStub) -> None:
    """In one request that names what changes, so that nobody else's label is lost."""
    forge = client(gitlab)
    gitlab.requests[5]["labels"] = ["mine"]
    forge.label(5, {"roles:removes-people": True, "roles:guarded": False})
    forge.label(5, {"roles:removes-people": True, "roles:guarded": False})
    forge.label(5, {"roles:removes-people": False, "roles:guarded": True})
    assert gitlab.requests[5]["labels"] == ["mine", "roles:guarded"]
    assert len(gitlab.writes()) == 2


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_statuses(kind: str, request: pytest.FixtureRequest) -> None:
    """The newest of our own of this name counts; one that somebody else set says nothing."""
    stub = request.getfixturevalue(kind)
    forge = client(stub)
    forge.mark(HEAD, STATUS)
    failed = CommitStatus(context=STATUS.context, state="failure", description="x" * 500)
    forge.mark(HEAD, failed)
    found = forge.status(HEAD, STATUS.context).status
    assert found is not None
    assert (found.state, found.link, set(found.description)) == ("failure", None, {"x"})
    assert forge.status(HEAD, "reconciler/apply/4211") == FoundStatus()
    other = client(stub, GITHUB_TOKEN="person", GITLAB_TOKEN="person")
    other.mark(HEAD, STATUS)
    assert forge.status(HEAD, STATUS.context).status == found
    assert other.status(HEAD, STATUS.context).status == STATUS
    assert forge.status(OTHER, STATUS.context) == FoundStatus()
    other.mark(OTHER, STATUS)
    assert forge.status(OTHER, STATUS.context) == FoundStatus(strangers=("kim",))
    assert forge.status(OTHER, STATUS.context, lambda: frozenset({"Kim"})).status == STATUS


def test_a_status_that_is_not_decided_is_no_success(github: GitHubStub) -> None:
    """Pending is neither."""
    status = {"context": "c", "state": "pending", "description": None, "target_url": None}
    github.statuses[HEAD] = [{**status, "creator": None}, {**status, "creator": {"login": "github-actions[bot]"}}]
    assert client(github).status(HEAD, "c").status == CommitStatus(context="c", state="error", description="")


def test_the_plan_of_a_merged_pull_request(github: GitHubStub) -> None:
    """Of its last commit, of a run of this repository; the host that keeps it never sees the token."""
    forge = client(github)
    assert forge.merged(MERGED) is None
    github.merge(5, MERGED)
    change = forge.merged(MERGED)
    assert change == MergedChange(number=5, head=HEAD)
    assert next(forge.plan_files(change), None) is None
    github.keep(HEAD, b"ours")
    github.keep(HEAD, b"of a fork", fork=True)
    github.keep(OTHER, b"of another commit")
    assert next(forge.plan_files(change), None) == b"ours"
    (fetched,) = [one for one in github.asked if one.path.startswith("/public/")]
    assert fetched.account is None
    github.artifacts[0]["expired"] = True
    assert next(forge.plan_files(change), None) is None
    github.keep(HEAD, b"of a fork's own main", fork=True, started_on="main")
    github.keep(HEAD, b"of another branch", started_on="other")
    assert next(forge.plan_files(change), None) is None
    github.keep(HEAD, b"started by hand", started_on="main")
    assert next(forge.plan_files(change), None) == b"started by hand"
    github.artifacts[-1]["expired"] = True
    github.keep(HEAD, b"x", name="other.json")
    assert next(forge.plan_files(change), None) is None


def test_a_plan_that_cannot_be_fetched(github: GitHubStub) -> None:
    """Told, with the status."""
    forge = client(github)
    github.merge(5, MERGED)
    github.keep(HEAD, b"ours")
    change = MergedChange(number=5, head=HEAD)
    github.faults.append(("GET", "/public/", 403))
    with pytest.raises(ForgeError, match=r"the plan that was kept cannot be fetched \(403\)"):
        next(forge.plan_files(change), None)
    github.faults.append(("GET", "/zip", 410))
    with pytest.raises(ForgeError, match=r"GitHub does not say where the plan is kept \(status 410\)"):
        next(forge.plan_files(change), None)


def test_the_plan_of_a_merged_merge_request(gitlab: GitLabStub) -> None:
    """Of the plan job of its last commit, in a pipeline of this project."""
    forge = client(gitlab)
    assert forge.merged(MERGED) is None
    gitlab.merge(5, MERGED)
    change = forge.merged(MERGED)
    assert change == MergedChange(number=5, head=HEAD)
    assert next(forge.plan_files(change), None) is None
    gitlab.keep(HEAD, b"ours")
    gitlab.keep(HEAD, b"of a fork", fork=True)
    gitlab.keep(OTHER, b"of another commit")
    assert next(forge.plan_files(change), None) == b"ours"
    gitlab.keep(OTHER, b"of the merged result", ref="refs/merge-requests/5/merge")
    assert next(forge.plan_files(change), None) == b"of the merged result"
    gitlab.keep(OTHER, b"of another request", ref="refs/merge-requests/6/merge")
    gitlab.keep(HEAD, None)
    assert next(forge.plan_files(change), None) is None
    gitlab.faults.append(("GET", "artifacts", 403))
    with pytest.raises(ForgeError, match="GitLab refuses the plan of merge request 5: 403"):
        next(forge.plan_files(change), None)


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_refusals_are_one_sentence(kind: str, request: pytest.FixtureRequest) -> None:
    """A wrong token, a request that is not there, and a forge that is gone; the token stands in none of them."""
    stub = request.getfixturevalue(kind)
    forge = client(stub, GITHUB_TOKEN="hunter2", GITLAB_TOKEN="hunter2")
    with pytest.raises(ForgeError, match=r"refuses .*: 401 .*; is it there, and may the token do this\?") as raised:
        forge.head(5)
    assert raised.value.status == 401
    assert "hunter2" not in str(raised.value)
    with pytest.raises(ForgeError, match="401"):
        forge.show(5, REVIEW)
    environment = {name: value.replace(stub.address, "http://127.0.0.1:9") for name, value in stub.environment.items()}
    with pytest.raises(ForgeError, match=r"cannot be reached for .* request 5 of .* \(ConnectionError\)"):
        open_forge(read_forge(environment)).head(5)


def test_a_forge_that_stays_ill(github: GitHubStub) -> None:
    """It is asked a few times and no more."""
    github.faults.extend([("GET", "/pulls/5", 502)] * 9)
    with pytest.raises(ForgeError, match="GitHub refuses pull request 5 of acme/approvals: 502 made to fail"):
        client(github).head(5)
    assert len(github.asked) == 5


@pytest.mark.parametrize("kind", ["github", "gitlab"])
@pytest.mark.parametrize("body", [b"<html>sign in</html>", b'{"cut": ', b"null", b"{}", b"[]", b"[null]"])
def test_answers_that_no_forge_documents(kind: str, body: bytes, request: pytest.FixtureRequest) -> None:
    """A page of a proxy, half an answer, nothing: the forge's failure with a sentence, never a defect of ours."""
    stub = request.getfixturevalue(kind)
    stub.instead = body
    forge = client(stub)
    change = MergedChange(number=5, head=HEAD)
    calls = (
        lambda: forge.head(5), lambda: forge.show(5, REVIEW), lambda: forge.label(5, {"a": True}),
        lambda: forge.status(HEAD, "c"), lambda: forge.merged(MERGED), lambda: next(forge.plan_files(change), None),
    )  # fmt: skip
    for call in calls:
        with suppress(ForgeError):
            call()
    assert stub.asked


def test_a_redirect_never_takes_the_token_along(gitlab: GitLabStub) -> None:
    """Where an artefact is kept elsewhere, the other host sees none."""
    gitlab.merge(5, MERGED)
    gitlab.keep(HEAD, b"ours")
    gitlab.elsewhere = gitlab.address.replace("127.0.0.1", "localhost")
    assert next(client(gitlab).plan_files(MergedChange(number=5, head=HEAD))) == b"ours"
    (fetched,) = [one for one in gitlab.asked if one.path.startswith("/public/")]
    assert fetched.account is None


def test_the_request_that_was_merged_as_a_commit(github: GitHubStub, gitlab: GitLabStub) -> None:
    """It goes before an older one that merely contains the commit, as a branch merged into a branch does."""
    for number, head in ((4, MERGED), (6, OTHER)):
        github.open_pull(number, head)
        gitlab.open_request(number, head)
    github.merge(4, "d" * 40)
    github.merge(6, MERGED)
    gitlab.merge(4, "d" * 40)
    gitlab.merge(6, MERGED)
    for stub in (github, gitlab):
        assert client(stub).merged(MERGED) == MergedChange(number=6, head=OTHER)
        assert client(stub).merged("d" * 40) == MergedChange(number=4, head=MERGED)


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_without_the_library(kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says which extra to install."""
    place = read_forge(request.getfixturevalue(kind).environment)
    monkeypatch.setitem(sys.modules, kind, None)
    monkeypatch.delitem(sys.modules, f"reconciler.forge.{kind}", raising=False)
    with pytest.raises(UsageError, match=r"install procore-reconciler\[forge\] from"):
        open_forge(place)


REFUSED = Answer(403, {"message": "Resource not accessible by integration"})
REFUSED_BY_GRAPHQL = Answer(200, {"data": None, "errors": [{"message": "Resource not accessible by integration"}]})


@pytest.mark.parametrize("refused", [REFUSED, REFUSED_BY_GRAPHQL])
def test_a_token_of_actions_that_may_not_ask(github: GitHubStub, refused: Answer) -> None:
    """In GitHub's own words, with either kind of refusal."""
    github.say(5, "github-actions[bot]", f"{REVIEW.marker}\nold")
    github.scripted.append(("POST", "graphql", refused))
    assert client(github).show(5, REVIEW) == "comment updated"


@pytest.mark.parametrize(
    "answer",
    [
        *(Answer(status, {"message": "no"}) for status in (400, 403, 404)),
        Answer(403, b"<html>proxy</html>", {"Content-Type": "text/html"}),
        Answer(200, {"errors": [{"message": "Something went wrong while executing your query."}]}),
        Answer(200, {"data": {"viewer": {"login": None}}}),
        Answer(200, {"data": {"viewer": None}}),
        Answer(200, b""),
    ],
)
def test_who_this_token_is_not(github: GitHubStub, answer: Answer) -> None:
    """Any other answer says nothing: else statuses that any branch's workflow can set would count as those of apply."""
    github.statuses[HEAD] = [{**STATUS_OF_ACTIONS, "context": STATUS.context}]
    github.scripted.append(("POST", "graphql", answer))
    with pytest.raises(ForgeError, match="who this token is"):
        client(github, GITHUB_TOKEN="person").status(HEAD, STATUS.context)


STATUS_OF_ACTIONS = {
    "context": "x", "state": "success", "description": "d", "creator": {"login": "github-actions[bot]"},
    "target_url": None,
}  # fmt: skip
ODD_STATUSES = [
    Answer(200, b""),
    Answer(200, None),
    Answer(200, b"<html>login</html>", {"Content-Type": "text/html"}),
    Answer(200, {"message": "nothing"}),
    Answer(200, ["x"]),
    Answer(200, [None]),
    Answer(204),
    Answer(302, None, {"Location": "http://127.0.0.1:9/x"}),
    *(
        Answer(200, [{**STATUS_OF_ACTIONS, **odd}])
        for odd in (
            {"context": 5}, {"context": None}, {"state": None}, {"description": 5}, {"creator": "kim"},
            {"creator": {"id": 4}}, {"creator": {"login": None}},
        )
    ),
    Answer(200, [{key: STATUS_OF_ACTIONS[key] for key in ("context", "state")}]),
]  # fmt: skip


@pytest.mark.parametrize("answer", ODD_STATUSES)
def test_statuses_that_cannot_be_read_are_not_none(github: GitHubStub, answer: Answer) -> None:
    """An answer that GitHub does not document is a failure, and never a commit without a status."""
    github.scripted.append(("GET", "/statuses", answer))
    with pytest.raises(ForgeError, match=f"the statuses of commit {HEAD[:12]}"):
        client(github).status(HEAD, STATUS.context)


def test_statuses_on_many_pages(github: GitHubStub) -> None:
    """All pages are read, and a list without an end is given up."""
    page = [{**STATUS_OF_ACTIONS, "context": "other"}] * 100
    more = {"Link": f'<{github.address}/next>; rel="next"'}
    last = [{**STATUS_OF_ACTIONS, "context": STATUS.context}]
    github.scripted += [("GET", "/statuses", Answer(200, page, more)), ("GET", "/statuses", Answer(200, last))]
    found = client(github).status(HEAD, STATUS.context)
    assert found.status is not None
    github.scripted += [("GET", "/statuses", Answer(200, page, more))] * 100
    with pytest.raises(ForgeError, match="ValueError"):
        client(github).status(HEAD, STATUS.context)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"<html>login</html>", {"Content-Type": "text/html"}),
        Answer(200, {"message": "x"}),
        Answer(201, {**STATUS_OF_ACTIONS, "context": "other"}),
        Answer(201, {**STATUS_OF_ACTIONS, "context": STATUS.context, "state": "pending"}),
    ],
)
def test_a_status_that_was_not_set(github: GitHubStub, answer: Answer) -> None:
    """What is answered must be that status: else a write would go without what remembers it."""
    github.scripted.append(("POST", "/statuses/", answer))
    with pytest.raises(ForgeError, match=f"the status of commit {HEAD[:12]}"):
        client(github).mark(HEAD, STATUS)


def test_a_status_of_another_account(github: GitHubStub) -> None:
    """Where GitHub sets it as somebody else than the token says, nobody could recognize it later."""
    made = {**STATUS_OF_ACTIONS, "context": STATUS.context, "creator": {"login": "mallory"}}
    github.scripted.append(("POST", "/statuses/", Answer(201, made)))
    with pytest.raises(ForgeError, match=r"as mallory, and says that this token is of github-actions\[bot\]"):
        client(github).mark(HEAD, STATUS)


APPLY = "reconciler/apply/4211"


@pytest.mark.parametrize("answer", [Answer(200, {"message": "x"}), Answer(200, b"<html>"), Answer(201, {"name": "x"})])
def test_a_status_that_was_not_set_on_gitlab(gitlab: GitLabStub, answer: Answer) -> None:
    """The same there."""
    gitlab.scripted.append(("POST", "/statuses/", answer))
    with pytest.raises(ForgeError, match=f"the status of commit {HEAD[:12]}"):
        client(gitlab).mark(HEAD, STATUS)


@pytest.mark.parametrize(
    ("levels", "counts"), [(None, False), ([40], True), ([40, 30], False), ([None], True), ([], True)]
)
def test_a_deployment_that_others_could_end(
    gitlab: GitLabStub,
    levels: list[int] | None,
    counts: bool,  # noqa: FBT001 - a table
) -> None:
    """A success of our own account counts where no Developer may deploy: else any of them could have made it one."""
    if levels is not None:
        gitlab.protected[APPLY] = levels
    gitlab.deployments.append({
        "id": 1, "iid": 1, "sha": HEAD, "status": "success", "environment": {"name": APPLY},
        "user": {"id": 7, "username": "bot"}, "created_at": "2026-11-23T08:00:00.000Z",
    })  # fmt: skip
    found = client(gitlab).status(HEAD, APPLY).status
    assert found is not None
    assert (found.state == "success") is counts
    gitlab.scripted.append(("GET", "/protected_environments/", Answer(500, {})))
    gitlab.scripted += [("GET", "/protected_environments/", Answer(500, {}))] * 4
    with pytest.raises(ForgeError, match="the deployments of reconciler/apply/4211"):
        client(gitlab).status(HEAD, APPLY)


@pytest.mark.parametrize(
    ("answer", "none"),
    [
        (Answer(403, {"message": "403 Forbidden"}), True),
        (Answer(404, {"message": "404 Project Not Found"}), True),
        (Answer(403, b"<html>proxy</html>", {"Content-Type": "text/html"}), False),
        (Answer(404, {"message": "no route"}), False),
        (Answer(302, None, {"Location": "http://127.0.0.1:9/x"}), False),
        (Answer(401, {"message": "401 Unauthorized"}), False),
    ],
)
def test_deployments_that_cannot_be_seen(gitlab: GitLabStub, answer: Answer, none: bool) -> None:  # noqa: FBT001 - a table
    """There are none where GitLab itself says that this account may not see them, and else nobody knows."""
    gitlab.scripted.append(("GET", "/deployments", answer))
    if none:
        assert client(gitlab).status(HEAD, APPLY) == FoundStatus()
    else:
        with pytest.raises(ForgeError):
            client(gitlab).status(HEAD, APPLY)


@pytest.mark.parametrize("head", [{}, {"sha": None}, {"sha": "main"}])
def test_a_request_without_a_commit(github: GitHubStub, head: dict[str, str]) -> None:
    """It is no request that anything can be shown on."""
    github.pulls[5]["head"] = head
    with pytest.raises(ForgeError, match="pull request 5"):
        client(github).head(5)


@pytest.mark.parametrize("answer", [Answer(200, b""), Answer(200, None), Answer(200, ["x"])])
def test_comments_that_cannot_be_read(github: GitHubStub, answer: Answer) -> None:
    """No second comment is made because the first was not seen."""
    github.scripted.append(("GET", "/comments", answer))
    with pytest.raises(ForgeError, match="the comments of pull request 5"):
        client(github).show(5, REVIEW)
    assert github.comments == {}


def test_label_races_on_github(github: GitHubStub) -> None:
    """Another run took a label off, or made it, at the same moment: nothing failed."""
    github.open_pull(6, HEAD, "roles:guarded")
    made = {"message": "Validation Failed", "errors": [{"resource": "Label", "code": "already_exists"}]}
    github.scripted += [("POST", "/labels", Answer(422, made)), ("DELETE", "/labels/", Answer(404, {}))]
    client(github).label(6, {"roles:removes-people": True, "roles:guarded": False})
    assert "roles:removes-people" in github.labels(6)
    github.scripted.append(("POST", "/labels", Answer(422, {"message": "Validation Failed", "errors": ["no"]})))
    with pytest.raises(ForgeError, match="422 Validation Failed; no"):
        client(github).label(5, {"roles:guarded": True})


def test_reasons_of_a_refusal(github: GitHubStub, gitlab: GitLabStub) -> None:
    """All that the forge says is wrong is told."""
    errors = [{"resource": "Issue", "field": "title", "code": "missing"}, {"message": "body is too long"}]
    github.scripted.append(("GET", "/pulls/5", Answer(422, {"message": "Validation Failed", "errors": errors})))
    with pytest.raises(ForgeError, match=r"422 Validation Failed; Issue title missing; body is too long$"):
        client(github).head(5)
    reasons = {"base": ["Title is too long", "is locked"], "sha": "has gone"}
    gitlab.scripted.append(("GET", "/merge_requests/5", Answer(422, {"message": reasons})))
    with pytest.raises(ForgeError, match=r"422 base: Title is too long, is locked; sha: has gone$"):
        client(gitlab).head(5)


LIMITED = {"message": "You have exceeded a secondary rate limit"}


@pytest.mark.parametrize(("kind", "status"), [("github", 403), ("github", 429), ("gitlab", 429)])
def test_a_wait_that_a_forge_asks_for(
    kind: str, status: int, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is waited for and told; one of more than five minutes is not, and the answer counts."""
    stub = request.getfixturevalue(kind)
    slept: list[float] = []
    monkeypatch.setattr("reconciler.forge.retries.time.sleep", slept.append)
    told: list[float] = []
    forge = open_forge(read_forge(stub.environment), told.append)
    stub.scripted.append(("GET", "/5", Answer(status, LIMITED, {"Retry-After": "90"})))
    assert forge.head(5) == HEAD
    assert (slept, told) == ([60, 30], [90, 30])
    stub.scripted.append(("GET", "/5", Answer(status, LIMITED, {"Retry-After": "301"})))
    with pytest.raises(ForgeError, match=f"{status} You have exceeded a secondary rate limit; run it again later"):
        forge.head(5)
    assert len(slept) == 2
    stub.scripted.append(("GET", "/5", Answer(status, LIMITED, {"Retry-After": "soon"})))
    with suppress(ForgeError):
        forge.head(5)


def test_statuses_of_another_pipeline_on_gitlab(gitlab: GitLabStub) -> None:
    """All of a name are looked at, and not the newest alone, which may be somebody else's."""
    client(gitlab).mark(HEAD, STATUS)
    client(gitlab, GITLAB_TOKEN="person").mark(HEAD, STATUS)
    assert client(gitlab).status(HEAD, STATUS.context).status == STATUS
    (query,) = {one.query.get("all") for one in gitlab.asked if one.path.endswith("/statuses")}
    assert query == "true"


def test_a_repository_that_was_renamed(github: GitHubStub) -> None:
    """GitHub leads on from the old name: what merged there is found under the new one."""
    github.merge(5, MERGED)
    here = "/api/v3/repos/acme/approvals"
    for method, pattern, answer in list(github.routes):
        github.routes.append((method, re.compile(pattern.pattern.replace(here, "/api/v3/repositories/1")), answer))

    def moved(_asked: Asked, rest: str) -> Answer:
        return Answer(301, {}, {"Location": f"{github.address}/api/v3/repositories/1{rest}"})

    github.routes[:0] = [("GET", re.compile(rf"{here}(|/.*)"), moved)]
    github.full_name = "acme/rules"
    github.pulls[5]["base"]["repo"]["full_name"] = "acme/rules"
    assert client(github).head(5) == HEAD
    assert client(github).merged(MERGED) == MergedChange(number=5, head=HEAD)


def test_what_a_token_may_do(github: GitHubStub, gitlab: GitLabStub) -> None:
    """As far as each forge shows it, with nothing but GET; a forge that shows nothing leaves it open."""
    github.permissions = {"pull": True, "push": False, "admin": False}
    assert client(github).rights() == ForgeRights(repository="acme/approvals", rights=("pull",))
    github.permissions = {}
    assert client(github).rights() == ForgeRights(repository="acme/approvals")
    gitlab.access_level, gitlab.scopes = 15, ["read_api"]
    found = client(gitlab).rights()
    assert found.rights == ("role Planner", "scopes read_api")
    assert found.missing == "scope 'api'"
    gitlab.access_level, gitlab.scopes = 999, None
    assert client(gitlab).rights() == ForgeRights(repository="acme/site/approvals")
    assert (github.writes(), gitlab.writes()) == ([], [])
