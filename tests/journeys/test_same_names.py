"""Two projects of one name are told apart wherever people read, through the real command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.account import company_seed, write_seed
from tests.support.sandbox import running_sandbox
from tests.support.terminal import answer
from tests.support.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TWO = """\
kind: assignments
template: Invoice Approval
projects:
  - project: {id: "1041"}
    groups: {Project Manager: [ann@acme.test, cy@acme.test, dee@acme.test]}
  - project: {id: "1042"}
    groups: {Project Manager: [ann@acme.test, eli@acme.test]}
"""


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    """Yield a repository and a company with two projects called Harbor Bridge."""
    seed = company_seed()
    seed["projects"][0]["name"] = "Harbor  bridge"  # people read the same, in spite of case and blanks
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        one = Trial(tmp_path / "approvals", sandbox)
        one.write({"assignments/invoice.yaml": TWO})
        yield one


def test_01_a_plan_in_each_format(trial: Trial) -> None:
    """Terminal, Markdown and HTML have the number behind the name; sums go by project."""
    for form in ("terminal", "markdown", "html"):
        shown = trial.ends(0, "plan", "--format", form)
        assert "(24-016)" in shown, form
        assert "(24-017)" in shown, form
    page = trial.run("plan", "--format", "html")
    assert page.count('<tr><th scope="row"><bdi>Harbor  bridge (24-016)</bdi></th>') == 2  # a chart and the matrix
    assert page.count('<tr><th scope="row"><bdi>Harbor Bridge (24-017)</bdi></th>') == 2
    people = trial.ends(0, "plan", "--by", "person")
    assert "Harbor Bridge (24-017)" in people


def test_02_the_plan_file_keeps_names_and_adds_what_tells_apart(trial: Trial) -> None:
    """Scripts find the name as it was; a shown plan has the number too."""
    trial.ends(0, "plan", "--out", "plan.json")
    plan = json.loads((trial.folder / "plan.json").read_text())
    assert [one["project"] for one in plan["changes"]] == [
        {"id": "1041", "name": "Harbor  bridge", "distinction": "24-016"},
        {"id": "1042", "name": "Harbor Bridge", "distinction": "24-017"},
    ]
    assert [one["template"] for one in plan["changes"]] == [{"id": "11", "name": "Invoice Approval"}] * 2
    assert "Harbor Bridge (24-017)" in trial.ends(0, "show", "plan.json")


def test_03_drift_and_the_questions_of_adopt(trial: Trial) -> None:
    """A report and a question say which of the two they are of."""
    trial.commit()
    trial.ends(0, "apply", "--yes")
    trial.sandbox.edit("32", "1042", pm=["1", "5", "8"])
    assert "Harbor Bridge (24-017)" in trial.ends(2, "drift")
    assert "Harbor Bridge (24-017)" in trial.run("drift", "--format", "html")
    _, shown = answer(trial, "adopt", typed="n\n")
    assert "at Harbor Bridge (24-017)" in shown


def test_03b_history_by_any_name(trial: Trial) -> None:
    """A name that several projects have means all of them, its number one; as it is shown it is found too."""
    trial.ends(0, "apply", "--yes")
    both = trial.ends(0, "history", "--project", "Harbor Bridge")
    one = trial.ends(0, "history", "--project", "24-017")
    told_apart = trial.ends(0, "history", "--project", "Harbor Bridge (24-017)")
    assert one == told_apart.replace("'Harbor Bridge (24-017)'", "24-017")
    assert one != both
    assert "did you mean" in trial.ends(64, "history", "--project", "Harbour Bridge")


def test_04_without_numbers_ids_tell_apart(tmp_path: Path) -> None:
    """Two projects without a number, or with one number, have their ids behind the name, in an export too."""
    for number in ("", "24-017"):
        seed = company_seed()
        for one in seed["projects"][:2]:
            one.update(name="Harbor Bridge", project_number=number or None)
        with running_sandbox(write_seed(tmp_path / f"seed{number}", seed)) as sandbox:
            trial = Trial(tmp_path / f"approvals{number}", sandbox)
            trial.write({"assignments/invoice.yaml": TWO})
            shown = trial.ends(0, "plan")
            assert "Harbor Bridge (id 1041)" in shown
            assert "Harbor Bridge (id 1042)" in shown
            trial.ends(0, "export", "--out", "lifted")
            text = (trial.folder / "lifted/assignments/invoice-approval.yaml").read_text()
            assert '- project: {id: "1042"}   # Harbor Bridge (id 1042)\n' in text


def test_05_two_templates_of_one_name(tmp_path: Path) -> None:
    """They have their tool behind the name."""
    seed = company_seed()
    seed["templates"][1]["name"] = "Invoice Approval"
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial = Trial(tmp_path / "approvals", sandbox)
        company = 'template: {id: "13"}\ncompany: {groups: {Finance: [bo@acme.test]}}\n'
        trial.write({
            "assignments/invoice.yaml": TWO.replace("Invoice Approval", '{id: "11"}'),
            "assignments/budget.yaml": f"kind: assignments\n{company}",
        })  # fmt: skip
        shown = trial.run("plan")
        assert "Invoice Approval (invoice)\n" in shown
        assert "Invoice Approval (budget)\n" in shown
