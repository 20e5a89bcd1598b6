"""Every command where a runner reads its output for commands, with names that look like some, and the real streams."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.cli import COMMANDS
from tests.support.account import company_seed, write_seed
from tests.support.command_line import clean_environment, reconciler, reconciler_here
from tests.support.forges import commands_of, run_line
from tests.support.sandbox import running_sandbox
from tests.support.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.command_line import Ran

SECTION = "\x1b[0Ksection_start:1700000000:x\r\x1b[0K"
PROJECT = f"a\n::add-mask::x\r::error::y ##[group]z {SECTION}"
GROUP = "##[set-output name=a]b ##vso[x]y"
TEMPLATE = "\n ::stop-commands::w"
PERSON = f"\r::debug::{SECTION}"
FILE = "assignments/a section_end:1700000000:x ##[error]y.yaml"
DOCUMENT = {
    "kind": "assignments",
    "template": TEMPLATE,
    "projects": [{"project": PROJECT, "groups": {GROUP: ["ann@acme.test", "cy@acme.test"]}}],
}
RUNNERS = ("GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD")
FORMATS = ("terminal", "json", "markdown", "html", "github", "sarif", "junit", "junit-strict")


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """A company of which every name could be a command, and documents of which many are."""
    seed = company_seed()
    folder = tmp_path_factory.mktemp("logs")
    seed["projects"][1] |= {"name": PROJECT, "display_name": PROJECT}
    seed["templates"][0]["name"] = TEMPLATE
    seed["templates"][0]["versions"][0]["responsible_groups"][1]["name"] = GROUP
    for person in seed["people"]:
        person["name"] = PERSON
    with running_sandbox(write_seed(folder / "seed", seed)) as sandbox:
        one = Trial(folder / "approvals", sandbox)
        (one.folder / "assignments" / "invoice.yaml").unlink()
        one.write({FILE: json.dumps(DOCUMENT)})
        one.commit()
        one.run("plan", "--out", "plan.json")
        one.run("snapshot", "--out", "live.json")
        one.run("drift", "--format", "json", "--out", "drift.json")
        (one.folder / "::x").mkdir()
        (one.folder / "::x" / "full").touch()
        (one.folder / "bad.json").write_text(f'"{GROUP}"')
        yield one


def command_lines() -> list[tuple[str, ...]]:
    """Return what is run, one line or more a command; what reads live reads the saved one."""
    live = ("--snapshot", "live.json")
    hostile = "::add-mask::x"
    lines: list[tuple[str, ...]] = [
        *(("validate", "--format", one) for one in ("terminal", "json", "github", "sarif", "junit", "junit-strict")),
        *(("plan", *live, "--format", one) for one in FORMATS),
        *(("show", "plan.json", "--format", one) for one in FORMATS),
        *(("show", "drift.json", "--format", one) for one in FORMATS),
        ("plan", *live, "--by", "person"),
        ("show", "bad.json"),
        ("show", hostile),
        ("comment", hostile, "--pr", "7"),
        ("comment", "plan.json", "--pr", hostile),
        ("approved", "--out", "::x"),
        *(("drift", *live, "--format", one) for one in ("terminal", "json", "markdown", "html")),
        ("drift", *live, "--issue"),
        ("snapshot", "--out", f"{hostile}/there"),
        ("adopt", *live, "--all", "--yes", "--person", f"\n{hostile}"),
        ("adopt", *live),
        ("export", "--out", "::x/full"),
        *(("doctor", "--format", one) for one in ("terminal", "json")),
        ("history",),
        ("history", "--journal", hostile),
        ("sandbox", "--seed", hostile),
        ("demo", "--dir", "::x"),
        ("apply", hostile),
        ("apply", "plan.json", "--since", hostile),
        ("apply", "plan.json", "--approved", hostile),
        *((name, "x", f"a\n{hostile}") for name in COMMANDS),
        (f"\n{hostile}",),
        ("validate", "--config", f"\n{hostile}", "--verbose"),
        ("validate", "--config", f"\n{hostile}", "--format", "json"),
    ]
    return lines


def heard(ran: Ran, arguments: tuple[str, ...]) -> list[str]:
    """Return what a runner takes for commands in both streams, but for the annotations that are asked for."""
    found = commands_of(ran.stderr)
    if "github" not in arguments:
        return found + commands_of(ran.stdout)
    for line in ran.stdout.splitlines():
        command = run_line(line)
        if command is None or command.name not in {"error", "warning", "notice"}:
            found.append(line)
    return found


@pytest.mark.parametrize("runner", ["GITHUB_ACTIONS", "GITLAB_CI"])
@pytest.mark.parametrize("arguments", command_lines(), ids=lambda arguments: " ".join(arguments).encode().hex()[:40])
def test_no_command_prints_a_command_of_a_runner(
    trial: Trial,
    arguments: tuple[str, ...],
    runner: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On stdout and on stderr; JSON stays JSON that says the same."""
    outside = reconciler_here(
        trial.folder, *arguments, environment=trial.sandbox.environment, monkeypatch=monkeypatch, capsys=capsys
    )
    environment = {**trial.sandbox.environment, runner: "true"}
    ran = reconciler_here(trial.folder, *arguments, environment=environment, monkeypatch=monkeypatch, capsys=capsys)
    assert ran.code == outside.code
    assert heard(ran, arguments) == []
    if {"json", "sarif"} & set(arguments):
        told: list[Any] = [json.loads(one.stdout) for one in (outside, ran)]
        for one in told:
            for name in ("digest", "created_at", "live", "previous"):
                one.pop(name, None)
        assert told[0] == told[1]


def test_these_names_would_be_commands(
    trial: Trial, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Outside of a runner they are printed as they are, so that the test above means something; every command runs."""
    assert {line[0] for line in command_lines()} >= set(COMMANDS)
    found = {}
    for arguments in command_lines():
        ran = reconciler_here(
            trial.folder, *arguments, environment=trial.sandbox.environment, monkeypatch=monkeypatch, capsys=capsys
        )
        found[arguments] = commands_of(ran.stderr) + ([] if "github" in arguments else commands_of(ran.stdout))
    assert sum(map(bool, found.values())) > 25


@pytest.mark.parametrize("runner", RUNNERS)
def test_each_runner_is_known(trial: Trial, runner: str) -> None:
    """In processes of their own: an apply, its journal, and a log of requests."""
    environment = {**trial.sandbox.environment, runner: "true"}
    for arguments in (("plan", "--verbose"), ("apply", "plan.json", "--verbose"), ("history",)):
        ran = reconciler(trial.folder, *arguments, environment=environment)
        assert heard(ran, arguments) == []


def test_a_reader_that_goes_away_is_no_failure(trial: Trial) -> None:
    """Neither is it one outside of a runner."""
    command = f"{sys.executable} -m reconciler show plan.json --format html | head -c 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=trial.folder,
        env={**clean_environment(), "GITHUB_ACTIONS": "true", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "<", "")
