"""Contradictions among assignments that show without the service; it never repairs anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.diagnostics import Origin
    from reconciler.model.documents import Assignments, Entry, Reference

__all__ = ["check_assignments"]

_Key = tuple[str, ...]


def check_assignments(documents: Sequence[Assignments]) -> list[Diagnostic]:
    """Find entries that contradict each other by their text alone, and entries that ask for nothing."""
    diagnostics: list[Diagnostic] = []
    first: dict[_Key, Origin] = {}
    for document in documents:
        for key, what, origin in _named_places(document):
            known = first.setdefault(key, origin)
            if known is not origin:
                message = f"{what} is already given for the same preset at {known}; keep one of the two"
                diagnostics.append(_error("documents/conflict", message, origin))
        diagnostics.extend(_without_effect(document))
    return diagnostics


def _named_places(document: Assignments) -> Iterator[tuple[_Key, str, Origin]]:
    template = (str(document.template), document.tool or "")
    for entry in document.entries:
        if entry.where is not None:
            continue
        scope = (*template, str(entry.project) if entry.project else "company")
        for name, group in entry.groups.items():
            yield (*scope, "group", name), f"'{name}'", group.origin
        if entry.workflow_manager is not None:
            yield (*scope, "manager"), "the workflow manager", entry.workflow_manager.origin


def _without_effect(document: Assignments) -> Iterator[Diagnostic]:
    if document.groups or document.workflow_manager is not None:
        return
    for entry in document.entries:
        if not entry.groups and entry.workflow_manager is None:
            message = f"this entry asks for nothing{_of(entry.project, entry)}; give it 'groups:' or remove it"
            yield _error("documents/no-effect", message, entry.origin)


def _of(project: Reference | None, entry: Entry) -> str:
    if project is not None:
        return f" of project {project}"
    return "" if entry.where is None else " of the projects it selects"


def _error(code: str, message: str, origin: Origin) -> Diagnostic:
    return Diagnostic(severity="error", code=code, message=message, origin=origin)
