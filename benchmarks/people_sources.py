"""Times reading 50,000 people from each type of source, and what a people lock adds to a plan over 10,000 presets.

Run it with: python -m benchmarks.people_sources [--presets N]
"""

from __future__ import annotations

import argparse
import datetime
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.generate import write_account
from benchmarks.people import write_repository
from benchmarks.run import BIN, in_turn, measure, plan_environment, sandbox
from reconciler.desired.repository import read_repository, read_settings_document
from reconciler.sources.file_source import read_file_source
from tests.support.workbooks import Cell, workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.model.sources import FileSource

PEOPLE = 50_000
_FEW_COLUMNS = 7
_WANTED = ("department", "office", "manager")
_NOW = datetime.datetime(2099, 1, 1, tzinfo=datetime.UTC)


def seconds_of(read: Callable[[], object], runs: int = 3) -> float:
    """Return the median of a few readings."""
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        read()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def files(people: int) -> None:
    """Print how long a CSV file and a workbook of the same people take."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        write_repository(root, people)
        settings = root / "reconciler.yaml"
        documents, _ = read_repository(settings, read_settings_document(settings))
        source: FileSource = documents.sources["hr"]  # type: ignore[assignment]
        rows = [line.split(",") for line in (root / "workers.csv").read_text().splitlines()]
        table: list[list[Cell]] = [[*rows[0]]]
        table += [[int(one[0]), *one[1:4], int(one[4]), *one[5:]] for one in rows[1:]]
        for columns in (len(table[0]), _FEW_COLUMNS):
            narrow = [one[:columns] for one in table]
            (root / "workers.xlsx").write_bytes(workbook({"Workers": narrow}))
            (root / "workers.csv").write_text("\n".join(",".join(map(str, one)) for one in narrow) + "\n")
            for name in ("workers.csv", "workers.xlsx"):
                taken = seconds_of(lambda name=name: read_file_source(source, root / name, _WANTED, _NOW))  # type: ignore[misc]
                print(f"| {people:,} people from {name.partition('.')[2].upper()}, {columns} columns | {taken:.2f} s |")


def directory(people: int) -> None:
    """Print how long an LDAP directory on loopback takes; nothing where there is none."""
    try:
        from reconciler.sources.ldap_source import LdapReader  # noqa: PLC0415 - an extra
    except ImportError:
        return
    from reconciler.model.service import Secret  # noqa: PLC0415 - as above
    from reconciler.model.source_access import SourceAccess  # noqa: PLC0415 - as above
    from tests.support.ldap_server import BASE, PASSWORD, READER, find_slapd, running_slapd  # noqa: PLC0415 - as above
    from tests.unit.sources.test_ldap_groups import ldap_source  # noqa: PLC0415 - as above

    if find_slapd() is None:
        return
    entries = {
        f"cn=p{at},{BASE}": {
            "objectClass": ["inetOrgPerson"], "cn": [f"p{at}"], "sn": ["Oh"], "mail": [f"p{at}@acme.test"],
            "employeeNumber": [str(at)], "employeeType": ["Active"], "departmentNumber": [f"D{at % 500}"],
        }
        for at in range(people)
    }  # fmt: skip
    with (
        tempfile.TemporaryDirectory() as temporary,
        running_slapd(Path(temporary) / "slapd", entries, limits="unlimited") as server,
    ):
        way = SourceAccess(url=server.address, variables="X_", user=READER, password=Secret(PASSWORD))

        def read() -> None:
            with LdapReader(ldap_source(), way) as reader:
                reader.read(["department"], _NOW)

        print(f"| {people:,} people from LDAP | {seconds_of(read):.2f} s |")


def plans(presets: int, runs: int) -> None:
    """Print what teams with rules add to an offline plan, beside the same teams written by hand."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_account(folder, presets)
        selected = folder / "selected"
        with sandbox(folder / "sandbox") as address:
            environment = plan_environment(address)
            measure([str(BIN / "reconciler"), "snapshot", "--out", "../live.json"], selected, environment)
        ruled = folder / "ruled"
        subprocess.run(["cp", "-r", str(selected), str(ruled)], check=True)
        (folder / "hr").mkdir()
        write_repository(folder / "hr", PEOPLE)
        for name in ("hr.yaml", "workers.csv"):
            (folder / "hr" / name).rename(ruled / name)
        (folder / "hr" / "teams.yaml").rename(ruled / "hr-teams.yaml")
        subprocess.run([str(BIN / "reconciler"), "people"], cwd=ruled, check=True, stdout=subprocess.DEVNULL)
        plan = [str(BIN / "reconciler"), "plan", "--snapshot", "../live.json"]
        figures = in_turn({"without": (plan, selected), "with a lock": (plan, ruled)}, runs)
        for name, several in figures.items():
            taken = statistics.median(one.seconds for one in several)
            memory = statistics.median(one.mebibytes for one in several)
            print(f"| plan over {presets:,} presets, {name} | {taken:.2f} s, {memory:.0f} MiB |")


def main() -> None:
    """Print the table."""
    chosen = argparse.ArgumentParser(description=__doc__)
    chosen.add_argument("--presets", type=int, default=10_000)
    chosen.add_argument("--runs", type=int, default=3)
    options = chosen.parse_args()
    print("|  |  |")
    print("|---|---|")
    files(PEOPLE)
    directory(PEOPLE)
    sys.stdout.flush()
    plans(options.presets, options.runs)


if __name__ == "__main__":
    main()
