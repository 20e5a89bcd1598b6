"""What the pipelines take out of the JSON of a command: single values, and texts for a job summary.

Run with ``python -I``: isolated, so that no file of the repository under review is imported in place of a module.
"""

from __future__ import annotations

import html
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MEANINGS = {
    "1": "a defect of reconciler",
    "3": "refused by policy, or applying is frozen",
    "4": "partly applied",
    "5": "Procore changed, or it is not what was approved",
    "6": "the service could not be read or reached, or it refused the credentials",
    "7": "invalid documents or settings",
    "64": "wrong usage, or a file that cannot be read or written",
    "130": "interrupted",
}


def read(name: str) -> dict[str, Any]:
    """Return the JSON object of a file; empty where the command left none."""
    try:
        content = json.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def value(name: str, key: str) -> str:
    """Return one text of a file, or nothing."""
    found = read(name).get(key)
    return "" if found is None else str(found)


def meaning(code: str) -> str:
    """Return the words for an exit code."""
    return f"exit code {code}: {MEANINGS[code]}" if code in MEANINGS else f"exit code {code}"


def quoted(lines: list[str]) -> str:
    """Return lines as Markdown shows them unread: nothing in a name or message becomes a link, a tag or a mention."""
    return "".join(("<pre>", *(f"{html.escape(line)}\n" for line in lines), "</pre>\n")) if lines else ""


def problems(answer: dict[str, Any]) -> list[str]:
    """Return what an error document tells, a line for each problem; no more than a summary has room for."""
    lines = [str(answer["message"])] if answer.get("message") else []
    for one in answer.get("diagnostics") or ():
        origin = one.get("origin") or {}
        place = f"{origin['path']}:{origin['line']}:{origin['column']}: " if origin else ""
        lines.append(f"{place}{one.get('message')}  [{one.get('code')}]")
    most = 500
    return lines if len(lines) <= most else [*lines[:most], f"… and {len(lines) - most} more; see the log"]


def failed(name: str, code: str, title: str = "No plan") -> str:
    """Return the summary of a run without a result."""
    told = problems(read(name)) or ["the log says why"]
    return f"### {title} ({meaning(code)})\n\n{quoted(told)}"


def applied(name: str, code: str, marks: str) -> str:
    """Return the summary of an apply: how it ended, what was done, and what its commits are marked with."""
    report, marked = read(name), read(marks)
    counts = [f"{count} {status}" for status, count in (report.get("summary") or {}).items() if count]
    troubled = [
        f"{one.get('status')}  {one.get('address')}  {one.get('error') or ''}".rstrip()
        for one in report.get("outcomes") or ()
        if one.get("status") not in {"applied", "already"}
    ]
    title = f"Not applied, or not wholly ({meaning(code)})"
    if code == "0":
        title = "Applied" if counts else "Nothing to apply"
    parts = [f"### {title}\n"]
    if counts:
        parts.append(f"Presets: {', '.join(counts)}.\n")
    elif code == "0":
        parts.append("There was nothing to apply.\n")
    parts.append(quoted([*problems(report), *troubled]))
    if marked.get("description"):
        parts.append(quoted([str(marked["description"])]))
    if marked.get("commits"):
        parts.append("Commits: " + ", ".join(map(str, marked["commits"])) + "\n")
    return "\n".join(part for part in parts if part)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    commands: dict[str, Callable[..., str]] = {
        "value": value,
        "failed": failed,
        "applied": applied,
    }
    sys.stdout.write(commands[sys.argv[1]](*sys.argv[2:]))
