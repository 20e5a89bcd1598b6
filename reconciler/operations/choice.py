"""Chooses what a plan does, as options and settings say: everything, or one cause alone."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.desired.git.base_revision import same_documents
from reconciler.desired.git.checkout import describe_source
from reconciler.errors import UsageError
from reconciler.operations.bases import read_base_for
from reconciler.operations.dated_documents import read_base, read_repository
from reconciler.operations.due import due_since
from reconciler.operations.workspace import source_of
from reconciler.planning.restricting import WHOLE, Restriction

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.documents import Documents
    from reconciler.model.plan import Cause
    from reconciler.model.selection import Selection
    from reconciler.operations.workspace import Workspace

__all__ = ["Choice", "Making", "choose", "choose_to_apply", "require_committed", "require_sense"]

HEAD = "HEAD"


class Making(NamedTuple):
    """The options that say how a plan is to be made; a saved plan takes none of them."""

    base: str | None
    adds_only: bool
    only: Cause | None
    self_heal: bool
    selection: Selection | None = None
    due: str | None = None

    @property
    def is_part(self) -> bool:
        """Return whether the plan skips anything that the documents ask for."""
        return self.self_heal or self.only is not None or self.selection is not None or self.due is not None


_NO_OPTIONS = Making(base=None, adds_only=False, only=None, self_heal=False)


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """The revision to compare with, and the part of the plan to do.

    ``heals`` marks a run with --self-heal. ``due`` is the day whose documents of that revision count, for --due.
    """

    base: str | None
    restriction: Restriction = WHOLE
    heals: bool = False
    due: datetime.date | None = None

    @property
    def follows_commit(self) -> bool:
        """Whether the documents must be those of the commit that is checked out."""
        return self.heals or self.due is not None


def require_sense(wanted: Making, since: str | None, *, saved: bool) -> None:
    """Refuse options that contradict each other."""
    if saved and wanted != _NO_OPTIONS:
        raise UsageError(
            "a saved plan is carried out as it is: give --adds-only, --only and --base to "
            "'reconciler plan --out FILE', and --self-heal, --within, --project, --template and --person to apply "
            "without a plan"
        )
    if wanted.self_heal and (wanted.only is not None or wanted.selection is not None):
        raise UsageError(
            "--self-heal puts back drift where the settings name it: leave --only, --within, --project, --template and "
            "--person out"
        )
    if wanted.due is not None and wanted != _NO_OPTIONS._replace(due=wanted.due):
        raise UsageError(
            "--due does what the commit that is checked out asks for today and did not ask for before: leave --base, "
            "--adds-only, --only, --self-heal, --within, --project, --template and --person out"
        )
    if since is not None and wanted.is_part:
        raise UsageError("--since tells which commits are applied whole; it does not go with leaving a part alone")


def choose_to_apply(workspace: Workspace, wanted: Making, journal: Path) -> Choice:
    """Return what to do without a saved plan; raise UsageError if that is not known."""
    if wanted.self_heal:
        return _choose_healing(workspace, base=wanted.base)
    if wanted.due is not None:
        _require_revision(workspace.root, "--due")
        day = due_since(workspace, journal, wanted.due)
        return Choice(base=HEAD, restriction=Restriction(only="requested"), due=day)
    return choose(workspace.root, base=wanted.base, only=wanted.only)


def choose(root: Path, *, base: str | None, only: Cause | None) -> Choice:
    """Return what to do; raise UsageError if causes are not known."""
    if only == "requested":
        if base is None:
            raise UsageError(
                "--only requested needs to know since when: name the revision to compare with, such as --base "
                "origin/main"
            )
        return Choice(base=base, restriction=Restriction(only="requested"))
    if only is None:
        return Choice(base=base)
    if base is None:
        _require_revision(root, "--only drift")
    return Choice(base=HEAD if base is None else base, restriction=Restriction(only="drift"))


def _choose_healing(workspace: Workspace, *, base: str | None) -> Choice:
    """Return what may heal by itself: drift alone, where the settings say so.

    Raises UsageError if they do not, also at the base, if no commit is checked out, or if no base is named. A base must
    be named because the last applied commit is not known here. A merged change that a guard refused is not drift.
    """
    if not workspace.settings.self_heal:
        raise UsageError(
            f"{workspace.settings_file.name} lets nothing heal by itself; name addresses there, such as "
            "self_heal: [projects/1042/*], and commit that"
        )
    _require_revision(workspace.root, "--self-heal")
    if base is None:
        raise UsageError(
            "--self-heal needs to know which commit is live: name the one that was applied last with --base ('since' "
            "of reconciler approved --format json), or --base HEAD where every merged commit is applied"
        )
    settings = read_base_for(workspace, base, Restriction(only="drift")).settings
    globs = settings.self_heal if settings else ()
    if not globs:
        raise UsageError(
            f"self_heal is new since {base}, and it counts as the commit that was applied last has it: apply the "
            "commit that names it first, then heal"
        )
    return Choice(base=base, restriction=Restriction(only="drift", addresses=globs), heals=True)


def require_committed(workspace: Workspace, documents: Documents) -> None:
    """Require that documents, policy and settings are those of the commit that is checked out.

    The status of the work tree is not enough, because git skips files that it ignores. Raises UsageError.
    """
    committed = read_base(workspace.settings_file, HEAD, workspace.run.today)
    written = workspace.written_settings
    if written.exclusion != workspace.settings.exclusion:
        documents, _ = read_repository(workspace.settings_file, written, workspace.run.today)
    alike = (
        committed.settings == written
        and committed.documents is not None
        and same_documents(committed.documents, documents)
    )
    if source_of(workspace).dirty or not alike:
        raise UsageError(
            "--self-heal and --due follow what was committed, and the documents here differ from HEAD; commit them, or "
            "take the changes back (git status --ignored shows them)"
        )


def _require_revision(root: Path, option: str) -> None:
    if describe_source(root).revision is None:
        raise UsageError(
            f"{option} compares Procore with the commit that is checked out, and {root} is in no git repository with "
            "one; commit the documents, and run it there"
        )
