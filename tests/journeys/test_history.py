"""Past runs and one of them person by person, from the journal, through the real command line."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox

INVOICE = """\
kind: assignments
template: Invoice Approval
projects:
  - project: Cedar Tower
    workflow_manager: bo@acme.test
    groups: {Project Manager: [bo@acme.test]}
  - project: Harbor Bridge
    groups: {Project Manager: [ann@acme.test, fay@acme.test]}
"""
WHOLE = """\
run <run>
started <moment>, finished <moment>
revision -, company 4211

Ann (ann@acme.test)
  − Project Manager   Invoice Approval · Cedar Tower   applied

Bo (bo@acme.test)
  − Project Manager    Invoice Approval · Harbor Bridge   applied
  + Project Manager    Invoice Approval · Cedar Tower     applied
  + workflow manager   Invoice Approval · Cedar Tower     applied

Fay (fay@acme.test)
  + Project Manager   Invoice Approval · Harbor Bridge   applied

Gus (gus@acme.test)
  − workflow manager   Invoice Approval · Cedar Tower   applied

2 applied
digest sha256:<digest>
"""


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Return a repository whose changes were applied in one run."""
    one = Trial(tmp_path / "approvals", sandbox)
    one.write({"assignments/invoice.yaml": INVOICE})
    one.ends(0, "apply", "--yes")
    return one


def test_01_a_run_person_by_person(trial: Trial) -> None:
    """Who lost and gained what, with names as they were then and the status of each preset."""
    told = trial.ran("history", "last").stdout
    told = re.sub(r"\d{8}T\d+Z-[0-9a-f]+", "<run>", told)
    told = re.sub(r"20\d\d-[-\dT:.]+Z", "<moment>", told)
    assert re.sub(r"sha256:[0-9a-f]{64}", "sha256:<digest>", told) == WHOLE


def test_02_a_run_as_json(trial: Trial) -> None:
    """The run has its presets with the people; a list of runs has none of them."""
    (run,) = json.loads(trial.ran("history", "--format", "json").stdout)["runs"]
    assert run["presets"] is None
    (one,) = json.loads(trial.ran("history", run["run_id"][:20], "--format", "json").stdout)["runs"]
    assert [(preset["title"], preset["status"]) for preset in one["presets"]] == [
        ("Invoice Approval · Cedar Tower", "applied"),
        ("Invoice Approval · Harbor Bridge", "applied"),
    ]
    assert one["presets"][1]["moves"] == [
        {"login_id": "2", "gains": False, "role": "Project Manager", "login": "bo@acme.test", "name": "Bo"},
        {"login_id": "6", "gains": True, "role": "Project Manager", "login": "fay@acme.test", "name": "Fay"},
    ]


def test_03_which_run_is_meant(trial: Trial) -> None:
    """No such run, and the beginning of several, are told with the id of the newest."""
    newest = json.loads(trial.ran("history", "--format", "json").stdout)["runs"][0]["run_id"]
    for named in ("nothing", newest[:3]):
        assert f"the journal has no run '{named}': name one by its id, such as <run>" in trial.ends(
            64, "history", named
        )
    (trial.folder / "empty").mkdir()
    assert "empty has no run yet: 'reconciler apply' leaves one" in trial.ends(
        64, "history", "last", "--journal", "empty"
    )
    trial.sandbox.edit("32", "1042", pm=["1"])
    trial.ends(0, "apply", "--yes")
    assert "2 runs begin with '20" in trial.ends(64, "history", newest[:6])


