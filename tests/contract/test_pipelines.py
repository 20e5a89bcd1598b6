"""The rules of the ready-made pipelines, read from the files; how they behave is in test_pipeline_runs."""

from __future__ import annotations

import fnmatch
import importlib
import re
import shlex
import subprocess
from typing import TYPE_CHECKING, Any

import click
import pytest
import yaml

from reconciler.cli import COMMANDS
from tests.support.pipelines import (
    ACTIONS,
    CALLERS,
    CODEOWNERS,
    GITLAB,
    HOOKS,
    PAGE,
    ROOT,
    WORKFLOWS,
    load,
    recipe,
    scripts,
    steps,
)
from tests.support.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OURS = {path.stem: path for path in WORKFLOWS if path.stem not in {"ci", "release"}}
ACTION = {path.parent.name: path for path in ACTIONS}
FILES = [*WORKFLOWS, *ACTIONS, *CALLERS]
PLACEHOLDER = "0" * 40
EXTRAS = "forge,metrics,notify"
READING = {"PLAN_CLIENT_ID", "PLAN_CLIENT_SECRET", "RECONCILER_READ_TOKEN"}
WRITING = {"APPLY_CLIENT_ID", "APPLY_CLIENT_SECRET", "RECONCILER_READ_TOKEN"}
HEAD = "a" * 40


def named(path: Path) -> str:
    """Return a file's name as tests show it."""
    return path.relative_to(ROOT).as_posix()


def load_hooks() -> list[dict[str, Any]]:
    """Return the hooks of the manifest."""
    hooks: Any = load(HOOKS)
    return list(hooks)


@pytest.mark.parametrize("path", [*WORKFLOWS, *CALLERS], ids=named)
def test_nothing_is_permitted_at_the_top(path: Path) -> None:
    """Every permission stands at the job that needs it, and every job says which those are."""
    document = load(path)
    assert document["permissions"] == {}
    for job in document["jobs"].values():
        assert isinstance(job["permissions"], dict)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_what_others_wrote_is_pinned(path: Path) -> None:
    """By a full commit, with the version it is beside it for people."""
    for line in path.read_text(encoding="utf-8").splitlines():
        found = re.search(r"^\s*(?:- )?uses: (.*)$", line)
        if found and not found[1].startswith("./"):
            assert re.fullmatch(r"[\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+(, a placeholder)?", found[1]), line


