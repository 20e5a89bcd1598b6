"""A small company as a sandbox seed, and documents that fit it; tests change what they need."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["INVOICE", "MEMO", "NOTICE", "company_seed", "correspondence_seed", "login", "write_documents", "write_seed"]

PEOPLE = {
    "1": "ann", "2": "bo", "3": "cy", "4": "dee", "5": "eli", "6": "fay", "7": "gus", "8": "hal",
}  # fmt: skip

MEMO, NOTICE = 7, 9  # subtypes of correspondence

INVOICE = """\
kind: assignments
template: Invoice Approval
projects:
  - project: Harbor Bridge
    groups:
      Project Manager: [ann@acme.test, cy@acme.test]
"""


def login(name: str) -> str:
    """Return the login of a person of the company."""
    return f"{name}@acme.test"


def company_seed() -> dict[str, Any]:
    """Return the seed: two active projects and one that is not, a template of each level, eight people."""
    invoice = [
        {"uuid": "creator", "name": "Item Creator", "type": "ITEM_CREATOR"},
        {"uuid": "pm", "name": "Project Manager", "type": "RESPONSIBLE_ROLE"},
        {"uuid": "acc", "name": "Accounting", "type": "responsible_role"},
        {"uuid": "super", "name": "Superintendent", "type": "PROJECT_ROLE"},
    ]
    budget = [
        {"uuid": "b-creator", "name": "Item Creator", "type": "ITEM_CREATOR"},
        {"uuid": "b-fin", "name": "Finance", "type": "RESPONSIBLE_ROLE"},
    ]
    return {
        "company": {"id": "4211", "name": "Acme Construction"},
        "people": [{"id": one, "login": login(name), "name": name.title()} for one, name in PEOPLE.items()],
        "tools": [
            {"name": "Invoices", "type": "invoice", "provider": "Project"},
            {"name": "Budget", "type": "budget", "provider": "Company"},
        ],
        "projects": [
            _project("1041", "Cedar Tower", "24-016", state_code="OR"),
            _project("1042", "Harbor Bridge", "24-017"),
            _project("1043", "Old Library", "22-004", active=False),
        ],
        "templates": [
            _template("11", "Invoice Approval", "invoice", invoice),
            _template("13", "Budget", "budget", budget),
        ],
        "presets": [
            _preset("31", "11", "1041", {"creator": [], "pm": ["1"], "acc": ["3", "4"], "super": ["8"]}),
            _preset("32", "11", "1042", {"creator": [], "pm": ["1", "2"], "acc": ["3", "4"], "super": ["8"]}),
            _preset("33", "13", None, {"b-creator": [], "b-fin": ["3"]}),
        ],
    }


def _project(one: str, name: str, number: str, **fields: object) -> dict[str, Any]:
    return {
        "id": one,
        "name": name,
        "display_name": f"{number} - {name}",
        "project_number": number,
        "stage": "Course of Construction",
        "state_code": "WA",
        "active": True,
        **fields,
    }


def _template(one: str, name: str, tool: str, groups: list[dict[str, str]]) -> dict[str, Any]:
    version = {"id": f"9{one}", "version": 1}
    return {
        "id": one,
        "name": name,
        "tool_type": tool,
        "tool_subtype": None,
        "archived_at": None,
        "latest_published_version": version,
        "versions": [{**version, "steps": [], "dynamic_steps": [], "responsible_groups": groups}],
    }


def _preset(one: str, template: str, project: str | None, groups: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "id": one,
        "template_id": template,
        "project_id": project,
        "workflow_manager_id": "7",
        "default": True,
        "groups": groups,
    }


def correspondence_seed() -> dict[str, Any]:
    """Return the small company with two types of correspondence, a template and presets of each."""
    seed = company_seed()
    for subtype, template, name in ((MEMO, "21", "Memo Approval"), (NOTICE, "22", "Notice Approval")):
        seed["tools"].append(
            {"name": name, "type": "correspondence", "subtype": subtype, "provider": "Project"},
        )
        group = {"uuid": f"r{template}", "name": "Reviewer", "type": "responsible_role"}
        version = {"id": f"9{template}", "version": 1}
        seed["templates"].append(
            {
                **seed["templates"][0],
                "id": template,
                "name": name,
                "tool_type": "correspondence",
                "tool_subtype": subtype,
                "latest_published_version": version,
                "versions": [{**version, "responsible_groups": [group]}],
            }
        )
        seed["presets"].extend(
            {
                "id": f"{template}{project}",
                "template_id": template,
                "project_id": project,
                "workflow_manager_id": "7",
                "groups": {group["uuid"]: ["1"]},
            }
            for project in ("1041", "1042")
        )
    return seed


def write_seed(folder: Path, seed: dict[str, Any]) -> Path:
    """Write a seed folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "seed.json").write_text(json.dumps(seed), encoding="utf-8")
    return folder


def write_documents(folder: Path, documents: dict[str, str], settings: str = "") -> Path:
    """Write a configuration repository and give its settings file."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in documents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    file = folder / "reconciler.yaml"
    file.write_text(settings or 'kind: settings\nversion: 1\ncompany_id: "4211"\n', encoding="utf-8")
    return file
