"""What was approved and nothing wider, through the real command line: live and documents move after the plan."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.account import INVOICE
from tests.support.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.support.sandbox import RunningSandbox

CEDAR = "  - project: Cedar Tower\n    groups: {Accounting: [cy@acme.test, dee@acme.test]}\n"


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Return a trial under version control whose plan, cy for bo at Harbor Bridge, is saved and approved."""
    one = Trial(tmp_path / "approvals", sandbox)
    one.write({"assignments/invoice.yaml": INVOICE + CEDAR, ".gitignore": "*.json\n.reconciler/\n"})
    one.commit()
    one.run("plan", "--out", "plan.json")
    return one


def test_01_less_than_approved(trial: Trial, whole: SnapshotAssertion) -> None:
    """Bo is gone already, and somebody came into a group nobody manages: what is left of the plan is done."""
    trial.sandbox.edit("32", "1042", pm=["1"], acc=["3", "4", "5"])
    assert trial.run("apply", "plan.json") == whole
    assert trial.sandbox.groups("32", "1042") == {
        "creator": [],
        "pm": ["1", "3"],
        "acc": ["3", "4", "5"],
        "super": ["8"],
    }
    assert len(trial.writes()) == 1


def test_02_wider_by_one_person(trial: Trial, whole: SnapshotAssertion) -> None:
    """Eli was added in the web interface meanwhile: nobody approved that he goes, so that preset is stale."""
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    shown = [trial.run("apply", "plan.json"), trial.run("apply", "plan.json", "--format", "json")]
    assert "\n".join(shown) == whole
    assert trial.writes() == []
    trial.run("plan", "--out", "plan.json")
    assert trial.run("apply", "plan.json").startswith("exit 0")


def test_03_drift_elsewhere_is_not_this_plans_business(trial: Trial) -> None:
    """A preset that the plan does not name is neither read nor written."""
    trial.sandbox.edit("31", "1041", acc=["3", "4", "5"])
    assert trial.run("apply", "plan.json").startswith("exit 0")
    assert not any("presets/31" in one["path"] for one in trial.sandbox.log())
    assert trial.sandbox.groups("31", "1041")["acc"] == ["3", "4", "5"]


def test_04_documents_that_moved_on(trial: Trial, whole: SnapshotAssertion) -> None:
    """They ask for more: refused. They ask for it no longer: nothing is written, and that is said."""
    trial.write({"assignments/invoice.yaml": INVOICE.replace("cy@acme.test", "cy@acme.test, dee@acme.test") + CEDAR})
    shown = [trial.run("apply", "plan.json")]
    trial.write({"assignments/invoice.yaml": INVOICE.replace("cy@", "bo@") + CEDAR})
    shown.append(trial.run("apply", "plan.json"))
    trial.write({"assignments/invoice.yaml": "kind: assignments\ntemplate: Invoice Approval\nprojects:\n" + CEDAR})
    shown.append(trial.run("apply", "plan.json"))
    assert "\n".join(shown) == whole
    assert trial.writes() == []


def test_05_commits_that_wait_together(trial: Trial, whole: SnapshotAssertion) -> None:
    """Two approved plans and the documents of both: done as one, the commits named; one alone would be wider."""
    base = trial.git("rev-parse", "HEAD")
    digests = [json.loads((trial.folder / "plan.json").read_text())["digest"]]
    trial.git("checkout", "-qb", "second")
    trial.write(
        {"assignments/invoice.yaml": INVOICE.replace("[ann@acme.test, cy@", "[ann@acme.test, bo@acme.test, gus@")}
    )
    trial.commit("gus comes as well")
    trial.run("plan", "--out", "second.json")
    digests.append(json.loads((trial.folder / "second.json").read_text())["digest"])
    trial.git("checkout", "-q", "main")
    both = INVOICE.replace("[ann@acme.test, cy@", "[ann@acme.test, cy@acme.test, gus@")
    trial.write({"assignments/invoice.yaml": both + CEDAR})
    trial.commit("both merged")
    alone = trial.run("apply", "plan.json")
    assert alone.startswith("exit 5")
    assert "Gus (gus@acme.test) would gain Project Manager" in alone
    half = trial.run("apply", "plan.json", "second.json", "--approved", digests[0])
    assert half.startswith("exit 5")
    assert trial.writes() == []
    approved = [word for digest in digests for word in ("--approved", digest)]
    together = trial.ran("apply", "plan.json", "second.json", *approved, "--since", base, "--format", "json")
    report = json.loads(together.stdout)
    assert (report["approved"], report["commits"]) == (digests, [trial.git("rev-parse", "HEAD")])
    assert trial.sandbox.groups("32", "1042")["pm"] == ["1", "3", "7"]
    shown = [trial.run("history"), trial.run("apply", "plan.json", "--since", "nowhere")]
    assert re.sub(r"\b[0-9a-f]{12}\b", "<revision>  ", "\n".join(shown)) == whole


