"""Drift taken into git through the real command line: chosen, shown, written, planned empty."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.account import company_seed, write_seed
from tests.support.sandbox import running_sandbox
from tests.support.terminal import answer
from tests.support.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.support.sandbox import RunningSandbox

INVOICE = """\
# who approves invoices
kind: assignments
template: "Invoice Approval"
workflow_manager: gus@acme.test   # until the summer
groups:
  Accounting: [team:west]         # everybody's
projects:
  - project: Cedar Tower
    groups:
      Project Manager: [ 'ann@acme.test' ]   # alone
  # the bridge
  - project: Harbor Bridge
    groups:
      Project Manager:
        - ann@acme.test   # Ann
        # Bo came in May
        - bo@acme.test    # Bo
"""
KNOWN = (
    "kind: acknowledgements\nacknowledged:\n  - {address: projects/1042/*, group: Project Manager, "
    'person: eli@acme.test, owner: kim@acme.test, reason: "a trial", until: 2099-12-31}\n'
)
TEAMS = "kind: teams\nteams:\n  west: [cy@acme.test, dee@acme.test]\n"


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Return a repository that live agrees with, all in git."""
    one = Trial(tmp_path / "approvals", sandbox)
    one.write({"assignments/invoice.yaml": INVOICE, "teams.yaml": TEAMS})
    one.commit()
    return one


def test_01_a_person_here_a_person_there(trial: Trial, whole: SnapshotAssertion) -> None:
    """Somebody was added at the bridge and somebody removed: two lines change, no comment, and the plan is empty."""
    trial.sandbox.edit("32", "1042", pm=["2", "5"])
    shown = [trial.run("adopt", "--all"), trial.run("adopt", "--all", "--yes"), trial.run("adopt", "--all", "--yes")]
    assert "\n".join([*shown, trial.git("diff", "--stat", "--unified=0")]) == whole
    assert "nothing to change" in trial.run("plan")
    assert (trial.folder / "assignments" / "invoice.yaml").read_text() == INVOICE.replace(
        "        - ann@acme.test   # Ann\n", ""
    ).replace("# Bo\n", "# Bo\n        - eli@acme.test    # Eli\n")
    assert trial.writes() == []


def test_01b_a_list_that_applies_to_nothing(trial: Trial) -> None:
    """Its people were looked up nowhere: it stays as it is, whatever else is adopted."""
    text = (
        "kind: assignments\ntemplate: Budget\ngroups:\n  Finance: [fay@acme.test]\n"
        "company:\n  groups: {Finance: [cy@acme.test]}\n"
    )
    trial.write({"assignments/budget.yaml": text})
    trial.commit()
    trial.sandbox.edit("33", None, **{"b-fin": ["3", "5"]})
    trial.ends(0, "adopt", "--all", "--yes")
    after = (trial.folder / "assignments" / "budget.yaml").read_text()
    assert after == text.replace("[cy@acme.test]", "[cy@acme.test, eli@acme.test]")


def test_02_one_of_those_who_follow_a_list(trial: Trial, whole: SnapshotAssertion) -> None:
    """The list stays; the project that differs gets its own, the team spelled out."""
    trial.sandbox.edit("31", "1041", acc=["3"])
    shown = trial.run("adopt", "--address", "projects/1041/*", "--yes")
    assert shown == whole
    assert "nothing to change" in trial.run("plan")


def test_03_a_whole_team(trial: Trial, whole: SnapshotAssertion) -> None:
    """Where every list with a team changed alike, the list they share changes; the team itself only when told to."""
    for preset, project in (("31", "1041"), ("32", "1042")):
        trial.sandbox.edit(preset, project, acc=["3", "4", "6"])
    offered = trial.run("adopt", "--person", "FAY@acme.test")
    taken = trial.run("adopt", "--person", "fay@acme.test", "--teams", "--yes")
    assert f"{offered}\n{taken}" == whole
    assert (trial.folder / "teams.yaml").read_text() == TEAMS.replace("dee@acme.test]", "dee@acme.test, fay@acme.test]")
    assert "nothing to change" in trial.run("plan")


def test_04_a_workflow_manager(tmp_path: Path) -> None:
    """Another one goes into the entry; none at all cannot be asked for, and everything else is adopted."""
    seed = company_seed()
    seed["presets"][0]["workflow_manager_id"] = "2"
    seed["presets"][1] |= {"workflow_manager_id": None, "groups": {**seed["presets"][1]["groups"], "pm": ["1"]}}
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial = Trial(tmp_path / "approvals", sandbox)
        trial.write({"assignments/invoice.yaml": INVOICE, "teams.yaml": TEAMS})
        shown = trial.run("adopt", "--all", "--yes")
        assert shown.startswith("exit 2")
        assert "+    workflow_manager: bo@acme.test\n" in shown
        assert "3 differences adopted in 1 file" in shown
        assert (
            "not adopted: Invoice Approval · Harbor Bridge · workflow manager: Gus (gus@acme.test) was removed in "
            "Procore: there is no workflow manager there, and a document cannot ask for none"
        ) in shown
        assert "1 removed in Procore · 1 new" in trial.run("drift", "--format", "markdown")


