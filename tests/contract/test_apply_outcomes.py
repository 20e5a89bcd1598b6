"""What pipelines for planning and applying come to, run by their real scripts on GitHub and on GitLab: a table.

``python -m tests.contract.test_apply_outcomes`` prints the table as Markdown.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.support.github_delivery import GitHubDelivery
from tests.support.gitlab_delivery import GitLabDelivery
from tests.support.loopback import receiving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.delivery import Delivery
    from tests.support.github_stub import GitHubStub
    from tests.support.gitlab_stub import GitLabStub
    from tests.support.sandbox import RunningSandbox

Step = tuple[str, ...]

DIFFERS = "red: not proved: 1 preset differs, plan <digest>"
APPLIED = "green: applied: plan <digest>, 1 preset"
EMPTY = "green: nothing differed: plan <digest> changes nothing"
PLANNED = "plan 0, 0 writes; r1 green: <digest> +1 −1 in 1 preset; roles:removes-people"
TYPO = f"sha256:{'0' * 64}"
NOTHING = "0, 0 writes; no mark"
# a first commit that is known as applied
PROVED: tuple[Step, ...] = (("push", "as live"), ("known",))


class Case(NamedTuple):
    """What happens, step by step, and what each run of the pipeline comes to, as ``Delivery`` tells it.

    An outcome that ends in ``…`` is the beginning of one. ``told`` is what people must be told in logs, summaries or
    comments.
    """

    steps: tuple[Step, ...]
    outcomes: tuple[str, ...]
    told: tuple[str, ...] = ()


TABLE: dict[str, Case] = {
    "the first apply ever, and then by the digest that it shows": Case(
        (("push", "otherwise"), ("run",), ("run", "shown"), ("run",)),
        (f"5, 0 writes; c1 {DIFFERS}", f"0, 1 writes; c1 {APPLIED}", NOTHING),
    ),
    "the first apply ever, and live is so already": Case(
        (("push", "as live"), ("run",), ("run",)), (f"0, 0 writes; c1 {EMPTY}", NOTHING)
    ),
    "the first request, though its plan was approved": Case(
        (("push words",), ("merge", "otherwise"), ("run",)), (f"5, 0 writes; c2 {DIFFERS}",)
    ),
    "a commit without documents after a red one": Case(
        (("push", "otherwise"), ("run",), ("push words",), ("run",), ("run", "shown")),
        (f"5, 0 writes; c1 {DIFFERS}", f"5, 0 writes; c2 {DIFFERS}", f"0, 1 writes; c2 {APPLIED}"),
    ),
    "a commit without documents after a green one": Case(
        (*PROVED, ("push words",), ("run",)),
        ("0, 0 writes; c2 green: no document changed since c1, which is applied",),
    ),
    "an approved request": Case(
        (*PROVED, ("merge", "otherwise"), ("run",), ("run",)),
        (f"0, 1 writes; c2 {APPLIED}", NOTHING),
    ),
    "a push past review, and then by the digest that it shows": Case(
        (*PROVED, ("push", "otherwise"), ("push words",), ("run",), ("run", "shown")),
        (
            f"5, 0 writes; c2 {DIFFERS}; c3 {DIFFERS}",
            f"0, 1 writes; c2 {APPLIED}; c3 {APPLIED}",
        ),
    ),
    "a push past review that asks for nothing": Case(
        (*PROVED, ("push", "as live, in other words"), ("run",)), (f"0, 0 writes; c2 {EMPTY}",)
    ),
    "a push past review of documents that are wrong": Case(
        (*PROVED, ("push", "broken"), ("run",), ("run", TYPO)),
        (
            "5, 0 writes; c2 red: not tried (exit code 5): 1 commit has no approved plan…",
            "7, 0 writes; c2 red: not tried (exit code 7): 2 problems in 1 file",
        ),
    ),
    "by hand with a typo in the digest, at a green commit": Case(
        (*PROVED, ("run", TYPO), ("run", "sha256:9c1f"), ("run",)),
        ("5, 0 writes; no mark", "64, 0 writes; no mark", NOTHING),
    ),
    "by hand with a typo in the digest, at a red commit": Case(
        (("push", "otherwise"), ("run",), ("run", "sha256:9c1f")),
        (
            f"5, 0 writes; c1 {DIFFERS}",
            "64, 0 writes; c1 red: not tried (exit code 64): --approved is not a digest…",
        ),
    ),
    "by hand while applying is frozen, at a green commit": Case(
        (*PROVED, ("click", "1"), ("freeze applies",), ("run", "shown"), ("thaw",), ("run", "shown")),
        ("3, 0 writes; no mark", f"0, 1 writes; c1 {APPLIED}"),
    ),
    "an approved request while applying is frozen": Case(
        (*PROVED, ("merge", "otherwise"), ("freeze applies",), ("run",), ("thaw",), ("push words",), ("run",)),
        (
            "3, 0 writes; c2 red: not tried (exit code 3): applying is frozen…",
            f"0, 1 writes; c2 {APPLIED}; c3 {APPLIED}",
        ),
    ),
    "an approved request that is not wholly applied, and a commit without documents": Case(
        (*PROVED, ("merge", "otherwise"), ("refuse writes",), ("run",), ("push words",), ("run",)),
        (
            "4, 1 writes; c2 red: not wholly applied (exit code 4): 1 failed",
            f"0, 1 writes; c2 {APPLIED}; c3 {APPLIED}",
        ),
    ),
    "by hand and not wholly applied, at a green commit, and a commit without documents": Case(
        (*PROVED, ("click", "1"), ("refuse writes",), ("run", "shown"), ("push words",), ("run",), ("run", "shown")),
        (
            "4, 1 writes; c1 red: not wholly applied (exit code 4): 1 failed",
            f"5, 0 writes; c2 {DIFFERS}",
            f"0, 1 writes; c2 {APPLIED}",
        ),
    ),
    "more would be done than was approved": Case(
        (*PROVED, ("merge", "otherwise"), ("click", "1", "2", "5"), ("run",)),
        (
            "5, 0 writes; c2 red: not wholly applied (exit code 5): 1 stale…",
        ),
    ),
    "a request that changes auth_url and api_url, merged all the same": Case(
        (*PROVED, ("request", "addresses elsewhere"), ("merge it",), ("run",)),
        (
            "plan 3, 0 writes; r1 red: <digest> stopped by guards; roles:guarded; 0 connections elsewhere",
            f"0, 0 writes; c2 {EMPTY}; 0 connections elsewhere",
        ),
        (
            "the environment sets RECONCILER_AUTH_URL to another one",
            "the environment sets RECONCILER_API_URL to another one",
        ),
    ),
    "an edited plan file with its digest; then the status has that digest too": Case(
        (*PROVED, ("request", "otherwise"), ("edit the plan",), ("merge it",), ("run",), ("edit status",), ("run",)),
        (
            PLANNED,
            f"5, 0 writes; c2 {DIFFERS}",
            "5, 0 writes; c2 red: not wholly applied (exit code 5): 1 stale",
        ),
    ),
    "a leaver in a new line, and in an old one": Case(
        (
            ("push", "a leaver in an old line"),
            ("known",),
            ("request", "the same, and a new line of a leaver"),
            ("request", "the same, and a line of somebody who is there"),
            ("merge it",),
            ("run",),
        ),
        (
            "plan 7, 0 writes; r1 red: no plan: 1 problem in 1 file",
            "plan 0, 0 writes; r2 green: <digest> +1 −0 in 1 preset; 1 line held",
            f"0, 1 writes; c2 {APPLIED}",
        ),
        ("left@acme.test", "gone@acme.test"),
    ),
    "a sparse checkout without the policy, and then a whole one": Case(
        (
            ("push a policy",),
            *PROVED,
            ("check out a part",),
            ("request", "otherwise"),
            ("check out everything",),
            ("request", "otherwise"),
            ("merge it",),
            ("check out a part",),
            ("run",),
            ("check out everything",),
            ("run",),
        ),
        (
            "plan 7, 0 writes; r1 red: no plan: 1 problem",
            PLANNED.replace("r1", "r2"),
            "7, 0 writes; c3 red: not tried (exit code 7): 1 problem",
            f"0, 1 writes; c3 {APPLIED}",
        ),
        ("git sparse-checkout disable",),
    ),
    "a shallow clone, and then the whole history": Case(
        (
            *PROVED,
            ("request", "otherwise"),
            ("merge it",),
            ("clone shallowly",),
            ("run",),
            ("fetch the whole history",),
            ("run",),
        ),
        (PLANNED, "64, 0 writes; no mark", f"0, 1 writes; c2 {APPLIED}"),
        ("fetch the whole history (git fetch --unshallow",),
    ),
    "a submodule moved by a request, then past review, and then not checked out": Case(
        (
            ("push", "as live"),
            ("move documents to a submodule",),
            ("known",),
            ("request", "otherwise"),
            ("merge it",),
            ("run",),
            ("push", "otherwise again"),
            ("run",),
            ("leave the submodule out",),
            ("run",),
        ),
        (
            PLANNED,
            f"0, 1 writes; c3 {APPLIED}",
            f"5, 0 writes; c4 {DIFFERS}",
            "5, 0 writes; c4 red: not tried (exit code 5): 1 commit has no approved plan…",
        ),
        ("git submodule update --init --recursive",),
    ),
}  # fmt: skip


@pytest.fixture(params=["github", "gitlab"])
def delivery(
    request: pytest.FixtureRequest, tmp_path: Path, sandbox: RunningSandbox, github: GitHubStub, gitlab: GitLabStub
) -> Iterator[Delivery]:
    """A repository with its pipeline, on each forge."""
    folder = tmp_path / "machine"
    folder.mkdir()
    on_github = request.param == "github"
    with receiving() as elsewhere:
        if on_github:
            yield GitHubDelivery(folder, sandbox, github, elsewhere)
        else:
            yield GitLabDelivery(folder, sandbox, gitlab, elsewhere)
        assert elsewhere.taken == []


def as_expected(outcomes: list[str], expected: tuple[str, ...]) -> list[str]:
    """Return outcomes as far as they are expected."""
    told = [*expected, *outcomes[len(expected) :]]
    return [
        f"{one[: len(wanted) - 1]}…" if wanted.endswith("…") else one
        for one, wanted in zip(outcomes, told, strict=False)
    ]


@pytest.mark.parametrize("name", TABLE)
def test_the_outcome(delivery: Delivery, name: str) -> None:
    """Exit code, writes, and which commits get which status, for each run of the pipeline."""
    case = TABLE[name]
    for step in case.steps:
        delivery.do(*step)
    assert as_expected(delivery.outcomes, case.outcomes) == list(case.outcomes), delivery.runner.log
    assert [one for one in case.told if one not in delivery.told] == []


def as_markdown() -> str:
    """Return the table for people."""
    lines = ["| what happens | what each run comes to |", "|---|---|"]
    for name, case in TABLE.items():
        lines.append(f"| {name} | {'<br>'.join(one.replace('<', '&lt;') for one in case.outcomes)} |")
    return "\n".join(lines) + "\n"


def test_the_table_can_be_printed() -> None:
    """A line a case."""
    assert len(as_markdown().splitlines()) == len(TABLE) + 2


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
