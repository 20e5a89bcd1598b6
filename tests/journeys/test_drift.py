"""Drift through the real command line: somebody clicks, is found, known, answered for, put back."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.account import INVOICE, company_seed, write_seed
from tests.support.sandbox import running_sandbox
from tests.support.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.support.github_stub import GitHubStub
    from tests.support.sandbox import RunningSandbox

AS_LIVE = INVOICE.replace("cy@", "bo@").replace("projects:", "workflow_manager: gus@acme.test\nprojects:")
KNOWN = (
    "kind: acknowledgements\nacknowledged:\n  - {address: projects/1042/*, group: Project Manager, "
    'person: eli@acme.test, owner: kim@acme.test, reason: "a trial", until: 2099-12-31}\n'
)

SELECTED = (
    "kind: assignments\ntemplate: Invoice Approval\nprojects:\n  - where: {stage: Course of Construction}\n"
    "    groups: {Project Manager: [ann@acme.test, bo@acme.test]}\n"
)
BUDGET = "kind: assignments\ntemplate: Budget\ncompany: {groups: {Finance: [cy@acme.test]}}\n"


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Return a repository that live agrees with."""
    one = Trial(tmp_path / "approvals", sandbox)
    one.write({"assignments/invoice.yaml": AS_LIVE})
    one.commit()
    return one


def dated(shown: str) -> str:
    """Take out the day."""
    return re.sub(r"since \d{4}-\d\d-\d\d", "since <day>", shown)


def test_01_the_life_of_a_difference(trial: Trial, whole: SnapshotAssertion) -> None:
    """None; new; known; answered for; put back and resolved; quiet again."""
    shown = [trial.run("drift")]
    trial.sandbox.edit("32", "1042", pm=["1", "5"])
    shown += [trial.run("drift"), trial.run("drift")]
    trial.write({"known.yaml": KNOWN})
    shown.append(trial.run("drift"))
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    shown.append(trial.run("drift"))
    trial.sandbox.edit("32", "1042", pm=["1", "2"])
    (trial.folder / "known.yaml").unlink()
    shown += [trial.run("drift"), trial.run("drift")]
    assert [one[:6] for one in shown] == ["exit 0", "exit 2", "exit 2", "exit 2", "exit 0", "exit 0", "exit 0"]
    assert dated("\n".join(shown)) == whole
    assert trial.writes() == []
    assert {one["method"] for one in trial.sandbox.log()} == {"GET"}


def test_02_a_report_kept_elsewhere(trial: Trial) -> None:
    """--previous goes before the journal; what it says is what is known."""
    trial.sandbox.edit("32", "1042", pm=["1"])
    first = trial.run("drift", "--format", "json", "--out", "first.json")
    assert first == "exit 2\n--- stdout\n--- stderr\n"
    (trial.folder / "none.json").write_text(
        (trial.folder / "first.json").read_text().replace('"git-only"', '"live-only"')
    )
    known = json.loads(_json(trial, "--previous", "first.json"))
    assert [one["state"] for one in known["drifts"]] == ["known"]
    other = json.loads(_json(trial, "--previous", "none.json"))
    assert [one["state"] for one in other["drifts"]] == ["new"]
    assert [one["direction"] for one in other["resolved"]] == ["live-only"]
    for name, code in (("missing.json", 64), ("reconciler.yaml", 7)):
        assert trial.run("drift", "--previous", name).startswith(f"exit {code}")


def _json(trial: Trial, *arguments: str) -> str:
    shown = trial.run("drift", "--format", "json", *arguments)
    return shown.split("--- stdout\n")[1].split("--- stderr")[0]


def test_03_an_invalid_preset(tmp_path: Path) -> None:
    """Who is the reason is looked up, with one request more for it alone."""
    seed = company_seed()
    seed["eligible"] = [{"list": "possible_assignees", "project_id": "1042", "people": ["1", "3", "4"]}]
    seed["presets"][1]["valid"] = False
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial = Trial(tmp_path / "approvals", sandbox)
        trial.write({"assignments/invoice.yaml": AS_LIVE})
        shown = trial.run("drift")
        assert shown.startswith("exit 0")
        assert "Invoice Approval · Harbor Bridge is invalid: no new workflow starts there" in shown
        assert "Project Manager: Bo (bo@acme.test) may not be assigned any more" in shown
        assert "with 7 requests (lower bound 7)" in shown


