"""Drift on a schedule through the real command line: the life of an issue, figures, chats, and what cannot be told."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.account import INVOICE
from tests.support.command_line import clean_environment
from tests.support.loopback import receiving
from tests.support.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

    from tests.support.github_stub import GitHubStub
    from tests.support.gitlab_stub import GitLabStub
    from tests.support.loopback import Receiver
    from tests.support.sandbox import RunningSandbox

AS_LIVE = INVOICE.replace("cy@", "bo@").replace("projects:", "workflow_manager: gus@acme.test\nprojects:")
KNOWN = (
    "kind: acknowledgements\nacknowledged:\n  - {address: projects/1042/*, group: Project Manager, "
    'person: eli@acme.test, owner: kim@acme.test, reason: "a trial", until: 2099-12-31}\n'
)
LINK = ("--link", "https://ci.test/run/7")


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Return a repository that live agrees with."""
    one = Trial(tmp_path / "approvals", sandbox)
    one.write({"assignments/invoice.yaml": AS_LIVE})
    one.commit()
    return one


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Something that takes what is posted."""
    with receiving() as one:
        yield one


def comparable(shown: str) -> str:
    """Take out days and revisions."""
    return re.sub(r"since \d{4}-\d\d-\d\d", "since <day>", re.sub(r"at [0-9a-f]{12}", "at <commit>", shown))


def told(shown: str) -> list[str]:
    """Return what stands on stderr."""
    return shown.split("--- stderr\n")[1].splitlines()


def life(trial: Trial, run: Any) -> Iterator[tuple[str, str]]:
    """Let a company drift: nothing; new; known; one more; answered for; put back; quiet; back again."""
    yield "nothing", run()
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    yield "opened", run()
    yield "known", run()
    trial.sandbox.edit("32", "1042", pm=["1", "5"])
    yield "updated", run()
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    trial.write({"known.yaml": KNOWN})
    yield "closed", run()
    yield "quiet", run()
    (trial.folder / "known.yaml").unlink()
    yield "re-opened", run()
    trial.sandbox.edit("32", "1042", pm=["1", "2"])
    yield "closed", run()


EXPECTED = [
    ("nothing", "exit 0", "no issue: there is nothing to tell of"),
    ("opened", "exit 2", "issue 101 opened"),
    ("known", "exit 2", "issue 101 updated"),
    ("updated", "exit 2", "issue 101 updated, 1 difference more"),
    ("closed", "exit 0", "issue 101 closed"),
    ("quiet", "exit 0", "issue 101 stays closed"),
    ("re-opened", "exit 2", "issue 101 re-opened"),
    ("closed", "exit 0", "issue 101 closed"),
]


def test_01_the_life_of_an_issue_on_github(trial: Trial, github: GitHubStub, whole: SnapshotAssertion) -> None:
    """Opened, updated, closed and re-opened; what is new is said once, and known drift is never said again."""
    stages, seen = [], []
    for name, shown in life(trial, lambda: trial.run("drift", "--issue", *LINK, **github.environment)):
        stages.append((name, shown[:6], *told(shown)))
        issue = github.issues.get(101)
        state = f"{issue['state']} · {issue['title']}\n{issue['body']}" if issue else "none"
        comments = "\n\n---\n".join(github.bodies(101))
        seen.append(f"##### {name}: {state}\n##### comments\n{comments}\n")
    assert stages == EXPECTED
    assert len(github.issues) == 1
    assert [one["name"] for one in github.issues[101]["labels"]] == ["reconciler-drift"]
    assert github.issues[101]["state"] == "closed"
    assert [text.splitlines()[0] for text in github.bodies(101)] == [
        "1 difference more:",
        "Nothing is left but what is acknowledged (1).",
        "Drift is back: 1 difference.",
        "Nothing is left: live is what git says.",
    ]
    assert comparable("\n".join(seen)) == whole
    assert trial.writes() == []


def test_02_the_life_of_an_issue_on_gitlab(trial: Trial, gitlab: GitLabStub) -> None:
    """The same there."""
    stages, states = [], []
    for name, shown in life(trial, lambda: trial.run("drift", "--issue", *LINK, **gitlab.environment)):
        stages.append((name, shown[:6], *told(shown)))
        states.append(gitlab.issues[101]["state"] if gitlab.issues else "none")
    assert stages == EXPECTED
    assert states == ["none", "opened", "opened", "opened", "closed", "closed", "opened", "closed"]
    (issue,) = gitlab.issues.values()
    assert (issue["title"], issue["labels"]) == ("Drift: Acme (4211)", ["reconciler-drift"])
    assert issue["description"].startswith("<!-- reconciler drift 4211 -->\n<!-- told all:  -->\n### Acme ")
    assert [number for number, _ in gitlab.said] == [101] * 4
    assert "- removed in Procore: Bo (bo@\u200bacme.test), Project Manager, " in gitlab.said[0][1].replace("\\", "")
    assert all(text.endswith("<https://ci.test/run/7>") for _, text in gitlab.said)


def test_03_figures(trial: Trial, receiver: Receiver) -> None:
    """A file for the collector of textfiles and a push, both as Prometheus reads them; no name stands in either."""
    trial.sandbox.edit("32", "1042", pm=["1", "5"])
    shown = trial.run("drift", "--metrics", "drift.prom", "--push-metrics", receiver.address)
    assert shown.startswith("exit 2")
    assert told(shown) == ["metrics written to drift.prom", "metrics pushed"]
    file = trial.folder / "drift.prom"
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    figures = read_figures(file.read_text())
    assert figures["reconciler_drift_differences", ("state", "new"), ("direction", "live-only")] == 1
    assert figures["reconciler_drift_differences", ("state", "new"), ("direction", "git-only")] == 1
    assert figures["reconciler_drift_differences", ("state", "known"), ("direction", "git-only")] == 0
    assert figures["reconciler_drift_presets",] == 1
    assert figures["reconciler_drift_requests",] == len(trial.sandbox.log())
    assert 0 < figures["reconciler_drift_seconds",] < 60
    assert abs(figures["reconciler_drift_last_run_timestamp_seconds",] - time.time()) < 60
    (push,) = receiver.taken
    assert (push.method, push.path) == ("PUT", "/metrics/job/reconciler_drift/company/4211")
    assert push.body == file.read_bytes()
    assert b"acme" not in push.body.lower()
    assert b"Eli" not in push.body


def read_figures(text: str) -> dict[tuple[Any, ...], float]:
    """Return what Prometheus' own client reads, by name and labels; every figure is of the company."""
    found = {}
    for family in text_string_to_metric_families(text):
        assert (family.type, bool(family.documentation)) == ("gauge", True)
        for sample in family.samples:
            assert sample.labels.pop("company") == "4211"
            found[sample.name, *sorted(sample.labels.items(), reverse=True)] = sample.value
    return found


