"""Generated accounts for laws: live groups of two projects, documents that ask for others, and applying in memory."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import yaml
from hypothesis import strategies as st

from reconciler.applying.comparing import write_groups
from reconciler.model.live import Membership, Person
from tests.support.account import PEOPLE, company_seed, login
from tests.support.values import live_state, plan_documents

if TYPE_CHECKING:
    import random

    from reconciler.model.live import LiveState, Preset
    from reconciler.model.plan import Plan, PresetChange

__all__ = ["UUIDS", "accounts", "applied", "document_of", "live_groups", "members_of", "plan_of", "state_of",
           "wanted_groups"]  # fmt: skip

PROJECTS = ("Cedar Tower", "Harbor Bridge")
ids = st.lists(st.sampled_from(sorted(PEOPLE)), unique=True, max_size=6)
live_groups = st.fixed_dictionaries({"creator": ids, "pm": ids, "acc": ids, "super": ids})
wanted_groups = st.dictionaries(st.sampled_from(("Project Manager", "Accounting")), ids, min_size=1)
accounts = st.tuples(st.tuples(live_groups, live_groups), st.tuples(wanted_groups, wanted_groups))
UUIDS = {"Project Manager": "pm", "Accounting": "acc"}


def state_of(live: tuple[dict[str, list[str]], ...]) -> LiveState:
    """Return a live state with these groups in the two projects."""
    seed = company_seed()
    for preset, groups in zip(seed["presets"], live, strict=False):
        preset["groups"] = groups
    return live_state(seed)


def document_of(wanted: tuple[dict[str, list[str]], ...], shuffle: random.Random | None = None) -> str:
    """Return an assignments document that asks for these groups, perhaps in another order."""
    entries: list[dict[str, Any]] = []
    for project, groups in zip(PROJECTS, wanted, strict=True):
        named = [(name, [login(PEOPLE[one]) for one in members]) for name, members in groups.items()]
        if shuffle is not None:
            shuffle.shuffle(named)
            for _, members in named:
                shuffle.shuffle(members)
        entries.append({
            "project": project,
            "groups": {name: {"members": members, "allow_empty": True} for name, members in named},
        })  # fmt: skip
    if shuffle is not None:
        shuffle.shuffle(entries)
    document = {"kind": "assignments", "template": "Invoice Approval", "projects": entries}
    return yaml.safe_dump(document, sort_keys=False)


def plan_of(live: LiveState, text: str) -> Plan:
    """Plan in a folder that goes away."""
    with tempfile.TemporaryDirectory() as folder:
        return plan_documents(Path(folder), {"a.yaml": text}, live)


def applied(state: LiveState, plan: Plan) -> LiveState:
    """Return the state after every write of the plan, made like apply makes it."""
    changes = {change.preset_id: change for change in plan.changes}
    presets = tuple(write(preset, changes[preset.id]) if preset.id in changes else preset for preset in state.presets)
    return msgspec.structs.replace(state, presets=presets)


def write(preset: Preset, change: PresetChange) -> Preset:
    """Replace the whole array and the workflow manager, like the service does."""
    groups = write_groups(change, preset)
    members = tuple(
        Membership(uuid, tuple(Person(one, login(PEOPLE[one])) for one in ids)) for uuid, ids in groups.items()
    )
    manager = preset.workflow_manager if change.workflow_manager is None else change.workflow_manager.after
    return msgspec.structs.replace(preset, groups=members, workflow_manager=manager)


def members_of(state: LiveState) -> list[dict[str, set[str]]]:
    """Return the members of every group of the two presets."""
    return [{group.uuid: {one.id for one in group.members} for group in preset.groups} for preset in state.presets[:2]]
