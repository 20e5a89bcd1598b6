"""A source of people as a file, with the rules that need it, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.rules import RULED, TEAMS
from tests.support.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox

__all__ = ["HEADER", "SOURCE", "WORKERS", "read_trial", "source_document", "write_workers"]

SOURCE = """\
kind: source
source: hr
type: file
path: workers.csv
columns:
  id: {column: Employee ID, width: 6}
  login: Work Email
  name: Legal Name
  manager: {column: Manager ID, width: 6}
  department: Department
  title: Title
  contract: Contract
  jobs: {column: Jobs, split: ";"}
status: {column: Status, active: [Active], absent: [On Leave], left: [Terminated]}
dates: {starts: Hire Date, ends: Termination Date, format: "%d.%m.%Y"}
"""
HEADER = (
    "Employee ID,Legal Name,Work Email,Status,Manager ID,Department,Title,Contract,Jobs,Hire Date,Termination Date,"
    "Salary"
)
_PEOPLE = {
    "ann": ("1", "Active", "2", "Accounts Payable", "Clerk", "Permanent", "24-016;24-017"),
    "bo": ("2", "Active", "", "Accounts Payable", "Director", "Permanent", ""),
    "cy": ("3", "On Leave", "2", "Field", "Accountant", "Permanent", "24-017"),
    "dee": ("4", "Active", "2", "Accounts Payable", "Clerk", "Temporary", ""),
    "eli": ("5", "Terminated", "2", "Accounts Payable", "Clerk", "Permanent", ""),
    "fay": ("6", "Active", "1", "Field", "Accountant", "Permanent", ""),
}  # fmt: skip


def workers(people: Mapping[str, tuple[str, ...] | None] | None = None, header: str = HEADER) -> str:
    """Return the file: everybody above, with the rows of ``people`` in place of theirs; null takes one out."""
    rows = {**_PEOPLE, **(people or {})}
    lines = [header]
    for name, row in rows.items():
        if row is not None:
            number, status, manager, *rest = row
            dates = rest[4:6] if len(rest) > 4 else ("01.02.2020", "")
            cells = [
                number,
                f"{name.title()} Oh",
                f"{name}@acme.test",
                status,
                manager,
                *rest[:4],
                *dates,
                "MARK-55000",
            ]
            lines.append(",".join(cells))
    return "\n".join(lines) + "\n"


WORKERS = workers()


def write_workers(folder: Path, people: Mapping[str, tuple[str, ...] | None] | None = None, **more: str) -> None:
    """Write the file with some rows changed."""
    (folder / "workers.csv").write_text(workers(people, **more), encoding="utf-8")


def source_document(**changed: str) -> str:
    """Return the document with keys in place of its own; a blank text takes one out."""
    lines = [one for one in SOURCE.splitlines() if one.partition(":")[0] not in changed]
    return "\n".join([*lines, *(f"{key}: {value}" for key, value in changed.items() if value)]) + "\n"


def read_trial(folder: Path, sandbox: RunningSandbox) -> Trial:
    """Return a trial under version control with rules, their source, and a lock of its first reading."""
    one = Trial(folder, sandbox)
    ignored = "*.json\n*.csv\n.reconciler/\n"
    one.write({"assignments/invoice.yaml": RULED, "teams.yaml": TEAMS, "people.yaml": SOURCE, ".gitignore": ignored})
    write_workers(one.folder)
    assert one.ran("people").code == 0
    one.commit()
    return one
