"""Runs the steps of an action or of a job as the forge's runner does, as far as ours need it: real bash, real files.

Actions of others are not run but recorded; ``reconciler``, ``gh`` and ``curl`` are stand-ins that record their calls
and give the answers they were told.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from tests.support.command_line import clean_environment
from tests.support.pipelines import ROOT, load
from tests.support.starting import address

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Runner"]

_TOOL = "./.reconciler-tool/"
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_NAME = re.compile(r"'[^']*'|\b[a-z_]+(?:\.[\w-]+)+")

_STAND_IN = """#!{python} -IS
import json, os, sys
def read(name):
    with open({folder!r} + name) as file:
        return json.load(file)
arguments = sys.argv[1:]
here = {{name: text for name, text in os.environ.items() if name.startswith(("RECONCILER_", "GITHUB_TOKEN", "GH_"))}}
with open({folder!r} + "/calls.jsonl", "a") as calls:
    print(json.dumps([{name!r}, arguments, here]), file=calls)
real = read("/real.json")
if {name!r} == "reconciler" and (not real or arguments[:1] and arguments[0] in real):
    sys.path.append({root!r})
    from tests.support.started import Started
    raise SystemExit(Started({address!r}, os.getcwd(), arguments, os.environ).wait())
told = " ".join([{name!r}, *arguments])
for key, answer in read("/answers.json"):
    if key in told:
        for path, text in answer.get("files", {{}}).items():
            target = path if path.startswith("/") else arguments[arguments.index(path) + 1]
            if text is None:
                os.makedirs(target, exist_ok=True)
            else:
                with open(target, "w") as file:
                    file.write(text)
        print(answer.get("stdout", ""))
        raise SystemExit(answer.get("code", 0))