def test_04_half_read_is_no_report(trial: Trial) -> None:
    """Nothing is said of drift, and the journal keeps nothing."""
    trial.sandbox.fail({"path": "presets/32", "status": 403, "times": 9})
    shown = trial.run("drift")
    assert shown.startswith("exit 6")
    assert "nothing is said of drift" in shown
    assert not (trial.folder / ".reconciler" / "journal").exists()


def test_05_offline_and_as_a_page(trial: Trial) -> None:
    """Against a snapshot without a request; as one file of HTML; as Markdown."""
    trial.sandbox.edit("32", "1042", pm=["1"])
    trial.run("snapshot", "--out", "live.json")
    trial.sandbox.log(forget=True)
    assert trial.run("drift", "--snapshot", "live.json").startswith("exit 2")
    assert trial.sandbox.log() == []
    trial.run("drift", "--format", "html", "--out", "drift.html")
    assert "removed in Procore" in (trial.folder / "drift.html").read_text()
    assert "**1 removed in Procore · 1 known · oldest since " in trial.run("drift", "--format", "markdown")
    assert (
        trial.run("history").splitlines()[2]
        == "no applies in the journal; history lists those alone, and no reports of drift"
    )


def test_06_a_plan_says_who_is_acknowledged(trial: Trial) -> None:
    """An acknowledgement quiets the alarm; the plan takes the person out all the same, and says so."""
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    trial.write({"known.yaml": KNOWN})
    assert trial.run("drift").startswith("exit 0")
    said = (
        "· known.yaml:3:5: Invoice Approval · Harbor Bridge · Project Manager: Eli: acknowledged by kim@acme.test "
        "until 2099-12-31 (a trial); this plan takes them out all the same  [plan/acknowledged]"
    )
    plan = trial.run("plan", "--detailed-exitcode")
    assert plan.startswith("exit 2")
    assert said in plan.splitlines()
    trial.write({"assignments/invoice.yaml": AS_LIVE.replace("bo@acme.test]", "bo@acme.test, eli@acme.test]")})
    assert "plan/acknowledged" not in trial.run("plan"), "who stays is not taken out"


def test_07_an_old_snapshot_tells_nobody(trial: Trial, github: GitHubStub) -> None:
    """It is named as old; it closes no issue, announces and reports no end of drift, and tells nobody anything."""
    trial.run("snapshot", "--out", "live.json")
    trial.sandbox.edit("32", "1042", pm=["1"])
    assert "issue 101 opened" in trial.run("drift", "--issue", **github.environment)
    asked, reports = len(github.asked), len(list((trial.folder / ".reconciler" / "journal").iterdir()))
    path = trial.folder / "live.json"
    path.write_text(path.read_text().replace(json.loads(path.read_text())["observed_at"], "2026-01-01T00:00:00Z"))
    for option, environment in (
        ("--issue", github.environment),
        ("--notify", {"RECONCILER_NOTIFY": "json://127.0.0.1:9"}),
    ):
        shown = trial.run("drift", "--snapshot", "live.json", option, **environment)
        assert shown.startswith("exit 5"), shown
        assert "[live/old-snapshot]" in shown
        assert "--issue and --notify report Procore as it is now" in shown
    assert (github.issues[101]["state"], len(github.asked)) == ("open", asked)
    assert len(list((trial.folder / ".reconciler" / "journal").iterdir())) == reports
    shown = trial.run("drift", "--snapshot", "live.json", "--metrics", "drift.prom")
    assert shown.startswith("exit 2"), "live of January resolves nothing that was seen today"
    assert "last seen" in shown
    assert "[live/old-snapshot]" in shown
    assert 'live_timestamp_seconds{company="4211"} 1.767' in (trial.folder / "drift.prom").read_text()


def _projects_gone(seed: dict[str, Any]) -> None:
    seed["projects"] = []
    seed["presets"] = [one for one in seed["presets"] if one["project_id"] is None]


def _project_gone(seed: dict[str, Any]) -> None:
    del seed["projects"][1], seed["presets"][1]


def _project_inactive(seed: dict[str, Any]) -> None:
    seed["projects"][1]["active"] = False


