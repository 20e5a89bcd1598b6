"""Changes rules and guards of routing in one place at a time, and counts the changes that unit tests notice.

Usage: python -m benchmarks.mutation [MODULE]... [--line N]

Without a module all of them are tried, which takes about ten minutes on one core. Tests run in a temporary copy of the
checkout, each mutant in a process of its own that ends after a while. The result is a table for Markdown.
"""

from __future__ import annotations

import argparse
import compileall
import importlib
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.mutants import mutants

if TYPE_CHECKING:
    from benchmarks.mutants import Mutant

__all__ = ["ROOT", "TARGETS", "Outcome", "run_module"]

ROOT = Path(__file__).parents[1]
COPIED = ("reconciler", "tests", "benchmarks", "schemas", "examples", "pyproject.toml")
SHORTEST_SECONDS = 10.0  # a mutant has at least so long, and three times as long as the tests take without one
LONGEST_SECONDS = 120.0
MOST_MEMORY = 4 * 1024**3
FOREIGN = 99  # the exit code of a process that would test another checkout

_ROUTING = "reconciler/routing"
_UNIT = "tests/unit/routing"
_DOCUMENTS = ("tests/unit/desired/test_routing_contradictions.py", "tests/unit/desired/test_routings.py")
TARGETS: dict[str, tuple[str, ...]] = {
    f"{_ROUTING}/conditions.py": (f"{_UNIT}/test_conditions.py",),
    f"{_ROUTING}/decision.py": (f"{_UNIT}/test_decision.py",),
    f"{_ROUTING}/facts.py": (f"{_UNIT}/test_decision.py",),
    f"{_ROUTING}/program_answer.py": (f"{_UNIT}/test_decision.py",),
    f"{_ROUTING}/rule_examples.py": _DOCUMENTS,
    f"{_ROUTING}/settlement.py": (f"{_UNIT}/test_settlement.py",),
    f"{_ROUTING}/ledger.py": (f"{_UNIT}/test_ledger.py", "tests/unit/journal/test_route_journal.py"),
    f"{_ROUTING}/company_list.py": (f"{_UNIT}/test_company_list.py",),
    f"{_ROUTING}/schedule.py": (f"{_UNIT}/test_schedule_bounds.py", f"{_UNIT}/test_schedule.py"),
    "reconciler/planning/guards/routed_steps.py": ("tests/unit/planning/guards/test_routed_steps.py",),
    "reconciler/model/quantities.py": ("tests/unit/model/test_quantities.py", f"{_UNIT}/test_conditions.py"),
    "reconciler/desired/kinds/routing_contradictions.py": _DOCUMENTS,
}
# simulated days: slow, and what they find is found by the tests of single rules too
LEFT_OUT = (f"{_UNIT}/test_schedule.py::test_half_of_the_wait_of_polling_evenly",)
# loaded once, so that no process loads them again; nothing of the product is among them
LOADED = (
    "pytest", "hypothesis", "syrupy", "msgspec", "click", "httpx", "yaml", "jsonschema", "rich",
    "jinja2", "deepdiff", "tenacity", "starlette.applications", "uvicorn", "xdist", "pytest_cov.plugin",
)  # fmt: skip


class Outcome(NamedTuple):
    """How many mutants of a module there were, and those that no test noticed."""

    module: str
    tried: int
    survivors: tuple[Mutant, ...]


def main() -> int:
    """Try the modules, show the table and the survivors; 1 if fewer than 95 of 100 mutants were noticed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutation", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="a path, or a part of one")
    parser.add_argument("--line", type=int, help="try the mutants of this line alone")
    given = parser.parse_args()
    chosen = [one for one in TARGETS if not given.modules or any(part in one for part in given.modules)]
    if not chosen:
        parser.error(f"no module is named so: write one of {', '.join(TARGETS)}")
    for name in LOADED:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        checkout = _copy(Path(folder).resolve())
        found = [run_module(checkout, module, given.line) for module in chosen]
    return _show(found)


def _copy(folder: Path) -> Path:
    """Copy what tests need, and compile it, so that no process has to."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, folder / name)
    compileall.compile_dir(folder, quiet=1)
    return folder


def run_module(checkout: Path, module: str, line: int | None = None) -> Outcome:
    """Try each mutant of a module in a copy of the checkout; its source is put back."""
    path = checkout / module
    source = path.read_text(encoding="utf-8")
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
        compiled.unlink()  # one of the same second and size would be taken for the mutant's
    began = time.monotonic()
    code = _tests(checkout, module, LONGEST_SECONDS)
    if code != 0:
        reason = "another checkout is imported" if code == FOREIGN else f"pytest ends with {code}"
        sys.exit(f"{module}: the tests do not pass without a mutant ({reason}): run them, and correct what is wrong")
    limit = min(max(3 * (time.monotonic() - began), SHORTEST_SECONDS), LONGEST_SECONDS)
    tried, survivors = 0, []
    for mutant in mutants(source):
        if line is not None and mutant.line != line:
            continue
        path.write_text(mutant.source, encoding="utf-8")
        tried += 1
        if _tests(checkout, module, limit) == 0:
            survivors.append(mutant)
            print(f"survived: {module}:{mutant.line}: {mutant.change}", file=sys.stderr, flush=True)
    path.write_text(source, encoding="utf-8")
    took = time.monotonic() - began
    print(f"{module}: {tried - len(survivors)} of {tried} in {took:.0f} s", file=sys.stderr, flush=True)
    return Outcome(module, tried, tuple(survivors))


def _tests(checkout: Path, module: str, limit: float) -> int | None:
    """Run the tests of a module in a process of its own; null where it took too long."""
    child = os.fork()
    if child == 0:
        code = 1
        with suppress(BaseException):  # an error of any kind is a mutant that was noticed
            code = _in_child(checkout, TARGETS[module])
        os._exit(code)
    try:
        ends = time.monotonic() + limit
        while time.monotonic() < ends:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                child = 0
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        return None
    finally:
        if child:
            os.kill(child, signal.SIGKILL)
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _in_child(checkout: Path, tests: tuple[str, ...]) -> int:
    """Run tests on the copy alone, without output."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silent, stream)
    os.chdir(checkout)
    sys.dont_write_bytecode = True
    for name in [one for one in sys.modules if one.partition(".")[0] in {"benchmarks", "tests", "reconciler"}]:
        del sys.modules[name]
    sys.path[:] = [str(checkout), *(one for one in sys.path if Path(one).resolve() != ROOT)]
    if not Path(importlib.import_module("reconciler").__file__ or "").is_relative_to(checkout):
        return FOREIGN
    import pytest  # noqa: PLC0415 - loaded by the parent, and no other part of this needs it

    options = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    return int(pytest.main([*options, *(f"--deselect={one}" for one in LEFT_OUT), *tests]))


def _show(found: list[Outcome]) -> int:
    tried = sum(one.tried for one in found)
    survived = sum(len(one.survivors) for one in found)
    print("| module | mutants | killed | |\n|---|---|---|---|")
    for module, count, survivors in [*found, ("all", tried, ())]:
        killed = count - (len(survivors) if module != "all" else survived)
        print(f"| {module} | {count:,} | {killed:,} | {100 * killed / max(count, 1):.1f} % |")
    print("\n| survivor | change |\n|---|---|")
    for one in found:
        for mutant in one.survivors:
            print(f"| {one.module}:{mutant.line} | `{mutant.change}` |")
    return int(tried - survived < 0.95 * tried)


if __name__ == "__main__":
    sys.exit(main())
