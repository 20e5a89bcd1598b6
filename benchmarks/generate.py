"""Writes an account of any size: a sandbox seed, the documents that differ from it, and the same for octoDNS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["PEOPLE", "write_account", "write_zone"]

PEOPLE = 400
CHANGED_EVERY = 100
REGIONS = 50
_ENTRIES_A_FILE = 1000
_ROLES = ("Project Manager", "Accounting")
_TOOL = "subcontractor_invoice"


def _login(number: int) -> str:
    return f"person{number % PEOPLE}@acme.test"


def _members(preset: int) -> dict[str, list[int]]:
    """Return the live members of the two managed groups of a preset, by number of person."""
    region = preset % REGIONS
    return {"Project Manager": [region, region * 7 + 101], "Accounting": [region * 3 + 202, region * 5 + 303]}


def write_account(folder: Path, presets: int) -> None:
    """Write ``sandbox/``, ``repository/`` and ``selected/``; one in a hundred presets differs by one person.

    In ``repository/`` every preset has an entry of its own, the most that documents can hold. In ``selected/``
    each project is selected by its region, as people write it, and those that differ have an entry.
    """
    groups = [
        {"uuid": "g-creator", "name": "Item Creator", "type": "ITEM_CREATOR"},
        {"uuid": "g-pm", "name": "Project Manager", "type": "RESPONSIBLE_ROLE"},
        {"uuid": "g-acc", "name": "Accounting", "type": "RESPONSIBLE_ROLE"},
        {"uuid": "g-exec", "name": "Executive", "type": "RESPONSIBLE_ROLE"},
    ]
    version = {"id": "90", "version": 1, "steps": [], "dynamic_steps": [], "responsible_groups": groups}
    seed = {
        "company": {"id": "4211", "name": "Acme Construction"},
        "people": [{"id": str(5000 + one), "login": _login(one), "name": f"Person {one}"} for one in range(PEOPLE)],
        "tools": [{"name": "Invoices", "type": _TOOL, "provider": "Project"}],
        "projects": [
            {
                "id": str(100_000 + one),
                "name": f"Project {one}",
                "stage": "Course of Construction",
                "project_region_id": one % REGIONS,
                "active": True,
            }
            for one in range(presets)
        ],
        "templates": [
            {
                "id": "9",
                "name": "Invoice Approval",
                "tool_type": _TOOL,
                "latest_published_version": {"id": "90", "version": 1},
                "versions": [version],
            }
        ],
        "presets": [_seed_preset(one) for one in range(presets)],
    }
    sandbox = folder / "sandbox"
    sandbox.mkdir(parents=True)
    (sandbox / "seed.json").write_text(json.dumps(seed), encoding="utf-8")
    repository = folder / "repository"
    (repository / "assignments").mkdir(parents=True)
    settings = 'kind: settings\nversion: 1\ncompany_id: "4211"\n'
    (repository / "reconciler.yaml").write_text(settings, encoding="utf-8")
    selected = folder / "selected"
    selected.mkdir()
    (selected / "reconciler.yaml").write_text(settings, encoding="utf-8")
    regions = "".join(_region(one) for one in range(REGIONS))
    changed = "".join(_entry(one) for one in range(0, presets, CHANGED_EVERY))
    text = f"kind: assignments\ntemplate: Invoice Approval\nprojects:\n{regions}{changed}"
    (selected / "invoice.yaml").write_text(text, encoding="utf-8")
    for start in range(0, presets, _ENTRIES_A_FILE):
        entries = "".join(_entry(one) for one in range(start, min(start + _ENTRIES_A_FILE, presets)))
        text = f"kind: assignments\ntemplate: Invoice Approval\nprojects:\n{entries}"
        (repository / "assignments" / f"invoice-{start:05}.yaml").write_text(text, encoding="utf-8")


def _seed_preset(number: int) -> dict[str, object]:
    live = {
        role: list(dict.fromkeys(str(5000 + one % PEOPLE) for one in ids)) for role, ids in _members(number).items()
    }
    return {
        "id": str(700_000 + number),
        "project_id": str(100_000 + number),
        "template_id": "9",
        "default": True,
        "workflow_manager_id": "5001",
        "groups": {"g-creator": [], "g-pm": live["Project Manager"], "g-acc": live["Accounting"], "g-exec": ["5002"]},
    }


def _entry(number: int) -> str:
    members = _logins(number)
    if number % CHANGED_EVERY == 0:
        members[_ROLES[0]][0] = next(one for one in map(_login, range(60, 99)) if one not in members[_ROLES[0]])
    return f'  - project: {{id: "{100_000 + number}"}}\n{_groups(members)}'


def _region(number: int) -> str:
    return f"  - where: {{project_region_id: {number}}}\n{_groups(_logins(number))}"


def _logins(number: int) -> dict[str, list[str]]:
    return {role: list(dict.fromkeys(map(_login, ids))) for role, ids in _members(number).items()}


def _groups(members: dict[str, list[str]]) -> str:
    lines = [f"      {role}: [{', '.join(logins)}]\n" for role, logins in members.items()]
    return f"    groups:\n{''.join(lines)}"


def write_zone(folder: Path, records: int) -> Path:
    """Write a zone of so many records as octoDNS reads it, desired and live, and give its settings file.

    As many values a record as there are people in the managed groups of a preset; as large a share differs.
    """
    for side in ("desired", "live"):
        (folder / side).mkdir(parents=True)
        text = "".join(_record(one, changed=side == "desired" and one % CHANGED_EVERY == 0) for one in range(records))
        (folder / side / "acme.test.yaml").write_text(f"---\n{text}", encoding="utf-8")
    config = folder / "config.yaml"
    config.write_text(
        "providers:\n"
        f"  desired: {{class: octodns.provider.yaml.YamlProvider, directory: {folder / 'desired'}}}\n"
        f"  live: {{class: octodns.provider.yaml.YamlProvider, directory: {folder / 'live'}}}\n"
        "zones:\n"
        "  acme.test.: {sources: [desired], targets: [live]}\n",
        encoding="utf-8",
    )
    return config


def _record(number: int, *, changed: bool) -> str:
    high, low = divmod(number, 250)
    values = "".join(f"  - 10.{high % 250}.{low}.{5 if changed and last == 1 else last}\n" for last in (1, 2, 3, 4))
    return f"host{number}:\n  ttl: 300\n  type: A\n  values:\n{values}"
