"""``reconciler demo``: the sandbox and an example company, planned, applied, drifted; it touches nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import httpx

from reconciler.console.options import plain_options
from reconciler.console.streams import emit
from reconciler.errors import FileError, ReconcilerError, UsageError
from reconciler.operations.examples import ask_git, example_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.console.options import Common

__all__ = ["demo"]

_START_SECONDS = 15
_STOP_SECONDS = 5
_BOT = "213"
_INSTANCE = "7001"
_RUNNING = f"/rest/v2.0/companies/4211/projects/1042/workflows/instances/{_INSTANCE}"
_MANAGERS = ("202", "209")  # of the project: they approve before the integration does
_ROUTING = """\
kind: routing
template: Invoice Approval
step: Accounting step
integration: erp.bot@acme.test
fallback: [team:ap-west]
item: {path: "/rest/v1.0/projects/{project_id}/requisitions/{item_id}"}
rules:
  - name: small and under review
    where: {item.status: under_review, item.total_claimed_amount: {at_most: "50000.00"}}
    respond: Approve
    comment: "Below 50,000 (rule: small and under review)"
    examples:
      - {item: {status: under_review, total_claimed_amount: "48211.55"}, gives: Approve}
      - {item: {status: under_review, total_claimed_amount: "50000.01"}, gives: nothing}
