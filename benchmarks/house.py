"""Measures the structure of the package, as a table: ``python -m benchmarks.house [CHECKOUT]...``."""

from __future__ import annotations

import ast
import statistics
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONG_FILE = 300


def functions(tree: ast.AST) -> list[int]:
    """Return the lines of each function, its decorators and docstring left out."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            found.append((node.end_lineno or 0) - body[0].lineno + 1)
    return found


def local_imports(tree: ast.AST) -> int:
    """Return how many imports stand inside functions."""
    found = {
        inner.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    }
    return len(found)


def shared_names(files: list[Path], package: Path) -> int:
    """Return how many basenames stand in two or more rooms; what mirrors a command may have its name."""
    rooms: defaultdict[str, set[str]] = defaultdict(set)
    for file in files:
        if file.stem not in {"__init__", "__main__"}:
            rooms[file.stem].add(file.parent.relative_to(package).as_posix())
    commands = {file.stem for file in (package / "commands").glob("*.py")}
    return sum(len(found) > 1 and name not in commands for name, found in rooms.items())


def measure(root: Path) -> dict[str, str]:
    """Return the figures of a checkout, in words."""
    package = root / "reconciler"
    files = [file for file in sorted(package.rglob("*.py")) if not {"schemas", "examples"} & {*file.parts}]
    texts = [file.read_text(encoding="utf-8") for file in files]
    trees = [ast.parse(text) for text in texts]
    lines = [text.count("\n") for text in texts]
    long = sorted(length for tree in trees for length in functions(tree))
    snapshots = [file for file in (root / "tests").rglob("__snapshots__/**/*") if file.is_file()]
    return {
        "rooms": str(sum(folder.is_dir() and (folder / "__init__.py").exists() for folder in package.iterdir())),
        "files": f"{len(files):,}",
        "lines": f"{sum(lines):,}",
        "lines of a file: median, longest": f"{statistics.median(lines):.0f}, {max(lines)}",
        f"files of more than {LONG_FILE} lines": str(sum(one > LONG_FILE for one in lines)),
        "lines of a function: median, 95th, longest": (
            f"{statistics.median(long):.0f}, {long[len(long) * 95 // 100]}, {long[-1]}"
        ),
        "basenames in more than one room": str(shared_names(files, package)),
        "modules that end in -ing": str(sum(file.stem.endswith("ing") for file in files)),
        "imports inside functions": str(sum(map(local_imports, trees))),
        "lines of snapshots": f"{sum(file.read_text(encoding='utf-8').count(chr(10)) for file in snapshots):,}",
    }


def main() -> None:
    """Print a column for each checkout that is named, this one without any."""
    roots = [Path(one) for one in sys.argv[1:]] or [ROOT]
    columns = [measure(root) for root in roots]
    print(f"| |{'|'.join(f' {root.name} ' for root in roots)}|")
    print("|---" * (len(roots) + 1) + "|")
    for name in columns[0]:
        print(f"| {name} |{'|'.join(f' {column[name]} ' for column in columns)}|")


if __name__ == "__main__":
    main()