def test_04_figures_never_claim_what_was_not_read(trial: Trial, receiver: Receiver, github: GitHubStub) -> None:
    """Where live is read in part, the figures of old stay as they are, and neither forge nor chat hears anything."""
    everything = ("--metrics", "drift.prom", "--push-metrics", receiver.address, "--issue", "--notify")
    environment = {**github.environment, "RECONCILER_NOTIFY": receiver.address.replace("http", "json")}
    (trial.folder / "drift.prom").write_text("of old\n")
    trial.sandbox.fail({"path": "presets/32", "status": 403, "times": 9})
    shown = trial.run("drift", *everything, **environment)
    assert shown.startswith("exit 6")
    assert (trial.folder / "drift.prom").read_text() == "of old\n"
    assert (receiver.taken, github.asked) == ([], [])


def test_05_chats(trial: Trial, receiver: Receiver) -> None:
    """They are told what is new, and that it is over; nothing in between."""
    environment = {"RECONCILER_NOTIFY": f"{receiver.address.replace('http', 'json')}/secret-path"}
    command = ("drift", "--notify", *LINK)
    nobody = ["nobody notified: nothing is new, and nothing is resolved"]
    assert told(trial.run(*command, **environment)) == nobody
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    assert told(trial.run(*command, **environment)) == ["notified 1 address"]
    assert told(trial.run(*command, **environment)) == nobody
    trial.sandbox.edit("32", "1042", pm=["1", "2"])
    assert told(trial.run(*command, **environment)) == ["notified 1 address"]
    assert told(trial.run(*command, **environment)) == nobody
    messages = [json.loads(one.body) for one in receiver.taken]
    assert [(one["title"], one["message"], one["type"]) for one in messages] == [
        (
            "Drift: Acme (4211)",
            "1 new (1 added in Procore)\n\n- added in Procore: Eli (eli@\u200bacme.test), Project Manager, "
            "Invoice Approval · Harbor Bridge\n\n[All of it](https://ci.test/run/7)",
            "warning",
        ),
        (
            "Drift is resolved: Acme (4211)",
            "nothing is left: live is what git says\n\n[All of it](https://ci.test/run/7)",
            "success",
        ),
    ]


