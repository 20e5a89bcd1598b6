"""GitLab's API on loopback: merge requests, threads, labels, statuses, job artefacts, issues."""

from __future__ import annotations

from typing import Any

from tests.support.forge_stub import Answer, Asked, ForgeStub

__all__ = ["GitLabStub"]

PROJECT = "acme/site/approvals"
_BOT = 7
_NAMES = {7: "bot", 8: "kim", 9: "plans"}


class GitLabStub(ForgeStub):
    """One project; the token ``bot`` is of a project's own account, ``person`` of somebody else."""

    token_prefix = "Bearer "

    def __init__(self) -> None:
        super().__init__()
        self.accounts = {"bot": str(_BOT), "person": "8", "plans": "9"}
        self.deployments: list[dict[str, Any]] = []
        self.may_set_statuses = True
        self.protected: dict[str, list[int]] = {}  # environments, with the access levels that may deploy
        self.may_deploy = True
        self.access_level = 30
        self.scopes: list[str] | None = ["api"]  # null: the token may not ask
        self.requests: dict[int, dict[str, Any]] = {}
        self.threads: dict[str, dict[str, Any]] = {}
        self.statuses: dict[str, list[dict[str, Any]]] = {}
        self.pipelines: list[dict[str, Any]] = []
        self.files: dict[int, bytes] = {}
        self.elsewhere = ""
        self.issues: dict[int, dict[str, Any]] = {}
        self._moments = 0
        self.said: list[tuple[int, str]] = []
        here = rf"/api/v4/projects/(?:{PROJECT}|1)"
        merge = rf"{here}/merge_requests/(\d+)"
        self.route("GET", r"/api/v4/user", lambda asked: Answer(200, {"id": int(asked.account)}))
        self.route("GET", here, self._about)
        self.route("GET", r"/api/v4/personal_access_tokens/self", self._own_token)
        self.branches: dict[str, dict[str, str | None]] = {}
        self.route("GET", rf"{here}/merge_requests", self._list_requests)
        self.route("POST", rf"{here}/merge_requests", self._create_request)
        self.route("POST", rf"{here}/repository/commits", self._commit_files)
        self.route("GET", merge, lambda _asked, number: Answer(200, self.requests[int(number)]))
        self.route("PUT", merge, self._labels)
        self.route("GET", rf"{merge}/discussions", self._list_threads)
        self.route("POST", rf"{merge}/discussions", self._begin)
        self.route("PUT", rf"{merge}/discussions/(\w+)", self._resolve)
        self.route("PUT", rf"{merge}/discussions/(\w+)/notes/(\d+)", self._edit)
        self.route("DELETE", rf"{merge}/discussions/(\w+)/notes/(\d+)", self._delete)
        self.route("POST", rf"{here}/statuses/([0-9a-f]+)", self._set_status)
        self.route("GET", rf"{here}/repository/commits/([0-9a-f]+)/statuses", self._statuses)
        self.route("GET", rf"{here}/deployments", self._list_deployments)
        self.route("POST", rf"{here}/deployments", self._deploy)
        self.route("GET", rf"{here}/protected_environments/(.+)", self._protection)
        self.route("PUT", rf"{here}/deployments/(\d+)", self._end_deployment)
        self.route("GET", rf"{here}/repository/commits/([0-9a-f]+)/merge_requests", self._requests_of)
        self.route("GET", rf"{merge}/pipelines", lambda _asked, _number: Answer(200, self.pipelines))
        self.route("GET", rf"{here}/pipelines/(\d+)/jobs", self._jobs)
        self.route("GET", rf"{here}/jobs/(\d+)/artifacts/plan\.json", self._file)
        self.route("GET", rf"{here}/issues", self._list_issues)
        self.route("POST", rf"{here}/issues", self._open_issue)
        self.route("PUT", rf"{here}/issues/(\d+)", self._edit_issue)
        self.route("POST", rf"{here}/issues/(\d+)/notes", self._say_on_issue)
        self.route("GET", r"/public/(\d+)", lambda _asked, job: Answer(200, self.files[int(job)]))

    @property
    def environment(self) -> dict[str, str]:
        """What a pipeline on this server has in its environment."""
        return {"CI_PROJECT_PATH": PROJECT, "CI_SERVER_URL": self.address, "GITLAB_TOKEN": "bot"}

    def _list_requests(self, asked: Asked) -> Answer:
        found = [
            one
            for one in self.requests.values()
            if one.get("state") == asked.query.get("state")
            and one.get("source_branch") == asked.query.get("source_branch")
        ]
        return Answer(200, found)

    def _create_request(self, asked: Asked) -> Answer:
        number = 1 + max(self.requests, default=0)
        self.requests[number] = {"iid": number, "project_id": 1, "state": "opened", "labels": [], **asked.body}
        return Answer(201, self.requests[number])

    def _commit_files(self, asked: Asked) -> Answer:
        assert asked.body["force"] is True
        self.branches[asked.body["branch"]] = {one["file_path"]: one.get("content") for one in asked.body["actions"]}
        return Answer(201, {"id": asked.body["start_sha"]})

    def _about(self, _asked: Asked) -> Answer:
        permissions = {"project_access": {"access_level": self.access_level}, "group_access": None}
        about = {"id": 1, "default_branch": "main", "path_with_namespace": PROJECT, "permissions": permissions}
        return Answer(200, about)

    def _own_token(self, _asked: Asked) -> Answer:
        if self.scopes is None:
            return Answer(401, {"message": "401 Unauthorized"})
        return Answer(200, {"id": 5, "scopes": self.scopes})

    def open_request(self, number: int, head: str) -> None:
        """Open a merge request, or push to it."""
        there = self.requests.get(number, {}).get("labels", [])
        self.requests[number] = {
            "iid": number, "sha": head, "state": "opened", "labels": there, "project_id": 1, "merge_commit_sha": None,
            "target_branch": "main",
        }  # fmt: skip

    def merge(self, number: int, commit: str) -> None:
        """Merge a merge request as this commit."""
        self.requests[number] |= {"state": "merged", "merge_commit_sha": commit}

    def keep(self, head: str, content: bytes | None, *, fork: bool = False, ref: str = "swap") -> None:
        """Keep a plan file as the plan job of a commit does; null for a job that kept none."""
        one = len(self.pipelines) + 1
        self.pipelines.insert(0, {"id": one, "sha": head, "project_id": 2 if fork else 1, "ref": ref})
        if content is not None:
            self.files[one] = content

    def say(self, author: int, body: str, *, system: bool = False) -> None:
        """Let somebody begin a thread."""
        one = len(self.threads) + 1
        note = {
            "id": one,
            "author": {"id": author, "username": _NAMES.get(author, "x")},
            "body": body,
            "system": system,
            "resolved": False,
        }
        self.threads[f"d{one}"] = {"id": f"d{one}", "notes": [note]}

    def notes(self) -> list[tuple[str, bool]]:
        """Return what stands in the threads, and whether each is resolved."""
        return [(one["notes"][0]["body"], one["notes"][0]["resolved"]) for one in self.threads.values()]

    def raise_issue(self, author: int, title: str, body: str, *labels: str) -> dict[str, Any]:
        """Let somebody open an issue."""
        number = 101 + len(self.issues)
        self.issues[number] = {
            "id": 9000 + number, "iid": number, "project_id": 1, "author": {"id": author}, "title": title,
            "description": body, "state": "opened", "labels": list(labels),
        }  # fmt: skip
        return self.issues[number]

    def _list_issues(self, asked: Asked) -> Answer:
        label, author = asked.query.get("labels"), asked.query.get("author_id")
        found = [
            one
            for one in self.issues.values()
            if label in {None, *one["labels"]} and author in {None, str(one["author"]["id"])}
        ]
        oldest_first = asked.query.get("sort", "desc") == "asc"
        found.sort(key=lambda one: one["iid"] if oldest_first else -one["iid"])
        return Answer(200, found, {"X-Page": "1", "X-Per-Page": "100"})

    def _open_issue(self, asked: Asked) -> Answer:
        labels = asked.body["labels"].split(",")
        made = self.raise_issue(int(asked.account or 0), asked.body["title"], asked.body["description"], *labels)
        return Answer(201, made)

    def _edit_issue(self, asked: Asked, number: str) -> Answer:
        changes = dict(asked.body)
        state = {"close": "closed", "reopen": "opened"}.get(changes.pop("state_event", ""))
        self.issues[int(number)] |= {**changes, **({"state": state} if state else {})}
        return Answer(200, self.issues[int(number)])

    def _say_on_issue(self, asked: Asked, number: str) -> Answer:
        self.said.append((int(number), asked.body["body"]))
        return Answer(201, {"id": len(self.said), "body": asked.body["body"]})

    def _labels(self, asked: Asked, number: str) -> Answer:
        if "add_labels" not in asked.body:
            closes = {"state": "closed"} if asked.body.pop("state_event", "") == "close" else {}
            self.requests[int(number)] |= {**asked.body, **closes}
            return Answer(200, self.requests[int(number)])
        there = set(self.requests[int(number)]["labels"])
        there |= set(filter(None, asked.body["add_labels"].split(",")))
        there -= set(filter(None, asked.body["remove_labels"].split(",")))
        self.requests[int(number)]["labels"] = sorted(there)
        return Answer(200, self.requests[int(number)])

    def _list_threads(self, asked: Asked, _number: str) -> Answer:
        size, page = int(asked.query.get("per_page", "20")), int(asked.query.get("page", "1"))
        found = list(self.threads.values())
        headers = {"X-Page": str(page), "X-Per-Page": str(size)}
        if page * size < len(found):
            headers["Link"] = f'<{self.address}{asked.path}?per_page={size}&page={page + 1}>; rel="next"'
        return Answer(200, found[(page - 1) * size : page * size], headers)

    def _begin(self, asked: Asked, _number: str) -> Answer:
        self.say(int(asked.account or 0), asked.body["body"])
        return Answer(201, self.threads[f"d{len(self.threads)}"])

    def _resolve(self, asked: Asked, _number: str, one: str) -> Answer:
        self.threads[one]["notes"][0]["resolved"] = asked.body["resolved"]
        return Answer(200, self.threads[one])

    def _edit(self, asked: Asked, _number: str, one: str, _note: str) -> Answer:
        self.threads[one]["notes"][0]["body"] = asked.body["body"]
        return Answer(200, self.threads[one]["notes"][0])

    def _delete(self, _asked: Asked, _number: str, one: str, _note: str) -> Answer:
        del self.threads[one]
        return Answer(204)

    def _set_status(self, asked: Asked, sha: str) -> Answer:
        if not self.may_set_statuses:
            return Answer(403, {"message": "403 Forbidden"})
        newest = next((one for one in self.statuses.get(sha, ()) if one["name"] == asked.body["name"]), None)
        if newest is not None and newest["status"] == "running" == asked.body["state"]:
            return Answer(400, {"message": 'Cannot transition status via :run from :running (Reason(s): "run")'})
        status = {**asked.body, "status": asked.body["state"], **self._by(asked)}
        status["author"] = status.pop("user")
        status.setdefault("target_url", None)
        self.statuses.setdefault(sha, []).insert(0, status)
        return Answer(201, status)

    def _by(self, asked: Asked) -> dict[str, Any]:
        self._moments += 1
        minute, second = divmod(self._moments, 60)
        one = int(asked.account or 0)
        user = {"id": one, "username": _NAMES[one]}
        return {"user": user, "created_at": f"2026-11-23T08:{minute:02}:{second:02}.000Z"}

    def _statuses(self, asked: Asked, sha: str) -> Answer:
        """Return the newest of each name, as GitLab does where it is not asked for all."""
        found = [one for one in self.statuses.get(sha, []) if asked.query.get("name") in {None, one["name"]}]
        if asked.query.get("all") != "true":
            found = list({one["name"]: one for one in reversed(found)}.values())
        return Answer(200, found)

    def _list_deployments(self, asked: Asked) -> Answer:
        found = [one for one in self.deployments if one["environment"]["name"] == asked.query["environment"]]
        return Answer(200, sorted(found, key=lambda one: -one["id"]), {"X-Page": "1", "X-Per-Page": "100"})

    def _deploy(self, asked: Asked) -> Answer:
        if not self.may_deploy:
            return Answer(403, {"message": "403 Forbidden"})
        one = len(self.deployments) + 1
        made = {"id": one, "iid": one, **self._by(asked), **asked.body}
        made["environment"] = {"name": asked.body["environment"]}
        self.deployments.append(made)
        return Answer(201, made)

    def _protection(self, _asked: Asked, name: str) -> Answer:
        if name not in self.protected:
            return Answer(404, {"message": "404 Not Found"})
        levels = [{"access_level": one} for one in self.protected[name]]
        return Answer(200, {"name": name, "deploy_access_levels": levels})

    def _end_deployment(self, asked: Asked, number: str) -> Answer:
        self.deployments[int(number) - 1]["status"] = asked.body["status"]
        return Answer(200, self.deployments[int(number) - 1])

    def _requests_of(self, _asked: Asked, sha: str) -> Answer:
        return Answer(200, [one for one in self.requests.values() if sha in {one["merge_commit_sha"], one["sha"]}])

    def _jobs(self, _asked: Asked, pipeline: str) -> Answer:
        return Answer(200, [{"id": 90, "name": "lint"}, {"id": int(pipeline), "name": "plan"}])

    def _file(self, _asked: Asked, job: str) -> Answer:
        content = self.files.get(int(job))
        if self.elsewhere and content is not None:
            return Answer(302, None, {"Location": f"{self.elsewhere}/public/{job}"})
        return Answer(404, {"message": "404 Not Found"}) if content is None else Answer(200, content)
