"""What of the company cannot be seen or named, told by the real command line in plan, drift and export."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest

from tests.support.account import INVOICE, company_seed, write_documents, write_seed
from tests.support.command_line import reconciler
from tests.support.sandbox import running_sandbox
from tests.support.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox

EVERYWHERE = INVOICE + "  - where: {state_code: [OR, WA]}\n    groups: {Accounting: [cy@acme.test, dee@acme.test]}\n"
HIDDEN = (
    "the service account does not see all projects that have a template: Invoice Approval (at most {} of {}); nothing "
    "is planned or watched in the others: add them to its permitted projects in Procore"
)
LOCAL = (
    "{} skipped ({}): the company's list of templates does not show theirs; templates saved on a project cannot be "
    "managed here"
)


def diagnostics(folder: Path, sandbox: RunningSandbox, *arguments: str) -> list[tuple[str, str, str]]:
    """Run a command and give what it told of what it could not see."""
    ran = reconciler(folder, *arguments, "--format", "json", environment=sandbox.environment)
    assert ran.code in {0, 2}, ran.shown
    told = json.loads(ran.stdout)["diagnostics"]
    codes = {"live/hidden-projects", "live/local-templates"}
    return [(one["severity"], one["code"], one["message"]) for one in told if one["code"] in codes]


@pytest.mark.parametrize(
    ("count", "documents", "seen"),
    [
        (3, INVOICE, None),  # all three projects that are visible may have it
        (4, INVOICE, 3),
        (2, EVERYWHERE, None),
        (3, EVERYWHERE, 2),  # Cedar Tower was looked at and has it not; the inactive project may have it
        (None, EVERYWHERE, None),  # the sandbox counts the projects that have it
    ],
)
def test_01_projects_that_the_account_cannot_see(
    tmp_path: Path, count: int | None, documents: str, seen: int | None
) -> None:
    """A warning with both figures where the template is in more projects than can be seen; no request for it."""
    seed = company_seed()
    if count is not None:
        seed["templates"][0]["assigned_projects_count"] = count
    seed["presets"] = [one for one in seed["presets"] if one["project_id"] != "1041"]
    folder = tmp_path / "approvals"
    write_documents(folder, {"a.yaml": documents})
    warned = [("warning", "live/hidden-projects", HIDDEN.format(seen, count))] if seen else []
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        assert diagnostics(folder, sandbox, "plan") == warned
        log = sandbox.log(forget=True)
        plan = json.loads(reconciler(folder, "plan", "--format", "json", environment=sandbox.environment).stdout)
        assert plan["live"]["requests"] == plan["live"]["lower_bound"] == len(log)
        assert diagnostics(folder, sandbox, "drift") == warned
        assert reconciler(folder, "snapshot", "--out", "live.json", environment=sandbox.environment).code == 0
        assert diagnostics(folder, sandbox, "plan", "--snapshot", "live.json") == warned
        assert diagnostics(folder, sandbox, "drift", "--snapshot", "live.json") == warned


def test_02_an_export_compares_what_it_found(tmp_path: Path) -> None:
    """Every active project was looked at, so those without the template do not count as places it may be in."""
    seed = company_seed()
    seed["templates"][0]["assigned_projects_count"] = 3
    seed["presets"] = [one for one in seed["presets"] if one["project_id"] != "1041"]
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        ran = reconciler(tmp_path, "export", "--company", "4211", "--out", "out", environment=sandbox.environment)
    assert ran.code == 0
    assert ran.stderr.splitlines() == [
        "· 1 project that is not active is not exported; name one with --project  [export/left-out]",
        f"! {HIDDEN.format(2, 3)}  [live/hidden-projects]",
    ]


def listed(*presets: tuple[str, str, str | None], times: int = 9) -> dict[str, Any]:
    """Return a fault: what Harbor Bridge lists beside its own preset, by id, template id and template name."""
    items = [
        {"id": one, "template": {"id": template} | ({"name": name} if name else {})}
        for one, template, name in (("32", "11", "Invoice Approval"), *presets)
    ]
    return {
        "path": r"projects/1042/workflows/presets\?",
        "status": 200,
        "times": times,
        "body": json.dumps({"data": items}),
        "headers": {"Total": str(len(items))},
    }


def test_03_templates_saved_on_a_project(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """Their presets are skipped and counted in a note; a template of the company that nobody named is not."""
    folder = tmp_path / "approvals"
    write_documents(folder, {"a.yaml": INVOICE})
    sandbox.fail(listed(("77", "701", "Site Memo"), ("78", "702", None), ("79", "13", "Budget")))
    words = LOCAL.format("2 presets were", "Site Memo · Harbor Bridge, 702 · Harbor Bridge")
    told = [("note", "live/local-templates", words)]
    assert diagnostics(folder, sandbox, "plan") == told
    assert diagnostics(folder, sandbox, "drift") == told
    assert reconciler(folder, "snapshot", "--out", "live.json", environment=sandbox.environment).code == 0
    assert diagnostics(folder, sandbox, "plan", "--snapshot", "live.json") == told
    assert diagnostics(folder, sandbox, "plan", "--snapshot", "live.json", "--refresh", "changed") == told
    ran = reconciler(tmp_path, "export", "--company", "4211", "--out", "out", environment=sandbox.environment)
    assert (ran.code, ran.stdout.partition(" written")[0]) == (0, "3 presets")
    assert f"· {words}  [live/local-templates]" in ran.stderr.splitlines()
    sandbox.fail(listed(("77", "701", "Site Memo")))
    alone = LOCAL.format("1 preset was", "Site Memo · Harbor Bridge")
    assert diagnostics(folder, sandbox, "plan") == [("note", "live/local-templates", alone)]


def test_04_inactive_projects_are_asked_for(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """Without the filter the service lists active ones alone; one that is named is told, a ``where`` never takes it."""
    folder = tmp_path / "approvals"
    named = INVOICE.replace("Harbor Bridge", "Old Library")
    write_documents(folder, {"a.yaml": named})
    ran = reconciler(folder, "plan", "--format", "json", environment=sandbox.environment)
    codes = [(one["severity"], one["code"]) for one in json.loads(ran.stdout)["diagnostics"]]
    assert (ran.code, codes) == (7, [("warning", "documents/inactive-project"), ("error", "documents/no-preset")])
    (asked,) = [one for one in sandbox.log(forget=True) if one["path"] == "/rest/v1.1/projects"]
    assert dict(parse_qsl(asked["query"]))["filters[by_status]"] == "All"
    selected = INVOICE.replace("project: Harbor Bridge", "where: {stage: Course of Construction}")
    write_documents(folder, {"a.yaml": selected})
    ran = reconciler(folder, "plan", "--format", "json", environment=sandbox.environment)
    assert (ran.code, json.loads(ran.stdout)["summary"]["presets"]) == (0, 2)
    assert not [one for one in sandbox.log(forget=True) if "projects/1043" in one["path"]]
    ran = reconciler(tmp_path, "export", "--company", "4211", "--out", "out", environment=sandbox.environment)
    assert "1 project that is not active is not exported; name one with --project" in ran.stderr
    (asked,) = [one for one in sandbox.log() if one["path"] == "/rest/v1.1/projects"]
    assert dict(parse_qsl(asked["query"]))["filters[by_status]"] == "All"


@pytest.mark.parametrize("path", ["/workflows/templates", "/workflows/presets"])
def test_05_a_list_that_is_empty_as_a_whole(tmp_path: Path, sandbox: RunningSandbox, path: str) -> None:
    """Though every line is old, and would be held: nothing was looked at, so there is no plan, and nothing is green."""
    trial = Trial(tmp_path / "approvals", sandbox)
    trial.write({"assignments/invoice.yaml": INVOICE, ".gitignore": "*.json\n.reconciler/\n"})
    base = trial.commit()
    sandbox.fail({"path": path, "status": 200, "times": 99, "body": "[]"})
    told = trial.run("plan", "--base", base)
    assert told.startswith("exit 6\n"), told
    assert "so nothing was looked at: check what the account may see, and plan again" in told


def test_05_a_project_that_vanishes_between_two_pages(tmp_path: Path) -> None:
    """It pulls another one from the second page to the first: the list is read again once, and then nothing is said."""
    seed = company_seed()
    more = [{**seed["projects"][0], "id": str(2000 + one), "name": f"Site {one}"} for one in range(300)]
    seed["projects"] = [*more, *seed["projects"]]
    folder = tmp_path / "approvals"
    write_documents(folder, {"a.yaml": INVOICE.replace("Harbor Bridge", "Cedar Tower")})
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        address = "/rest/v1.1/projects?company_id=4211&filters[by_status]=All&per_page=300"
        first = sandbox.request("GET", address)
        assert (len(first.json()), first.headers["Total"]) == (300, "303")
        moved = [{**first.json()[0], "id": 1999, "name": "Gone"}, *first.json()[:-1]]
        for total, command in itertools.product(("303", "304"), ("plan", "drift")):
            torn = {
                "path": "v1.1/projects.*per_page=300($|&page=1$)",
                "status": 200,
                "body": json.dumps(moved),
                "headers": {"Total": total, "Link": f'<{sandbox.address}{address}&page=2>; rel="next"'},
            }
            sandbox.fail(torn)
            ran = reconciler(folder, command, "--format", "json", environment=sandbox.environment)
            assert ran.code == (2 if command == "drift" else 0), ran.shown
            report = json.loads(ran.stdout)
            assert report.get("complete", True) is True
            assert "1041" in ran.stdout
            sandbox.fail({**torn, "times": 2})
            ran = reconciler(folder, command, "--format", "json", environment=sandbox.environment)
            assert (ran.code, "when it was read again: run again later" in ran.shown) == (6, True), ran.shown
