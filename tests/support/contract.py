"""The example company with two types of correspondence and somebody who left; the OpenAPI document fits it."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import yaml

from tests.support.sandbox import running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.sandbox import RunningSandbox

__all__ = ["CORRESPONDENCE", "EXAMPLE", "SUBTYPES", "contract_sandbox", "write_contract_seed"]

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
        "instances",
        [
            {"id": f"75{one}", "template_id": f"5{one}", "project_id": "1042", "item_id": f"{one}", "created_by": "201"}
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


ERP = {"grant_type": "client_credentials", "client_id": "erp", "client_secret": "erp"}
BLOCKED = {"7002": ("202", "209"), "7004": ("203", "205")}
CORRESPONDENCE = dict(_parts())


def write_contract_seed(folder: Path) -> Path:
    """Write a seed folder."""
    shutil.copytree(EXAMPLE, folder)
    (folder / "correspondence.yaml").write_text(yaml.safe_dump(CORRESPONDENCE), encoding="utf-8")
    return folder


@contextmanager
def contract_sandbox(folder: Path) -> Iterator[RunningSandbox]:
    """Yield a sandbox for which each example of the document works; it is asked by the integration.

    The integration responds to steps. The instances that are refreshed have lost all people of their step.
    """
    with running_sandbox(write_contract_seed(folder)) as running:
        token = httpx.post(f"{running.address}/oauth/token", data=ERP, trust_env=False).json()["access_token"]
        running.take(token)
        for instance, people in BLOCKED.items():
            for one in people:
                running.click({"do": "remove_assignee", "instance_id": instance, "login_id": one})
        yield running
