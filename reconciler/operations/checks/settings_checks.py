"""Checks the settings file, the documents below it, and the addresses that both lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reconciler.desired.repository import read_settings_document
from reconciler.errors import DocumentsError, ReconcilerError, RefusedError
from reconciler.model.checkup import Check, blocked, failed, passed, split_remedy, warned
from reconciler.model.documents import SettingsDocument
from reconciler.model.phrases import counted
from reconciler.operations.validate import validate_repository
from reconciler.settings import find_settings_file, read_service, untrusted_addresses
from reconciler.settings.addresses import PUBLISHED_HOSTS, origin_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Documents
    from reconciler.model.service import Service
    from reconciler.operations.run import Run

__all__ = ["SettingsFound", "check_addresses", "check_documents", "check_settings"]

_COMPANY = "RECONCILER_COMPANY_ID"
_ADDRESSES = ("RECONCILER_API_URL", "RECONCILER_AUTH_URL")
_NONE = "documents/none"
_VALIDATE = "run 'reconciler validate', which shows each problem with its place"


class SettingsFound(NamedTuple):
    """The settings file and what it holds; null where there is none, or where it cannot be used."""

    root: Path
    file: Path | None = None
    document: SettingsDocument | None = None


def check_settings(run: Run, given: Path | None) -> tuple[Check, SettingsFound]:
    """Check that there is a settings file which can be read."""
    root = given.absolute() if given is not None and given.is_dir() else run.folder
    try:
        file = find_settings_file(given, run.folder)
    except DocumentsError as error:
        found, _, _ = error.message.partition("; ")
        remedy = "go to the configuration repository, name it with --config, or start one with 'reconciler init'"
        return failed("settings", found, remedy), SettingsFound(root)
    try:
        settings = read_settings_document(file)
    except DocumentsError as error:
        return failed("settings", _first_of(error), _correct(file, error)), SettingsFound(file.parent, file)
    return _check_company(file, settings, run.environment), SettingsFound(file.parent, file, settings)


def _check_company(file: Path, settings: SettingsDocument, environment: Mapping[str, str]) -> Check:
    expected = environment.get(_COMPANY, "")
    if expected not in {"", settings.company_id}:
        found = f"company_id of {file.name} is {settings.company_id} and {_COMPANY} is '{expected}'"
        return failed("settings", found, "correct one of the two")
    return passed("settings", f"{file}, company {settings.company_id}")


def _first_of(error: DocumentsError) -> str:
    """Return the first problem with its place, and how many follow."""
    errors: list[Diagnostic] = [one for one in error.diagnostics if one.severity == "error"]
    if not errors:
        return error.message
    first = errors[0]
    place = f"{first.origin}: " if first.origin is not None else ""
    more = f" (and {len(errors) - 1:,} more)" if len(errors) > 1 else ""
    return f"{error.message}: {place}{first.message}{more}"


def _correct(file: Path, error: DocumentsError) -> str:
    if not error.diagnostics:
        return "name another file with --config, or make this one readable"
    return f"correct {file.name}: 'reconciler validate' shows all of its problems"


def check_addresses(settings: SettingsFound, environment: Mapping[str, str]) -> tuple[Check, Service | None]:
    """Check that both addresses of the service are ones that credentials may be sent to.

    Without a settings file these are Procore's own, or the environment's. A settings file that cannot be read may name
    others. Then only the addresses of the environment may be asked, and the check is blocked without both.
    """
    document = settings.document
    if document is None:
        if settings.file is not None and not all(environment.get(name) for name in _ADDRESSES):
            return blocked("addresses", "settings"), None
        document = SettingsDocument(company_id=environment.get(_COMPANY, ""))
    try:
        service = read_service(document, {**environment, _COMPANY: ""})
        untrusted = untrusted_addresses(service, environment)
    except DocumentsError as error:
        return failed("addresses", *split_remedy(error.message)), None
    if untrusted:
        return failed("addresses", *split_remedy(untrusted[0])), None
    return passed("addresses", _who_names(service)), service


def _who_names(service: Service) -> str:
    hosts = [origin_of(url)[0] for url in dict.fromkeys((service.api_url, service.auth_url))]
    published = all(host in PUBLISHED_HOSTS for host in hosts)
    return f"{' and '.join(hosts)}, {'published by Procore' if published else 'trusted by the environment'}"


def check_documents(run: Run, given: Path | None, failure: str | None) -> tuple[Check, frozenset[str]]:
    """Check the documents as ``reconciler validate`` does; return also the ids, names and numbers of their projects.

    ``failure`` names the check of addresses where that failed: a problem without a place is then of these.
    """
    try:
        documents, diagnostics = validate_repository(run, given, None)
    except (DocumentsError, RefusedError) as error:
        if failure is not None and not error.diagnostics:
            return blocked("documents", failure), frozenset()
        if {one.code for one in error.diagnostics if one.severity == "error"} == {_NONE}:
            # a repository that has just begun is not broken, and a plan refuses an empty folder by itself
            remedy = "write the first ones (reconciler export --out .), or restore deleted ones from git"
            return warned("documents", "there are none with 'kind: assignments'", remedy), frozenset()
        return failed("documents", error.message, _VALIDATE), frozenset()
    except ReconcilerError as error:
        return failed("documents", *split_remedy(error.message)), frozenset()
    entries = (entry for document in documents.assignments for entry in document.entries)
    named = {entry.project.id or entry.project.name or entry.project.number for entry in entries if entry.project}
    return passed("documents", _size_of(documents, diagnostics)), frozenset(filter(None, named))


def _size_of(documents: Documents, diagnostics: Sequence[Diagnostic]) -> str:
    warnings = sum(one.severity == "warning" for one in diagnostics)
    more = "no problems" if not warnings else f"no errors, {counted(warnings, 'warning')}"
    return f"{counted(documents.files, 'file')}, {more}"
