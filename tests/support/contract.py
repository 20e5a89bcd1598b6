"""The example company with two types of correspondence and somebody who left; the OpenAPI document fits it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CORRESPONDENCE", "EXAMPLE", "SUBTYPES", "write_contract_seed"]

EXAMPLE = Path(__file__).parents[2] / "examples" / "acme" / "sandbox"
SUBTYPES = (31, 32)


def _template(subtype: int) -> dict[str, Any]:
    group = {"uuid": f"letters-{subtype}", "name": "Project Manager", "type": "RESPONSIBLE_ROLE"}
    step = {"uuid": f"step-{subtype}", "name": "Answer", "responsible_groups": [group["uuid"]]}
    version = {"id": f"9{subtype}", "version": "1.0"}
    return {
        "id": f"5{subtype}",
        "name": f"Letters {subtype}",
        "tool_type": "correspondence",
        "tool_subtype": subtype,
        "latest_published_version": version,
        "versions": [{**version, "steps": [step], "responsible_groups": [group]}],
    }


def _parts() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    yield "people", [{"id": "299", "login": "ann.gray@acme.test", "name": "Ann Gray", "active": False}]
    yield (
        "tools",
        [
            {"name": f"Letters {one}", "type": "correspondence", "provider": "Project", "subtype": one}
            for one in SUBTYPES
        ],
    )
    yield "templates", [_template(one) for one in SUBTYPES]
    yield (
        "presets",
        [
            {
                "id": f"6{one}",
                "template_id": f"5{one}",
                "project_id": "1042",
                "groups": {f"letters-{one}": ["201"]},
                "individual_assignees": [{"step_uuid": f"step-{one}", "logins": [{"id": "214", "required": False}]}],
            }
            for one in SUBTYPES
        ],
    )
    yield (
        "eligible",
        [
            {"list": which, "tool_type": "correspondence", "tool_subtype": 31, "people": people}
            for which, people in (("possible_assignees", ["201", "202"]), ("workflow_managers", ["203"]))
        ],
    )


CORRESPONDENCE = dict(_parts())


def write_contract_seed(folder: Path) -> Path:
    """Write a seed folder."""
    shutil.copytree(EXAMPLE, folder)
    (folder / "correspondence.yaml").write_text(yaml.safe_dump(CORRESPONDENCE), encoding="utf-8")
    return folder