def test_03b_a_part_of_a_run(trial: Trial) -> None:
    """A run, and the list of runs, show the chosen people and places alone, and refuse a name that no run has."""
    shown = trial.ends(0, "history", "last", "--person", "Ann@acme.test")
    assert "shows only --person Ann@acme.test" in shown
    assert "− Project Manager" in shown
    assert "Bo (bo@acme.test)" not in shown
    for option, chosen in (("--project", "Harbor Bridge"), ("--project", "1042"), ("--within", "projects/1042/*")):
        shown = trial.ends(0, "history", "last", option, chosen, "--template", "Invoice Approval")
        assert "Harbor Bridge" in shown
        assert "Cedar Tower" not in shown
    assert "did you mean ann@acme.test (Ann)?" in trial.ends(64, "history", "--person", "anm@acme.test")
    assert "no preset in the journal is of a project 'Nowhere'" in trial.ends(64, "history", "--project", "Nowhere")
    part = ("--person", "ann@acme.test", "--project", "Harbor Bridge")
    assert "did nothing to --project 'Harbor Bridge' --person ann@acme.test" in trial.ends(64, "history", "last", *part)

    trial.sandbox.edit("32", "1042", pm=["1"])
    trial.ends(0, "apply", "--yes")
    assert len(json.loads(trial.ran("history", "--format", "json").stdout)["runs"]) == 2
    listed = json.loads(trial.ran("history", "--format", "json", "--person", "gus@acme.test").stdout)["runs"]
    assert [[one["title"] for one in run["presets"]] for run in listed] == [["Invoice Approval · Cedar Tower"]]
    assert listed[0]["shown"] == {"people": ["gus@acme.test"]}
    part = ("--project", "Cedar Tower", "--person", "fay@acme.test")
    assert "no apply in the journal touched --project 'Cedar Tower' --person fay" in trial.ends(0, "history", *part)
    (trial.folder / "empty").mkdir()
    assert "no apply" in trial.ends(0, "history", "--person", "anybody@acme.test", "--journal", "empty")


def test_04_runs_of_earlier_releases(trial: Trial) -> None:
    """A journal without names shows ids, and a run that was cut off what is open."""
    (path,) = (trial.folder / ".reconciler" / "journal").glob("*.jsonl")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        line.pop("title", None)
        line.pop("moves", None)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines[:-2]))
    told = trial.ends(0, "history", "last")
    assert "never: it was cut off" in told
    assert "login id 6\n  + pm   projects/1042/templates/11   open\n" in told
    assert "login id 7\n  − workflow manager   projects/1041/templates/11   applied\n" in told


def test_04b_what_later_runs_settled(trial: Trial) -> None:
    """An intent without an outcome is settled by a later run; the name of a file changes nothing."""
    folder = trial.folder / ".reconciler" / "journal"
    (path,) = folder.glob("*.jsonl")
    path.write_text("".join(f"{line}\n" for line in path.read_text().splitlines()[:-2]))
    path = path.rename(folder / "0000-renamed.jsonl")
    run = json.loads(path.read_text().splitlines()[0])["run_id"]
    assert "open" in trial.ends(0, "history", run)
    trial.sandbox.edit("32", "1042", pm=["1", "2"])
    trial.ends(0, "apply", "--yes")
    shown = trial.ends(0, "history", run)
    assert "Invoice Approval · Harbor Bridge   settled" in shown
    assert "open" not in shown


def test_04c_two_accounts_of_one_login(trial: Trial) -> None:
    """Two people of one name and login stay two, with their ids."""
    (path,) = (trial.folder / ".reconciler" / "journal").glob("*.jsonl")
    path.write_text(path.read_text().replace("fay@acme.test", "bo@acme.test").replace('"Fay"', '"Bo"'))
    shown = trial.ends(0, "history", "last")
    assert "Bo (bo@acme.test) (login id 2)" in shown
    assert "Bo (bo@acme.test) (login id 6)" in shown


def test_05_what_went_wrong(trial: Trial) -> None:
    """A preset that was not written stands with its reason behind the people."""
    trial.write({"assignments/invoice.yaml": INVOICE.replace("fay", "eli")})
    trial.sandbox.fail({"path": "presets/32", "method": "PATCH", "status": 422, "times": 9})
    trial.ends(4, "apply", "--yes")
    told = trial.ends(0, "history", "last")
    assert "+ Project Manager   Invoice Approval · Harbor Bridge   failed" in told
    assert "! Invoice Approval · Harbor Bridge (projects/1042/templates/11): " in told
