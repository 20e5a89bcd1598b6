"""``reconciler adopt``: takes chosen drift into the existing YAML; it cannot write to the service."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from reconciler.console.choice_options import selection_options
from reconciler.console.options import common_options
from reconciler.console.questions import ask_which, drift_words, somebody_is_there
from reconciler.console.streams import emit, note
from reconciler.errors import UsageError
from reconciler.model.phrases import counted
from reconciler.operations.adopt import adopt_drifts, find_differences, judge_ground, open_ground, write_adoption
from reconciler.operations.chosen_parts import chosen_drifts, find_slice
from reconciler.operations.workspace import open_workspace
from reconciler.render.text.file_difference import difference
from reconciler.render.text.visible import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.console.options import Common
    from reconciler.model.adoption import TeamOffer
    from reconciler.model.drift import Drift
    from reconciler.model.selection import Selection, Slice
    from reconciler.operations.adopt import Adoption, Ground
    from reconciler.operations.workspace import Workspace

__all__ = ["adopt"]


@click.command(
    epilog="Examples: reconciler adopt (a question for each difference); reconciler adopt --all; "
    "reconciler adopt --person sam.roe@acme.test --yes; reconciler adopt --project 'Harbor Bridge'"
)
@common_options
@click.option("--all", "everything", is_flag=True, help="Everything that is not acknowledged.")
@selection_options
@click.option("--teams", is_flag=True, help="Change a team where every list with it changed alike.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--snapshot", type=click.Path(path_type=Path), help="Look at a saved live state; no network.")
def adopt(
    common: Common,
    *,
    everything: bool,
    selection: Selection | None,
    teams: bool,
    yes: bool,
    snapshot: Path | None,
) -> int:
    """Change the documents to match Procore, for the differences that are chosen.

    People added in Procore are added to the documents, and people removed there are removed. It edits the narrowest
    place that gives this result. That is a list of this preset alone, a list whose presets all changed alike, or else
    an entry of its own. Comments, order, quotes and indentation stay. It checks the result first, shows the changed
    lines, and then writes them. With several of --within, --project, --template and --person, a difference must match
    all of them.

    Exit codes: 0 done, 2 something chosen cannot be written as YAML (the rest is), 5 a file changed meanwhile, 6
    service, 7 documents, 64 nobody to ask.
    """
    _require_choice(selection, everything=everything, yes=yes)
    workspace = open_workspace(common.run, common.config)
    ground = open_ground(workspace, snapshot)
    common.run.reporter.diagnose(judge_ground(ground))
    chosen_part = None if selection is None else find_slice(selection, ground.observation)
    drifts = find_differences(ground)
    chosen = _chosen(drifts, chosen_part, everything=everything)
    if not chosen:
        emit("nothing differs\n" if not drifts else f"nothing chosen of {counted(len(drifts), 'difference')}\n")
        return 0
    adoption = _adoption(chosen, ground, teams=teams, asks=somebody_is_there() and not yes)
    return _carry_out(adoption, workspace, common, yes=yes)


def _require_choice(selection: Selection | None, *, everything: bool, yes: bool) -> None:
    if everything and selection is not None:
        raise UsageError(f"--all chooses everything: leave it out, or leave out {selection}")
    if not (everything or selection or somebody_is_there()):
        raise UsageError(
            "adopt asks about each difference, and there is no terminal to ask on; choose with --all, --within, "
            "--project, --template or --person"
        )
    if yes and not (everything or selection):
        raise UsageError("--yes needs a choice: --all, --within, --project, --template or --person")


def _chosen(drifts: Sequence[Drift], part: Slice | None, *, everything: bool) -> list[Drift]:
    """Return what options or a person choose; a change of workflow manager always comes with both halves."""
    if everything:
        first = [one for one in drifts if one.state != "acknowledged"]
    elif part is not None:
        first = chosen_drifts(drifts, part)
    else:
        first = ask_which(drifts)
    managers = {one.address for one in first if one.group is None}
    keys = {one.key for one in first}
    return [one for one in drifts if one.key in keys or (one.group is None and one.address in managers)]


def _adoption(chosen: Sequence[Drift], ground: Ground, *, teams: bool, asks: bool) -> Adoption:
    """Try without teams first, and then with the accepted ones. A person who was asked gets no note about offers."""
    adoption = adopt_drifts(chosen, ground)
    accepted = [one for one in adoption.offers if teams or (asks and _accepts(one))]
    if accepted:
        adoption = adopt_drifts(chosen, ground, accepted)
    return msgspec.structs.replace(adoption, offers=()) if asks else adoption


def _accepts(offer: TeamOffer) -> bool:
    return click.confirm(f"{_offered(offer)}; change the team instead?", default=False, err=True)


def _offered(offer: TeamOffer) -> str:
    verb = "gained" if offer.adds else "lost"
    lists = "the one list" if offer.lists == 1 else f"all {offer.lists:,} lists"
    return printable(f"{lists} with team:{offer.team} ({offer.origin.path}:{offer.origin.line}) {verb} {offer.person}")


def _carry_out(adoption: Adoption, workspace: Workspace, common: Common, *, yes: bool) -> int:
    for offer in adoption.offers:
        note(f"{_offered(offer)}; --teams changes the team instead", common)
    parts = [(one.path, one.before, one.after, one.changed) for one in adoption.files]
    emit(difference(parts, color=common.color(sys.stdout)))
    for origin in adoption.left_alone:
        note(f"{origin}: nobody follows this any more; take it out, or leave it for projects to come", common)
    _tell_refused(adoption)
    if adoption.files:
        if not yes and not somebody_is_there():
            raise UsageError("adopt asks before it writes, and there is no terminal to ask on; add --yes")
        files = counted(len(adoption.files), "file")
        if not yes and not click.confirm(f"Write {files}?", default=False, err=True):
            note("nothing was written", common)
            return 0
        write_adoption(adoption.files, workspace.root)
        note(f"{counted(len(adoption.adopted), 'difference')} adopted in {files}; commit that for review", common)
    return 2 if adoption.refused else 0


def _tell_refused(adoption: Adoption) -> None:
    for drift, reason in adoption.refused:
        sys.stderr.write(f"not adopted: {drift_words(drift)}: {printable(reason)}\n")
