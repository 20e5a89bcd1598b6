"""One bad line stops what it touches and nothing else, through the real command line."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.model.plan import Plan
from reconciler.planning.digests import plan_digest
from tests.support.account import INVOICE, company_seed, write_seed
from tests.support.sandbox import running_sandbox
from tests.support.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.support.github_stub import GitHubStub
    from tests.support.sandbox import RunningSandbox

WHERE = """\
kind: assignments
template: Invoice Approval
projects:
  - where: {stage: Course of Construction%s}
    groups:
      Accounting: [cy@acme.test, dee@acme.test]
"""

NARROWER = "project: Harbor Bridge\n    groups: {Project Manager: [ann@acme.test, bo@acme.test]}\n"


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """A repository and a sandbox."""
    return Trial(tmp_path / "approvals", sandbox)


@pytest.mark.parametrize("status", [403, 404])
def test_01_one_project_that_cannot_be_read(trial: Trial, status: int) -> None:
    """Under a 'where' the plan says which line leaves the project out, and with that line it is complete."""
    trial.write({"assignments/invoice.yaml": WHERE % ""})
    refused = {"path": "/projects/1042/workflows/presets", "status": status, "times": 99}
    trial.sandbox.fail(refused)
    told = trial.run("plan")
    assert told.startswith("exit 6\n")
    way = 'to plan without this project, add except: [{id: "1042"}] to the where at assignments/invoice.yaml:4:5'
    assert way in told
    trial.write({"assignments/invoice.yaml": WHERE % ', except: [{id: "1042"}]'})
    assert trial.run("plan").startswith("exit 0\n")


def test_02_a_project_that_an_entry_names(trial: Trial) -> None:
    """There the entry itself is the line to take out, so no 'except' is proposed."""
    trial.sandbox.fail({"path": "/projects/1042/workflows/presets", "status": 403, "times": 99})
    told = trial.run("plan")
    assert told.startswith("exit 6\n")
    assert "except" not in told


def test_03_a_last_day_that_is_coming(trial: Trial) -> None:
    """'validate' and 'plan' say two weeks ahead that a group will be empty, and neither stops for it."""
    day = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=5)
    group = f"[{{person: ann@acme.test, until: {day}}}]"
    trial.write({"assignments/invoice.yaml": INVOICE.replace("[ann@acme.test, cy@acme.test]", group)})
    for command in ("validate", "plan"):
        told = trial.run(command)
        assert told.startswith("exit 0\n")
        assert f"'Project Manager' names nobody after {day}, the last day of ann@acme.test" in told


GONE = """\
kind: assignments
template: Invoice Approval
projects:
  - project: Harbor Bridge
    groups: {Project Manager: [ann@acme.test, gone@acme.test]}
  - project: Torn Down
    groups: {Accounting: [cy@acme.test]}
