"""Seeds of the sandbox: what cannot be served is told with file, line and remedy, before anything is served."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.errors import DocumentsError
from reconciler.sandbox.seed import read_seed
from tests.support.account import company_seed, write_seed
from tests.support.command_line import reconciler
from tests.support.contract import EXAMPLE, write_contract_seed
from tests.support.sandbox import running_sandbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

MISSHAPEN = {
    "company.yaml": """\
company:
  id: acme
  name: Acme
  page_caps: {projects: 3}
""",
    "people.yaml": """\
people:
- {id: '1', login: ann@acme.test, name: Ann}
- id: '2'
  login: 7
  name: Bo
- {id: '3', name: Cy}
- {id: '4', login: dee@acme.test, name: Dee, actve: true}
- eli@acme.test
persons: []
projects: {}
tools:
- {name: Invoices, type: invoice, provider: Vendor}
""",
    "list.yaml": "- people\n",
    "instances.yaml": """\
instances:
- {template_id: '11', item_id: '501', created_by: '1', started_at: 2026-03-02 08:00}
- {template_id: '11', item_id: '501', created_by: '1', started_at: '2026-02-31T08:00:00Z'}
- {template_id: '11', item_id: INV-1, created_by: '1'}
items:
- {path: requisitions/501, body: {}}
- {path: /rest/v1.0/requisitions/501, body: []}
templates:
- id: '11'
  name: Invoice Approval
  tool_type: invoice
  versions: [{id: '911', version: 1, responsible_groups: [], steps: [{uuid: s, name: Check, due_in: -1}]}]
""",
    "presets.json": json.dumps(
        {"presets": [{"id": "31", "template_id": "11", "groups": {"pm": ["1", None]}, "valid": 1}, {"id": "a b"}]},
        indent=1,
    ),
}
MISLEADING = {
    "company.yaml": """\
company: {id: '4211', name: Acme, accounts: {sandbox: '99'}}
tools:
- {name: Invoices, type: invoice, provider: Project}
- {name: Invoices, type: invoice, provider: Project}
- {name: Budget, type: budget, provider: Company}
- {name: Letters, type: correspondence, provider: Project}
- {name: Notes, type: notes, provider: Project, subtype: 3}
""",
    "people.yaml": """\
people:
- {id: '1', login: ann@acme.test, name: Ann, projects: ['9']}
- {id: 1, login: ann@acme.test, name: Ann again}
- {id: '2', login: bo@acme.test, name: Bo, user_id: 3}
- {id: '3', login: bo@acme.test, name: Bo who came back}
projects:
- {id: '1041', name: Cedar Tower}
- {id: '1041', name: Harbor Bridge}
eligible:
- {list: possible_assignees, people: ['1', '98'], project_id: '7', tool_type: bugdet}
- {list: workflow_managers, people: []}
- {list: workflow_managers, people: []}
""",
    "templates.yaml": """\
templates:
- id: '11'
  name: Invoice Approval
  tool_type: invoice
  latest_published_version: {id: '912', version: '2.0'}
  versions:
  - id: '911'
    version: '1.0'
    responsible_groups:
    - {uuid: pm, name: Project Manager, type: RESPONSIBLE_ROLE}
    - {uuid: pm, name: Project Manager, type: RESPONSIBLE_ROLE}
    steps:
    - {uuid: s, name: Check, responsible_groups: [pm, acc]}
    - uuid: s
      name: Check
      response_options:
      - {id: '1', name: Approve}
      - {id: 1, name: Again, response_type: revise, goes_to: elsewhere}
- id: '13'
  name: Budget
  tool_type: budget
  tool_subtype: 4
  versions: [{id: '911', version: 1, responsible_groups: []}]
- {id: '14', name: Letters, tool_type: correspondence, versions: [], project_id: '7'}
- {id: '15', name: Budget, tool_type: budget, versions: []}
""",
    "workflows.yaml": """\
instances:
- {template_id: '12', item_id: '501', created_by: '95', project_id: '7'}
- {id: '6501', template_id: '11', item_id: '501', created_by: '1', template_version_id: '9'}
- {id: 6501, template_id: '15', item_id: '501', created_by: '1', project_id: '1041'}
items:
- {path: /rest/v1.0/projects/1041/requisitions/501, body: {}}
- {path: /rest/v1.0/projects/1041/requisitions/501, body: {}}
""",
    "presets.json": json.dumps(
        {
            "presets": [
                {"id": "31", "template_id": "11", "groups": {"pm": ["1", "98"], "boss": []}},
                {"id": "31", "template_id": "12", "project_id": "7", "workflow_manager_id": "97"},
                {"id": "32", "template_id": "15", "project_id": "1041"},
                {
                    "id": "33",
                    "template_id": "11",
                    "project_id": "1041",
                    "individual_assignees": [
                        {"step_uuid": "s", "logins": [{"id": "96"}]},
                        {"step_uuid": "x", "logins": []},
                    ],
                },
            ]
        },
        indent=1,
    ),
}
UNREADABLE = {
    "a.yaml": "company: {id: '1', name: A}\npeople: [\n",
    "b.yaml": "people:\n- {id: '1', login: a, login: b}\n",
    "c.json": '{\n "people": [,]}',
    "d.json": '{"people": [{"id": 1, "id": 2}]}',
    "e.yaml": "people: !!python/object:os.system {}\n",
    "f.json": '{"people": [{"id": 1, "login": "a", "name": "\\ud800"}]}',
    "g.yaml": "projects: [{id: 1, name: A, budget: .nan}]\n",
    "h.yaml": "projects: [{id: 1, name: A, logo: !!binary YQ==}]\n",
}
SEVERAL = {"a.yaml": "company: {id: '1', name: A}\n", "b.yml": "\ncompany: {id: '2', name: B}\n"}
CAPS = {"a.yaml": "company: {id: '1', name: A, page_caps: {invoices: 3}}\n"}
NONE = {"people.yaml": "people: []\n", "readme.txt": "company: no"}


@pytest.mark.parametrize(
    "files",
    [MISSHAPEN, MISLEADING, UNREADABLE, SEVERAL, CAPS, NONE],
    ids=["shapes", "references", "syntax", "two", "caps", "none"],
)
def test_a_bad_seed_is_told_with_its_places(tmp_path: Path, files: dict[str, str], whole: SnapshotAssertion) -> None:
    """Exit 7 and every mistake at once: where it is, and what to write there; nothing is served."""
    folder = tmp_path / "seed"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    ran = reconciler(tmp_path, "sandbox", "--port", "0", "--seed", str(folder))
    assert ran.code == 7
    shown = ran.shown.replace(str(tmp_path), "<folder>")
    assert whole == shown.replace("JSON compliant: nan", "JSON compliant")  # Python 3.13 names the value


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    """Bytes that are no UTF-8, a folder with a file's name, values nested too deep."""
    (tmp_path / "a.yaml").write_bytes(b"company: \xff")
    (tmp_path / "b.yaml").mkdir()
    (tmp_path / "c.json").write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(DocumentsError) as caught:
        read_seed(tmp_path)
    told = [(str(one.origin), one.message.split(":")[0]) for one in caught.value.diagnostics]
    assert told == [(f"{tmp_path}/{name}:1:1", "cannot be read") for name in ("a.yaml", "b.yaml", "c.json")]


