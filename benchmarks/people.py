"""Times ``reconciler people`` over exports of growing size, each run in a process of its own.

Run it with: python -m benchmarks.people
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.run import BIN, ENVIRONMENT

SIZES = (500, 5_000, 50_000)
_PEOPLE_A_TEAM = 100
_OFFICES = 40
_OTHER_COLUMNS = 30
_SOURCE = """\
kind: source
source: hr
type: file
path: workers.csv
columns:
  id: {column: Id, width: 6}
  login: Mail
  name: Name
  manager: {column: Manager, width: 6}
  department: Department
  office: Office
status: {column: Status, active: [Active], left: [Left]}
"""


class Measured(NamedTuple):
    """Seconds of the first run, of one that finds nothing new, and of ``validate``; the most memory in MiB."""

    first: float
    again: float
    validate: float
    memory: int


def write_repository(root: Path, people: int) -> None:
    """Write an export of so many people, and a team with a rule for each hundred of them."""
    teams = max(people // _PEOPLE_A_TEAM, 5)
    chance = random.Random(people)
    header = ["Id", "Name", "Mail", "Status", "Manager", "Department", "Office"]
    rows = [[*header, *(f"Other {at}" for at in range(_OTHER_COLUMNS))]]
    for one in range(people):
        about = [one, f"Person {one}", f"p{one}@acme.test", "Active", one // 10, f"D{one % teams}"]
        rows.append([*map(str, about), f"O{chance.randrange(_OFFICES)}", *["other"] * _OTHER_COLUMNS])
    (root / "workers.csv").write_text("\n".join(map(",".join, rows)) + "\n", encoding="utf-8")
    members = (
        "[{{from: hr, where: {{department: D{0}, office: {{not: O1}}}}}}, {{from: hr, manager_of: p{0}@acme.test}}]"
    )
    named = "".join(f"  t{at}: {{members: {members.format(at)}, max: 1000}}\n" for at in range(teams))
    groups = "projects: [{project: P, groups: {A: [team:t0]}}]\n"
    for name, text in {
        "reconciler.yaml": 'kind: settings\nversion: 1\ncompany_id: "4211"\n',
        "hr.yaml": _SOURCE,
        "teams.yaml": f"kind: teams\nteams:\n{named}",
        "a.yaml": f"kind: assignments\ntemplate: T\n{groups}",
    }.items():
        (root / name).write_text(text, encoding="utf-8")


def run(root: Path, *arguments: str) -> tuple[float, int]:
    """Run a command, which must succeed; return its seconds and its most memory in MiB."""
    program = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
        "print('peak', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
    )
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", program, str(BIN / "reconciler"), *arguments],
        cwd=root, env=ENVIRONMENT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    found = re.search(r"peak (\d+)", done.stdout)
    return time.perf_counter() - began, int(found[1]) if found else 0


def measure(people: int) -> Measured:
    """Return what so many people cost."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        write_repository(root, people)
        first, memory = run(root, "people")
        again, most = run(root, "people")
        return Measured(first, again, run(root, "validate")[0], max(memory, most))


def main() -> None:
    """Print the table."""
    print("| people | teams | first run | the same again | a person, as a ratio | validate | MiB |")
    print("|---|---|---|---|---|---|---|")
    before = None
    for size in SIZES:
        one = measure(size)
        ratio = 1.0 if before is None else one.again / size / before
        before = one.again / size
        teams = max(size // _PEOPLE_A_TEAM, 5)
        seconds = f"{one.first:.1f} | {one.again:.1f} | {ratio:.2f} | {one.validate:.1f}"
        print(f"| {size:,} | {teams} | {seconds} | {one.memory} |")


if __name__ == "__main__":
    main()
