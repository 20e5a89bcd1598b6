"""Everybody who shall be told is, whatever becomes of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from reconciler.alerting import open_gauges
from reconciler.errors import DeliveryError
from reconciler.operations.alarms import Alarms, Found, raise_alarms
from tests.support.cases import change, group
from tests.support.drifts import report
from tests.support.runs import make_common

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from reconciler.model.alerts import Message
    from reconciler.operations.run import Run

FOUND = Found(report([change(group(remove=[2]))]), None, 1.0)


class MemoryPost:
    """Chats that remember what they were told, or that cannot be reached."""

    def __init__(self, *, failing: bool = False, broken: bool = False) -> None:
        self.told: list[Message] = []
        self.failing = failing
        self.broken = broken

    def send(self, message: Message) -> int:
        """Take it."""
        if self.broken:
            raise KeyError("data\nof it")
        if self.failing:
            raise DeliveryError("nobody\nis there")
        self.told.append(message)
        return 2


def alarms(post: MemoryPost | None, metrics_at: Path | None) -> Alarms:
    """Return what is to be told: chats, and a file of figures."""
    return Alarms(forge=None, gauges=open_gauges(), metrics_at=metrics_at, gateway=None, post=post, link=None)


def run(*, quiet: bool = False, verbose: bool = False) -> Run:
    """Return the run of a command line."""
    return make_common(quiet=quiet, verbose=verbose).run


def test_figures_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It ends with 6, and the chats are told all the same."""
    post = MemoryPost()
    assert raise_alarms(alarms(post, tmp_path / "gone" / "drift.prom"), FOUND, run()) == 6
    assert [one.title for one in post.told] == ["Drift: Acme (4211)"]
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        f"error: cannot write {tmp_path}/gone/drift.prom: No such file or directory\nnotified 2 addresses\n"
    )


def test_what_is_told_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each; errors also where nothing else is to be said."""
    assert raise_alarms(alarms(MemoryPost(failing=True), tmp_path / "drift.prom"), FOUND, run(quiet=True)) == 6
    assert capsys.readouterr().err == "error: nobody\\u000ais there\n"
    assert raise_alarms(alarms(None, tmp_path / "drift.prom"), FOUND, run()) == 0
    assert capsys.readouterr().err == f"metrics written to {tmp_path}/drift.prom\n"


def test_a_defect_in_one_keeps_no_other_silent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is one line, the others are told, and it ends with 1, also where somebody could not be told besides."""
    broken = alarms(MemoryPost(broken=True), tmp_path / "drift.prom")
    assert raise_alarms(broken, FOUND, run()) == 1
    assert capsys.readouterr().err == (
        f"metrics written to {tmp_path}/drift.prom\n"
        "error: a defect of reconciler: notify: KeyError: 'data\\nof it' (more with --verbose)\n"
    )
    both = alarms(MemoryPost(broken=True), tmp_path / "gone" / "drift.prom")
    assert raise_alarms(both, FOUND, run()) == 1


def test_a_forge_that_answers_what_nobody_expects(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Figures and chats come after it, and are told; with --verbose there is the traceback."""

    class Forge:
        """One whose answers lack what is looked for."""

        def keep_issue(self, _issue: object) -> str:
            """Find nothing."""
            raise KeyError("viewer")

    post = MemoryPost()
    broken = alarms(post, tmp_path / "drift.prom")._replace(forge=cast("Any", Forge()))
    assert raise_alarms(broken, FOUND, run(verbose=True)) == 1
    said = capsys.readouterr().err
    assert said.startswith("Traceback (most recent call last):\n")
    assert said.splitlines()[-3:] == [
        "error: a defect of reconciler: keep issue: KeyError: 'viewer'",
        f"metrics written to {tmp_path}/drift.prom",
        "notified 2 addresses",
    ]
    assert len(post.told) == 1