def test_05_what_is_refused(trial: Trial) -> None:
    """No choice and nobody to ask, contradicting options, half-read live; nothing is written."""
    trial.sandbox.edit("32", "1042", pm=["1"])
    for arguments, reason in (
        ((), "there is no terminal to ask on; choose with --all"),
        (("--yes",), "choose with --all"),
        (("--all", "--person", "x@y"), "--all chooses everything: leave it out, or leave out --person x@y"),
        (("--person", "bob@acme.test"), "nobody with the login, or login id, 'bob@acme.test' was seen"),
        (
            ("--address", "projects/Harbor Bridge/*"),
            "projects/1041/templates/11 (Invoice Approval · Cedar",
        ),
    ):
        shown = trial.run("adopt", *arguments)
        assert shown.startswith("exit 64")
        assert reason in shown
    assert "nothing chosen of 1 difference" in trial.run("adopt", "--person", "gus@acme.test")
    trial.sandbox.fail({"path": "presets/32", "status": 403, "times": 9})
    assert trial.run("adopt", "--all", "--yes").startswith("exit 6")
    assert trial.git("status", "--short") == ""


def test_06_what_cannot_be_edited(trial: Trial) -> None:
    """A list with an anchor is told with its place, and stays as it is."""
    text = INVOICE.replace("Accounting: [team:west]", "Accounting: &all [team:west]")
    trial.write({"assignments/invoice.yaml": text})
    for preset, project in (("31", "1041"), ("32", "1042")):
        trial.sandbox.edit(preset, project, acc=["3", "4", "6"])
    shown = trial.run("adopt", "--all", "--yes")
    assert shown.startswith("exit 2")
    assert "assignments/invoice.yaml:6:3: it has an anchor (&all), so others may share it" in shown
    assert (trial.folder / "assignments" / "invoice.yaml").read_text() == text


def test_07_an_acknowledged_one_is_adopted_where_it_is_named(trial: Trial) -> None:
    """--all leaves what is acknowledged; the person or the address takes it."""
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    trial.write({"known.yaml": KNOWN})
    assert "nothing chosen of 1 difference" in trial.run("adopt", "--all", "--yes")
    assert "1 difference adopted in 1 file" in trial.run("adopt", "--person", "5", "--yes")


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("y\nn\ny\n", ["eli@acme.test"]),
        ("n\nq\n", ["ann@acme.test", "eli@acme.test"]),
        ("a\ny\n", []),
        ("a\nn\n", ["ann@acme.test", "eli@acme.test"]),
    ],
)
def test_08_a_question_each(trial: Trial, typed: str, left: list[str]) -> None:
    """Yes, no, all that follow and no more; then the change is shown, and asked about once more."""
    trial.sandbox.edit("32", "1042", pm=["2", "5"])
    code, shown = answer(trial, "adopt", typed=typed)
    assert code == 0
    assert (
        "1/2 Invoice Approval · Project Manager: Ann (ann@acme.test) was removed in Procore at Harbor Bridge; adopt?"
        in shown
    )
    found = trial.run("drift", "--format", "markdown")
    assert [one for one in ("ann@acme.test", "eli@acme.test") if one.replace("@", "@\u200b") in found] == left


def test_09_a_team_is_offered(trial: Trial) -> None:
    """On a terminal the team is a question of its own."""
    for preset, project in (("31", "1041"), ("32", "1042")):
        trial.sandbox.edit(preset, project, acc=["4"])
    code, shown = answer(trial, "adopt", "--all", typed="y\ny\n", kind="xterm-256color")
    assert code == 0
    assert "all 2 lists with team:west (teams.yaml:3) lost Cy; change the team instead? [y/N]" in shown
    assert "\x1b[32m+  west: [dee@acme.test]\x1b[0m" in shown
    assert "--teams changes the team instead" not in shown, "whoever was asked knows"
    assert (trial.folder / "teams.yaml").read_text() == TEAMS.replace("cy@acme.test, ", "")
    assert "nothing to change" in trial.run("plan")


def test_09b_yes_asks_nothing(trial: Trial) -> None:
    """On a terminal neither: the team is told of, and stays."""
    for preset, project in (("31", "1041"), ("32", "1042")):
        trial.sandbox.edit(preset, project, acc=["4"])
    code, shown = answer(trial, "adopt", "--all", "--yes", typed="")
    assert code == 0
    assert "lost Cy; --teams changes the team instead" in shown
    assert "[y/N]" not in shown
    assert (trial.folder / "teams.yaml").read_text() == TEAMS


