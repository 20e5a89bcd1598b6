"""Failures that end a run, in the formats that programs read."""

from __future__ import annotations

import gc
import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from reconciler.cli import run
from reconciler.commands.schema import schema
from reconciler.operations.schema import list_schemas
from tests.support.forges import check_sarif, read_junit, run_line

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let validate fail at its first step."""

    def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr("reconciler.commands.validate.validate_repository", fail)


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [(ZeroDivisionError("##[x]\n::y::"), 1, "ZeroDivisionError"), (KeyboardInterrupt(), 130, "interrupted")],
)
def test_what_nobody_expected_is_told_in_each_format(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, code: int, word: str
) -> None:
    """A defect and Ctrl-C: one problem on stdout, the human text on stderr, where it starts no command."""
    failing(monkeypatch, error)
    assert run(["validate", "--format", "github"]) == code
    told = capsys.readouterr()
    (line,) = told.out.splitlines()
    command = run_line(line)
    assert command is not None
    assert (command.name, command.properties) == ("error", {"title": "run/failed"})
    assert word in command.message
    assert word in told.err
    assert run(["validate", "--format", "github", "--verbose"]) == code
    assert {run_line(line) for line in capsys.readouterr().err.splitlines()} == {None}
    assert run(["validate", "--format", "sarif"]) == code
    assert [one["ruleId"] for one in check_sarif(json.loads(capsys.readouterr().out))] == ["run/failed"]
    assert run(["validate", "--format", "junit"]) == code
    assert [one[0].tag for one in read_junit(capsys.readouterr().out)] == ["failure"]
    assert run(["validate", "--format", "json"]) == code
    assert json.loads(capsys.readouterr().out)["code"] == code
    assert run(["validate"]) == code
    told = capsys.readouterr()
    assert (told.out, word in told.err) == ("", True)


@pytest.mark.parametrize("shown_as", ["json", "github", "sarif", "junit"])
def test_bytes_that_are_no_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shown_as: str
) -> None:
    """An argument or a variable can hold them: they become visible escapes, and the code is that of the failure."""
    (tmp_path / "reconciler.yaml").write_text('kind: settings\nversion: 1\ncompany_id: "4211"\n')
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    monkeypatch.chdir(tmp_path)
    odd = "\udcff"
    for arguments, code in ((["validate", "--config", odd], 7), (["plan", "--base", odd], 64), ([f"plan{odd}"], 64)):
        assert run([*arguments, "--format", shown_as]) == code
        assert "\\udcff" in "".join(capsys.readouterr()).replace("\\\\", "\\")
    monkeypatch.setenv("RECONCILER_COMPANY_ID", odd)
    assert run(["validate", "--format", shown_as]) == 7
    assert "RECONCILER_COMPANY_ID is '\\udcff'" in "".join(capsys.readouterr()).replace("\\\\", "\\")


@pytest.mark.parametrize(
    "arguments",
    [
        ("-v", "validate"), ("validate", "-v"), ("validate", "-qv"), ("-qv", "validate"), ("-v", "validate", "-q"),
        ("-q", "validate", "--verbose"), ("validate", "-v", "-q"),
    ],
)  # fmt: skip
def test_verbose_is_heard_wherever_it_stands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    """Before or behind the command, alone or with others."""
    failing(monkeypatch, ZeroDivisionError("x"))
    assert run(arguments) == 1
    assert "Traceback" in capsys.readouterr().err


def test_settings_are_named_before_or_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Behind the command wins."""
    for arguments in (
        ("--config", str(tmp_path / "x"), "validate"),
        ("validate", "--config", str(tmp_path / "x")),
        ("--config", str(tmp_path / "y"), "validate", "--config", str(tmp_path / "x")),
    ):
        assert run(arguments) == 7
        assert f"no settings file at {tmp_path / 'x'}" in capsys.readouterr().err


def test_schemas_for_editors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All kinds, the text of one, where it is, and a file of it; a wrong kind names the right ones."""
    assert run(["schema"]) == 0
    assert capsys.readouterr().out.splitlines() == list_schemas()
    assert run(["schema", "teams"]) == 0
    text = capsys.readouterr().out
    assert json.loads(text)["$id"] == "urn:reconciler:schema:teams:1"
    assert run(["schema", "teams", "--path"]) == 0
    assert Path(capsys.readouterr().out.strip()).read_text(encoding="utf-8") == text
    assert run(["schema", "document"]) == 0
    assert json.loads(capsys.readouterr().out)["required"] == ["kind"]
    assert run(["schema", "teams", "--out", str(tmp_path / "teams.json")]) == 0
    assert (tmp_path / "teams.json").read_text(encoding="utf-8") == text
    for arguments, words in ((("team",), "did you mean 'teams'?"), (("--path",), "--path needs a kind")):
        assert run(["schema", *arguments]) == 64
        assert words in capsys.readouterr().err


def test_completion_of_schemas() -> None:
    """The kinds that begin so."""
    (kind,) = [one for one in schema.params if one.name == "kind"]
    shown = kind.shell_complete(click.Context(schema), "a")
    assert [one.value for one in shown] == ["absences", "acknowledgements", "apply", "approved", "assignments"]
    assert [one.value for one in kind.shell_complete(click.Context(schema), "d")] == ["doctor", "document", "drift"]


def test_help_for_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The same as with --help, of all commands without a name, and with a suggestion for a wrong one."""
    for one, other in ((("help", "plan"), ("plan", "--help")), (("help",), ("--help",))):
        shown = []
        for arguments in (one, other):
            assert run(arguments) == 0
            shown.append(capsys.readouterr().out)
        assert shown[0] == shown[1] != ""
    assert run(["help", "plam"]) == 64
    assert "did you mean 'plan'?" in capsys.readouterr().err


def test_what_an_interrupt_says(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """By the command that ran, and not by words that stand somewhere in the line."""
    failing(monkeypatch, KeyboardInterrupt())
    assert run(["validate", "--base", "apply"]) == 130
    assert "history" not in capsys.readouterr().err
    monkeypatch.setattr("reconciler.commands.apply.prepare_alarms", _interrupt)
    assert run(["apply", "--yes"]) == 130
    assert "'reconciler history' tells what is not known" in capsys.readouterr().err


def _interrupt(*_arguments: object, **_options: object) -> None:
    raise KeyboardInterrupt
