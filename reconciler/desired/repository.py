"""Walks a configuration repository and reads every document in it; it never writes there."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from reconciler.desired.kinds import KINDS, decode_document
from reconciler.desired.kinds.kind import Reading
from reconciler.desired.kinds.settings_kind import decode_settings
from reconciler.desired.kinds.written_logins import check_account, check_logins
from reconciler.desired.lock_files import decode_lock, with_found
from reconciler.desired.yaml.strict_reader import read_yaml
from reconciler.errors import DocumentsError
from reconciler.model.diagnostics import Diagnostic, Origin, by_place, has_errors
from reconciler.model.documents import Documents
from reconciler.model.people_lock import is_of_lock
from reconciler.model.phrases import counted
from reconciler.model.sources import JoinedSources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.desired.yaml.strict_reader import LocatedDocument
    from reconciler.model.documents import SettingsDocument
    from reconciler.model.exclusion import Exclusion

__all__ = [
    "assemble",
    "decode_settings_file",
    "document_names",
    "is_document",
    "may_hold_documents",
    "read_files",
    "read_repository",
    "read_settings_document",
]

_SUFFIXES = (".yaml", ".yml")
# X.YAML, x.yml.txt, x.yaml~, x.yaml.bak, "x.yaml (1)", x.ymal; not x.yamllint
_NEARLY = re.compile(r"\.(?:ya?ml|yam|ymal|yalm)(?![a-z])", re.IGNORECASE)
_MOST_TOLD = 20
_NOT_JOINED = JoinedSources()


def read_settings_document(path: Path) -> SettingsDocument:
    """Read ``reconciler.yaml``.

    Raises DocumentsError, with every problem, when it cannot be read or is not acceptable.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DocumentsError(f"cannot read {path}: {error.strerror}; name the file with --config") from error
    settings = decode_settings_file(content, path.name)
    wrong = check_account(settings)
    if wrong:
        raise DocumentsError(f"{path.name} cannot be used", diagnostics=wrong)
    return settings


def decode_settings_file(content: bytes, name: str) -> SettingsDocument:
    """Take settings from the content of ``reconciler.yaml``; raises DocumentsError with every problem."""
    located, diagnostics = read_yaml(content, name)
    settings = None
    if len(located) == 1:
        settings, found = decode_settings(located[0])
        diagnostics.extend(found)
    elif not diagnostics:
        message = f"expected one document with 'kind: settings', found {len(located)}"
        diagnostics.append(_error("documents/settings", message, Origin(name, 1, 1)))
    if settings is None:
        raise DocumentsError(f"{name} cannot be used", diagnostics=diagnostics)
    return settings


def read_repository(
    settings_file: Path, settings: SettingsDocument, instead: Mapping[str, bytes] | None = None
) -> tuple[Documents, list[Diagnostic]]:
    """Read every document below the folder of the settings file, teams by their names.

    ``instead`` replaces the content of files, by path below that folder, to try changes before they are written. The
    diagnostics hold every problem of every file, in the order of places. If one of them is an error, the documents are
    incomplete, and good only for counting. A file that nearly has the name of a document is a warning.
    """
    walk = _walk(settings_file.parent, settings.exclusion)
    lock_files: dict[str, bytes] = {}
    read = read_files(_contents(settings_file, walk.documents, instead or {}), lock_files)
    documents, diagnostics = assemble(
        read, lock_files, policy_files=settings.policy_files, joined=settings.joined_sources
    )
    # a base may hold logins that cannot be one: nobody has them, and its lines say what they said
    diagnostics = by_place((*diagnostics, *check_logins(documents), *_judge_nearly(walk.nearly)))
    return msgspec.structs.replace(documents, paths=tuple(walk.documents)), diagnostics


def assemble(
    read: Iterable[tuple[list[LocatedDocument], list[Diagnostic]]],
    lock_files: Mapping[str, bytes],
    *,
    policy_files: Sequence[str] | None = None,
    joined: JoinedSources = _NOT_JOINED,
) -> tuple[Documents, list[Diagnostic]]:
    """Put together what was read, file by file, wherever it came from.

    ``lock_files`` are the files of the people lock by path, complete once everything is read.
    ``policy_files`` are globs of the files that may hold a policy; elsewhere one is an error. ``joined`` are sources of
    people that the settings join.
    """
    decoded: dict[str, list[Any]] = {name: [] for name in KINDS}
    diagnostics: list[Diagnostic] = []
    files = 0
    for located, found in read:
        files += 1
        diagnostics.extend(found)
        for document in located:
            name, value, wrong = decode_document(document)
            diagnostics.extend(wrong)
            if value is not None:
                decoded[name].append(value)
    merged: dict[str, Any] = {}
    reading = Reading(policy_files)
    for name in (one for one in KINDS if decoded[one]):
        values, wrong = KINDS[name].merge(decoded[name], reading)
        merged.update(values)
        diagnostics.extend(wrong)
    if joined.sources and "sources" in merged:
        merged["sources"] = {
            name: msgspec.structs.replace(source, joined=joined) if name in joined.sources else source
            for name, source in merged["sources"].items()
        }
    own = {name: merged.pop(name) for name in Documents.__struct_fields__ if name in merged}
    if lock_files:
        own["lock"], wrong = decode_lock(lock_files)
        own["teams"] = with_found(own.get("teams", {}), merged.get("sources", {}), own["lock"])
        diagnostics.extend(wrong)
    documents = Documents(files=files, more=merged, **own)
    if not documents.written and not has_errors(diagnostics):
        diagnostics.append(_nothing_assigned(files))
    return documents, by_place(diagnostics)