"""


class Runner:
    """One machine with one checkout; ``told`` holds answers for the stand-ins, the first that fits counts."""

    def __init__(self, folder: Path, **context: Any) -> None:
        self.workspace = folder / "workspace"
        self.temporary = folder / "temporary"
        self._files = folder / "files"
        self._programs = folder / "programs"
        for path in (self.workspace, self.temporary, self._files, self._programs):
            path.mkdir()
        self.summary = self._files / "summary.md"
        self.context: dict[str, Any] = {
            "github": {
                "repository": "acme/approvals",
                "server_url": "https://github.com",
                "run_id": "77",
                "run_attempt": "1",
                "token": "the-token",
            },
            "runner": {"temp": str(self.temporary)},
            "secrets": {},
            "vars": {},
            "inputs": {},
            **context,
        }
        self.answers: list[tuple[str, dict[str, Any]]] = []
        self.used: list[tuple[str, dict[str, str]]] = []
        self.log = ""
        self.code = 0
        self._environment: dict[str, str] = {}
        self._stand_ins()

    def _stand_ins(self) -> None:
        python = self._programs / "python"
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
        for name in ("reconciler", "gh", "curl"):
            text = _STAND_IN.format(
                python=sys.executable, folder=str(self._files), name=name, root=str(ROOT), address=address()
            )
            (self._programs / name).write_text(text, encoding="utf-8")
        for path in self._programs.iterdir():
            path.chmod(0o755)
        self.use_the_tool("none of them")

    def use_the_tool(self, *commands: str, **environment: str) -> None:
        """Run the real ``reconciler`` from now on, or these commands of it, with this in the machine's environment."""
        self._environment = environment
        (self._files / "real.json").write_text(json.dumps(commands), encoding="utf-8")

    @property
    def calls(self) -> list[str]:
        """Return the command lines of the stand-ins and the actions of others; TEMP/ stands for the runner's folder."""
        return [line for line, _ in self.calls_with_environment]

    @property
    def calls_with_environment(self) -> list[tuple[str, dict[str, str]]]:
        """Return the same, each with what its environment held that matters."""
        path = self._files / "calls.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [
            (" ".join([name, *arguments]).replace(f"{self.temporary}/", "TEMP/"), here)
            for name, arguments, here in map(json.loads, lines)
            if "Accept: application/vnd.github.raw" not in arguments  # what insists on one commit, in every job
        ]

    def takes_job(self, path: Path, job: str) -> bool:
        """Return whether a job's condition holds."""
        return bool(self._value(load(path)["jobs"][job].get("if", "success()"), self.context))

    def run_job(self, path: Path, job: str) -> int:
        """Run a job of a workflow; gives the exit code of the step that failed, or 0."""
        return self._run(load(path)["jobs"][job]["steps"], {}, None)

    def run_action(self, path: Path, **inputs: str) -> int:
        """Run a composite action with inputs; gives the exit code of the step that failed, or 0."""
        action = load(path)
        given = {name: self._filled(str(one.get("default", "")), {}) for name, one in action["inputs"].items()}
        given |= {name.replace("_", "-"): text for name, text in inputs.items()}
        unknown = set(given) - set(action["inputs"])
        assert not unknown, f"{path} has no inputs {unknown}"
        return self._run(action["runs"]["steps"], given, path.parent)

    def run_script(self, lines: list[str], **environment: str) -> int:
        """Run the lines of a job on GitLab; gives its exit code."""
        return self._shell({"run": "\n".join(lines), "env": environment}, {}, {}, None)

    def _run(self, steps: list[dict[str, Any]], inputs: dict[str, str], action: Path | None) -> int:
        outputs: dict[str, Any] = {}
        failed = 0
        names = {**self.context, "steps": outputs}
        if action is not None:
            names["inputs"] = inputs
        for step in steps:
            condition = str(step.get("if", "success()"))
            if not re.search(r"\b(always|cancelled|success|failure)\(\)", condition):
                condition = f"success() && ({condition})"
            if not self._value(condition.removeprefix("${{").removesuffix("}}"), names, failed=bool(failed)):
                continue
            given = {name: self._filled(str(text), names) for name, text in step.get("with", {}).items()}
            if "run" in step:
                code = self._shell(step, names, outputs, action)
            elif step["uses"].startswith(_TOOL) and not step["uses"].endswith("/setup"):
                inner = ROOT / step["uses"].removeprefix(_TOOL) / "action.yml"
                code = self.run_action(inner, **{name.replace("-", "_"): text for name, text in given.items()})
            else:
                code = 0
                self._record(step["uses"].split("@")[0], given)
            failed = failed or code
        self.code = failed
        return failed

    def _record(self, name: str, given: dict[str, str]) -> None:
        self.used.append((name, given))
        told = given.get("name") or given.get("path") or ""
        with (self._files / "calls.jsonl").open("a", encoding="utf-8") as calls:
            calls.write(json.dumps(["uses", [name, *([told] if told else [])], {}]) + "\n")

    def _shell(self, step: dict[str, Any], names: dict[str, Any], outputs: dict[str, Any], action: Path | None) -> int:
        assert "${{" not in step["run"]
        (self._files / "answers.json").write_text(json.dumps(self.answers), encoding="utf-8")
        output = self._files / "output"
        output.write_text("", encoding="utf-8")
        on_gitlab = "GITLAB_TOKEN" in step.get("env", {})
        forge = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "acme/approvals",
            "GITHUB_SERVER_URL": "https://github.com",
        }
        environment = {
            **clean_environment(),
            **self._environment,
            "PATH": f"{self._programs}:/usr/local/bin:/usr/bin:/bin",
            "RUNNER_TEMP": str(self.temporary),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            **({"GITLAB_CI": "true"} if on_gitlab else forge),
            "GITHUB_ACTION_PATH": str(action or ""),
            **{name: self._filled(str(text), names) for name, text in step.get("env", {}).items()},
        }
        # scripts are not measured, and the tool is forked off what is: each start of coverage costs ten of Python
        environment.pop("COVERAGE_PROCESS_CONFIG", None)
        where = self.workspace / self._filled(step.get("working-directory", "."), names)
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(
            command, cwd=where, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        self.log += done.stdout + done.stderr
        if "id" in step:
            told = dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())
            outputs[step["id"]] = {"outputs": told}
        return done.returncode

    def _filled(self, text: str, names: dict[str, Any]) -> str:
        return _EXPRESSION.sub(lambda found: str(self._value(found[1], {**self.context, **names})), text)

    def _value(self, expression: str, names: dict[str, Any], *, failed: bool = False) -> Any:
        """Return what an expression of the forge means: names, texts, comparisons, and four functions."""
        python = _NAME.sub(lambda found: found[0] if found[0][0] == "'" else f"look('{found[0]}')", expression.strip())
        python = python.replace("||", " or ").replace("&&", " and ")
        python = " ".join(re.sub(r"!(?!=)", " not ", python).split())

        def look(path: str) -> Any:
            value: Any = names
            for part in path.split("."):
                value = value.get(part, "") if isinstance(value, dict) else ""
            return value

        known = {
            "look": look,
            "success": lambda: not failed,
            "failure": lambda: failed,
            "always": lambda: True,
            "cancelled": lambda: False,
        }
        return eval(python, {"__builtins__": {}}, known)  # noqa: S307 - expressions of our own files