def test_10_a_file_that_changes_while_somebody_thinks(trial: Trial) -> None:
    """Nothing is written over it; and --yes without a choice is no choice."""
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    path = trial.folder / "assignments" / "invoice.yaml"
    code, shown = answer(
        trial, "adopt", "--all", typed="y\n", meanwhile=lambda: path.write_text(INVOICE + "# meanwhile\n")
    )
    assert code == 5
    assert "assignments/invoice.yaml changed on disk in the meantime, nothing was written" in shown
    assert path.read_text() == INVOICE + "# meanwhile\n"
    code, shown = answer(trial, "adopt", "--yes", typed="")
    assert code == 64
    assert "--yes needs a choice" in shown


def test_11_a_manager_is_one_question(trial: Trial) -> None:
    """Though it differs on both sides; a file with a mark of its encoding keeps it."""
    path = "/rest/v2.0/companies/4211/projects/1041/workflows/presets/31/assignees"
    trial.sandbox.request("PATCH", path, {"workflow_manager_id": "2"}).raise_for_status()
    file = trial.folder / "assignments" / "invoice.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + INVOICE.encode())
    file.chmod(0o640)
    code, shown = answer(trial, "adopt", typed="y\ny\n")
    assert code == 0
    assert shown.count("; adopt?") == 1
    assert (
        "1/1 Invoice Approval · workflow manager: Bo (bo@acme.test) was added in Procore, Gus "
        "(gus@acme.test) was removed in Procore at "
        "Cedar Tower; adopt?"
    ) in shown
    edited = INVOICE.replace("Cedar Tower\n", "Cedar Tower\n    workflow_manager: bo@acme.test\n")
    assert file.read_bytes() == b"\xef\xbb\xbf" + edited.encode()
    assert file.stat().st_mode & 0o777 == 0o640
    assert trial.run("drift").startswith("exit 0")


def test_12_what_is_alike_is_one_question(trial: Trial) -> None:
    """The same person in the same role of several projects; what is acknowledged says so."""
    for preset, project in (("31", "1041"), ("32", "1042")):
        trial.sandbox.edit(preset, project, acc=["3", "4", "6"])
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"], acc=["3", "4", "6"])
    trial.write({"known.yaml": KNOWN})
    code, shown = answer(trial, "adopt", typed="y\nq\nn\ny\n")
    assert code == 0
    assert (
        "1/2 Invoice Approval · Accounting: Fay (fay@acme.test) was added in Procore at Cedar Tower, Harbor Bridge"
        in shown
    )
    assert "was added in Procore at Harbor Bridge (acknowledged by kim@acme.test until 2099-12-31); adopt?" in shown
    assert "2 differences adopted in 1 file" in shown


def test_13_a_change_that_all_share_and_one_that_one_has(trial: Trial) -> None:
    """The shared list takes what all of them have, and the one that differs beyond gets its own."""
    trial.sandbox.edit("31", "1041", acc=["3", "4", "6"])
    trial.sandbox.edit("32", "1042", acc=["3", "6"])
    assert trial.run("adopt", "--all", "--yes").startswith("exit 0")
    text = (trial.folder / "assignments" / "invoice.yaml").read_text()
    assert "  Accounting: [team:west, fay@acme.test]         # everybody's\n" in text
    assert "        - bo@acme.test    # Bo\n      Accounting: [cy@acme.test, fay@acme.test]\n" in text
    assert "nothing to change" in trial.run("plan")


def test_14_from_a_snapshot(trial: Trial) -> None:
    """Without a request; one that is old is named as old."""
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    trial.run("snapshot", "--out", "live.json")
    trial.sandbox.log(forget=True)
    path = trial.folder / "live.json"
    path.write_text(path.read_text().replace(json.loads(path.read_text())["observed_at"], "2026-01-01T00:00:00Z"))
    shown = trial.run("adopt", "--all", "--snapshot", "live.json", "--yes")
    assert shown.startswith("exit 0")
    assert "[live/old-snapshot]" in shown
    assert "1 difference adopted in 1 file" in shown
    assert trial.sandbox.log() == []


def test_15_a_rule_that_nobody_follows_any_more(trial: Trial) -> None:
    """A rule of one project is left alone, the project gets its own, and that is told."""
    where = INVOICE.replace("  - project: Cedar Tower\n", "  - where: {state_code: OR}\n")
    trial.write({"assignments/invoice.yaml": where})
    trial.sandbox.edit("31", "1041", pm=["1", "5"])
    shown = trial.run("adopt", "--all", "--yes")
    assert shown.startswith("exit 0")
    assert "+  - project: Cedar Tower\n" in shown
    assert "assignments/invoice.yaml:10:7: nobody follows this any more; take it out, or leave it for projects" in shown
    assert "nothing to change" in trial.run("plan")
