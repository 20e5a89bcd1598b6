"""A day of routing, read again by people: through the real command line and a real service."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.account import write_seed
from tests.support.routed_account import ITEM, ROUTING, item_path, routed_seed
from tests.support.sandbox import running_sandbox
from tests.support.trial import Trial, committed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AS_BOT = {"RECONCILER_ROUTE_CLIENT_ID": "erp", "RECONCILER_ROUTE_CLIENT_SECRET": "erp"}
FOLDER = ".reconciler/journal/route"


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    """Yield a repository with a routing, beside a service with three invoices that wait."""
    with running_sandbox(write_seed(tmp_path / "seed", routed_seed(3))) as sandbox:
        yield committed(tmp_path / "approvals", sandbox, {"routing.yaml": ROUTING})


def routed(trial: Trial) -> str:
    """Answer two steps, leave one to people, and return the file of the day."""
    trial.sandbox.click({"do": "change_item", "path": item_path("1042", "502"), "body": {**ITEM, "amount": "60000"}})
    trial.ends(2, "route", "--once", **AS_BOT)
    (path,) = (trial.folder / FOLDER).glob("*.jsonl")
    return f"{FOLDER}/{path.name}"


def test_01_a_day_in_each_format(trial: Trial) -> None:
    """The same day on a terminal, as Markdown, as a page and as JSON, on stdout or in a file."""
    file = routed(trial)
    day = file.removeprefix(f"{FOLDER}/").removesuffix(".jsonl")
    revision = trial.git("rev-parse", "HEAD")
    text = trial.ran("show", file).stdout
    assert text.startswith(
        f"Routing on {day} in company 4211\n2 steps answered by 1 rule, 1 left to people, half within"
    )
    assert "no-rule · no rule covers it · instance 6502 · item 502 · ERP check · projects/1042/templates/11" in text
    assert "      Approve: 2 answered\n" in text
    assert f"revision {revision[:12]}" in text
    assert text.count("      item.amount: 48211.55\n") == 2
    markdown = trial.ran("show", file, "--format", "markdown", "--budget", "65536").stdout
    assert markdown.startswith(f"### Routing on {day} in company 4211: 2 steps answered by 1 rule")
    assert markdown.index("#### Left to people") < markdown.index("#### By rule") < markdown.index("#### Decisions")
    trial.ends(0, "show", file, "--format", "html", "--out", "day.html")
    page = (trial.folder / "day.html").read_text()
    assert page.startswith("<!doctype html>")
    assert page.count('<article class="card step">') == 3
    told = json.loads(trial.ran("show", file, "--format", "json").stdout)
    assert (told["format"], told["day"], told["summary"]["answered"]) == ("reconciler/route-day/1", day, 2)
    assert told["latency"]["measured"] == 2
    assert [one["revision"] for one in told["steps"]] == [revision] * 3
    assert trial.sandbox.log(forget=True) != []
    trial.ends(2, "show", file, "--detailed-exitcode")
    assert trial.sandbox.log() == []


def test_02_the_days(trial: Trial) -> None:
    """Without an id the days are listed, the newest first; with one it is the history of that workflow, as before."""
    assert "no days in the journal of routes" in trial.ends(0, "history", "--routed")
    file = routed(trial)
    (trial.folder / FOLDER / "2026-01-02.jsonl").write_text("")
    day = file.removeprefix(f"{FOLDER}/").removesuffix(".jsonl")
    title, newest, oldest, *_ = trial.ran("history", "--routed").stdout.splitlines()
    assert title.split()[:3] == ["day", "answered", "observed"]
    assert newest.split()[:4] == [day, "2", "0", "1"]
    assert oldest.split()[:4] == ["2026-01-02", "0", "0", "0"]
    told = json.loads(trial.ran("history", "--routed", "--format", "json", "--limit", "1").stdout)
    assert [(one["day"], one["summary"]["left"]) for one in told["days"]] == [(day, 1)]
    assert "instance 6501 · item 501 · ERP check" in trial.ends(0, "history", "--routed", "501")
    assert "there is no journal folder none" in trial.ends(64, "history", "--routed", "--journal", "none")


def test_03_redacted_fields(trial: Trial) -> None:
    """A field under 'redact' is in no format."""
    trial.write_only({"routing.yaml": ROUTING.replace("mode: answer", "redact: [item.amount]\nmode: answer")})
    trial.commit()
    trial.ends(0, "route", "--once", **AS_BOT)
    (path,) = (trial.folder / FOLDER).glob("*.jsonl")
    for shown_as in ("terminal", "markdown", "html", "json"):
        text = trial.ran("show", str(path), "--format", shown_as).stdout
        assert "item.status" in text
        assert "48211.55" not in text


def test_04_files_that_are_no_day(trial: Trial) -> None:
    """A torn end is tolerated, damage is not (7); a part or a format of problems is refused (64)."""
    file = routed(trial)
    path = trial.folder / file
    whole = trial.ran("show", file).stdout
    with path.open("a") as torn:
        torn.write('{"event":"route-in')
    assert trial.ran("show", file).stdout == whole
    (trial.folder / "copy.txt").write_bytes(path.read_bytes())
    assert trial.ran("show", "copy.txt").stdout == whole
    assert "leave out" in trial.ends(64, "show", file, "--project", "Harbor Bridge")
    assert "not as junit" in trial.ends(64, "show", file, "--format", "junit")
    path.write_text('{"event":"route-x"}\n')
    assert f"{file}:1: not a line of this journal" in trial.ends(7, "show", file)
    (trial.folder / "torn.txt").write_text('{"event":"route-in')
    assert "torn.txt has no whole line: name a file of the journal of routes" in trial.ends(7, "show", "torn.txt")
    (trial.folder / "other.jsonl").write_text('{"event":"started"}\n{}\n')
    assert "other.jsonl is not a plan" in trial.ends(7, "show", "other.jsonl")
    assert "cannot read none.jsonl" in trial.ends(64, "show", "none.jsonl")
