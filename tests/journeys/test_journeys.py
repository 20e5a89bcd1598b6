"""Numbered journeys through the real command line, whole outputs compared with files people can read."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from reconciler import __version__
from tests.support.account import INVOICE, company_seed, write_seed
from tests.support.command_line import clean_environment, reconciler, reconciler_process
from tests.support.sandbox import running_sandbox
from tests.support.terminal import answer
from tests.support.trial import Trial

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.support.sandbox import RunningSandbox

WHOLE = {"creator": [], "pm": ["1", "2"], "acc": ["3", "4"], "super": ["8"]}
MANAGED = INVOICE.replace("projects:", "workflow_manager: dee@acme.test\nprojects:")


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Return a trial with one change to make: cy for bo at Harbor Bridge."""
    return Trial(tmp_path / "approvals", sandbox)


def test_01_plan_apply_and_again(trial: Trial, whole: SnapshotAssertion) -> None:
    """Plan, save, apply, plan again, apply again: the second time nothing happens."""
    shown = [
        trial.run("validate"),
        trial.run("plan", "--out", "plan.json", "--detailed-exitcode"),
        trial.run("apply", "plan.json"),
        trial.run("plan", "--detailed-exitcode"),
        trial.run("apply", "plan.json"),
        trial.run("apply", "--yes"),
        trial.run("history"),
    ]
    assert "\n".join(shown) == whole
    assert trial.sandbox.groups("32", "1042") == {**WHOLE, "pm": ["1", "3"]}
    assert len(trial.writes()) == 1


def test_02_a_plan_only_reads(trial: Trial) -> None:
    """Nothing but GET reaches the service, and no more of them than the lower bound: one for the directory."""
    trial.run("plan", "--out", "plan.json")
    log = trial.sandbox.log()
    assert {one["method"] for one in log} == {"GET"}
    live = json.loads((trial.folder / "plan.json").read_text())["live"]
    assert len(log) == live["requests"] == live["lower_bound"] == 7


def test_03_a_write_holds_every_group(trial: Trial) -> None:
    """Unmanaged and dynamic groups as live has them, and the manager that live shows."""
    trial.run("apply", "--yes")
    assert trial.writes() == [
        {
            "workflow_manager_id": "7",
            "responsible_group_memberships": [
                {"uuid": "creator", "login_ids": []},
                {"uuid": "pm", "login_ids": ["1", "3"]},
                {"uuid": "acc", "login_ids": ["3", "4"]},
                {"uuid": "super", "login_ids": ["8"]},
            ],
            "individual_assignees": [],
        }
    ]


def test_04_stale(trial: Trial, whole: SnapshotAssertion) -> None:
    """Somebody edits the preset between plan and apply: nothing is written there, exit 5."""
    trial.run("plan", "--out", "plan.json")
    trial.sandbox.edit("32", "1042", pm=["6"])
    assert trial.run("apply", "plan.json") == whole
    assert trial.writes() == []
    assert trial.sandbox.groups("32", "1042") == {**WHOLE, "pm": ["6"]}


def test_05_somebody_did_it_already(trial: Trial) -> None:
    """Live is as the plan wants it: already, exit 0, no write."""
    trial.run("plan", "--out", "plan.json")
    trial.sandbox.edit("32", "1042", pm=["3", "1"])
    shown = trial.run("apply", "plan.json")
    assert shown.startswith("exit 0")
    assert "already" in shown
    assert trial.writes() == []


