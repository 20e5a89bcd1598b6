"""The schemas of the formats that commands write, derived from their values; run it to write them again."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import msgspec

from reconciler.live import snapshot_file
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.drift import DriftReport
from reconciler.model.failure import Failure
from reconciler.model.outcomes import ApplyReport, JournalEvent, RecordedRun
from reconciler.model.plan import Plan
from reconciler.model.review import ApprovedPlans, MarkedCommits

__all__ = ["SCHEMAS", "derived"]

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


class _Validated(msgspec.Struct, tag_field="format", tag="reconciler/validate/1"):
    """What validate --format json writes."""

    counts: dict[str, int]
    diagnostics: list[Diagnostic]


class _History(msgspec.Struct, tag_field="format", tag="reconciler/history/1"):
    """What history --format json writes, the newest run first."""

    runs: list[RecordedRun]


_FORMATS: dict[str, Any] = {
    "plan": Plan,
    "apply": ApplyReport,
    "error": Failure,
    "validate": _Validated,
    "history": _History,
    "journal": JournalEvent,
    "snapshot": snapshot_file._Snapshot,
    "approved": ApprovedPlans,
    "marked": MarkedCommits,
    "drift": DriftReport,
}


def derived() -> dict[str, str]:
    """Return the content of each schema file by its name."""
    files = {}
    for name, shape in _FORMATS.items():
        schema = _cleaned(msgspec.json.schema(shape))
        title = "One line of a journal file" if name == "journal" else f"reconciler/{name}/1"
        document = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"urn:reconciler:schema:{name}:1",
            "title": title,
            **schema,
        }
        files[f"{name}.schema.json"] = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return files


def _cleaned(schema: Any) -> Any:
    """Indent descriptions alike, whatever the version of Python made of their docstrings."""
    if isinstance(schema, dict):
        return {
            key: inspect.cleandoc(value) if key == "description" and isinstance(value, str) else _cleaned(value)
            for key, value in schema.items()
        }
    return [_cleaned(one) for one in schema] if isinstance(schema, list) else schema


if __name__ == "__main__":
    for file, text in derived().items():
        (SCHEMAS / file).write_text(text, encoding="utf-8")
