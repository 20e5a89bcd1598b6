"""GitHub's API on loopback, as an Enterprise server has it: pull requests, comments, statuses, artefacts, issues."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any

from tests.support.forge_stub import Answer, Asked, ForgeStub

__all__ = ["GitHubStub"]

REPOSITORY = "acme/approvals"
_ACTIONS = "github-actions[bot]"


class GitHubStub(ForgeStub):
    """One repository; the token ``actions`` is of GitHub Actions, ``person`` of somebody called kim."""

    token_prefix = "token "

    def __init__(self) -> None:
        super().__init__()
        self.accounts = {"actions": _ACTIONS, "person": "kim", "plans": "acme-plans[bot]"}
        self.full_name = REPOSITORY
        self.permissions: dict[str, bool] = {"pull": True}
        self.pulls: dict[int, dict[str, Any]] = {}
        self.comments: dict[int, dict[str, Any]] = {}
        self.statuses: dict[str, list[dict[str, Any]]] = {}
        self.artifacts: list[dict[str, Any]] = []
        self.archives: dict[int, bytes] = {}
        self.minimized: set[int] = set()
        self.issues: dict[int, dict[str, Any]] = {}
        here = rf"/api/v3/repos/{REPOSITORY}"
        self.route("GET", here, self._about)
        self.route("POST", r"/api/graphql", self._graphql)
        self.route("GET", rf"{here}/pulls/(\d+)", lambda _asked, number: Answer(200, self.pulls[int(number)]))
        self.branches: dict[str, dict[str, str | None]] = {}
        self._trees: dict[str, dict[str, str | None]] = {}
        self._heads: dict[str, str] = {}
        self.route("GET", rf"{here}/pulls", self._list_pulls)
        self.route("POST", rf"{here}/pulls", self._create_pull)
        self.route("PATCH", rf"{here}/pulls/(\d+)", self._edit_pull)
        self.route("GET", rf"{here}/git/commits/([0-9a-f]+)", self._git_commit)
        self.route("POST", rf"{here}/git/trees", self._make_tree)
        self.route("POST", rf"{here}/git/commits", self._make_commit)
        self.route("GET", rf"{here}/git/refs?/heads/(.+)", self._git_ref)
        self.route("POST", rf"{here}/git/refs", self._make_ref)
        self.route("PATCH", rf"{here}/git/refs/heads/(.+)", self._move_ref)
        self.route("GET", rf"{here}/issues/(\d+)/comments", self._comments)
        self.route("POST", rf"{here}/issues/(\d+)/comments", self._comment)
        self.route("PATCH", rf"{here}/issues/comments/(\d+)", self._edit)
        self.route("DELETE", rf"{here}/issues/comments/(\d+)", self._delete)
        self.route("POST", rf"{here}/issues/(\d+)/labels", self._add_labels)
        self.route("DELETE", rf"{here}/issues/(\d+)/labels/(.+)", self._remove_label)
        self.route("GET", rf"{here}/commits/([0-9a-f]+)", lambda _asked, sha: Answer(200, self._commit(sha)))
        self.route("POST", rf"{here}/statuses/([0-9a-f]+)", self._set_status)
        self.route("GET", rf"{here}/commits/([0-9a-f]+)/statuses", self._statuses)
        self.route("GET", rf"{here}/commits/([0-9a-f]+)/pulls", self._pulls_of)
        self.route("GET", rf"{here}/actions/artifacts", self._list_artifacts)
        self.route("GET", rf"{here}/actions/artifacts/(\d+)/zip", self._archive)
        self.route("GET", rf"{here}/issues", self._list_issues)
        self.route("POST", rf"{here}/issues", self._open_issue)
        self.route("PATCH", rf"{here}/issues/(\d+)", self._edit_issue)
        self.route("GET", r"/public/(\d+)", lambda _asked, one: Answer(200, self.archives[int(one)]))

    @property
    def environment(self) -> dict[str, str]:
        """What a pipeline on this server has in its environment."""
        return {
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SERVER_URL": self.address,
            "GITHUB_API_URL": f"{self.address}/api/v3",
            "GITHUB_TOKEN": "actions",
        }

    def open_pull(self, number: int, head: str, *labels: str) -> None:
        """Open a pull request, or push to it."""
        there = self.pulls.get(number, {}).get("labels", [])
        self.pulls[number] = {
            "url": f"{self.address}/api/v3/repos/{REPOSITORY}/pulls/{number}",
            "issue_url": f"{self.address}/api/v3/repos/{REPOSITORY}/issues/{number}",
            "number": number,
            "merged_at": None,
            "merge_commit_sha": None,
            "head": {"sha": head},
            "base": {"ref": "main", "repo": {"full_name": REPOSITORY}},
            "labels": there + [self._label(name) for name in labels],
        }

    def merge(self, number: int, commit: str) -> None:
        """Merge a pull request as this commit."""
        self.pulls[number] |= {"merged_at": "2026-11-23T08:00:00Z", "merge_commit_sha": commit}

    def keep(
        self, head: str, content: bytes, *, fork: bool = False, name: str = "plan.json", started_on: str = ""
    ) -> None:
        """Keep a plan file as the run of a commit does."""
        one = len(self.archives) + 1
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(name, content)
        self.archives[one] = packed.getvalue()
        self.artifacts.append({
            "id": one,
            "name": f"reconciler-plan-{head}",
            "expired": False,
            "archive_download_url": f"{self.address}/api/v3/repos/{REPOSITORY}/actions/artifacts/{one}/zip",
            "workflow_run": {
                "id": one, "head_sha": "e" * 40 if started_on else head, "repository_id": 1,
                "head_repository_id": 2 if fork else 1, "head_branch": started_on or "swap",
            },
        })  # fmt: skip

    def bodies(self, number: int) -> list[str]:
        """Return the comments of a pull request."""
        return [one["body"] for one in self.comments.values() if one["number"] == number]

    def labels(self, number: int) -> list[str]:
        """Return the labels of a pull request."""
        return sorted(one["name"] for one in self.pulls[number]["labels"])

    def say(self, number: int, author: str, body: str) -> None:
        """Let somebody comment."""
        one = len(self.comments) + 1
        self.comments[one] = {
            "id": one,
            "node_id": f"IC_{one}",
            "number": number,
            "url": f"{self.address}/api/v3/repos/{REPOSITORY}/issues/comments/{one}",
            "user": {"login": author},
            "body": body,
        }

    def raise_issue(self, author: str, title: str, body: str, *labels: str) -> dict[str, Any]:
        """Let somebody open an issue."""
        number = 101 + len(self.issues)
        self.issues[number] = {
            "url": f"{self.address}/api/v3/repos/{REPOSITORY}/issues/{number}",
            "number": number,
            "user": {"login": author},
            "title": title,
            "body": body,
            "state": "open",
            "labels": [self._label(name) for name in labels],
        }
        return self.issues[number]

    def _list_issues(self, asked: Asked) -> Answer:
        state, label = asked.query.get("state", "open"), asked.query.get("labels")
        found = [
            one
            for one in self.issues.values()
            if state in {"all", one["state"]} and (label is None or label in [there["name"] for there in one["labels"]])
        ]
        newest_first = asked.query.get("direction", "desc") == "desc"
        found.sort(key=lambda one: -one["number"] if newest_first else one["number"])
        return self._page(asked, found)

    def _open_issue(self, asked: Asked) -> Answer:
        if len(asked.body["body"]) > 65_536:
            return Answer(422, {"message": "Body is too long (maximum is 65536 characters)"})
        made = self.raise_issue(str(asked.account), asked.body["title"], asked.body["body"], *asked.body["labels"])
        return Answer(201, made)

    def _edit_issue(self, asked: Asked, number: str) -> Answer:
        if len(asked.body["body"]) > 65_536:
            return Answer(422, {"message": "Body is too long (maximum is 65536 characters)"})
        self.issues[int(number)] |= asked.body
        return Answer(200, self.issues[int(number)])

    def _page(self, asked: Asked, found: list[dict[str, Any]]) -> Answer:
        size, page = int(asked.query.get("per_page", "30")), int(asked.query.get("page", "1"))
        headers = {}
        if page * size < len(found):
            more = "&".join(f"{name}={text}" for name, text in asked.query.items() if name not in {"page", "per_page"})
            headers["Link"] = f'<{self.address}{asked.path}?{more}&per_page={size}&page={page + 1}>; rel="next"'
        return Answer(200, found[(page - 1) * size : page * size], headers)

    def _label(self, name: str) -> dict[str, str]:
        return {"name": name, "url": f"{self.address}/api/v3/repos/{REPOSITORY}/labels/{name}"}

    def _commit(self, sha: str) -> dict[str, str]:
        return {"sha": sha, "url": f"{self.address}/api/v3/repos/{REPOSITORY}/commits/{sha}"}

    def _about(self, _asked: Asked) -> Answer:
        about = {"full_name": self.full_name, "default_branch": "main", "permissions": self.permissions}
        return Answer(200, about)

    def _graphql(self, asked: Asked) -> Answer:
        if "viewer" in asked.body["query"]:
            return Answer(200, {"data": {"viewer": {"login": asked.account}}})
        subject = int(asked.body["variables"]["input"]["subjectId"].removeprefix("IC_"))
        undo = "unminimizeComment" in asked.body["query"]
        (self.minimized.discard if undo else self.minimized.add)(subject)
        name = "unminimizeComment" if undo else "minimizeComment"
        kind = "unminimizedComment" if undo else "minimizedComment"
        return Answer(200, {"data": {name: {kind: {"isMinimized": not undo}}}})

    def _comments(self, asked: Asked, number: str) -> Answer:
        return self._page(asked, [one for one in self.comments.values() if one["number"] == int(number)])

    def _comment(self, asked: Asked, number: str) -> Answer:
        if len(asked.body["body"]) > 65_536:
            return Answer(422, {"message": "Body is too long (maximum is 65536 characters)"})
        self.say(int(number), str(asked.account), asked.body["body"])
        return Answer(201, self.comments[len(self.comments)])

    def _edit(self, asked: Asked, one: str) -> Answer:
        self.comments[int(one)]["body"] = asked.body["body"]
        return Answer(200, self.comments[int(one)])

    def _delete(self, _asked: Asked, one: str) -> Answer:
        self.comments[int(one)]["number"] = 0
        return Answer(204)

    def _add_labels(self, asked: Asked, number: str) -> Answer:
        self.pulls[int(number)]["labels"] += [self._label(name) for name in asked.body["labels"]]
        return Answer(200, self.pulls[int(number)]["labels"])

    def _remove_label(self, _asked: Asked, number: str, name: str) -> Answer:
        pull = self.pulls[int(number)]
        pull["labels"] = [one for one in pull["labels"] if one["name"] != name]
        return Answer(200, pull["labels"])

    def _set_status(self, asked: Asked, sha: str) -> Answer:
        if len(asked.body["description"]) > 140:
            return Answer(422, {"message": "description is too long (maximum is 140 characters)"})
        status = {**asked.body, "id": 1, "creator": {"login": asked.account}}
        self.statuses.setdefault(sha, []).insert(0, status)
        return Answer(201, status)

    def _statuses(self, _asked: Asked, sha: str) -> Answer:
        return Answer(200, self.statuses.get(sha, []))

    def _pulls_of(self, _asked: Asked, sha: str) -> Answer:
        found = [one for one in self.pulls.values() if sha in {one["merge_commit_sha"], one["head"]["sha"]}]
        return Answer(200, found)

    def _list_pulls(self, asked: Asked) -> Answer:
        found = [
            one
            for one in self.pulls.values()
            if one.get("state") == asked.query.get("state")
            and f"acme:{one['head'].get('ref')}" == asked.query.get("head")
        ]
        return self._page(asked, found)

    def _create_pull(self, asked: Asked) -> Answer:
        number = 1 + max(self.pulls, default=0)
        self.open_pull(number, self._heads[asked.body["head"]])
        self.pulls[number] |= {**asked.body, "state": "open"}
        self.pulls[number]["head"] = {"sha": self._heads[asked.body["head"]], "ref": asked.body["head"]}
        self.pulls[number]["base"] = {"ref": "main", "repo": {"full_name": REPOSITORY}}
        return Answer(201, self.pulls[number])

    def _edit_pull(self, asked: Asked, number: str) -> Answer:
        self.pulls[int(number)] |= asked.body
        return Answer(200, self.pulls[int(number)])

    def _git_commit(self, _asked: Asked, sha: str) -> Answer:
        here = f"{self.address}/api/v3/repos/{REPOSITORY}/git"
        tree = {"sha": "7" * 40, "url": f"{here}/trees/{'7' * 40}"}
        return Answer(200, {"sha": sha, "url": f"{here}/commits/{sha}", "tree": tree, "parents": []})

    def _make_tree(self, asked: Asked) -> Answer:
        files = {one["path"]: one.get("content") for one in asked.body["tree"]}
        sha = hashlib.sha1(json.dumps(files).encode(), usedforsecurity=False).hexdigest()
        self._trees[sha] = files
        here = f"{self.address}/api/v3/repos/{REPOSITORY}/git"
        return Answer(201, {"sha": sha, "url": f"{here}/trees/{sha}", "tree": []})

    def _make_commit(self, asked: Asked) -> Answer:
        assert len(asked.body["parents"]) == 1
        sha = asked.body["tree"]
        return Answer(201, {"sha": sha, "url": f"{self.address}/commits/{sha}", "message": asked.body["message"]})

    def _git_ref(self, _asked: Asked, branch: str) -> Answer:
        if branch not in self._heads:
            return Answer(404, {"message": "Not Found"})
        url = f"{self.address}/api/v3/repos/{REPOSITORY}/git/refs/heads/{branch}"
        return Answer(200, {"ref": f"refs/heads/{branch}", "url": url, "object": {"sha": self._heads[branch]}})

    def _make_ref(self, asked: Asked) -> Answer:
        branch = asked.body["ref"].removeprefix("refs/heads/")
        return self._move(branch, asked.body["sha"], 201)

    def _move_ref(self, asked: Asked, branch: str) -> Answer:
        assert asked.body["force"] is True
        return self._move(branch, asked.body["sha"], 200)

    def _move(self, branch: str, sha: str, code: int) -> Answer:
        self._heads[branch] = sha
        self.branches[branch] = self._trees[sha]
        return Answer(code, {"ref": f"refs/heads/{branch}", "object": {"sha": sha}})

    def _list_artifacts(self, asked: Asked) -> Answer:
        found = [one for one in reversed(self.artifacts) if one["name"] == asked.query.get("name")]
        return Answer(200, {"total_count": len(found), "artifacts": found})

    def _archive(self, _asked: Asked, one: str) -> Answer:
        # the real one sends to another host, which must not get the token; "localhost" is such a host here
        elsewhere = self.address.replace("127.0.0.1", "localhost")
        return Answer(302, {}, {"Location": f"{elsewhere}/public/{one}"})