def read_files(
    contents: Iterable[tuple[str, bytes | Diagnostic]], lock_files: dict[str, bytes]
) -> Iterator[tuple[list[LocatedDocument], list[Diagnostic]]]:
    """Yield the documents of each file, or why it cannot be read; files of the people lock go to ``lock_files``."""
    for path, content in contents:
        if isinstance(content, Diagnostic):
            yield [], [content]
        elif is_of_lock(path):
            lock_files[path] = content
        else:
            yield read_yaml(content, path)


def _nothing_assigned(files: int) -> Diagnostic:
    message = (
        f"no 'kind: assignments' document ({counted(files, 'other file')} read); an empty folder is "
        "taken for a mistake, never for 'remove everybody': restore deleted documents from git, write the first "
        "ones (reconciler export --out .), or name another folder with --config"
    )
    return Diagnostic(severity="error", code="documents/none", message=message)


def _contents(
    settings_file: Path, names: Iterable[str], instead: Mapping[str, bytes]
) -> Iterator[tuple[str, bytes | Diagnostic]]:
    root = settings_file.parent
    real_root = root.resolve()
    for name in names:
        path = root / name
        if path == settings_file:
            continue
        content = b""
        try:
            problem = _refused_link(path, real_root)
            if not problem:
                content = instead[name] if name in instead else path.read_bytes()
        except (OSError, RuntimeError) as error:
            problem = ("documents/unreadable", f"cannot be read: {getattr(error, 'strerror', None) or error}")
        if not name.isprintable():
            problem = ("documents/name", "the file's name holds characters that cannot be shown; rename or exclude it")
        if problem:
            yield name, _error(*problem, Origin(name if name.isprintable() else ascii(name), 1, 1))
        else:
            yield name, content


def _refused_link(path: Path, real_root: Path) -> tuple[str, str] | None:
    if path.is_dir():
        return "documents/link", "a link to a folder is not followed; move the folder here, or exclude the link"
    if not path.resolve(strict=True).is_relative_to(real_root):
        return "documents/link", "this link leads out of the repository and is not followed; remove it or exclude it"
    if not path.is_file():
        return "documents/unreadable", "this is not an ordinary file, and is not read; remove it or exclude it"
    return None


class _Walk(NamedTuple):
    """Files and links below a root that are neither hidden nor excluded, by their path below the root.

    ``documents`` are the YAML files and the links to folders, ``nearly`` the files whose names are close to one.
    """

    documents: list[str]
    nearly: list[str]


def _walk(root: Path, exclude: Exclusion) -> _Walk:
    found = _Walk([], [])
    for folder, folders, names in os.walk(root, onerror=_unreadable_folder):
        relative = os.path.relpath(folder, root)
        within = "" if relative == os.curdir else f"{relative}/"
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not exclude.covers(f"{within}{name}/")
        )
        found.documents.extend(f"{within}{name}" for name in folders if (Path(folder) / name).is_symlink())
        for name in sorted(names):
            if name.startswith(".") or exclude.covers(f"{within}{name}"):
                continue
            if name.endswith(_SUFFIXES):
                found.documents.append(f"{within}{name}")
            elif _NEARLY.search(name):
                found.nearly.append(f"{within}{name}")
    return found


def document_names(root: Path, exclude: Exclusion) -> set[str]:
    """Return the paths below ``root`` that are read as documents, the settings file included.

    Raises DocumentsError for a folder that cannot be read.
    """
    return {name for name in _walk(root, exclude).documents if name.endswith(_SUFFIXES)}


def _judge_nearly(names: list[str]) -> Iterator[Diagnostic]:
    for name in names[:_MOST_TOLD]:
        shown = name if name.isprintable() else ascii(name)
        yield _not_a_document(
            "this file is not read, because documents end in .yaml or .yml (lower case): rename, move or exclude it",
            Origin(shown, 1, 1),
        )
    more = len(names) - _MOST_TOLD
    if more > 0:
        files = counted(more, "more file is", "more files are")
        yield _not_a_document(f"{files} not read, with names that nearly end in .yaml or .yml: exclude them", None)


def _not_a_document(message: str, origin: Origin | None) -> Diagnostic:
    return Diagnostic(severity="warning", code="documents/not-a-document", message=message, origin=origin)


def may_hold_documents(folder: str, exclude: Exclusion) -> bool:
    """Return whether documents below a folder, by its path below the root, are read: not hidden, nothing excluded."""
    parts = folder.split("/")
    if any(part.startswith(".") for part in parts):
        return False
    return not any(exclude.covers("/".join(parts[:depth]) + "/") for depth in range(1, len(parts) + 1))


def is_document(name: str, exclude: Exclusion) -> bool:
    """Return whether a path, relative to the root, is one of a document: no hidden part, nothing excluded."""
    folder, _, file = name.rpartition("/")
    if not file.endswith(_SUFFIXES) or file.startswith(".") or exclude.covers(name):
        return False
    return not folder or may_hold_documents(folder, exclude)


def _unreadable_folder(error: OSError) -> None:
    raise DocumentsError(
        f"cannot read the folder {error.filename}: {error.strerror}; a part of the documents is not enough"
    ) from error


def _error(code: str, message: str, origin: Origin) -> Diagnostic:
    return Diagnostic(severity="error", code=code, message=message, origin=origin)
