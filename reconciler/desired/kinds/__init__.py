"""The kinds of documents, one file each: shape, decoding, merging. A new kind is a file here, and a line below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from reconciler.desired.kinds import acknowledgements_kind as acknowledgements
from reconciler.desired.kinds import assignments_kind as assignments
from reconciler.desired.kinds import policy_kind as policy
from reconciler.desired.kinds import routing_kind as routing
from reconciler.desired.kinds import teams_kind as teams
from reconciler.desired.kinds.acceptance import accept
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.suggestions import did_you_mean

if TYPE_CHECKING:
    from reconciler.desired.kinds.kind import Kind
    from reconciler.desired.yaml.strict_reader import LocatedDocument
    from reconciler.model.diagnostics import Origin

__all__ = ["KINDS", "decode_document", "register"]

KINDS: Final[dict[str, Kind[Any, Any]]] = {}


def register(kind: Kind[Any, Any]) -> None:
    """Let documents of a kind be read."""
    KINDS[kind.name] = kind


register(assignments.KIND)
register(teams.KIND)
register(policy.KIND)
register(acknowledgements.KIND)
register(routing.KIND)


def decode_document(document: LocatedDocument) -> tuple[str, Any, list[Diagnostic]]:
    """Return the kind of a document, its content (null if not acceptable) and its problems; settings are refused."""
    named = document.data.get("kind") if isinstance(document.data, dict) else None
    kind = KINDS.get(named) if isinstance(named, str) else None
    if kind is None:
        return "", None, [_wrong_kind(document, named)]
    shape, diagnostics = accept(document, kind.shape)
    return kind.name, None if shape is None else kind.decode(document, shape), diagnostics


def _wrong_kind(document: LocatedDocument, kind: object) -> Diagnostic:
    known = ", ".join(KINDS)
    if not isinstance(document.data, dict):
        message = f"not a document: expected a mapping with 'kind:' ({known}); or name the file under 'exclude:'"
        return _error("documents/kind", message, document.origin())
    if kind is None:
        message = f"no 'kind:' here (known: {known}); if this is not a document, name it under 'exclude:'"
        return _error("documents/kind", message, document.origin())
    if kind == "settings":
        message = "settings stand in reconciler.yaml alone, at the root; remove this document"
        return _error("documents/kind", message, document.origin("kind"))
    hint = did_you_mean(str(kind), KINDS) or f"; known kinds: {known}"
    return _error("documents/kind", f"unknown kind '{kind}'{hint}", document.origin("kind"))


def _error(code: str, message: str, origin: Origin) -> Diagnostic:
    return Diagnostic(severity="error", code=code, message=message, origin=origin)