def test_one_commit_of_each_action_of_others() -> None:
    """No file lags behind the others, nor does the page that shows a workflow."""
    pins: dict[str, set[str]] = {}
    for path in (*FILES, PAGE):
        for name, pin in re.findall(r"uses: (actions/[\w-]+)@(\S+ # \S+)", path.read_text(encoding="utf-8")):
            pins.setdefault(name, set()).add(pin)
    assert {name: len(found) for name, found in pins.items()} == dict.fromkeys(pins, 1)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_expression_becomes_shell(path: Path) -> None:
    """What somebody outside can write reaches a script through its environment alone."""
    assert [step["name"] for step in steps(path) if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_workflow_runs_for_strangers_with_our_token(path: Path) -> None:
    """Neither pull_request_target nor workflow_run starts anything here."""
    assert not {"pull_request_target", "workflow_run"} & set(load(path).get("on", {}))


def test_only_the_setup_changes_the_path() -> None:
    """What .github/zizmor.yml says of it is so."""
    changing = [one.name for one in scripts() if "GITHUB_PATH" in one.text or "GITHUB_ENV" in one.text]
    assert changing == [".github/actions/setup/action.yml: Install this checkout"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=named)
def test_every_job_ends(path: Path) -> None:
    """A job that hangs does not hold its place for hours."""
    assert all(5 <= job["timeout-minutes"] <= 60 for job in load(path)["jobs"].values())


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_checkout_leaves_its_token_behind(path: Path) -> None:
    """What runs after a checkout cannot push with it."""
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def secrets(part: object) -> set[str]:
    """Return the names of the secrets that a part of a workflow names."""
    return set(re.findall(r"secrets\.(\w+)", str(part)))


def test_a_job_for_forks_names_no_secret() -> None:
    """And may write nothing; the one with secrets is not for forks."""
    jobs = load(OURS["plan"])["jobs"]
    alone = jobs["plan-without-credentials"]
    assert secrets(alone) == set()
    assert set(alone["permissions"].values()) == {"read"}
    assert secrets(jobs["plan"]) == READING


@pytest.mark.parametrize(
    ("author", "origin", "expected"),
    [
        ("ann", "acme/approvals", "plan"),
        ("ann", "stranger/approvals", "plan-without-credentials"),
        ("ann", None, "plan-without-credentials"),
        ("dependabot[bot]", "acme/approvals", "plan-without-credentials"),
    ],
)
def test_each_pull_request_has_one_job(tmp_path: Path, author: str, origin: str | None, expected: str) -> None:
    """Whoever opened it and wherever from, also where the fork is gone by now."""
    head = {"sha": HEAD, "repo": {"full_name": origin} if origin else None}
    runner = Runner(tmp_path)
    runner.context["github"]["event_name"] = "pull_request"
    runner.context["github"]["event"] = {"pull_request": {"number": 7, "head": head, "user": {"login": author}}}
    assert [job for job in load(OURS["plan"])["jobs"] if runner.takes_job(OURS["plan"], job)] == [expected]


@pytest.mark.parametrize("event", ["merge_group", "workflow_dispatch"])
def test_a_merge_queue_and_a_start_by_hand_are_planned(tmp_path: Path, event: str) -> None:
    """Both with credentials: somebody with write access queued or started them."""
    runner = Runner(tmp_path)
    runner.context["github"] |= {"event_name": event, "event": {"merge_group": {"head_sha": HEAD, "base_sha": HEAD}}}
    assert [job for job in load(OURS["plan"])["jobs"] if runner.takes_job(OURS["plan"], job)] == ["plan"]


def test_credentials_that_write_are_named_by_apply_alone() -> None:
    """Planning and looking for drift name those that read, and no job names both."""
    telling = {"NOTIFY", "METRICS_TOKEN"}
    assert secrets(load(OURS["apply"])["jobs"]["apply"]) == WRITING
    assert secrets(load(OURS["apply"])["jobs"]["tell"]) == telling | {"RECONCILER_READ_TOKEN"}
    assert secrets(load(OURS["drift"])["jobs"]) == READING | {"NOTIFY", "METRICS_TOKEN"}
    for path in CALLERS:
        own = secrets(load(OURS[path.stem])["jobs"])
        assert secrets(load(path)["jobs"]) == own - {"RECONCILER_READ_TOKEN", "METRICS_TOKEN"}
    assert all(
        name in load(path)["on"]["workflow_call"]["secrets"] for path in OURS.values() for name in secrets(load(path))
    )


def test_credentials_reach_one_step_each() -> None:
    """In every action, the step that speaks to the service and no other."""
    holding = {
        name: [step["name"] for step in steps(path) if "client-secret" in str(step)] for name, path in ACTION.items()
    }
    assert holding == {"setup": [], "plan": ["Plan"], "drift": ["Read live"], "apply": ["Apply"]}
    writing = {
        name: [step["name"] for step in steps(path) if "inputs.token" in str(step)] for name, path in ACTION.items()
    }
    assert writing == {
        "setup": [],
        "plan": ["Set the status", "Comment"],
        "drift": ["Find the report before", "Fetch it", "Look for drift"],
        "apply": ["Find what was approved", "Show that the commits can be marked", "Mark the commits"],
    }


ADDRESSES = {
    "RECONCILER_API_URL": ("api-url", "https://api.procore.com"),
    "RECONCILER_AUTH_URL": ("auth-url", "https://login.procore.com"),
}


def test_the_pipeline_says_where_credentials_go() -> None:
    """Each step with credentials, and each that plans, exports the addresses; an empty input is Procore's own."""
    needing = re.compile(r"^\s*reconciler (?:plan|apply|drift|snapshot)\b", re.MULTILINE)
    for name, path in ACTION.items():
        for step in steps(path):
            needed = "client-secret" in str(step) or needing.search(step.get("run", ""))
            for variable, (given, default) in ADDRESSES.items():
                expected = f"${{{{ inputs.{given} || '{default}' }}}}" if needed else None
                assert step.get("env", {}).get(variable) == expected, f"{name}: {step['name']}"
    for path in [ACTION[name] for name in ("plan", "apply", "drift")]:
        assert {one: load(path)["inputs"][one]["default"] for one, _ in ADDRESSES.values()} == dict(ADDRESSES.values())
    for path in OURS.values():
        asked = load(path)["on"]["workflow_call"]["inputs"]
        assert {one: asked[one]["default"] for one, _ in ADDRESSES.values()} == dict(ADDRESSES.values())
        passed = [step["with"] for step in steps(path) if "client-secret" in step.get("with", {})]
        assert all(one[name] == f"${{{{ inputs.{name} }}}}" for one in passed for name, _ in ADDRESSES.values())
    for path in CALLERS:
        (job,) = load(path)["jobs"].values()
        assert {one: job["with"][one] for one, _ in ADDRESSES.values()} == dict(ADDRESSES.values())
    exported = load(GITLAB)["variables"]
    (heal,) = [step["env"] for step in yaml.safe_load(recipe())["jobs"]["heal"]["steps"] if secrets(step)]
    for variable, (_, default) in ADDRESSES.items():
        assert exported[variable] == heal[variable] == default


def test_who_is_told_of_drift() -> None:
    """The addresses of webhooks reach the step that tells, which has no credentials of the service."""
    telling = [step for step in steps(ACTION["drift"]) if "inputs.notify" in str(step)]
    assert [(step["name"], "inputs.client" in str(step)) for step in telling] == [("Look for drift", False)]
    caller = load(next(path for path in CALLERS if path.stem == "drift"))
    (schedule,) = caller["on"]["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* \*", schedule["cron"]), "every day"


def test_no_job_installs_what_it_does_not_need() -> None:
    """What tells of drift is installed where drift is looked for, and not beside credentials that write."""
    installing = {
        f"{name}/{job}": step.get("with", {}).get("extras", load(ACTION["setup"])["inputs"]["extras"]["default"])
        for name, path in OURS.items()
        for job, one in load(path)["jobs"].items()
        for step in one["steps"]
        if step.get("uses", "").endswith("/setup")
    }
    expected = dict.fromkeys(("apply/apply", "plan/plan", "plan/plan-without-credentials"), "forge")
    assert installing == {**expected, "drift/drift": EXTRAS, "apply/tell": EXTRAS}
    gitlab = load(GITLAB)
    assert gitlab["variables"]["RECONCILER_LOCK"] == "forge"
    own = {name: job["variables"] for name, job in gitlab.items() if name != "default" and "variables" in job}
    assert own == {name: {"RECONCILER_LOCK": EXTRAS.replace(",", "-")} for name in ("tell", "drift")}
    assert "credentials" not in str(gitlab["tell"]), "what tells holds none that can write"
    assert gitlab["tell"]["environment"]["name"] == "reconciler/plan"


def test_what_is_being_written_is_never_cancelled() -> None:
    """Apply has a queue of its own for each folder, and an environment for reviewers."""
    job = load(OURS["apply"])["jobs"]["apply"]
    assert job["concurrency"] == {"group": "reconciler-apply-${{ inputs.folder }}", "cancel-in-progress": False}
    assert job["environment"] == "${{ inputs.environment }}"
    assert load(OURS["apply"])["on"]["workflow_call"]["inputs"]["environment"]["required"] is True


def test_apply_takes_the_tip_of_the_default_branch() -> None:
    """With its whole history, whichever commit started the run."""
    checkout = next(step for step in steps(OURS["apply"]) if "checkout" in step.get("uses", ""))
    assert checkout["with"]["ref"] == "refs/heads/${{ github.event.repository.default_branch }}"
    assert checkout["with"]["fetch-depth"] == 0
    assert load(next(path for path in CALLERS if path.stem == "apply"))["on"]["push"] == {"branches": ["main"]}


@pytest.mark.parametrize("path", CALLERS, ids=named)
def test_a_caller_gives_what_is_asked(path: Path) -> None:
    """Every required input and secret, no unknown one, and every permission of the jobs it calls; placeholders show."""
    (job,) = load(path)["jobs"].values()
    called = load(OURS[path.stem])
    asked = called["on"]["workflow_call"]
    for given, kind in (("with", "inputs"), ("secrets", "secrets")):
        assert set(job[given]) <= set(asked[kind])
        assert {
            name for name, one in asked[kind].items() if one["required" if "required" in one else "type"] is True
        } <= set(job[given])
    needed: dict[str, str] = {}
    for one in called["jobs"].values():
        needed |= {name: level for name, level in one["permissions"].items() if needed.get(name) != "write"}
    assert job["permissions"] == needed
    assert job["uses"] == f"acme/reconciler/.github/workflows/{path.name}@{PLACEHOLDER}"
    assert job["with"]["reconciler-ref"] == PLACEHOLDER


@pytest.mark.parametrize(
    ("ref", "code"), [(HEAD, 0), (PLACEHOLDER, 1), ("main", 1), ("v1.2.0", 1), ("", 1), (HEAD[:7], 1)]
)
@pytest.mark.parametrize("workflow", sorted(OURS))
def test_only_a_full_commit_of_the_tool_is_taken(workflow: str, ref: str, code: int) -> None:
    """The first step of every job refuses names that can move, and the placeholder of the examples."""
    for job in load(OURS[workflow])["jobs"].values():
        step = job["steps"][0]
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", step["run"]], env={"REF": ref}, capture_output=True, check=False
        )
        assert done.returncode == code
        assert step["env"] == {"REF": "${{ inputs.reconciler-ref }}"}