def test_06_crash_and_apply_again(trial: Trial, whole: SnapshotAssertion) -> None:
    """Killed in the middle of its writes; the journal tells, and applying again finishes the job."""
    both = INVOICE.replace(
        "  - project: Harbor",
        "  - project: Cedar Tower\n    groups: {Accounting: [eli@acme.test]}\n  - project: Harbor",
    )
    trial.write({"assignments/invoice.yaml": both})
    trial.run("plan", "--out", "plan.json")
    trial.sandbox.fail({"method": "GET", "path": "presets/32", "status": 503, "skip": 1,
                        "headers": {"Retry-After": "50"}})  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "apply", "plan.json"],
        cwd=trial.folder,
        env={**clean_environment(), **trial.sandbox.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    journal = trial.folder / ".reconciler" / "journal"
    wait_for(lambda: any(path.read_text().count("intended") == 2 for path in journal.glob("*.jsonl")))
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    before = trial.run("history")
    trial.sandbox.fail()
    assert f"{before}\n{trial.run('apply', 'plan.json')}" == whole
    assert trial.sandbox.groups("31", "1041")["acc"] == ["5"]
    assert trial.sandbox.groups("32", "1042")["pm"] == ["1", "3"]
    assert len(trial.writes()) == 2


def wait_for(ready: object, seconds: float = 50) -> None:
    """Wait until something holds, for so long at the most."""
    assert callable(ready)
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def test_07_ctrl_c_finishes_the_write_under_way(trial: Trial, tmp_path: Path) -> None:
    """The write is read back and recorded, what is left is skipped, exit 4."""
    both = INVOICE.replace(
        "  - project: Harbor",
        "  - project: Cedar Tower\n    groups: {Accounting: [eli@acme.test]}\n  - project: Harbor",
    )
    seed = write_seed(tmp_path / "slow", company_seed())
    with running_sandbox(seed, "--latency", "0.4") as slow:
        trial.sandbox = slow
        trial.write({"assignments/invoice.yaml": both})
        trial.run("plan", "--out", "plan.json")
        process = subprocess.Popen(
            [sys.executable, "-m", "reconciler", "apply", "plan.json"],
            cwd=trial.folder,
            env={**clean_environment(), **slow.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        journal = trial.folder / ".reconciler" / "journal"
        wait_for(lambda: any("intended" in path.read_text() for path in journal.glob("*.jsonl")))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 4
        assert "1 applied, 1 skipped" in out
        note, finishing = err.splitlines()
        assert note.endswith("[policy/older-plan]")
        assert finishing == "finishing the write under way; press again to leave at once"
        assert slow.groups("31", "1041")["acc"] == ["5"]
        assert slow.groups("32", "1042") == WHOLE


def test_08_wrong_documents(trial: Trial, whole: SnapshotAssertion) -> None:
    """Every problem of every file, offline and live, with its place and remedy; exit 7, nothing asked of it."""
    trial.write({
        "assignments/invoice.yaml": INVOICE.replace("Harbor", "Habor").replace("cy@", "cyy@"),
        "assignments/more.yaml": INVOICE.replace("Harbor Bridge", "Cedar Tower").replace("Manager", "Manger"),
    })  # fmt: skip
    live = trial.run("plan")
    trial.write({
        "assignments/invoice.yaml": INVOICE.replace("[ann@acme.test, cy@acme.test]", "[]"),
        "assignments/more.yaml": "kind: assignmnts\n",
        "teams.yml": "kind: teams\nteams: {a: [team:b], b: [team:a]}\n",
    })  # fmt: skip
    shown = "\n".join((live, trial.run("validate"), trial.run("plan", "--format", "json"), trial.run("apply", "--yes")))
    assert shown == whole
    assert trial.writes() == []


def test_09_an_empty_folder_is_not_remove_everybody(trial: Trial, whole: SnapshotAssertion) -> None:
    """A vanished or emptied document stops everything."""
    (trial.folder / "assignments" / "invoice.yaml").unlink()
    shown = [trial.run("plan"), trial.run("apply", "--yes")]
    (trial.folder / "assignments" / "invoice.yaml").write_text("")
    shown.append(trial.run("plan"))
    assert "\n".join(shown) == whole
    assert trial.sandbox.log() == []


def test_10_nobody_to_ask(trial: Trial, whole: SnapshotAssertion) -> None:
    """Without --yes and without a terminal: exit 64 before anything is asked of the service."""
    assert trial.run("apply", typed="y\n") == whole
    assert trial.sandbox.log() == []


@pytest.mark.parametrize(("typed", "code", "writes"), [("y\n", 0, 1), ("n\n", 0, 0), ("\n", 0, 0)])
def test_11_apply_shows_and_asks(trial: Trial, typed: str, code: int, writes: int) -> None:
    """On a terminal: the plan, a question, and only yes is yes."""
    ended, shown = answer(trial, "apply", typed=typed, kind="xterm")
    assert ended == code
    assert "Apply this to 1 preset?" in shown
    assert re.search(r"\x1b\[3[12]m", shown), "a terminal gets colours"
    assert len(trial.writes()) == writes


def test_11b_who_is_asked_has_seen_the_plan(trial: Trial) -> None:
    """Also with --quiet and JSON: the plan goes to stderr; declined, the report says that nothing was tried."""
    out = trial.folder / "report.json"
    code, shown = answer(trial, "apply", "--quiet", "--format", "json", "--out", "report.json", typed="n\n")
    assert code == 0
    assert "Harbor Bridge" in shown
    report = json.loads(out.read_text())
    assert (report["run_id"], [one["status"] for one in report["outcomes"]]) == ("", ["skipped"])
    assert trial.writes() == []


def test_11c_a_report_that_cannot_be_written_is_known_before(trial: Trial) -> None:
    """Nothing is written to the service when the report has no place to go."""
    for place in ("no/such/folder.json", "."):
        shown = trial.run("apply", "--yes", "--out", place)
        assert shown.startswith("exit 64")
    assert trial.writes() == []


def test_12_the_approved_plan_and_no_other(trial: Trial, whole: SnapshotAssertion) -> None:
    """--approved takes the plan with that digest only; an empty variable never means go."""
    trial.run("plan", "--out", "plan.json")
    digest = json.loads((trial.folder / "plan.json").read_text())["digest"]
    shown = [
        trial.run("apply", "plan.json", "--approved", ""),
        trial.run("apply", "plan.json", "--approved", f"sha256:{'0' * 64}"),
        trial.run("apply", "--yes", "--approved", f"sha256:{'0' * 64}"),
    ]
    assert trial.writes() == []
    shown.append(trial.run("apply", "plan.json", "--approved", digest, "--format", "json"))
    assert "\n".join(shown) == whole
    assert len(trial.writes()) == 1


def test_13_a_tampered_plan(trial: Trial, whole: SnapshotAssertion) -> None:
    """Another person put into the file: refused by show and by apply; so is what is no plan."""
    trial.run("plan", "--out", "plan.json")
    path = trial.folder / "plan.json"
    text = path.read_text()
    path.write_text(text.replace('"3"', '"6"'))
    shown = [trial.run("show", "plan.json"), trial.run("apply", "plan.json")]
    path.write_text("{}")
    shown += [trial.run("apply", "plan.json"), trial.run("show", "missing.json")]
    assert "\n".join(shown) == whole
    assert trial.writes() == []


def test_14_a_saved_plan_in_every_format(trial: Trial, whole: SnapshotAssertion) -> None:
    """Shown again from the file; JSON is the file itself."""
    trial.write({"assignments/invoice.yaml": MANAGED})
    trial.run("plan", "--out", "plan.json")
    json_ran = trial.ran("show", "plan.json", "--format", "json")
    json_shown = json_ran.shown
    assert json_ran.stdout == (trial.folder / "plan.json").read_text()
    shown = [trial.run("show", "plan.json"), trial.run("show", "plan.json", "--format", "markdown"), json_shown]
    assert re.sub(r"<sandbox>", "", "\n".join(shown)) == whole
    trial.run("show", "plan.json", "--format", "markdown", "--out", "plan.md")
    raw = reconciler(trial.folder, "show", "plan.json", "--format", "markdown")
    assert (trial.folder / "plan.md").read_text() == raw.stdout


def test_15_a_refused_plan_is_shown_and_never_applied(tmp_path: Path, whole: SnapshotAssertion) -> None:
    """Somebody who may not be assigned there: exit 3, in full; apply exits 3 and writes nothing."""
    seed = company_seed()
    seed["eligible"] = [{"list": "possible_assignees", "project_id": "1042", "people": ["1", "2"]}]
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial = Trial(tmp_path / "approvals", sandbox)
        shown = [trial.run("plan", "--out", "plan.json"), trial.run("apply", "plan.json"), trial.run("apply", "--yes")]
        assert "\n".join(shown) == whole
        assert trial.writes() == []


def test_16_half_read_live_state_is_no_plan(trial: Trial, whole: SnapshotAssertion) -> None:
    """A preset that cannot be read: incomplete, exit 6, not applicable; a failing service: exit 6 at once."""
    trial.sandbox.fail({"path": "presets/32", "status": 403, "times": 9})
    shown = [trial.run("plan", "--out", "plan.json"), trial.run("apply", "plan.json")]
    trial.sandbox.fail(
        {"path": "templates[?]", "status": 200, "body": "<html>maintenance</html>", "content_type": "text/html"}
    )
    shown.append(trial.run("plan"))
    trial.sandbox.fail({"path": "presets/32", "status": 403, "times": 9})
    shown.append(trial.run("snapshot", "--out", "live.json"))
    assert "\n".join(shown) == whole
    assert trial.writes() == []
    assert not (trial.folder / "live.json").exists()


def test_17_no_network_and_no_credentials(trial: Trial, whole: SnapshotAssertion) -> None:
    """One sentence each that says what to do; with --verbose the traceback, without any secret."""
    nowhere = {**trial.sandbox.environment, "RECONCILER_API_URL": "http://127.0.0.1:9"}
    wrong = {**trial.sandbox.environment, "RECONCILER_CLIENT_SECRET": "hunter2"}
    shown = [
        reconciler(trial.folder, "plan", environment=nowhere).shown,
        reconciler(trial.folder, "plan").shown,
        reconciler(trial.folder, "plan", environment=wrong).shown,
    ]
    assert "\n".join(shown) == whole
    verbose = reconciler(trial.folder, "plan", "--verbose", environment=wrong)
    assert "Traceback" in verbose.stderr
    assert "hunter2" not in verbose.stderr + verbose.stdout


def test_18_wrong_usage(trial: Trial, whole: SnapshotAssertion) -> None:
    """Exit 64 for what cannot be meant, with a suggestion, in JSON where that is asked for."""
    shown = [
        trial.run("plam"),
        trial.run("plan", "--fromat", "json"),
        trial.run("plan", "--format", "xml"),
        trial.run("plan", "--budget", "lots"),
        trial.run("plan", "--budget", "12"),
        trial.run("plan", "--format", "json", "--base"),
        trial.run("show"),
        trial.run("sandbox", "--rate-limit", "many"),
        trial.run("sandbox", "--host", "0.0.0.0"),
        trial.run("plan", "--config", "elsewhere"),
        trial.run("plan", "--out", "no/such/folder/plan.json"),
    ]
    assert "\n".join(shown) == whole


def test_18b_files_that_cannot_be_used(trial: Trial, whole: SnapshotAssertion) -> None:
    """One code for files of this machine, and a failed plan leaves no earlier plan behind."""
    (trial.folder / "plan.json").write_text("an earlier plan")
    (trial.folder / "file").write_text("")
    shown = [
        trial.run("history", "--journal", "nowhere"),
        trial.run("sandbox", "--port", "0", "--state", "no/such/folder/company.sqlite"),
        trial.run("demo", "--dir", "file/below"),
        trial.run("apply", "--yes", "--journal", "file"),
    ]
    trial.write({"assignments/invoice.yaml": "kind: x\n"})
    shown.append(trial.run("plan", "--out", "plan.json"))
    assert "\n".join(shown) == whole
    assert not (trial.folder / "plan.json").exists()
    assert trial.writes() == []


def test_18c_an_interrupted_plan(trial: Trial, tmp_path: Path) -> None:
    """Ctrl-C while reading: exit 130, one JSON document where that is asked for."""
    with running_sandbox(write_seed(tmp_path / "slow", company_seed()), "--latency", "2") as slow:
        process = subprocess.Popen(
            [sys.executable, "-m", "reconciler", "plan", "--format", "json"],
            cwd=trial.folder,
            env={**clean_environment(), **slow.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # a shell starts what runs in its background with interrupts ignored, and children inherit that
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - one call
        )
        wait_for(slow.log)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, json.loads(out).get("code")) == (130, 130), err
    assert "Traceback" not in err


def test_18d_saved_plans_do_not_make_documents_dirty(trial: Trial) -> None:
    """Only documents count; the revision is that of git."""
    git = ["git", "-c", "user.name=T", "-c", "user.email=t@acme.test", "-C", str(trial.folder)]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *arguments], check=True, env=clean_environment())
    trial.run("plan", "--out", "plan.json")
    revision = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    source = json.loads((trial.folder / "plan.json").read_text())["source"]
    assert source == {"revision": revision, "dirty": False, "base": None}
    (trial.folder / "more.yaml").write_text("kind: teams\nteams: {}\n")
    assert "with uncommitted changes" in trial.run("plan")


def test_19_an_offline_plan(trial: Trial, whole: SnapshotAssertion) -> None:
    """A snapshot gives the same changes without a request."""
    online = json.loads(
        reconciler(trial.folder, "plan", "--format", "json", environment=trial.sandbox.environment).stdout
    )
    shown = [trial.run("snapshot", "--out", "live.json")]
    trial.sandbox.log(forget=True)
    addresses = {name: url for name, url in trial.sandbox.environment.items() if name.endswith("_URL")}
    offline = reconciler(trial.folder, "plan", "--snapshot", "live.json", "--format", "json", environment=addresses)
    assert json.loads(offline.stdout)["digest"] == online["digest"]
    shown.append(reconciler(trial.folder, "plan", "--snapshot", "live.json").shown)
    shown.append(reconciler(trial.folder, "plan", "--snapshot", "missing.json").shown)
    assert "\n".join(shown) == whole
    assert trial.sandbox.log() == []


def test_20_partly_applied(trial: Trial, whole: SnapshotAssertion) -> None:
    """One write is refused, the other is done: exit 4, in JSON too."""
    both = INVOICE.replace(
        "  - project: Harbor",
        "  - project: Cedar Tower\n    groups: {Accounting: [eli@acme.test]}\n  - project: Harbor",
    )
    trial.write({"assignments/invoice.yaml": both})
    trial.sandbox.fail({"method": "PATCH", "path": "presets/31", "status": 422, "body": '{"errors": ["no"]}'})
    shown = trial.run("apply", "--yes", "--format", "json")
    assert re.sub(r"sha256:[0-9a-f]{64}", "<digest>", shown) == whole
    assert trial.sandbox.groups("32", "1042")["pm"] == ["1", "3"]


def test_21_a_lost_answer(trial: Trial) -> None:
    """The write happened and its answer did not come: read back, applied, written once."""
    trial.sandbox.fail({"method": "PATCH", "status": 0, "carried_out": True})
    shown = trial.run("apply", "--yes")
    assert "1 applied" in shown
    assert len(trial.writes()) == 1


def test_22_help_for_every_command(trial: Trial, whole: SnapshotAssertion) -> None:
    """Each tells what it does, its options, and an example."""
    commands = (
        "validate",
        "plan",
        "show",
        "comment",
        "approved",
        "apply",
        "mark",
        "drift",
        "snapshot",
        "export",
        "adopt",
        "history",
        "schema",
        "sandbox",
        "demo",
    )
    shown = [trial.run("--help"), *(trial.run(command, "--help") for command in commands)]
    assert "\n".join(shown) == whole
    assert all("Example" in one for one in shown[1:])


def test_23_a_company_level_tool_and_the_wrong_level(trial: Trial, whole: SnapshotAssertion) -> None:
    """Company documents reach company presets; projects: for one is told apart."""
    budget = "kind: assignments\ntemplate: Budget\ncompany: {groups: {Finance: [dee@acme.test]}}\n"
    trial.write({"assignments/invoice.yaml": budget})
    shown = [trial.run("apply", "--yes"), trial.run("plan", "--quiet")]
    trial.write(
        {"assignments/invoice.yaml": budget.replace("Budget", "Invoice Approval").replace("Finance", "Accounting")}
    )
    shown.append(trial.run("plan"))
    assert "\n".join(shown) == whole
    assert trial.sandbox.groups("33") == {"b-creator": [], "b-fin": ["4"]}


def test_24_the_sandbox_remembers(tmp_path: Path) -> None:
    """With a state file the company survives a restart of the sandbox."""
    seed = write_seed(tmp_path / "seed", company_seed())
    state = str(tmp_path / "company.sqlite")
    with running_sandbox(seed, "--state", state) as sandbox:
        assert Trial(tmp_path / "approvals", sandbox).run("apply", "--yes").startswith("exit 0")
    with running_sandbox(seed, "--state", state) as sandbox:
        assert sandbox.groups("32", "1042")["pm"] == ["1", "3"]


def test_25_a_lagging_service(tmp_path: Path) -> None:
    """Reads that lag behind a write by a second are waited out."""
    with running_sandbox(write_seed(tmp_path / "seed", company_seed()), "--lag", "0.6") as sandbox:
        trial = Trial(tmp_path / "approvals", sandbox)
        assert "1 applied" in trial.run("apply", "--yes")
        assert len(trial.writes()) == 1


def test_26_a_reader_that_goes_away(trial: Trial) -> None:
    """A pipe closed early is no failure."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "plan"],
        cwd=trial.folder,
        env={**clean_environment(), **trial.sandbox.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert (process.stderr.read(), process.wait(20)) == ("", 0)
    process.stderr.close()


def test_27_the_demo(tmp_path: Path) -> None:
    """It ends by itself in under twenty seconds, leaves its repository and no process, and says what is next."""
    started = time.monotonic()
    ran = reconciler_process(tmp_path, "demo", "--dir", "trial")
    assert ran.code == 0, ran.stderr
    assert time.monotonic() - started < 20
    words = (
        "no problems",
        "4 roles added, 4 removed (8 people), 1 workflow manager changed",
        "5 applied",
        "nothing to change",
        "1 added in Procore, 1 removed in Procore",
        "+      Project Manager: [bo.chen@acme.test, sam.roe@acme.test]",
        "1 applied",
        "policy/run-removals",
        "What to try next",
    )
    positions = [ran.stdout.index(word) for word in words]
    assert positions == sorted(positions)
    assert (tmp_path / "trial" / "reconciler.yaml").is_file()
    address = re.search(r"http://127\.0\.0\.1:\d+", ran.stdout)
    assert address is not None
    with pytest.raises(httpx.ConnectError):
        httpx.get(address.group(), trust_env=False)
    again = reconciler(tmp_path, "demo", "--dir", "trial")
    assert (again.code, "is not empty; name a new folder" in again.stderr) == (64, True)


def test_27b_the_demo_of_routing(tmp_path: Path) -> None:
    """An invoice goes through a routed step twice, with a crash in between; each time it is answered once."""
    ran = reconciler_process(tmp_path, "demo", "route", "--dir", "trial")
    assert ran.code == 0, ran.stderr
    words = ("no problems", "observed   instance 7001", "item.total_claimed_amount is 48211.55", "kill -9",
             "1 answered", "the step comes once more", "1 answered", "no step waits for this integration")  # fmt: skip
    at = 0
    for word in words:
        at = ran.stdout.index(word, at) + 1
    (journal,) = (tmp_path / "trial" / ".reconciler" / "journal" / "route").glob("*.jsonl")
    events = [json.loads(line)["event"] for line in journal.read_text().splitlines()]
    assert [events.count(one) for one in ("route-started", "route-intended", "route-outcome")] == [5, 2, 2]


def test_28_version_and_completion(tmp_path: Path) -> None:
    """The version, and completions for the shell."""
    assert reconciler(tmp_path, "--version").stdout == f"reconciler {__version__}\n"
    environment = {"_RECONCILER_COMPLETE": "bash_complete", "COMP_WORDS": "reconciler va", "COMP_CWORD": "1"}
    done = subprocess.run(
        [Path(sys.executable).parent / "reconciler"], env={**clean_environment(), **environment},
        capture_output=True, text=True, check=False, timeout=20,
    )  # fmt: skip
    assert done.stdout == "plain,validate\n"
