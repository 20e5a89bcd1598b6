"""The commands that follow a start, in their order; nothing has to be looked up for them."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.operations.init import DRAFT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.operations.init import Start, Written

__all__ = ["next_steps"]

_PLACES = (".github/", ".gitlab-ci")
_PIPELINES = {
    "github": (
        "The pipeline needs this on GitHub before it runs:",
        "  - your copy of reconciler in place of acme/reconciler, and its full commit in place of the zeros: "
        ".github/workflows",
        "  - your own teams: .github/CODEOWNERS",
        "  - credentials that can only read, as secrets of the repository: PLAN_CLIENT_ID, PLAN_CLIENT_SECRET",
        "  - credentials that can write, as secrets of an environment 'procore': APPLY_CLIENT_ID, APPLY_CLIENT_SECRET",
    ),
    "gitlab": (
        "The pipeline needs this on GitLab before it runs:",
        "  - RECONCILER_REPOSITORY and RECONCILER_COMMIT: your copy of reconciler, and its full commit",
        "  - the variables that .gitlab-ci.yml lists at its head",
        "  - the account of the token that plans, under 'forge:' in reconciler.yaml",
    ),
}


def next_steps(start: Start, files: Sequence[Written]) -> str:
    """Return the steps to the first plan, then what a new pipeline and git need; ``files`` are what init wrote."""
    lines = ["", "Next, up to the first plan:"]
    for number, (first, *more) in enumerate(_steps(start), 1):
        lines += [f"  {number}. {first}", *(f"     {line}" for line in more)]
    if start.ground.has_documents:
        lines += ["", "Edit documents, then validate and plan again."]
    else:
        draft = next((f" To write one by hand, begin with {one.path}." for one in files if one.path == DRAFT), "")
        lines += ["", f"Then edit a document, and plan again.{draft}"]
    if start.forge is not None and any(one.is_new and one.path.startswith(_PLACES) for one in files):
        lines += ["", *_PIPELINES[start.forge]]
    if start.ground.work_tree is None:
        lines += [
            "",
            "This folder is in no git work tree. 'plan --base' and a pipeline need one:",
            "       git init -b main",
        ]
    return "\n".join(lines) + "\n"


def _steps(start: Start) -> Sequence[tuple[str, ...]]:
    """Return the lines of each step; the last one is the command."""
    folder = start.ground.folder
    here = [] if folder == Path() else [("Go to the repository:", f"cd {shlex.quote(str(folder))}")]
    if start.ground.has_documents:
        first = ("Check the documents, without a network:", "reconciler validate")
        plan = "See what an apply would change:"
    else:
        first = ("Write what Procore has now as documents:", "reconciler export --out .")
        plan = "Plan. Nothing is to change yet, because the documents say what Procore has:"
    return [
        *here,
        _credentials(start.hosts),
        ("Check the set-up. This writes nothing:", "reconciler doctor"),
        first,
        (plan, "reconciler plan"),
    ]


def _credentials(hosts: Sequence[str]) -> tuple[str, ...]:
    words = (
        "Set the client id and secret of a Procore app with the grant client_credentials.",
        "Instead of both, RECONCILER_ACCESS_TOKEN takes an access token.",
    )
    command = "RECONCILER_CLIENT_ID=… RECONCILER_CLIENT_SECRET=…"
    if not hosts:
        return *words, f"export {command}"
    trust = "Without RECONCILER_TRUSTED_HOSTS, credentials are sent to Procore's own hosts alone."
    return *words, trust, f"export RECONCILER_TRUSTED_HOSTS={','.join(hosts)} {command}"