@pytest.mark.parametrize("shown_as", ["json", "terminal"])
def test_06_one_that_fails_stops_no_other(trial: Trial, receiver: Receiver, github: GitHubStub, shown_as: str) -> None:
    """The report is there all the same, whole and alone on stdout; stderr says who was not told, and no secret."""
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    trial.sandbox.log(forget=True)
    github.faults = [("POST", "/issues", 403)]
    receiver.statuses = {"/metrics/": 500, "/hunter2": 404}
    post = receiver.address.replace("http", "json")
    environment = {**github.environment, "RECONCILER_NOTIFY": f"{post}/hunter2 {post}/good"}
    everything = ("--issue", "--push-metrics", receiver.address, "--notify", "-v", "--format", shown_as)
    shown = trial.run("drift", *everything, **environment)
    assert shown.startswith("exit 6")
    stdout = shown.split("--- stdout\n")[1].split("--- stderr")[0]
    if shown_as == "json":
        assert json.loads(stdout)["summary"]["new"] == 1
    else:
        assert "1 added in Procore · 1 new" in stdout
    said = [line for line in told(shown) if "HTTP Request" not in line]
    assert said == [
        "error: GitHub refuses a new issue of acme/approvals: 403 made to fail; is it there, "
        "and may the token do this?",
        f"error: the Pushgateway at {receiver.address.removeprefix('http://')} refuses the metrics: 500",
        "error: 1 of 2 addresses in RECONCILER_NOTIFY could not be reached: number 1 (JSON); "
        "is the address still good, and can this machine reach the chat?",
    ]
    assert "hunter2" not in shown
    assert [one.path for one in receiver.taken if "good" in one.path] == ["/good"]
    again = trial.run("drift", "--issue", **github.environment)
    assert told(again) == ["issue 101 opened"], "known by now, and told all the same"


def test_07_what_would_fail_later_fails_at_once(trial: Trial) -> None:
    """Before anything is asked of the service: no forge, no addresses, no folder, no gateway."""
    cases = [
        (("--issue",), "which forge?"),
        (("--notify",), "whom to notify? Set RECONCILER_NOTIFY"),
        (("--metrics", "none/drift.prom"), "there is no folder none"),
        (("--push-metrics", "gateway"), "--push-metrics is not the address of a Pushgateway; write an address such as"),
        (("--push-metrics", "https://gw/push?token=hunter2"), "without login and query"),
        (("--push-metrics", "https://me:hunter2@gateway.test"), "a command line must not hold one"),
    ]
    trial.sandbox.log(forget=True)
    for arguments, words in cases:
        shown = trial.run("drift", *arguments)
        assert shown.startswith("exit 64"), arguments
        assert words in shown
        assert "hunter2" not in shown
    shown = trial.run("drift", "--notify", RECONCILER_NOTIFY="json://127.0.0.1:9 hunter2")
    assert shown.startswith("exit 64")
    assert "address 2 in RECONCILER_NOTIFY is none that Apprise knows" in shown
    assert "hunter2" not in shown
    assert trial.sandbox.log() == []


def test_08_nobody_could_be_shown_the_report(trial: Trial) -> None:
    """What is written down as told is told all the same, since the next run will know it."""
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", "drift", "--metrics", "drift.prom"],
            cwd=trial.folder,
            env={**clean_environment(), **trial.sandbox.environment},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 64
    assert "metrics written to drift.prom\nerror: the result cannot be written to stdout" in done.stderr
    figures = read_figures((trial.folder / "drift.prom").read_text())
    assert figures["reconciler_drift_differences", ("state", "new"), ("direction", "live-only")] == 1


def test_09_a_report_shown_again(trial: Trial) -> None:
    """As text, Markdown within a budget, page, and itself; what holds problems alone does not fit it."""
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    trial.run("drift", "--format", "json", "--out", "report.json")
    assert "1 added in Procore · 1 new" in trial.run("show", "report.json")
    detailed = trial.run("show", "report.json", "--detailed-exitcode", "--format", "markdown", *LINK)
    assert detailed.startswith("exit 2")
    assert "Report and plan: <https://ci.test/run/7>" in detailed
    page = trial.run("show", "report.json", "--format", "html", "--out", "drift.html")
    assert page.startswith("exit 0")
    assert "added in Procore" in (trial.folder / "drift.html").read_text()
    trial.run("show", "report.json", "--format", "json", "--out", "again.json")
    assert (trial.folder / "again.json").read_bytes() == (trial.folder / "report.json").read_bytes()
    refused = trial.run("show", "report.json", "--format", "sarif")
    assert refused.startswith("exit 64")
    assert "not as sarif" in refused
    by_person = trial.run("show", "report.json", "--by", "person")
    assert by_person.startswith("exit 64")
    assert "a drift report is shown by preset alone, not by person" in by_person
    assert trial.run("show", "report.json", "--by", "preset").startswith("exit 0")
    assert "error: cannot read none.json: No such file" in trial.run("show", "none.json")
