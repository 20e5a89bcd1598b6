"""Measures plans side by side with octoDNS and with bare loops, and prints tables of ratios.

Every pair is measured in turn in one run (A B A B …), as whole processes, by the operating system's own account.
Run it with: python -m benchmarks.run
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import httpx

from benchmarks.generate import write_account, write_zone

if TYPE_CHECKING:
    from collections.abc import Iterator

BIN = Path(sys.executable).parent
HERE = Path(__file__).parent
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("RECONCILER_", "COVERAGE_"))}


class Figure(NamedTuple):
    """One run: wall time in seconds, peak memory of the process in MiB."""

    seconds: float
    mebibytes: float


def measure(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> Figure:
    """Run a command to its end; it must succeed."""
    with Path(os.devnull).open("wb") as nowhere:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env={**ENVIRONMENT, **(environment or {})}, stdout=nowhere, stderr=nowhere
        )
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return Figure(took, usage.ru_maxrss / 1024)


def in_turn(
    commands: dict[str, tuple[list[str], Path]], runs: int, environment: dict[str, str] | None = None
) -> dict[str, list[Figure]]:
    """Run each command once unmeasured, then all of them in turn, so often."""
    figures: dict[str, list[Figure]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, (command, folder) in commands.items():
            figure = measure(command, folder, environment)
            if number:
                figures[name].append(figure)
    return figures


def table(title: str, figures: dict[str, list[Figure]], base: str) -> None:
    """Print medians, and the median of the ratios pair by pair to the row named ``base``."""
    print(f"\n{title}\n\n| | seconds | peak MiB | time, as a ratio (min to max) |\n|---|---|---|---|")
    for name, found in figures.items():
        ratios = [one.seconds / other.seconds for one, other in zip(found, figures[base], strict=True)]
        seconds = statistics.median(one.seconds for one in found)
        mebibytes = statistics.median(one.mebibytes for one in found)
        ratio = f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"
        print(f"| {name} | {seconds:.2f} | {mebibytes:.0f} | {ratio} |", flush=True)


@contextmanager
def sandbox(seed: Path) -> Iterator[str]:
    """Run a sandbox without limits."""
    command = [str(BIN / "reconciler"), "sandbox", "--port", "0", "--rate-limit", "off", "--seed", str(seed)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def plan_environment(address: str) -> dict[str, str]:
    """Return what a plan needs to find the sandbox."""
    return {
        "RECONCILER_API_URL": address,
        "RECONCILER_AUTH_URL": address,
        "RECONCILER_CLIENT_ID": "sandbox",
        "RECONCILER_CLIENT_SECRET": "sandbox",
    }


def from_the_sandbox(folder: Path, presets: int, runs: int) -> None:
    """Compare a plan with bare loops that make the very same requests, and keep a snapshot."""
    reconciler = str(BIN / "reconciler")
    with sandbox(folder / "sandbox") as address:
        environment = plan_environment(address)
        measure([reconciler, "snapshot", "--out", "../live.json"], folder / "repository", environment)
        log = httpx.request("DELETE", f"{address}/_sandbox/requests", timeout=60).json()["log"]
        paths = [one["path"] + (f"?{one['query']}" if one["query"] else "") for one in log]
        listed = folder / "paths.txt"
        listed.write_text("\n".join(paths), encoding="utf-8")
        # templates, a version, the directory; projects by the page; a list and a preset each; people where added
        # (at the page limits of the service, and one more request that looks whether a list of several pages is whole)
        pages = -(-presets // 300)
        lower_bound = 2 * presets + 1 + 1 + 1 + pages + (pages > 1) + len({p for p in paths if "assignees" in p})
        print(f"\n{presets:,} presets from the sandbox: {len(paths):,} requests, lower bound {lower_bound:,}")
        loop = [sys.executable, str(HERE / "bare_loop.py")]
        commands = {"reconciler plan": ([reconciler, "plan"], folder / "repository")}
        for way in ("sync", "threads", "async"):
            commands[f"bare httpx, {way}"] = ([*loop, way, address, str(listed)], folder)
        figures = in_turn(commands, runs, environment)
        fastest = min(list(figures)[1:], key=lambda name: statistics.median(one.seconds for one in figures[name]))
        table(f"A plan over {presets:,} presets from the sandbox (ratio to the fastest loop)", figures, fastest)


def from_a_snapshot(folder: Path, presets: int, runs: int) -> None:
    """Compare a plan from a saved live state with octoDNS planning as many records."""
    plan = [str(BIN / "reconciler"), "plan", "--snapshot", str(folder / "live.json")]
    config = write_zone(folder / "zone", presets)
    commands = {
        "octoDNS": ([str(BIN / "octodns-sync"), "--config-file", str(config)], folder),
        "reconciler, an entry a preset": (plan, folder / "repository"),
        "reconciler, selected by region": (plan, folder / "selected"),
    }
    figures = in_turn(commands, runs)
    table(f"A plan over {presets:,} presets, or records, from a saved live state", figures, "octoDNS")


def start_up(folder: Path, runs: int) -> None:
    """Compare the start of the command line with that of Python."""
    commands = {
        "python -c pass": ([sys.executable, "-c", "pass"], folder),
        "reconciler --version": ([str(BIN / "reconciler"), "--version"], folder),
        "reconciler --help": ([str(BIN / "reconciler"), "--help"], folder),
    }
    table("Start-up", in_turn(commands, runs * 5), "python -c pass")


def main() -> None:
    """Measure everything, for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10000], help="presets (default: 1000 10000)")
    parser.add_argument("--runs", type=int, default=3, help="measured runs of each command (default: 3)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="reconciler-benchmark-") as name:
        start_up(Path(name), chosen.runs)
        for presets in chosen.sizes:
            folder = Path(name) / str(presets)
            write_account(folder, presets)
            from_the_sandbox(folder, presets, chosen.runs)
            from_a_snapshot(folder, presets, chosen.runs)


if __name__ == "__main__":
    main()