def test_good_seeds_are_taken(tmp_path: Path) -> None:
    """The example company, with correspondence too, and the small company of the tests."""
    assert read_seed(EXAMPLE)["company"]["id"] == "4211"
    assert len(read_seed(write_contract_seed(tmp_path / "contract"))["tools"]) == 4
    assert len(read_seed(write_seed(tmp_path / "small", company_seed()))["presets"]) == 3


def test_a_place_in_json_that_no_yaml_reader_reads(tmp_path: Path) -> None:
    """The file is named all the same."""
    text = '{"company": {"id": "1", "name": "A"},\n"people": [{"id": "1", "login": "\\/", "name": 5}]}'
    for name, content in (
        ("a", text),
        ("b", text.replace("\n", "\n\t")),
        ("c", text.replace("5", '"\\ud83d\\ude00", "x": 1')),
    ):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "seed.json").write_text(content, encoding="utf-8")
        with pytest.raises(DocumentsError) as caught:
            read_seed(folder)
        (problem,) = caught.value.diagnostics
        assert problem.origin.path == str(folder / "seed.json")


def test_yaml_may_merge_and_replace(tmp_path: Path) -> None:
    """What '<<' brings may be written over; that is no key that is there twice."""
    (tmp_path / "a.yaml").write_text(
        "company: {id: 4211, name: Acme}\n"
        "people:\n- &ann {id: 1, login: ann@acme.test, name: Ann}\n"
        "- &bo {<<: *ann, id: 2}\n- {<<: *bo, id: 3, name: Cy}\n",
        encoding="utf-8",
    )
    people = read_seed(tmp_path)["people"]
    assert [(one["id"], one["name"]) for one in people] == [(1, "Ann"), (2, "Ann"), (3, "Cy")]


def without_group(seed: dict[str, Any]) -> None:
    """A preset need not have every group of its version: that is what the client must notice."""
    del seed["presets"][0]["groups"]["acc"]


def rehired(seed: dict[str, Any]) -> None:
    """Two accounts may have one e-mail: somebody left and came back."""
    seed["people"].append({**seed["people"][0], "id": "19", "active": False})


def twice_in_a_group(seed: dict[str, Any]) -> None:
    """A live group may hold a login twice (section 6)."""
    seed["presets"][0]["groups"]["pm"] = ["1", "1"]


def unpublished(seed: dict[str, Any]) -> None:
    """A template may have no published version."""
    seed["templates"][0]["latest_published_version"] = None


@pytest.mark.parametrize("change", [without_group, rehired, twice_in_a_group, unpublished])
def test_what_looks_odd_and_happens_is_taken(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Each of these was seen or may be, so a seed may have it, and its presets can be read."""
    seed = company_seed()
    change(seed)
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        assert sandbox.groups("31", "1041")


def test_a_state_file_keeps_the_company(tmp_path: Path) -> None:
    """What was written survives a restart, and so does a token; the seed only counts the first time."""
    seed = write_seed(tmp_path / "seed", company_seed())
    state = str(tmp_path / "state.db")
    with running_sandbox(seed, "--state", state) as first:
        first.edit("32", "1042", pm=["5"])
        token = first.token
    (seed / "seed.json").write_text("no seed any more", encoding="utf-8")
    with running_sandbox(seed, "--state", state) as second:
        second.take(token)
        assert second.groups("32", "1042")["pm"] == ["5"]


def test_a_state_file_of_another_release_is_refused(tmp_path: Path) -> None:
    """Exit 64 with the remedy, instead of answers of 500 later; a file that is no database too."""
    path = tmp_path / "state.db"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE company (id TEXT)")
    database.close()
    ran = reconciler(tmp_path, "sandbox", "--port", "0", "--state", str(path))
    assert (ran.code, "was not written by this release of the sandbox" in ran.stderr) == (64, True)
    path.write_text("no database", encoding="utf-8")
    assert reconciler(tmp_path, "sandbox", "--port", "0", "--state", str(path)).code == 64
