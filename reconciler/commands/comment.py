"""``reconciler comment``: what a plan means, on its pull request; it asks nothing of the service."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from reconciler.commands.forges import open_forge_at
from reconciler.commands.options import common_options, emit
from reconciler.commands.showing import markdown_options
from reconciler.errors import DocumentsError, FileError, ForgeError, UsageError
from reconciler.model.failure import FAILURE_FORMAT, Failure
from reconciler.model.plan import PLAN_FORMAT

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.commands.options import Common
    from reconciler.forge import Forge
    from reconciler.model.plan import Plan
    from reconciler.model.review import Review

__all__ = ["comment", "read_result"]

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class _Head(msgspec.Struct):
    format: str = ""


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
    updated in place; it is resolved when nothing is left to change. Labels: roles:removes-people, roles:guarded. On
    GitHub it needs GITHUB_REPOSITORY and GITHUB_TOKEN in the environment (GITHUB_API_URL for an Enterprise server), on
    GitLab CI_PROJECT_PATH, CI_SERVER_URL and GITLAB_TOKEN; or the request's address in --pr, and the token.

    Exit codes: 0 done, 6 the forge refuses or cannot be reached, 7 not a plan, 64 wrong usage.
    """
    if commit is not None and not _COMMIT.fullmatch(commit):
        raise UsageError(f"--commit '{commit}' is no commit; give all 40 digits of it")
    if (pr is None) != status_only or (status_only and commit is None):
        raise UsageError("name the pull request with --pr, or with --status-only a commit with --commit")
    from reconciler.settings.forge import read_forge, read_pull_request  # noqa: PLC0415 - start-up is measured

    result = read_result(result_file)
    if pr is None:
        place = read_forge(os.environ)
        forge = open_forge_at(place, quiet=common.quiet)
        emit(_mark(forge, str(commit), result, _review(result, common, company, place.kind, shown)))
        return 0
    place, number = read_pull_request(pr, os.environ)
    review = _review(result, common, company, place.kind, shown)
    emit(_show(open_forge_at(place, quiet=common.quiet), number, commit, result, (review, _trusted(common, result))))
    return 0


def read_result(path: Path) -> Plan | Failure:
    """Read what ``plan --format json`` wrote; raises FileError, DocumentsError, or StaleError for an altered plan."""
    from reconciler.planning import decode_plan  # noqa: PLC0415 - start-up is measured

    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror}") from error
    try:
        if msgspec.json.decode(content, type=_Head).format == FAILURE_FORMAT:
            return msgspec.json.decode(content, type=Failure)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentsError(
            f"{path} is neither {PLAN_FORMAT} nor {FAILURE_FORMAT}: {error}; write it with 'plan --format json'"
        ) from None
    return decode_plan(content, str(path))


def _review(result: Plan | Failure, common: Common, company: str | None, kind: str, shown: dict[str, Any]) -> Review:
    from reconciler.render.fitting import Budget  # noqa: PLC0415 - start-up is measured
    from reconciler.render.review import COMMENT_CHARACTERS, failure_review, plan_review  # noqa: PLC0415

    budget = shown["budget"] or Budget(COMMENT_CHARACTERS[kind])
    if not isinstance(result, Failure):
        return plan_review(result, by=shown["by"], budget=budget, link=shown["link"])
    return failure_review(result, company or _company(common), budget=budget, link=shown["link"])


def _company(common: Common) -> str:
    from reconciler.commands.workspace import open_workspace  # noqa: PLC0415 - needed for a failure alone

    try:
        return open_workspace(common).settings.company_id
    except DocumentsError as error:
        raise UsageError(f"which company's plan failed is not known: {error.message}; name it with --company") from None


def _trusted(common: Common, result: Plan | Failure) -> Callable[[], frozenset[str]]:
    """Return whose comment may be updated beside our own, as the base of the plan has it."""
    from reconciler.commands.trusted_accounts import trusted_at  # noqa: PLC0415 - start-up is measured
    from reconciler.settings import find_settings_file  # noqa: PLC0415 - the same

    def read() -> frozenset[str]:
        if isinstance(result, Failure):
            return frozenset()
        try:
            return trusted_at(find_settings_file(common.config, Path.cwd()), result.source.base)()
        except DocumentsError:
            return frozenset()

    return read


def _show(
    forge: Forge,
    number: int,
    commit: str | None,
    result: Plan | Failure,
    shown: tuple[Review, Callable[[], frozenset[str]]],
) -> str:
    """Show a review, its status last: a commit may not look approved before anybody could see what of."""
    review, trusted = shown
    head = forge.head(number)
    _require_planned(result, commit, head)
    if commit is not None and commit != head:
        forge.mark(commit, review.status)
        return f"the request moved on to {head[:12]}; only the status of {commit[:12]} was set\n"
    try:
        done = [forge.show(number, review, trusted)]
        forge.label(number, review.labels)
    except ForgeError:
        # an earlier, green status of this commit must not outlive a comment that could not be made
        failed = msgspec.structs.replace(review.status, state="error", description="the plan could not be shown")
        with suppress(ForgeError):
            forge.mark(head, failed)
        raise
    forge.mark(head, review.status)
    labels = ", ".join(name for name, wanted in review.labels.items() if wanted)
    done.append(f"labels: {labels}" if labels else "no labels")
    done.append(f"status of {head[:12]}: {review.status.state}")
    return "\n".join(done) + "\n"


def _mark(forge: Forge, commit: str, result: Plan | Failure, review: Review) -> str:
    """Set the status of a commit that has no request of its own, such as one of a merge queue."""
    _require_planned(result, None, commit)
    forge.mark(commit, review.status)
    return f"status of {commit[:12]}: {review.status.state}\n"


def _require_planned(result: Plan | Failure, commit: str | None, head: str) -> None:
    """Refuse to show on a commit what is not a plan of it, as far as that can be told."""
    if isinstance(result, Failure):
        return
    if result.source.dirty:
        raise UsageError("this plan was made with uncommitted changes; commit them, and plan again")
    planned = result.source.revision
    if commit is None and planned is not None and planned != head:
        raise UsageError(
            f"this plan is of commit {planned[:12]}, and the request's last one is {head[:12]}; where what was planned "
            "is its merge with the base, say so with --commit"
        )
