"""``reconciler comment``: what a plan means, on its pull request; it asks nothing of the service."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.console.options import common_options, markdown_options
from reconciler.console.streams import emit
from reconciler.errors import UsageError
from reconciler.operations.comment import ReviewOrder, mark_commit, show_on_request
from reconciler.operations.plan_files import read_plan_or_failure

if TYPE_CHECKING:
    from reconciler.console.options import Common

__all__ = ["comment"]

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@click.command(
    epilog="Example: reconciler plan --base origin/main --out plan.json --format json > result.json; "
    "reconciler comment result.json --pr 8841"
)
@common_options
@click.argument("result_file", metavar="RESULT", type=click.Path(path_type=Path))
@click.option("--pr", metavar="NUMBER", help="The pull or merge request: its number, or its address.")
@click.option("--status-only", is_flag=True, help="Set the status of --commit and nothing else; for merge queues.")
@click.option("--commit", metavar="SHA", help="The commit that was planned [default: the last one of the request].")
@click.option("--company", metavar="ID", help="Whose plan failed, where no settings file tells.")
@markdown_options
def comment(
    common: Common,
    result_file: Path,
    *,
    pr: str | None,
    status_only: bool,
    commit: str | None,
    company: str | None,
    **shown: Any,
) -> int:
    """Show a plan on its pull request: one comment a company, labels, and a commit status with the digest.

    RESULT is what 'plan --format json' wrote, a plan or the reason why there is none. The comment is made once and
    updated in place; it is resolved when nothing is left to change. Labels: roles:removes-people, roles:guarded.

    On GitHub it needs GITHUB_REPOSITORY and GITHUB_TOKEN in the environment, and for an Enterprise server
    GITHUB_API_URL. On GitLab it needs CI_PROJECT_PATH and GITLAB_TOKEN, and for a server of your own CI_SERVER_URL.
    With the request's address in --pr, only the token is needed.

    Exit codes: 0 done, 6 the forge refuses or cannot be reached, 7 not a plan, 64 wrong usage.
    """
    if commit is not None and not _COMMIT.fullmatch(commit):
        raise UsageError(f"--commit '{commit}' is not a commit; give all 40 digits of it")
    if (pr is None) != status_only or (status_only and commit is None):
        raise UsageError("name the pull request with --pr, or with --status-only a commit with --commit")
    result = read_plan_or_failure(result_file)
    showing = ReviewOrder(company=company, by=shown["by"], budget=shown["budget"], link=shown["link"])
    if pr is None:
        emit(mark_commit(common.run, common.config, result, str(commit), showing))
    else:
        emit(show_on_request(common.run, common.config, result, (pr, commit), showing))
    return 0
