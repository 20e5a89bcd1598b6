"""``reconciler approved``: gathers the approved plans of merged commits from the forge; it applies nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
import msgspec

from reconciler.console.options import common_options, text_or_json
from reconciler.console.streams import emit
from reconciler.model.phrases import counted
from reconciler.operations.approved import gather_approved

if TYPE_CHECKING:
    from reconciler.console.options import Common
    from reconciler.model.review import ApprovedPlans

__all__ = ["approved"]


@click.command(epilog="Example: reconciler approved --out plans; reconciler apply plans/*.json")
@common_options
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A new or empty folder for the plans.")
@click.option("--since", metavar="REV", help="The last commit that was applied [default: as its commit status tells].")
@text_or_json
def approved(common: Common, out: Path, since: str | None, shown_as: Literal["terminal", "json"]) -> int:
    """Gather the approved plans of every commit that waits to be applied.

    A queue of pipelines may drop a waiting run, so each run covers all commits since the last applied one. That is the
    newest commit with a successful status reconciler/apply/COMPANY. For each later commit that changed documents, it
    fetches the plan of the merged request. The status reconciler/plan/COMPANY holds the digest of this plan.

    If no commit is known as applied, or a failed apply has no plan that repeats it, nothing shows what Procore has.
    Then it ends with 5 until an apply by digest, or an empty plan, has proved it (see 'mark').

    Exit codes: 0 done, 5 a commit has no approved plan, or nothing is proved, 6 the forge refuses or cannot be reached,
    64 wrong usage.
    """
    found = gather_approved(common.run, common.config, out, since)
    if shown_as == "json":
        emit(msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n")
    else:
        emit(_as_text(found))
    return 0


def _as_text(found: ApprovedPlans) -> str:
    count = len(found.commits)
    lines = [f"{counted(count, 'commit')} since {(found.since or '')[:12]}", *found.plans]
    return "\n".join(lines) + "\n"
