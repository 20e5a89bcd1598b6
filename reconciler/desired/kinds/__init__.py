"""The kinds of documents, one file each: shape, decoding, merging. A new kind is a file here, and a name below."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from reconciler.desired.kinds.acceptance import accept
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.desired.kinds.kind import Kind
    from reconciler.desired.yaml.strict_reader import LocatedDocument
    from reconciler.model.diagnostics import Origin

__all__ = ["KINDS", "Kinds", "decode_document"]


class Kinds:
    """The kinds by name. The file of a kind is ``<name>_kind``; it is loaded once a document is of it."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = dict.fromkeys(names)
        self._loaded: dict[str, Kind[Any, Any]] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __getitem__(self, name: str) -> Kind[Any, Any]:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._loaded:
            self._loaded[name] = import_module(f"{__name__}.{name}_kind").KIND
        return self._loaded[name]

    def loaded(self) -> list[Kind[Any, Any]]:
        """Return the kinds that a document was of so far: there is nothing of others."""
        return list(self._loaded.values())


KINDS: Final = Kinds(("assignments", "teams", "policy", "acknowledgements", "routing", "source", "absences"))


def decode_document(document: LocatedDocument) -> tuple[str, Any, list[Diagnostic]]:
    """Return the kind of a document, its content (null if not acceptable) and its problems; settings are refused."""
    named = document.data.get("kind") if isinstance(document.data, dict) else None
    if not isinstance(named, str) or named not in KINDS:
        return "", None, [_wrong_kind(document, named)]
    kind = KINDS[named]
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