def _preset_gone(seed: dict[str, Any]) -> None:
    del seed["presets"][1]


def _not_selected(seed: dict[str, Any]) -> None:
    seed["projects"][1]["stage"] = "Warranty"


def _renamed(seed: dict[str, Any]) -> None:
    seed["projects"][1] |= {"name": "Harbour Bridge", "display_name": "24-017 - Harbour Bridge"}


@contextmanager
def _hidden(trial: Trial, folder: Path, hide: Callable[[dict[str, Any]], None]) -> Iterator[None]:
    """Let the same company be seen by an account, or at a time, that does not see all of it."""
    seed = company_seed()
    seed["presets"][0]["groups"]["pm"] = ["1", "2"]
    seed["presets"][1]["groups"]["pm"] = ["1", "2", "5"]
    hide(seed)
    before = trial.sandbox
    with running_sandbox(write_seed(folder, seed)) as sandbox:
        trial.sandbox = sandbox
        yield
    trial.sandbox = before


@pytest.mark.parametrize(
    ("hide", "reason"),
    [
        (_projects_gone, "project-gone"),
        (_project_gone, "project-gone"),
        (_project_inactive, "project-inactive"),
        (_preset_gone, "preset-gone"),
        (_not_selected, "unmanaged"),
    ],
)
def test_08_out_of_sight_and_back(
    trial: Trial, tmp_path: Path, github: GitHubStub, hide: Callable[[dict[str, Any]], None], reason: str
) -> None:
    """What cannot be seen is not resolved: it stays known, red and in the open issue, and ends only when it is read."""
    trial.write({"assignments/invoice.yaml": SELECTED, "assignments/budget.yaml": BUDGET})
    trial.sandbox.edit("31", "1041", pm=["1", "2"])
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    assert trial.run("drift", "--issue", **github.environment).startswith("exit 2")
    with _hidden(trial, tmp_path / "hidden", hide):
        for _ in range(2):
            shown = trial.run("drift", "--issue", "--metrics", "drift.prom", "--format", "json", **github.environment)
            assert shown.startswith("exit 2")
            report = json.loads(shown.split("--- stdout\n")[1].split("--- stderr")[0])
            assert report["resolved"] == []
            mine = [one for one in report["unseen"] if one["drift"]["address"] == "projects/1042/templates/11"]
            assert [(one["reason"], one["drift"]["state"], one["drift"]["person"]["id"]) for one in mine] == [
                (reason, "known", "5"),
            ]  # fmt: skip
            assert github.issues[101]["state"] == "open"
            assert (
                'reconciler_drift_unseen{company="4211",state="known"} 1.0' in (trial.folder / "drift.prom").read_text()
            )
    back = json.loads(_json(trial))
    assert [(one["person"]["id"], one["state"]) for one in back["drifts"]] == [("5", "known")]
    assert back["unseen"] == []
    trial.sandbox.edit("32", "1042", pm=["1", "2"])
    shown = trial.run("drift", "--issue", **github.environment)
    assert shown.startswith("exit 0")
    assert "1 resolved" in shown
    assert github.issues[101]["state"] == "closed"
    assert [body.splitlines()[0] for body in github.bodies(101)] == ["Nothing is left: live is what git says."]


@pytest.mark.parametrize("how", ["removed", "excluded", "role"])
def test_09_what_documents_manage_no_more(trial: Trial, how: str, whole: SnapshotAssertion) -> None:
    """A document, entry or role that goes ends nothing by itself; a line in git does, once, and says so."""
    trial.write({"assignments/invoice.yaml": AS_LIVE, "assignments/budget.yaml": BUDGET})
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    trial.run("drift")
    if how == "role":
        trial.write({"assignments/invoice.yaml": AS_LIVE.replace("Project Manager: [ann@", "Accounting: [cy@")
                     .replace("bo@", "dee@")})  # fmt: skip
    elif how == "removed":
        (trial.folder / "assignments" / "invoice.yaml").unlink()
    else:
        settings = trial.folder / "reconciler.yaml"
        settings.write_text(settings.read_text() + "exclude: [assignments/invoice.yaml]\n")
    gone = trial.run("drift")
    line = "{address: projects/1042/*, owner: kim@acme.test, reason: handed over, until: 2099-12-31}"
    (trial.folder / "known.yaml").write_text(f"kind: acknowledgements\nreleased:\n  - {line}\n")
    shown = [gone, trial.run("drift"), trial.run("drift")]
    assert [one[:6] for one in shown] == ["exit 2", "exit 0", "exit 0"]
    assert re.sub(r"seen \d{4}-\d\d-\d\d", "seen <day>", dated("\n".join(shown))) == whole


