"""Programs that decide: real ones, which answer, hang, fork, flood and lie."""

from __future__ import annotations

import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from reconciler.model.routed import ProgramAnswer
from reconciler.routing.program_answer import ProgramFailedError
from reconciler.routing.programs import DecisionStoppedError, find_program, named_folders, run_program

if TYPE_CHECKING:
    from pathlib import Path

FACTS = {"item": {"amount": "7"}, "options": ["Approve"]}


def program(folder: Path, body: str) -> str:
    """Write a program in Python."""
    path = folder / "erp-decide"
    path.write_text(f"#!{sys.executable}\nimport json, os, sys, time\n{body}\n")
    path.chmod(0o755)
    return str(path)


def after(moment: float) -> bool:
    """Return whether a moment has come."""
    return time.monotonic() > moment


def answer(folder: Path, body: str, *arguments: str, seconds: float = 10.0) -> ProgramAnswer:
    """Run a program."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nowhere", "RECONCILER_CLIENT_SECRET": "s3cret"}
    return run_program([program(folder, body), *arguments], FACTS, [folder], environment, seconds)


def test_it_reads_facts_and_answers(tmp_path: Path) -> None:
    """Facts and arguments arrive as they are, secrets do not."""
    body = (
        "facts = json.load(sys.stdin)\n"
        "print(json.dumps({'respond': facts['options'][0], 'comment': ' '.join(\n"
        "    [facts['item']['amount'], *sys.argv[1:], *sorted(set(os.environ) - {'LC_CTYPE'}), os.getcwd()])}))"
    )
    assert answer(tmp_path, body, "a b", "$HOME") == ProgramAnswer("Approve", "7 a b $HOME HOME PATH /")


def test_it_need_not_read(tmp_path: Path) -> None:
    """One that ends without reading what does not fit into a pipe."""
    path = program(tmp_path, "print('{}')")
    assert run_program([path], {"item": "x" * 3_000_000}, [tmp_path], {}) == ProgramAnswer()


def test_what_it_started_ends_with_it(tmp_path: Path) -> None:
    """A child that keeps the output open holds nothing up, and does not live on."""
    marker = tmp_path / "alive"
    body = (
        "if os.fork() == 0:\n"
        f"    time.sleep(1.5); open({str(marker)!r}, 'w').close(); os._exit(0)\n"
        'print(\'{"respond": "Approve"}\', flush=True)'
    )
    began = time.monotonic()
    assert answer(tmp_path, body).respond == "Approve"
    assert time.monotonic() - began < 1.4
    time.sleep(1.6)
    assert not marker.exists()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("time.sleep(60)", "took longer than 1 s"),
        ("os.close(1); time.sleep(60)", "took longer than 1 s"),
        ("while True: print('x' * 9999)", "printed more than 64 KiB"),
        ("print('{}'); sys.exit(1)", "failed (exit code 1)"),
        ("os.kill(os.getpid(), 9)", "failed (exit code -9)"),
        ("print('{}'); print('{}')", "did not print one object"),
        ("pass", "did not print one object"),
    ],
)
def test_what_decides_nothing(tmp_path: Path, body: str, reason: str) -> None:
    """Each within its bound."""
    began = time.monotonic()
    with pytest.raises(ProgramFailedError) as failed:
        answer(tmp_path, body, seconds=1.0)
    assert reason in failed.value.reason
    assert time.monotonic() - began < 5


def test_a_process_that_is_to_end_does_not_wait_for_it(tmp_path: Path) -> None:
    """The program is ended at once, with its output closed or not, and nothing is decided."""
    for body in ("time.sleep(30)", "os.close(1); time.sleep(30)"):
        began = time.monotonic()
        with pytest.raises(DecisionStoppedError):
            run_program([program(tmp_path, body)], {}, [tmp_path], {}, stopped=partial(after, began + 0.5))
        assert time.monotonic() - began < 5


def test_only_from_named_folders(tmp_path: Path) -> None:
    """A path that leads elsewhere, also by a link, runs nothing."""
    inside, outside = tmp_path / "in", tmp_path / "out"
    for folder in (inside, outside):
        folder.mkdir()
    elsewhere = program(outside, "print('{}')")
    (inside / "link").symlink_to(elsewhere)
    (inside / "data").write_text("x")
    (inside / "broken").write_text("#!/nowhere\n")
    (inside / "broken").chmod(0o755)
    for named, reason in (
        (elsewhere, "is in no folder of RECONCILER_DECIDE_PATH"),
        (str(inside / "link"), "is in no folder of RECONCILER_DECIDE_PATH"),
        (f"{inside}/../out/erp-decide", "is in no folder of RECONCILER_DECIDE_PATH"),
        (str(inside / "gone"), "is not there"),
        (str(inside / "data"), "is not a program that can be run"),
        (str(inside), "is not a program that can be run"),
        (str(inside / "broken"), "cannot be run"),
    ):
        with pytest.raises(ProgramFailedError) as failed:
            run_program([named], FACTS, [inside, tmp_path / "gone"], {})
        assert reason in failed.value.reason


def test_folders_of_the_environment(tmp_path: Path) -> None:
    """Whole paths alone; without any, no program runs."""
    assert named_folders({"RECONCILER_DECIDE_PATH": f"{tmp_path}:relative:"}) == (tmp_path,)
    assert named_folders({}) == ()
    with pytest.raises(ProgramFailedError):
        find_program(sys.executable, ())
