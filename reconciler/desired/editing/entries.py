"""Adds roles or a workflow manager of a preset's own, to an existing entry or to a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.desired.editing.lines import Splice, added_lines
from reconciler.desired.editing.list_edits import NOBODY, dash_of
from reconciler.desired.editing.nodes import CannotEditError, end_of, pair, require_own
from reconciler.desired.yaml.scalars import scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.desired.editing.nodes import Node, Nodes
    from reconciler.model.adoption import AddEntry, AddToEntry, OwnGroup

__all__ = ["add_entry", "add_to_entry"]

_STEP = "  "


def add_to_entry(nodes: Nodes, edit: AddToEntry) -> list[Splice]:
    """Return the splices that add to an entry, or to the company; raises CannotEditError for what is not edited."""
    entry = nodes.mapping(edit.origin)
    splices = []
    there = pair(entry, "groups")
    if edit.manager is not None:
        splices.append(_with_manager(nodes, entry, f"workflow_manager: {edit.manager}"))
    if there is not None and edit.groups:
        require_own(there[1])
        splices.append(_added(nodes, there[1], _lines(edit.groups), _between_braces(edit.groups)[1:-1]))
    if there is None and edit.groups:
        lines = ["groups:", *_indented(_lines(edit.groups))]
        splices.append(_added(nodes, entry, lines, f"groups: {_between_braces(edit.groups)}"))
    return splices


def add_entry(nodes: Nodes, edit: AddEntry) -> list[Splice]:
    """Return the splice that adds an entry to the projects of a document; raises CannotEditError likewise."""
    found = pair(nodes.mapping(edit.origin), "projects")
    if found is None:
        raise CannotEditError("it could not be found in the file")
    projects = found[1]
    require_own(projects)
    manager = [] if edit.manager is None else [f"workflow_manager: {edit.manager}"]
    if projects.block:
        groups = ["groups:", *_indented(_lines(edit.groups))] if edit.groups else []
        dash = dash_of(nodes, projects.children[-1]) or f"{' ' * projects.column}- "
        indent = " " * len(dash)
        lines = [f"{dash}project: {edit.project}", *(f"{indent}{line}" for line in (*manager, *groups))]
        return [added_lines(nodes, end_of(nodes.text, projects), lines)]
    parts = [f"project: {edit.project}", *manager]
    if edit.groups:
        parts.append(f"groups: {_between_braces(edit.groups)}")
    end = projects.children[-1].end
    return [(end, end, f", {{{', '.join(parts)}}}")]


def _with_manager(nodes: Nodes, entry: Node, manager: str) -> Splice:
    """Return the splice that puts a manager in front of the roles, or else behind everything."""
    there = pair(entry, "groups")
    if there is None or there[0] is entry.children[0]:
        return _added(nodes, entry, [manager], manager)
    key = there[0]
    if not entry.block:
        return (key.start, key.start, f"{manager}, ")
    at = nodes.line_start(key.start)
    return (at, at, f"{' ' * key.column}{manager}\n")


def _added(nodes: Nodes, mapping: Node, lines: Sequence[str], between: str) -> Splice:
    """Return the splice that puts pairs behind the last one of a mapping, as lines or between its braces."""
    if mapping.block:
        indent = " " * mapping.children[0].column
        return added_lines(nodes, end_of(nodes.text, mapping), [f"{indent}{line}" for line in lines])
    if not mapping.children:
        return (mapping.start + 1, mapping.start + 1, between)
    end = mapping.children[-1].end
    return (end, end, f", {between}")


def _lines(groups: Iterable[OwnGroup]) -> list[str]:
    lines: list[str] = []
    for group in groups:
        name = scalar(group.name)
        if group.members and group.one_a_line:
            lines.extend((f"{name}:", *(f"{_STEP}- {one}" for one in group.members)))
        else:
            lines.append(f"{name}: {_members(group)}")
    return lines


def _between_braces(groups: Iterable[OwnGroup]) -> str:
    return "{" + ", ".join(f"{scalar(group.name)}: {_members(group)}" for group in groups) + "}"


def _members(group: OwnGroup) -> str:
    return f"[{', '.join(group.members)}]" if group.members else NOBODY


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"{_STEP}{line}" for line in lines]
