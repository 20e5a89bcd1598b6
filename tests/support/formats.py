"""The schemas of documents and of the formats that commands write, derived from shapes; run it to write them again."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import msgspec

from reconciler.desired.kinds import KINDS
from reconciler.desired.kinds.derived_schema import derive_schemas, publish
from reconciler.desired.kinds.settings_kind import SettingsShape
from reconciler.live import snapshot_file
from reconciler.model.checkup import Checkup
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.drift import DriftReport
from reconciler.model.failure import Failure
from reconciler.model.outcomes import ApplyReport, JournalEvent, RecordedRun
from reconciler.model.people_report import PeopleReport
from reconciler.model.plan import Plan
from reconciler.model.review import ApprovedPlans, MarkedCommits
from reconciler.model.routed import Health, RoutedHistory, RouteExplanation, RouteLine, RouteReport
from reconciler.model.routed_day import ListedDay, RoutedDay
from reconciler.model.who import WhoReport

__all__ = ["SCHEMAS", "derived", "outdated"]

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


class _Validated(msgspec.Struct, tag_field="format", tag="reconciler/validate/1"):
    """Output of ``validate --format json``."""

    counts: dict[str, int]
    diagnostics: list[Diagnostic]


class _History(msgspec.Struct, tag_field="format", tag="reconciler/history/1"):
    """Output of ``history --format json``, the newest run or day first."""

    runs: list[RecordedRun]
    routed: list[RoutedHistory] = []
    days: list[ListedDay] = []


_FORMATS: dict[str, Any] = {
    "plan": Plan,
    "apply": ApplyReport,
    "error": Failure,
    "validate": _Validated,
    "history": _History,
    "journal": JournalEvent | RouteLine,
    "snapshot": snapshot_file._Snapshot,
    "approved": ApprovedPlans,
    "marked": MarkedCommits,
    "drift": DriftReport,
    "doctor": Checkup,
    "people": PeopleReport,
    "who": WhoReport,
    "route": RouteReport,
    "route-day": RoutedDay,
    "route-explained": RouteExplanation,
    "route-health": Health,
}


def derived() -> dict[str, str]:
    """Return the content of each schema file by its name."""
    formats = {name: f"reconciler/{name}/1" for name in _FORMATS} | {"journal": "One line of a journal file"}
    shapes = {"settings": SettingsShape, **{name: KINDS[name].shape for name in KINDS}}
    return dict(
        [
            *(_file(name, title, *_schema(_FORMATS[name])) for name, title in formats.items()),
            *(_file(name, f"kind: {name}", *_schema(shape)) for name, shape in shapes.items()),
            _file("document", "A document of reconciler, by its kind", *_any_of(shapes)),
        ]
    )


def outdated() -> list[str]:
    """Return the names of files that are not as derived: changed, missing or of no kind and format."""
    there = {file.name: file.read_text(encoding="utf-8") for file in SCHEMAS.glob("*.schema.json")}
    expected = derived()
    return sorted(name for name in there | expected if there.get(name) != expected.get(name))


def _schema(shape: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    (schema,), definitions = derive_schemas(shape)
    return schema, definitions


def _any_of(shapes: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the schema that chooses by the kind, so that a problem is one of that kind alone."""
    references, definitions = derive_schemas(*shapes.values())
    rules = [
        {
            "if": {"type": "object", "properties": {"kind": {"const": name}}, "required": ["kind"]},
            "then": reference,
        }
        for name, reference in zip(shapes, references, strict=True)
    ]
    kind = {"enum": [*shapes], "description": "The kind of this document. It decides which other keys there are."}
    return {"type": "object", "properties": {"kind": kind}, "required": ["kind"], "allOf": rules}, definitions


def _file(name: str, title: str, schema: dict[str, Any], definitions: dict[str, Any]) -> tuple[str, str]:
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:reconciler:schema:{name}:1",
        "title": title,
        **_cleaned(publish(schema)),
        "$defs": _cleaned(publish(definitions)),
    }
    return f"{name}.schema.json", json.dumps(document, indent=2, ensure_ascii=False) + "\n"


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