"""
_EDITED = "/rest/v2.0/companies/4211/projects/1041/workflows/presets/3001"


@click.command(epilog="Examples: reconciler demo; reconciler demo route; reconciler demo --dir ./trial")
@plain_options
@click.argument("what", metavar="[route]", type=click.Choice(["assignees", "route"]), default="assignees")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to write the example repository [default: a new temporary folder].",
)
def demo(common: Common, what: str, folder: Path | None) -> int:  # noqa: ARG001 - all take the common options
    """Show the commands on an example company.

    They validate, plan and apply. Then they find an edit made by hand, adopt half of it, and undo the rest. The service
    is a sandbox on a free loopback port, which ends with the demo. The example repository stays.

    'demo route' shows a step that software answers: an invoice goes through it twice, with a crash in between.
    """
    repository = _write_repository(folder)
    _tell("An example company's approvals, as YAML in git:", f"  {repository}")
    with _sandbox() as address:
        _tell(f"A sandbox of the service, for as long as this demo runs: {address}")
        environment = _environment(address)
        play = _route if what == "route" else _assignees
        ended = play(address, repository, environment)
    _tell(*ended)
    return 0


def _assignees(address: str, repository: Path, environment: dict[str, str]) -> tuple[str, ...]:
    """Show the main job, and return what to say once the sandbox has ended."""
    plan_file = repository / ".reconciler" / "plan.json"
    report = repository / ".reconciler" / "report.html"
    plan_file.parent.mkdir(exist_ok=True)
    for words, arguments in (
        ("1. Are the documents sound? (no network)", ["validate"]),
        ("2. What would change? (reads only)", ["plan", "--out", str(plan_file), "--quiet"]),
        ("3. The same by person.", ["show", str(plan_file), "--by", "person"]),
        ("4. And as a page to look at.", ["show", str(plan_file), "--format", "html", "--out", str(report)]),
        ("5. Do just that.", ["apply", str(plan_file)]),
        ("6. Plan again: there is nothing left to do.", ["plan"]),
    ):
        _run(words, arguments, repository, environment)
    _edit_live(address)
    _tell("7. Meanwhile somebody removes Bo Chen from Cedar Tower, and adds Sam Roe, in the web interface.")
    _run("8. Look for drift: both halves of that are found.", ["drift"], repository, environment, ends_with=2)
    words = "9. Sam Roe was meant: take him into the YAML, comments and order kept."
    _run(words, ["adopt", "--person", "sam.roe@acme.test", "--yes"], repository, environment)
    git = (repository / ".git").is_dir()
    words = "10. Bo Chen was not: put him back."
    _run(words, ["apply", *(("--only", "drift") if git else ()), "--yes"], repository, environment)
    with _bad_merge(repository):
        words = "11. A bad merge puts two other people in the team ap-west, and with it everywhere: guards stop it."
        _run(words, ["plan"], repository, environment, ends_with=3)
    _run("12. What was done so far, from the journal.", ["history"], repository, environment)
    return (
        f"The sandbox has ended. The report of the first plan, to open in a browser: {report}",
        "What to try next, in two terminals:",
        f"  {_ourselves()} sandbox --rate-limit off",
        f"  cd {repository} && export RECONCILER_API_URL=http://127.0.0.1:8080 "
        "RECONCILER_AUTH_URL=http://127.0.0.1:8080 RECONCILER_CLIENT_ID=sandbox RECONCILER_CLIENT_SECRET=sandbox",
        f"  then edit assignments/invoice.yaml, and: {_ourselves()} plan",
    )


def _ourselves() -> str:
    """Return the command as it can be typed, also if its virtual environment is not active."""
    started_as = Path(sys.argv[0]).absolute()
    return str(started_as) if started_as.name == "reconciler" else f"{sys.executable} -m reconciler"


def _tell(*lines: str) -> None:
    emit("\n" + "\n".join(lines) + "\n")


def _write_repository(folder: Path | None) -> Path:
    if folder is None:
        target = Path(tempfile.mkdtemp(prefix="reconciler-demo-")) / "approvals"
    else:
        target = folder.absolute()
        if target.exists() and any(target.iterdir()):
            raise UsageError(f"{target} is not empty; name a new folder with --dir")
    try:
        shutil.copytree(example_folder() / "repository", target, dirs_exist_ok=True)
        (target / ".gitignore").write_text(".reconciler/\n", encoding="utf-8")
    except OSError as error:
        raise FileError(f"cannot write the example to {target}: {error}; name another folder with --dir") from None
    git = shutil.which("git")
    if git is not None:
        identity = ["-c", "user.name=Demo", "-c", "user.email=demo@acme.test", "-c", "commit.gpgsign=false"]
        for arguments in (
            ["init", "--quiet"],
            ["add", "."],
            [*identity, "commit", "--quiet", "-m", "Example"],
        ):
            ask_git(git, target, *arguments)
    return target


def _environment(address: str) -> dict[str, str]:
    return {
        **os.environ,
        "RECONCILER_API_URL": address,
        "RECONCILER_AUTH_URL": address,
        "RECONCILER_CLIENT_ID": "sandbox",
        "RECONCILER_CLIENT_SECRET": "sandbox",
        "RECONCILER_ACCESS_TOKEN": "",
        "RECONCILER_FREEZE": "",
    }


@contextmanager
def _sandbox() -> Iterator[str]:
    """Start the sandbox as a process of its own, yield its address, and end it."""
    command = [sys.executable, "-m", "reconciler", "sandbox", "--port", "0", "--rate-limit", "36000,4000"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        address = process.stdout.readline().strip()
        if not address:
            code = process.wait(_START_SECONDS)
            raise ReconcilerError(f"the sandbox did not start (exit code {code}); what it said is above")
        yield address
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def _bad_merge(repository: Path) -> Iterator[None]:
    """Replace the people of a team, for a while."""
    path = repository / "teams.yaml"
    good = path.read_text(encoding="utf-8")
    bad = good.replace("kim.oh@acme.test, lou.diaz@acme.test", "sam.roe@acme.test, wes.ford@acme.test")
    path.write_text(bad, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(good, encoding="utf-8")


def _run(
    words: str, arguments: list[str], repository: Path, environment: dict[str, str], *, ends_with: int = 0
) -> None:
    _tell(words, f"$ reconciler {' '.join(arguments)}")
    # the same command a person would type, in a process of its own
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-m", "reconciler", *arguments], cwd=repository, env=environment, check=False
    )
    if done.returncode != ends_with:
        raise ReconcilerError(f"'reconciler {arguments[0]}' ended with {done.returncode}, which a demo must not")


def _edit_live(address: str) -> None:
    """Play the person at the web interface: read the preset, swap two people, write the whole array."""
    form = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox"}
    with httpx.Client(base_url=address, trust_env=False) as client:
        token = client.post("/oauth/token", data=form).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Procore-Company-Id": "4211"}
        preset = client.get(_EDITED, headers=headers).json()["data"]
        memberships = [
            {
                "uuid": group["responsible_group_uuid"],
                "login_ids": ["204" if one["id"] == "202" else one["id"] for one in group["assignees"]],
            }
            for group in preset["responsible_group_memberships"]
        ]
        body = {"responsible_group_memberships": memberships}
        client.patch(f"{_EDITED}/assignees", headers=headers, json=body).raise_for_status()


def _route(address: str, repository: Path, environment: dict[str, str]) -> tuple[str, ...]:
    """Show a step that software answers, and return what to say once the sandbox has ended."""
    routing = repository / "routing.yaml"
    routing.write_text(_ROUTING, encoding="utf-8")
    as_bot = {**environment, "RECONCILER_CLIENT_ID": "erp", "RECONCILER_CLIENT_SECRET": "erp"}
    _tell("The rules by which the integration answers the accounting step of an invoice:", routing.read_text("utf-8"))
    _run("1. Are they sound? Their examples are run. (no network)", ["validate"], repository, environment)
    with httpx.Client(base_url=address, trust_env=False) as client:
        _reach_step(client)
        _tell("2. The project managers approve invoice HB-0117, and the integration is the next one to respond.")
        _run("3. What would be answered? (mode: observe sends nothing)", ["route", "--once"], repository, as_bot)
        _run("   And why?", ["route", "--explain", _INSTANCE], repository, as_bot)
        routing.write_text(f"mode: answer\n{_ROUTING}", encoding="utf-8")
        _commit(repository, "Answer by these rules")
        _tell("4. 'mode: answer' is reviewed, and committed.")
        _crash(client, repository, as_bot)
        words = "6. The next start sends the response that the journal has, and makes no new decision."
        _run(words, ["route", "--once"], repository, as_bot)
        client.post("/_sandbox/clicks", json={"do": "restart", "instance_id": _INSTANCE}).raise_for_status()
        _reach_step(client)
        _tell("7. Somebody restarts the workflow, and the project managers approve again: the step comes once more.")
        _run("8. It is answered too, once.", ["route", "--once"], repository, as_bot)
        _run("9. Nothing waits any more.", ["route", "--once"], repository, as_bot)
    journal = repository / ".reconciler" / "journal" / "route"
    return (f"The sandbox has ended. What was seen, decided, sent and read back, a line each: {journal}",)


def _reach_step(client: httpx.Client) -> None:
    """Play the people of a workflow: project managers approve, and a manager adds the integration to the next step."""
    for login_id in _MANAGERS:
        click_ = {"do": "respond", "instance_id": _INSTANCE, "login_id": login_id, "option": "Approve"}
        client.post("/_sandbox/clicks", json=click_).raise_for_status()
    form = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox"}
    token = client.post("/oauth/token", data=form).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Procore-Company-Id": "4211"}
    step = client.get(_RUNNING, headers=headers).json()["data"]["current_step_occurrence"]["id"]
    body = {"step_occurrence_id": step, "assignee_ids": [_BOT], "required": False, "reason": "new_employee"}
    client.post(f"{_RUNNING}/additional_assignees", headers=headers, json=body).raise_for_status()


def _crash(client: httpx.Client, repository: Path, environment: dict[str, str]) -> None:
    """End a look by force after its intent is on disk, while the service is down."""
    _tell("5. The service goes down, and the process is ended by force before it can respond (kill -9).")
    down = {"method": "POST", "path": "/responses", "status": 503, "times": 1000, "headers": {"Retry-After": "30"}}
    client.put("/_sandbox/faults", json=[down]).raise_for_status()
    command = [sys.executable, "-m", "reconciler", "route", "--once", "--quiet"]
    process = subprocess.Popen(command, cwd=repository, env=environment)  # noqa: S603 - ourselves
    try:
        ends_at = time.monotonic() + _START_SECONDS
        while not any(one["path"].endswith("/responses") for one in client.get("/_sandbox/requests").json()["log"]):
            if time.monotonic() > ends_at or process.poll() is not None:
                raise ReconcilerError("'reconciler route' did not get to its response, which a demo must")
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait()
        client.put("/_sandbox/faults", json=[]).raise_for_status()


def _commit(repository: Path, message: str) -> None:
    git = shutil.which("git")
    if git is None:
        raise UsageError("this demo commits its rules: install git, and run it again")
    identity = ["-c", "user.name=Demo", "-c", "user.email=demo@acme.test", "-c", "commit.gpgsign=false"]
    ask_git(git, repository, "add", ".")
    ask_git(git, repository, *identity, "commit", "--quiet", "-m", message)
