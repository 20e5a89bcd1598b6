"""An account that never was in git, brought in through the real command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.desired.exporting import export_documents
from reconciler.errors import ReconcilerError
from reconciler.model.documents import SettingsDocument
from reconciler.operations.export import prove
from tests.support.account import company_seed, write_seed
from tests.support.command_line import reconciler
from tests.support.sandbox import running_sandbox
from tests.support.values import TODAY, live_state

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox


def run(folder: Path, sandbox: RunningSandbox, *arguments: str) -> str:
    """Run a command and give what was shown."""
    return reconciler(folder, *arguments, environment=sandbox.environment).shown


def test_01_a_whole_account(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """Exported with the fewest requests, planned without a change, and never exported over."""
    shown = run(tmp_path, sandbox, "export", "--company", "4211", "--out", "approvals")
    assert shown == (
        "exit 0\n--- stdout\n3 presets written to approvals as 2 documents; 'reconciler plan' there is empty\n"
        "--- stderr\n· 1 project that is not active is not exported; name one with --project  [export/left-out]\n"
    )
    # tools, templates, projects, two versions, a list for each of three places, three presets
    log = sandbox.log(forget=True)
    assert ({one["method"] for one in log}, len(log)) == ({"GET"}, 11)
    folder = tmp_path / "approvals"
    assert sorted(str(one.relative_to(folder)) for one in folder.rglob("*.yaml")) == [
        "assignments/budget.yaml", "assignments/invoice-approval.yaml", "reconciler.yaml",
    ]  # fmt: skip
    assert (folder / ".gitignore").read_text() == ".reconciler/\n"
    assert "nothing to change" in run(folder, sandbox, "plan")
    assert run(folder, sandbox, "drift").startswith("exit 0")
    again = run(tmp_path, sandbox, "export", "--out", "approvals")
    assert again.startswith("exit 64")
    assert "there are documents in approvals already, such as assignments/" in again


def test_02_a_part_into_a_folder_with_settings(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """The settings that are there count and stay as they are; --company contradicts them."""
    out = tmp_path / "part"
    out.mkdir()
    settings = '# ours\nkind: settings\nversion: 1\ncompany_id: "4211"\ncompany_name: Acme\n'
    (out / "reconciler.yaml").write_text(settings)
    assert run(tmp_path, sandbox, "export", "--company", "4211", "--out", "part").startswith("exit 64")
    shown = run(tmp_path, sandbox, "export", "--out", "part", "--project", "Harbor Bridge")
    assert "1 preset written to part as 1 document;" in shown
    assert (out / "reconciler.yaml").read_text() == settings
    elsewhere = run(tmp_path, sandbox, "export", "--config", "part", "--out", "other", "--template", "Budget")
    assert elsewhere.startswith("exit 0")
    assert "company_name: Acme" in (tmp_path / "other" / "reconciler.yaml").read_text()
    both = run(tmp_path, sandbox, "export", "--config", "part", "--company", "4211", "--out", "more")
    assert both.startswith("exit 64")
    (tmp_path / "third").mkdir()
    (tmp_path / "third" / "reconciler.yaml").write_text(settings.replace("4211", "9999"))
    mixed = run(tmp_path, sandbox, "export", "--config", "part", "--out", "third")
    assert "names the company already; leave out --company and --config" in mixed
    assert len(list((tmp_path / "third").iterdir())) == 1


def test_03_what_stays_out_is_told(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """A project without presets, a company id that is none, and no settings at all."""
    shown = run(tmp_path, sandbox, "export", "--company", "4211", "--out", "a", "--project", "Old Library")
    assert shown.startswith("exit 7")
    assert "there are no presets there" in shown
    assert "is not a company id" in run(tmp_path, sandbox, "export", "--company", "x", "--out", "a")
    assert run(tmp_path, sandbox, "export", "--out", "a").startswith("exit 7")
    assert not (tmp_path / "a").exists()


def test_04_half_an_account_is_none(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """What cannot be read stops all of it."""
    sandbox.fail({"path": "presets/32", "status": 403, "times": 9})
    shown = run(tmp_path, sandbox, "export", "--company", "4211", "--out", "a")
    assert shown.startswith("exit 6")
    assert "so nothing was written" in shown
    assert not (tmp_path / "a").exists()


def test_05_a_company_without_tools_of_projects(tmp_path: Path) -> None:
    """The list of projects is not even read; what is archived is told, but not to those who want quiet."""
    seed = company_seed()
    seed["tools"], seed["presets"] = seed["tools"][1:], seed["presets"][2:]
    archived = {**seed["templates"][1], "id": "19", "archived_at": "2026-01-01", "versions": []}
    seed["templates"] = [{**archived, "latest_published_version": None}, seed["templates"][1]]
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        shown = run(tmp_path, sandbox, "export", "--company", "4211", "--out", "a")
        quiet = run(tmp_path, sandbox, "export", "--company", "4211", "--out", "b", "--quiet")
        asked = [one["path"] for one in sandbox.log()]
    assert shown.startswith("exit 0")
    assert "Budget (19) is not exported: it is archived" in shown
    assert quiet.endswith("--- stderr\n")
    assert [path for path in asked if path.endswith("/projects")] == []


def test_06_a_folder_that_cannot_be_used(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """Told, with what is in the way, before any file is written: a file, a link, settings that exclude documents."""
    (tmp_path / "file").write_text("")
    shown = run(tmp_path, sandbox, "export", "--company", "4211", "--out", "file/x")
    assert shown.startswith("exit 64")
    assert "is not a folder" in shown
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "assignments").symlink_to(tmp_path / "elsewhere")
    assert "is a link" in run(tmp_path, sandbox, "export", "--company", "4211", "--out", "linked")
    assert list((tmp_path / "elsewhere").iterdir()) == []
    (tmp_path / "part").mkdir()
    text = 'kind: settings\nversion: 1\ncompany_id: "4211"\nexclude: [assignments/budget.yaml]\n'
    (tmp_path / "part" / "reconciler.yaml").write_text(text)
    shown = run(tmp_path, sandbox, "export", "--out", "part")
    assert "assignments/budget.yaml would not be read: 'exclude:'" in shown
    assert len(list((tmp_path / "part").iterdir())) == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("ann@acme.test", "1 preset would change"),
        ("Project Manager", "the documents cannot be read back"),
        ("kind: assignments", "the documents cannot be read back"),
    ],
)
def test_07_documents_are_tried_before_they_are_written(wrong: str, message: str) -> None:
    """Where they ask for anything else, that is a defect, told as one."""
    state = live_state()
    files = {
        name: text.replace(wrong, "fay@acme.test" if "@" in wrong else "Nobody", 1)
        for name, text in export_documents(state).files.items()
    }
    with pytest.raises(ReconcilerError) as defect:
        prove(files, SettingsDocument(company_id="4211"), state, TODAY)
    assert message in defect.value.message


def test_08_below_the_settings_of_a_repository(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """They count for what is written there, which gets none of its own; those of another company are refused."""
    settings = tmp_path / "reconciler.yaml"
    settings.write_text('kind: settings\nversion: 1\ncompany_id: "4211"\n')
    shown = run(tmp_path, sandbox, "export", "--out", "assignments/live")
    assert shown.startswith("exit 0"), shown
    assert "reconciler.yaml holds the settings for it" in shown
    assert sorted(path.suffix for path in (tmp_path / "assignments" / "live").rglob("*") if path.is_file()) == [
        ".yaml", ".yaml",
    ]  # fmt: skip
    assert "nothing to change" in run(tmp_path, sandbox, "plan")
    settings.write_text('kind: settings\nversion: 1\ncompany_id: "9999"\n')
    shown = run(tmp_path, sandbox, "export", "--company", "4211", "--out", "more")
    assert shown.startswith("exit 64"), shown
    assert "the settings of another company" in shown
    assert not (tmp_path / "more").exists()


def test_09_what_cannot_be_named_in_many_presets(tmp_path: Path) -> None:
    """Alike warnings are one, with their number."""
    seed = company_seed()
    seed["templates"][0]["versions"][0]["responsible_groups"][2]["name"] = "x" * 3000
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        shown = run(tmp_path, sandbox, "export", "--company", "4211", "--out", "out")
    assert shown.count("export/unnamed-group") == 1
    assert "(in 2 presets)" in shown
