"""Times an export of accounts of growing size, and adopting what differs in one preset of a hundred.

Run it with: python -m benchmarks.adopting
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import httpx

from benchmarks.generate import write_account
from benchmarks.run import BIN, ENVIRONMENT, sandbox

SIZES = (100, 1_000, 10_000)


class Measured(NamedTuple):
    """Figures of one size: requests and seconds of the export, differences and seconds of adopting."""

    requests: int
    exported: float
    differences: int
    adopted: float


def timed(folder: Path, address: str, *arguments: str) -> tuple[float, str]:
    """Run a command, which must succeed; give its seconds and what it said."""
    environment = {
        **ENVIRONMENT,
        "RECONCILER_API_URL": address,
        "RECONCILER_AUTH_URL": address,
        "RECONCILER_CLIENT_ID": "sandbox",
        "RECONCILER_CLIENT_SECRET": "sandbox",
    }
    started = time.monotonic()
    done = subprocess.run(
        [BIN / "reconciler", *arguments], cwd=folder, env=environment, check=True, capture_output=True, text=True
    )
    return time.monotonic() - started, done.stderr


def measure(size: int) -> Measured:
    """Export an account, and adopt from a snapshot into documents with an entry for each preset."""
    with tempfile.TemporaryDirectory() as temporary:
        write_account(Path(temporary), size)
        folder = Path(temporary) / "repository"
        with sandbox(Path(temporary) / "sandbox") as address:
            httpx.delete(f"{address}/_sandbox/requests", trust_env=False)
            exported, _ = timed(Path(temporary), address, "export", "--company", "4211", "--out", "exported")
            log = httpx.get(f"{address}/_sandbox/requests", trust_env=False, timeout=60).json()["log"]
            timed(folder, address, "snapshot", "--out", "live.json")
            adopted, said = timed(folder, address, "adopt", "--all", "--snapshot", "live.json", "--yes")
    return Measured(len(log), exported, int(said.split(" difference")[0].rsplit("\n")[-1].replace(",", "")), adopted)


def main() -> None:
    """Print the table; a ratio is that of seconds for each preset, or difference, to those of the size before."""
    print("| presets | requests of an export | seconds | a preset, as a ratio | differences | adopted in | a preset |")
    print("|---|---|---|---|---|---|---|")
    before: tuple[float, float] | None = None
    for size in map(int, sys.argv[1:]) if sys.argv[1:] else SIZES:
        one = measure(size)
        each = (one.exported / size, one.adopted / size)
        ratios = ["1", "1"] if before is None else [f"{now / then:.2f}" for now, then in zip(each, before, strict=True)]
        before = each
        print(
            f"| {size:,} | {one.requests:,} | {one.exported:.1f} | {ratios[0]} | {one.differences:,} "
            f"| {one.adopted:.1f} | {ratios[1]} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