"""
CEDAR = "  - project: Cedar Tower\n    groups: {Accounting: [cy@acme.test, dee@acme.test]}\n"


def test_04_a_leaver_and_a_project_that_is_gone(trial: Trial, whole: SnapshotAssertion) -> None:
    """Their lines are old, so plan, apply and every command that looks go on and tell them; a new line ends with 7."""
    trial.write({"assignments/invoice.yaml": GONE})
    base = trial.commit()
    trial.write({"assignments/invoice.yaml": GONE + CEDAR})
    trial.sandbox.edit("31", "1041", acc=["3"])
    trial.commit("cedar")
    assert trial.run("plan").startswith("exit 7\n"), "nobody knows what is old"
    shown = [
        trial.run("plan", "--base", base, "--out", "plan.json"),
        trial.run("apply", "plan.json", "--since", base),
        trial.run("drift"),
    ]
    assert trial.sandbox.groups("31", "1041")["acc"] == ["3", "4"]
    assert len(trial.writes()) == 1
    markdown = trial.run("show", "plan.json", "--format", "markdown")
    assert "2 lines held" in markdown
    assert trial.run("snapshot", "--out", "live.json").startswith("exit 0\n")
    assert trial.run("adopt", "--all", "--yes").startswith("exit 0\n")
    assert trial.run("drift", "--metrics", "drift.prom", "--quiet").startswith("exit 0\n")
    assert 'reconciler_drift_held{company="4211"} 2.0' in (trial.folder / "drift.prom").read_text()
    shown.append(trial.run("plan", "--detailed-exitcode"))
    assert "\n".join(shown) == whole
    trial.write({"assignments/invoice.yaml": GONE.replace("gone@", "typo@") + CEDAR})
    edited = trial.run("plan", "--base", base)
    assert edited.startswith("exit 7\n")
    assert "'typo@acme.test'" in edited


def test_05_the_forge_knows_what_was_applied(trial: Trial, github: GitHubStub) -> None:
    """Without a base and a journal, the commit with the green status is the base for old lines."""
    trial.write({"assignments/invoice.yaml": GONE})
    base = trial.commit()
    assert trial.run("plan", **github.environment).startswith("exit 7\n")
    creator = {"login": github.accounts["actions"]}
    github.statuses[base] = [{"context": "reconciler/apply/4211", "state": "success", "description": "",
                              "target_url": None, "id": 1, "creator": creator}]  # fmt: skip
    told = trial.run("plan", **github.environment)
    assert told.startswith("exit 0\n")
    assert "2 lines held" in told


def test_06_somebody_leaves_between_plan_and_apply(tmp_path: Path) -> None:
    """The preset that was to get them is stale and nothing is written to it; the other one is applied."""
    seed = company_seed()
    seed["eligible"] = [{"list": "possible_assignees", "project_id": None, "people": ["1", "2", "3", "4"]}]
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial = Trial(tmp_path / "approvals", sandbox)
        trial.write({"assignments/invoice.yaml": INVOICE + CEDAR})
        sandbox.edit("31", "1041", acc=["3"])
        trial.run("plan", "--out", "plan.json")
        left = '{"data": [{"id": "1", "login": "ann@acme.test", "name": "Ann"}, {"id": "4", "login": "dee@acme.test"}]}'
        gone = {"path": "/projects/1042/workflows/possible_assignees", "status": 200, "times": 9, "body": left,
                "headers": {"Total": "2"}}  # fmt: skip
        sandbox.fail(gone)
        told = trial.run("apply", "plan.json")
        assert told.startswith("exit 5\n"), told
        assert "Harbor Bridge   not written: a line for Project Manager can no longer be resolved" in told
        assert sandbox.groups("31", "1041")["acc"] == ["3", "4"]
        assert sandbox.groups("32", "1042")["pm"] == ["1", "2"]


def test_07_a_last_day_that_is_over(trial: Trial) -> None:
    """The group it empties is held by 'plan' and 'validate' with a base, and told by drift; without a base it stops."""
    group = "[{person: ann@acme.test, until: 2020-01-31}]"
    trial.write({"assignments/invoice.yaml": INVOICE.replace("[ann@acme.test, cy@acme.test]", group)})
    base = trial.commit()
    for command in ("validate", "plan"):
        assert trial.run(command).startswith("exit 7\n")
        told = trial.run(command, "--base", base)
        assert told.startswith("exit 0\n"), told
        assert (
            "held until this line is corrected, and what it touches stays as it is: nobody is left in 'Project Manager'"
            in told
        )
    assert "documents/held" in trial.run("drift")


def test_08_a_copy_of_a_line_of_the_base(trial: Trial) -> None:
    """Two equal entries are the request's doing: they stop the plan, and hold nothing of what the base manages."""
    trial.write({"assignments/invoice.yaml": WHERE % ""})
    base = trial.commit()
    trial.sandbox.edit("31", "1041", acc=["3", "4", "5"])
    trial.write({"assignments/copy.yaml": WHERE % ""})
    told = trial.run("plan", "--base", base)
    assert told.startswith("exit 7\n"), told
    assert "documents/conflict" in told
    assert trial.run("validate", "--base", base).startswith("exit 0\n")
    copied = trial.commit("copied")
    assert "documents/held" in trial.run("plan", "--base", copied)


@pytest.mark.parametrize("name", ["Project Managr", "Item Creator"])
def test_09_a_group_that_is_renamed_after_the_approval(trial: Trial, name: str) -> None:
    """A name that no role group has is never taken for documents that ask for something else: the preset is stale."""
    base = trial.commit()
    trial.write({"assignments/invoice.yaml": INVOICE})
    assert trial.run("plan", "--base", base, "--out", "plan.json").startswith("exit 0\n")
    trial.write({"assignments/invoice.yaml": INVOICE.replace("Project Manager", name)})
    told = trial.run("apply", "plan.json")
    assert told.startswith("exit 5\n"), told
    assert "a line for Project Manager can no longer be resolved" in told


@pytest.mark.parametrize("left_out", [False, True], ids=["named", "left out"])
def test_10_a_project_that_is_renamed_in_the_service(tmp_path: Path, left_out: bool) -> None:  # noqa: FBT001 - a case
    """No broader line takes over what its line protected, not by an apply without review either; drift counts it."""
    seed = company_seed()
    (harbor,) = [one for one in seed["projects"] if one["id"] == "1042"]
    harbor.update(name="Harbor Bridge II", display_name="Harbor Bridge II")
    where = "where: {stage: Course of Construction%s}\n    groups: {Project Manager: [ann@acme.test]}\n"
    entries = [where % ", except: [Harbor Bridge]"] if left_out else [NARROWER, where % ""]
    document = "kind: assignments\ntemplate: Invoice Approval\nprojects:\n" + "".join(f"  - {one}" for one in entries)
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial = Trial(tmp_path / "approvals", sandbox)
        trial.write({"assignments/invoice.yaml": document})
        base = trial.commit()
        told = trial.run("plan", "--base", base)
        assert told.startswith("exit 0\n"), told
        held = "" if left_out else "2 presets, nothing to change      1 line held"
        assert (held or "0 presets, nothing to change") in told, told
        assert trial.run("apply", "--yes", "--base", base).startswith("exit 0\n")
        assert "1 held" in trial.run("drift")
        assert [one for one in sandbox.log() if one["method"] == "PATCH"] == []


