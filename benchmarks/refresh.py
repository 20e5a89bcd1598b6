"""Counts the requests of plans for one touched file against a snapshot, in accounts of growing size.

Run it with: python -m benchmarks.refresh
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import httpx

from benchmarks.generate import write_account
from benchmarks.run import BIN, ENVIRONMENT, sandbox

SIZES = (100, 1_000, 10_000)
ENTRY = (
    "kind: assignments\ntemplate: Invoice Approval\nprojects:\n"
    '  - project: {id: "100007"}\n    groups: {Executive: [%s]}\n'
)


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder, as somebody."""
    identity = ("-c", "user.name=B", "-c", "user.email=b@acme.test", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def requests_of(address: str, folder: Path, *arguments: str) -> int:
    """Run a command, which must succeed, and count what it asked of the service."""
    httpx.delete(f"{address}/_sandbox/requests", trust_env=False)
    environment = {
        **ENVIRONMENT,
        "RECONCILER_API_URL": address,
        "RECONCILER_AUTH_URL": address,
        "RECONCILER_CLIENT_ID": "sandbox",
        "RECONCILER_CLIENT_SECRET": "sandbox",
    }
    subprocess.run([BIN / "reconciler", *arguments], cwd=folder, env=environment, check=True, capture_output=True)
    return len(httpx.get(f"{address}/_sandbox/requests", trust_env=False, timeout=60).json()["log"])


def measure(size: int) -> tuple[int, int]:
    """Return the requests of a whole plan and of a refreshed one, for one touched file."""
    with tempfile.TemporaryDirectory() as temporary:
        write_account(Path(temporary), size)
        folder = Path(temporary) / "selected"
        text = (folder / "invoice.yaml").read_text(encoding="utf-8")
        (folder / "invoice.yaml").write_text(text.split("  - project:")[0], encoding="utf-8")
        one = folder / "one.yaml"
        one.write_text(ENTRY % "person2@acme.test", encoding="utf-8")
        git(folder, "init", "-q", "-b", "main")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "x")
        with sandbox(Path(temporary) / "sandbox") as address:
            requests_of(address, folder, "snapshot", "--out", "live.json")
            one.write_text(ENTRY % "person2@acme.test, person3@acme.test", encoding="utf-8")
            whole = requests_of(address, folder, "plan", "--base", "main")
            refreshed = requests_of(
                address, folder, "plan", "--base", "main", "--snapshot", "live.json", "--refresh", "changed"
            )
    return whole, refreshed


def main() -> None:
    """Print the table."""
    print("| presets | requests of a whole plan | of one with --refresh changed |")
    print("|---|---|---|")
    for size in map(int, sys.argv[1:]) if sys.argv[1:] else SIZES:
        whole, refreshed = measure(size)
        print(f"| {size:,} | {whole:,} | {refreshed:,} |", flush=True)


if __name__ == "__main__":
    main()