@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.name)
def test_scripts_are_shell(script: Any) -> None:
    """Bash can read every one of them."""
    done = subprocess.run(["bash", "-n"], input=script.text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def command_lines(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield every ``reconciler COMMAND`` of a script with the words behind it, up to where the shell goes on."""
    joined = re.sub(r"\\\n\s*", " ", text)
    for command, rest in re.findall(r"^\s*(?:as_planned )?reconciler (\w+)(.*)$", joined, re.MULTILINE):
        own = re.split(r" (?:\|\||>>?|\|)|;|>", rest)[0]
        # ${SINCE:+--since "$SINCE"} is an option with its value, or nothing
        yield command, shlex.split(re.sub(r"\$\{\w+:\+([^}]*)\}", r"\1", own))


def every_command_line() -> list[tuple[str, str, list[str]]]:
    """Return the command lines of all pipelines, of the hook, and of the page about pipelines."""
    page = (ROOT / "docs" / "pipeline.md").read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL))
    texts = [(one.name, one.text) for one in scripts()]
    texts += [("hook", load_hooks()[0]["entry"]), ("docs/pipeline.md", re.sub(r"\s+#.*", "", blocks))]
    return [(name, command, words) for name, text in texts for command, words in command_lines(text)]


@pytest.mark.parametrize(("where", "command", "words"), every_command_line())
def test_command_lines_exist(where: str, command: str, words: list[str]) -> None:
    """Each command, each of its options, each choice of an option, and no more arguments than it takes."""
    assert command in COMMANDS, where
    known: click.Command = getattr(importlib.import_module(f"reconciler.commands.{command}"), command)
    options = {name: one for one in known.params if isinstance(one, click.Option) for name in one.opts}
    places = [one.nargs for one in known.params if isinstance(one, click.Argument)]
    left = list(words)
    arguments = 0
    while left:
        word = left.pop(0)
        if not word.startswith("-"):
            arguments += 1
            continue
        assert word in options, f"{where}: reconciler {command} {word}"
        if not options[word].is_flag:
            value = left.pop(0)
            kind = options[word].type
            assert not isinstance(kind, click.Choice) or value in kind.choices, f"{where}: {word} {value}"
    assert -1 in places or arguments <= sum(places), where


def test_no_command_line_is_missed() -> None:
    """The pipelines do use these commands, so the check above has something to look at."""
    used = {command for _, command, _ in every_command_line()}
    assert {"validate", "plan", "show", "snapshot", "comment", "approved", "apply", "drift"} <= used


def test_the_tool_is_never_installed_by_its_name() -> None:
    """No package index has it: there its command's name is somebody else's, and anyone may take the distribution's."""
    for script in scripts():
        for line in script.text.splitlines():
            installs = re.search(r"\bpip[\"']? install (.*)", line.partition("#")[0])
            if installs:
                direct = ('--no-deps --no-build-isolation "$tool"', "--require-hashes --no-deps --only-binary :all:")
                assert any(one in installs[1] for one in direct), script.name


def test_the_hook_manifest() -> None:
    """It holds what pre-commit asks of a hook, for exactly the files that are documents."""
    (hook,) = load_hooks()
    assert hook == {
        "id": "reconciler-validate",
        "name": "reconciler validate",
        "description": hook["description"],
        "language": "python",
        "entry": "reconciler validate",
        "pass_filenames": False,
        "files": r"\.ya?ml$",
    }
    assert [bool(re.search(hook["files"], name)) for name in ("a/b.yaml", "b.yml", "b.yaml.md")] == [True, True, False]


def owners(path: str) -> list[str]:
    """Return who owns a path: the last line that fits decides."""
    found: list[str] = []
    for line in CODEOWNERS.read_text(encoding="utf-8").splitlines():
        pattern, *names = line.split() or ["#"]
        if pattern.startswith("#"):
            continue
        rooted = pattern.lstrip("/")
        if fnmatch.fnmatchcase(path, f"{rooted}*" if rooted.endswith("/") else rooted):
            found = names
    return found


def test_the_policy_has_owners_of_its_own() -> None:
    """Others than the documents it is held against; the workflows and this file have some too."""
    everybody = owners("assignments/invoice.yaml")
    assert everybody
    for path in ("policy.yaml", "reconciler.yaml", "teams.yaml", ".github/workflows/apply.yml", ".github/CODEOWNERS"):
        assert owners(path), path
        assert owners(path) != everybody, path
    assert (CODEOWNERS.parent.parent / "policy.yaml").exists()


def test_gitlab_keeps_credentials_apart() -> None:
    """Each job is in the environment whose variables it needs; checking documents is in none, and is all forks get."""
    jobs = load(GITLAB)
    scopes = {name: jobs[name].get("environment", {}).get("name") for name in ("validate", "plan", "apply", "drift")}
    assert scopes == {
        "validate": None,
        "plan": "reconciler/plan",
        "apply": "reconciler/apply",
        "drift": "reconciler/plan",
    }
    (rule,) = jobs["plan"]["rules"]
    assert "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID" in rule["if"]
    assert all("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH" in one["if"] for one in jobs["apply"]["rules"])
    assert jobs["apply"]["resource_group"]
    for name in scopes:
        assert jobs[name]["artifacts"]["expire_in"]
        assert jobs[name]["timeout"]


def test_the_recipe_for_healing(tmp_path: Path) -> None:
    """It waits for apply, runs in an environment of its own, and its credentials reach the one step that writes."""
    path = tmp_path / "heal.yml"
    path.write_text(recipe(), encoding="utf-8")
    document = load(path)
    job, apply = document["jobs"]["heal"], load(OURS["apply"])["jobs"]["apply"]
    assert job["concurrency"] == {
        "group": apply["concurrency"]["group"].replace("${{ inputs.folder }}", "."),
        "cancel-in-progress": False,
    }
    callers = [load(one)["jobs"]["apply"]["with"]["environment"] for one in CALLERS if one.stem == "apply"]
    assert job["environment"] not in callers
    assert document["permissions"] == {}
    assert job["permissions"] == {**apply["permissions"], "statuses": "read"}
    assert [one["name"] for one in job["steps"] if secrets(one)] == ["Put back what drifted"]
    assert [one["name"] for one in job["steps"] if "github.token" in str(one)] == [
        "Find the commit that was applied last"
    ]