def test_10_an_acknowledged_difference_out_of_sight(trial: Trial, tmp_path: Path) -> None:
    """It keeps its acknowledgement, whose line stays in use, and is known to be acknowledged when it is back."""
    trial.write({"assignments/invoice.yaml": SELECTED, "assignments/budget.yaml": BUDGET, "known.yaml": KNOWN})
    trial.sandbox.edit("31", "1041", pm=["1", "2"])
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    assert trial.run("drift").startswith("exit 0")
    with _hidden(trial, tmp_path / "hidden", _project_gone):
        shown = trial.run("drift")
    assert shown.startswith("exit 0")
    assert "1 unseen" in shown
    assert "kim@acme.test knows until 2099-12-31: a trial" in shown
    assert "acknowledgement-unused" not in shown
    assert "1 acknowledged" in trial.run("drift")


def test_11_a_plan_says_which_presets_of_the_base_are_out_of_sight(trial: Trial, tmp_path: Path) -> None:
    """An entry that left the documents, of a project that cannot be found: the plan names it."""
    base = trial.git("rev-parse", "HEAD")
    trial.write({"assignments/invoice.yaml": AS_LIVE.replace("Harbor Bridge", "Cedar Tower")})
    assert "live/unseen" not in trial.run("plan", "--base", base)
    with _hidden(trial, tmp_path / "hidden", _project_gone):
        shown = trial.run("plan", "--base", base)
    (line,) = [one for one in shown.splitlines() if one.endswith("[live/unseen]")]
    assert line.startswith("! 1 entry or preset that ")
    assert "(Invoice Approval · Harbor Bridge): check the access of the account" in line


def test_12_a_clock_that_was_ahead(trial: Trial) -> None:
    """One report from the future spoils no later one: the report before is the last of the past, and that is told."""
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    trial.run("drift", "--format", "json", "--out", "today.json")
    journal = trial.folder / ".reconciler" / "journal"
    newest = max(journal.glob("*.jsonl"))
    ahead = (
        newest.read_text()
        .replace('"created_at":"20', '"created_at":"21')
        .replace('"observed_at":"20', '"observed_at":"21')
    )
    (journal / newest.name.replace("20", "21", 1)).write_text(ahead)
    told = trial.run("drift")
    assert "1 known" in told
    assert "1 report is from the future and not compared with, because a clock was ahead" in told
    report = (trial.folder / "today.json").read_text().replace('"created_at": "20', '"created_at": "21')
    (trial.folder / "ahead.json").write_text(report)
    told = trial.run("drift", "--previous", "ahead.json")
    assert "1 new" in told
    assert "ahead.json is from the future" in told


def test_13_a_renamed_project(trial: Trial, tmp_path: Path) -> None:
    """Documents name it as it was: its difference stays known, beside the finding, and is the same one afterwards."""
    trial.write({"assignments/invoice.yaml": AS_LIVE, "assignments/budget.yaml": BUDGET})
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    first = json.loads(_json(trial))
    assert [one["state"] for one in first["drifts"]] == ["new"]
    with _hidden(trial, tmp_path / "hidden", _renamed):
        report = json.loads(_json(trial))
        assert (report["drifts"], report["resolved"]) == ([], [])
        assert [(one["drift"]["person"]["id"], one["drift"]["state"]) for one in report["unseen"]] == [("5", "known")]
        assert "documents/held" in {one["code"] for one in report["diagnostics"]}
        trial.write({"assignments/invoice.yaml": AS_LIVE.replace("Harbor", "Harbour")})
        followed = json.loads(_json(trial))
    assert followed["unseen"] == []
    assert [(one["person"]["id"], one["state"], one["since"]) for one in followed["drifts"]] == [
        ("5", "known", first["drifts"][0]["since"])
    ]