ELSEWHERE = "  - project: Nowhere\n    groups: {Accounting: [cy@acme.test]}\n"


def test_11_a_bad_line_behind_the_review(trial: Trial) -> None:
    """Apply names it, ends with 5, and leaves it new for every plan that follows; lines that a plan knew are old."""
    trial.write({"assignments/invoice.yaml": GONE, ".gitignore": ".reconciler/\n*.json\n"})
    base = trial.commit()
    trial.write({"assignments/invoice.yaml": GONE + CEDAR})
    trial.commit("reviewed")
    trial.run("plan", "--base", base, "--out", "plan.json")
    trial.write({"assignments/invoice.yaml": GONE + CEDAR + ELSEWHERE})
    trial.commit("pushed past review")
    told = trial.run("apply", "plan.json", "--since", base)
    assert told.startswith("exit 5\n"), told
    assert "1 line held that no plan knows" in told
    assert "no approved plan knows this line" in told
    assert told.count("documents/held]") == 1, "the one of the base is told as old"
    again = trial.run("plan")
    assert again.startswith("exit 7\n"), again
    trial.write({"assignments/invoice.yaml": GONE + CEDAR})
    trial.commit("corrected")
    assert trial.run("plan", "--base", base, "--out", "plan.json").startswith("exit 0\n")
    assert trial.run("apply", "plan.json", "--since", base).startswith("exit 0\n")
    assert trial.run("plan").startswith("exit 0\n"), "the journal knows a whole run"


def test_12_a_plan_of_other_documents_is_no_proof(trial: Trial) -> None:
    """The lines of a commit that no plan was made of stay new, though an older plan was applied on top of it."""
    trial.write({"assignments/invoice.yaml": INVOICE, ".gitignore": ".reconciler/\n*.json\n"})
    trial.commit()
    trial.run("plan", "--out", "plan.json")
    trial.write({"assignments/invoice.yaml": INVOICE + ELSEWHERE})
    trial.commit("later")
    assert trial.run("apply", "plan.json").startswith("exit 0\n")
    assert trial.run("plan").startswith("exit 7\n")


def test_13_a_journal_that_the_request_brings(trial: Trial) -> None:
    """No file that git tracks makes a line old, nor drift known: any commit can have written it."""
    trial.write({"assignments/invoice.yaml": INVOICE, ".gitignore": "*.json\n"})
    trial.git("init", "-q", "-b", "main")
    trial.commit()
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    assert "3 new" in trial.run("drift")
    assert trial.run("apply", "--yes").startswith("exit 0\n")
    (run,) = [one for one in (trial.folder / ".reconciler/journal").iterdir() if "run-started" in one.read_text()]
    trial.write_only({"assignments/invoice.yaml": INVOICE + ELSEWHERE})
    head = trial.commit("the request")
    started, rest = run.read_text().split("\n", 1)
    recorded = json.loads(started)
    run.write_text(json.dumps({**recorded, "revision": head}) + "\n" + rest)
    assert trial.run("plan").startswith("exit 7\n")
    trial.git("rm", "-rq", "--cached", ".reconciler")
    assert trial.run("plan").startswith("exit 0\n"), "this very journal is believed where git does not track it"
    trial.git("add", "-A")
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    told = trial.run("drift")
    assert "3 new" in told
    assert "are in git and were not read" in told


def test_14_nothing_to_do_and_a_line_held(trial: Trial) -> None:
    """The report of an apply that changed nothing tells the held lines all the same."""
    trial.write({"assignments/invoice.yaml": INVOICE.replace("cy@", "bo@") + ELSEWHERE})
    base = trial.commit()
    told = trial.run("apply", "--yes", "--base", base, "--format", "json")
    assert told.startswith("exit 0\n"), told
    report = json.loads(told.split("--- stdout\n")[1].split("--- stderr")[0])
    assert (report["outcomes"], [one["code"] for one in report["held"]]) == ([], ["documents/held"])


def test_15_a_line_that_went_bad_between_review_and_apply(trial: Trial, tmp_path: Path) -> None:
    """It stands in the documents of which the approved plan was made, so it is held, and the run is no failure."""
    trial.write({"assignments/invoice.yaml": INVOICE, ".gitignore": ".reconciler/\n*.json\n"})
    base = trial.commit()
    trial.write({"assignments/invoice.yaml": INVOICE + CEDAR})
    trial.commit("reviewed")
    trial.run("plan", "--base", base, "--out", "plan.json")
    seed = company_seed()
    seed["projects"][0] |= {"name": "Cedar Tower II", "display_name": "24-016 - Cedar Tower II"}
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial.sandbox = sandbox
        address = json.loads((trial.folder / "plan.json").read_text())["service"]["api_url"]
        plan = (trial.folder / "plan.json").read_text().replace(address, sandbox.address)
        edited = msgspec.convert(json.loads(plan), Plan)
        (trial.folder / "plan.json").write_bytes(
            msgspec.json.encode(msgspec.structs.replace(edited, digest=plan_digest(edited)))
        )
        told = trial.run("apply", "plan.json", "--since", base)
        assert "documents/held]" in told
        assert "documents/held-unapproved" not in told
