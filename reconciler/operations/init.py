"""Starts a configuration repository in a folder: writes what is missing, and replaces nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reconciler.desired.exporting import DRAFT, JOURNAL, first_texts
from reconciler.desired.git.revision import find_work_tree
from reconciler.desired.repository import document_names, is_document, read_settings_document
from reconciler.errors import DocumentsError, FileError, UsageError
from reconciler.model.documents import SettingsDocument
from reconciler.model.exclusion import Exclusion
from reconciler.operations.files import create_file, require_folder
from reconciler.operations.pipeline_texts import pipeline_texts
from reconciler.settings import FILE_NAME, read_service, require_company_id, untrusted_hosts
from reconciler.settings.addresses import check_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from reconciler.model.review import ForgeKind

__all__ = [
    "DEVELOPER_SANDBOX",
    "DRAFT",
    "PRODUCTION",
    "Addresses",
    "Ground",
    "Start",
    "Written",
    "checked_address",
    "choose_settings",
    "prepare",
    "require_company_id",
    "survey",
    "write_start",
]

# places where a forge looks too: a second file there would count twice, or replace the first
_ELSEWHERE = {".github/CODEOWNERS": ("CODEOWNERS", "docs/CODEOWNERS")}
_FORGES = {"github": "GitHub", "gitlab": "GitLab"}


class Addresses(NamedTuple):
    """The addresses of the service: that of its API, and that of its logins."""

    api_url: str
    auth_url: str


# docs/service.md section 3
PRODUCTION = Addresses("https://api.procore.com", "https://login.procore.com")
DEVELOPER_SANDBOX = Addresses("https://sandbox.procore.com", "https://login-sandbox.procore.com")


class Ground(NamedTuple):
    """A folder before a start: its settings, the git work tree around it, and whether documents are in it."""

    folder: Path
    settings: SettingsDocument | None
    work_tree: Path | None
    has_documents: bool

    @property
    def may_hold_pipeline(self) -> bool:
        """Whether a forge would find a pipeline here: forges look at the root of a repository alone."""
        return self.work_tree in {None, self.folder.resolve()}


class Start(NamedTuple):
    """The beginning of a repository: ``settings`` exist already, or are written.

    ``hosts`` are all that ``RECONCILER_TRUSTED_HOSTS`` has to name; empty where it needs no other than it has.
    ``forge`` is null without a pipeline.
    """

    ground: Ground
    settings: SettingsDocument
    hosts: tuple[str, ...]
    forge: ForgeKind | None


class Written(NamedTuple):
    """A file of a start: its path, whether it is new, and the line that an existing one lacks."""

    path: str
    is_new: bool
    lacks: str | None = None


def survey(folder: Path) -> Ground:
    """Look at a folder without writing to it.

    Raises:
        FileError: It cannot be written.
        UsageError: It belongs to another configuration repository, or holds one.
        DocumentsError: There are settings that cannot be used.
    """
    require_folder(folder)
    real = folder.resolve()
    _require_outside(folder, real)
    own = folder / FILE_NAME
    if os.path.lexists(own) and not own.is_file():
        raise FileError(f"{own} is not a regular file: move it, and run init again")
    settings = read_settings_document(own) if os.path.lexists(own) else None
    names: set[str] = set()
    if real.is_dir():
        names = document_names(real, settings.exclusion if settings else Exclusion()) - {FILE_NAME}
    inner = next((name for name in sorted(names) if name.endswith(f"/{FILE_NAME}")), None)
    if inner is not None:
        raise UsageError(f"{folder} holds a configuration repository already, at {inner}: name another folder as DIR")
    return Ground(folder, settings, find_work_tree(real), bool(names - {DRAFT}))


def _require_outside(folder: Path, real: Path) -> None:
    """Refuse a folder whose files are documents of other settings."""
    outer = next((path for parent in real.parents if (path := parent / FILE_NAME).is_file()), None)
    if outer is None:
        return
    name = (real / FILE_NAME).relative_to(outer.parent).as_posix()
    if is_document(name, read_settings_document(outer).exclusion):
        raise UsageError(
            f"{folder} is below {outer}, whose documents would be here: name a folder outside of it as DIR, or exclude "
            "this one there"
        )


def checked_address(name: str, text: str) -> str:
    """Return an address of the service as settings take it; raises UsageError for any other text."""
    try:
        check_address(name, text)
    except DocumentsError as error:
        raise UsageError(error.message) from None
    return text.rstrip("/")


def choose_settings(ground: Ground, company: str | None, addresses: Addresses | None) -> SettingsDocument:
    """Return the settings that are there, or new ones; null addresses are Procore's production.

    Raises UsageError where there are settings that say otherwise, or no company.
    """
    there = ground.settings
    if there is None:
        if company is None:
            raise UsageError("the company id is missing, and there is no terminal to ask on: add --company")
        where = addresses or PRODUCTION
        return SettingsDocument(
            company_id=require_company_id(company),
            api_url=where.api_url,
            auth_url=where.auth_url,
            exclude=(f"{DRAFT.partition('/')[0]}/",),
        )
    if company not in {None, there.company_id}:
        raise UsageError(f"{ground.folder / FILE_NAME} names company {there.company_id} already: leave out --company")
    if addresses not in {None, Addresses(there.api_url, there.auth_url)}:
        raise UsageError(
            f"{ground.folder / FILE_NAME} says already where the service is: leave out the options for that, or edit it"
        )
    return there


def prepare(
    ground: Ground, settings: SettingsDocument, forge: ForgeKind | None, environment: Mapping[str, str]
) -> Start:
    """Check that the parts of a start fit together, before the first file is written.

    Raises:
        UsageError: A pipeline is asked for where the forge would not find it.
        DocumentsError: The environment contradicts the settings.
    """
    if forge is not None and not ground.may_hold_pipeline:
        raise UsageError(
            f"{_FORGES[forge]} finds a pipeline at the root of the git work tree alone, which is {ground.work_tree}: "
            f"leave out --forge, or run 'git init' in {ground.folder} first"
        )
    hosts = untrusted_hosts(read_service(settings, environment), environment).values()
    trusted = environment.get("RECONCILER_TRUSTED_HOSTS", "").replace(",", " ").split() if hosts else ()
    return Start(ground, settings, tuple(dict.fromkeys((*trusted, *hosts))), forge)


def write_start(start: Start) -> Iterator[Written]:
    """Write the files that are missing, and yield each one once it is whole or found to be there.

    Raises FileError, before the first write where a link leads elsewhere, else with the files written so far.
    """
    folder = start.ground.folder
    texts = first_texts(start.settings, start.forge)
    if not start.settings.exclusion.hides(DRAFT):
        del texts[DRAFT]  # it would be a document
    if start.forge is not None:
        texts |= pipeline_texts(start.forge, start.settings)
    places = {name: _there(folder, name) for name in texts}
    _require_inside(folder, [name for name, there in places.items() if there is None])
    done: list[str] = []
    for name, text in texts.items():
        there = places[name]
        try:
            is_new = there is None and create_file(folder / name, text.encode("utf-8"))
        except FileError as error:
            so_far = f" (written: {', '.join(done)})" if done else " (nothing is written)"
            raise FileError(f"{error.message}{so_far}: correct that, and run init again") from error
        if is_new:
            done.append(name)
        yield Written(there or name, is_new, None if is_new else _lacks(folder, name))


def _there(folder: Path, name: str) -> str | None:
    """Return the path under which a file is there already; null where it is not."""
    path = Path(name)
    spellings = (path.with_suffix(".yaml").as_posix(),) if path.suffix == ".yml" else ()
    known = (name, *spellings, *_ELSEWHERE.get(name, ()))
    return next((one for one in known if os.path.lexists(folder / one)), None)


def _require_inside(folder: Path, names: Iterable[str]) -> None:
    """Refuse places behind a symbolic link below the folder, and behind a file."""
    for name in names:
        for part in Path(name).parents[:-1]:
            if (folder / part).is_symlink():
                raise FileError(
                    f"{folder / part} is a symbolic link, which init does not follow: replace it by a folder"
                )
            if os.path.lexists(folder / part) and not (folder / part).is_dir():
                raise FileError(f"{folder / part} is not a folder, and {name} goes there: move it")


def _lacks(folder: Path, name: str) -> str | None:
    """Return a line that a file lacks: git must ignore the journal, because a tracked one is not trusted."""
    if name != ".gitignore":
        return None
    if not (folder / name).is_file():  # a pipe or a device would be read for ever
        return JOURNAL
    try:
        lines = (folder / name).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return JOURNAL
    named = [line.strip() for line in lines if line.strip().strip("!/") == JOURNAL.strip("/")]
    return None if named and not named[-1].startswith("!") else JOURNAL