def test_06_without_the_file_only_the_identical_plan(trial: Trial) -> None:
    """The digest alone cannot tell what is less, so what is less is refused as well."""
    digest = json.loads((trial.folder / "plan.json").read_text())["digest"]
    trial.sandbox.edit("32", "1042", pm=["1"])
    narrower = trial.run("apply", "--yes", "--approved", digest)
    assert narrower.startswith("exit 5")
    assert "they would not do the same" in narrower
    assert trial.writes() == []
    trial.sandbox.edit("32", "1042", pm=["2", "1"])
    assert trial.run("apply", "--yes", "--approved", digest).startswith("exit 0")
    assert trial.sandbox.groups("32", "1042")["pm"] == ["1", "3"]


def test_07_plans_of_two_kinds(trial: Trial) -> None:
    """A plan that only adds is never carried out together with one that removes."""
    trial.run("plan", "--adds-only", "--out", "adds.json")
    shown = trial.run("apply", "plan.json", "adds.json")
    assert shown.startswith("exit 64")
    assert "cannot be applied together" in shown
    adding = trial.run("apply", "adds.json")
    assert adding.startswith("exit 0")
    assert trial.sandbox.groups("32", "1042")["pm"] == ["1", "2", "3"]


def test_08_a_revert_whose_plan_was_empty(trial: Trial) -> None:
    """It was planned while what it takes back waited; by now there is something to take back that nobody approved."""
    base = trial.git("rev-parse", "HEAD")
    trial.write({"assignments/invoice.yaml": INVOICE.replace("cy@", "bo@") + CEDAR})
    trial.commit("take it back")
    trial.run("plan", "--out", "revert.json")
    assert json.loads((trial.folder / "revert.json").read_text())["changes"] == []
    trial.sandbox.edit("32", "1042", pm=["1", "3"])
    passed_over = trial.run("apply", "revert.json")
    assert passed_over.startswith("exit 0"), "without --since nobody knows that the documents changed"
    told = trial.run("apply", "revert.json", "--since", base)
    assert told.startswith("exit 5")
    assert "Cy (cy@acme.test) would lose Project Manager" in told
    assert "Bo (bo@acme.test) would gain Project Manager" in told
    assert trial.writes() == []
    trial.sandbox.edit("32", "1042", pm=["1", "2"])
    assert trial.run("apply", "revert.json", "--since", base).startswith("exit 0")


def test_09_a_preset_that_no_document_speaks_for(trial: Trial) -> None:
    """It is not called done without a look: stale, and plan again."""
    trial.write({"assignments/invoice.yaml": "kind: assignments\ntemplate: Invoice Approval\nprojects:\n" + CEDAR})
    shown = trial.run("apply", "plan.json")
    assert shown.startswith("exit 5")
    assert "stale   Invoice Approval · Harbor Bridge   no document speaks for this preset any more" in shown
    assert not any("presets/32" in one["path"] for one in trial.sandbox.log(forget=True) if one["method"] != "GET")


def test_10_the_same_plan_twice(trial: Trial) -> None:
    """Two requests that were planned alike are one change, and nothing of it is told to be done already."""
    (trial.folder / "copy.json").write_text((trial.folder / "plan.json").read_text())
    shown = trial.run("apply", "plan.json", "copy.json")
    assert shown.startswith("exit 0")
    assert "as the documents ask already" not in shown
    again = trial.run("apply", "copy.json", "plan.json", "--format", "json")
    assert '"status": "already",\n      "attempts": 0,\n      "error": null' in again


def test_11_an_older_plan(trial: Trial, whole: SnapshotAssertion) -> None:
    """Another plan was applied to its preset since: refused, told by preset and run, and --allow-older is the way."""
    trial.sandbox.edit("32", "1042", pm=["2", "4"])
    trial.run("plan", "--out", "newer.json")
    later = [
        ("plan.json", '"2026-01-01T00:00:00Z"'),
        ("newer.json", '"2026-01-02T00:00:00Z"'),
    ]
    for name, moment in later:
        path = trial.folder / name
        path.write_text(re.sub(r'(?<="created_at": )"[^"]*"', moment, path.read_text()))
    assert trial.run("apply", "newer.json").startswith("exit 0")
    trial.sandbox.edit("32", "1042", pm=["1", "2"])
    shown = [trial.run("apply", "plan.json"), trial.run("apply", "plan.json", "--format", "json")]
    assert trial.writes() == []
    assert trial.run("apply", "newer.json").startswith("exit 0"), "the same plan again is not older"
    trial.sandbox.edit("32", "1042", pm=["1", "2"])
    shown.append(trial.run("apply", "plan.json", "--journal", "elsewhere"))
    trial.sandbox.edit("32", "1042", pm=["1", "2"])
    assert trial.run("apply", "plan.json", "--allow-older").startswith("exit 0")
    assert trial.sandbox.groups("32", "1042")["pm"] == ["1", "3"]
    damaged = trial.folder / ".reconciler" / "journal" / "00000000T000000000000Z-00000000.jsonl"
    damaged.write_text("{}\n{}\n")
    shown.append(trial.run("apply", "plan.json"))
    assert trial.run("apply", "--yes").startswith("exit 0"), "a plan made now is never older"
    assert "\n".join(shown) == whole
