"""An apply that failed or was refused is told where drift is told: an issue, chats, figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.account import INVOICE
from tests.support.loopback import receiving
from tests.support.trial import committed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.github_stub import GitHubStub
    from tests.support.sandbox import RunningSandbox

FILES = ("--issue", "--metrics", "apply.prom", "--notify", "--link", "https://ci.test/7")
FAILED = {"method": "PATCH", "path": "/workflows/presets/32/assignees", "status": 403, "times": 9}


def counted(path: Path) -> dict[str, float]:
    """Return the figures of a file, by name and labels."""
    lines = [one for one in path.read_text().splitlines() if not one.startswith("#")]
    return {name: float(value) for name, value in (one.rsplit(" ", 1) for one in lines)}


def test_01_failed_refused_and_well_again(tmp_path: Path, sandbox: RunningSandbox, github: GitHubStub) -> None:
    """It is told each time, counted on, and the issue is closed by the apply that goes well."""
    trial = committed(tmp_path / "approvals", sandbox, {"assignments/invoice.yaml": INVOICE})
    with receiving() as chat:
        telling = {**github.environment, "RECONCILER_NOTIFY": chat.address.replace("http", "json")}
        sandbox.fail(FAILED)
        ran = trial.ran("apply", "--yes", *FILES, **telling)
        assert ran.code == 4, ran.shown
        assert "issue 101 opened\nmetrics written to apply.prom\nnotified 1 address\n" in ran.stderr
        sandbox.fail()
        ran = trial.ran("apply", "--yes", *FILES, RECONCILER_FREEZE="the auditors are here", **telling)
        assert ran.code == 3, ran.shown
        assert "issue 101 updated, 1 problem more" in ran.stderr
        for _ in range(2):
            ran = trial.ran("apply", "--yes", *FILES, **telling)
            assert ran.code == 0, ran.shown
        bodies = [one.body.decode() for one in chat.taken]
    assert len(bodies) == 2
    assert "failed: projects/1042/templates/11: " in bodies[0]
    assert "auditors are here" in bodies[1]
    assert "https://ci.test/7" in bodies[1]
    (issue,) = github.issues.values()
    assert (issue["title"], issue["state"]) == ("Apply failed: Acme (4211)", "closed")
    figures = counted(trial.folder / "apply.prom")
    assert figures['reconciler_apply_failures_total{company="4211"}'] == 2
    assert figures['reconciler_apply_failed{company="4211"}'] == 0
    assert figures['reconciler_apply_presets{company="4211",status="already"}'] == 0


def test_02_the_run_of_a_pipeline(tmp_path: Path, sandbox: RunningSandbox, github: GitHubStub) -> None:
    """'mark' tells what 'apply' could not, since no credentials of the forge are there."""
    trial = committed(tmp_path / "approvals", sandbox, {"assignments/invoice.yaml": INVOICE})
    sandbox.fail(FAILED)
    report = trial.ran("apply", "--yes", "--format", "json", "--journal", str(tmp_path / "journal"))
    assert report.code == 4
    (trial.folder / "report.json").write_text(report.stdout)
    marked = ("mark", "--code", "4", "--report", "report.json", "--issue", "--metrics", "apply.prom")
    ran = trial.ran(*marked, **github.environment)
    assert ran.code == 0, ran.shown
    assert "issue 101 opened" in ran.stderr
    assert "Not wholly applied \\(exit code 4\\): 1 failed." in github.issues[101]["body"]
    assert counted(trial.folder / "apply.prom")['reconciler_apply_presets{company="4211",status="failed"}'] == 1
    trial.run("mark", "--code", "5", "--issue", **github.environment)
    assert "Not tried" in github.issues[101]["body"]
    sandbox.fail()
    report = trial.ran("apply", "--yes", "--format", "json")
    (trial.folder / "report.json").write_text(report.stdout)
    ran = trial.ran("mark", "--code", "0", "--report", "report.json", "--issue", **github.environment)
    assert "issue 101 closed" in ran.stderr, ran.shown
    github.faults = [("GET", "/issues", 403)]
    ran = trial.ran("mark", "--code", "0", "--report", "report.json", "--issue", **github.environment)
    assert ran.code == 6, ran.shown


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('reconciler_apply_failures_total{company="4211"} 7\n', 8),
        ('reconciler_apply_failures_total{company="9"} 7\n', 1),
        ("reconciler_apply_failures_total{company=", 1),
        ('reconciler_apply_failures_total{company="4211"} +Inf\n', 1),
    ],
)
def test_03_the_count_of_before(tmp_path: Path, sandbox: RunningSandbox, text: str, count: int) -> None:
    """It goes on from the file; what is none of ours, or no figure, counts nothing."""
    trial = committed(tmp_path / "approvals", sandbox, {"assignments/invoice.yaml": INVOICE})
    (trial.folder / "apply.prom").write_text(f"# TYPE reconciler_apply_failures_total counter\n{text}")
    trial.run("apply", "--yes", "--metrics", "apply.prom", RECONCILER_FREEZE="x")
    assert counted(trial.folder / "apply.prom")['reconciler_apply_failures_total{company="4211"}'] == count
