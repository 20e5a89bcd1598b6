"""A base is looked for once a run, and its people again only where somebody was left open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.cli import run
from reconciler.desired.repository import read_settings_document
from reconciler.operations import comparison
from reconciler.operations.dated_documents import read_repository
from reconciler.planning import base_scope
from reconciler.planning.base_scope import BaseScope, resolve_base
from tests.support.account import INVOICE
from tests.support.trial import committed
from tests.support.values import TODAY, observe_documents

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return the bases that were looked for, each time."""
    found: list[object] = []
    find = base_scope.find_base

    def counting(base: Any, *more: Any) -> BaseScope:
        found.append(base)
        return find(base, *more)

    monkeypatch.setattr(comparison, "find_base", counting)
    return found


def test_a_base_is_resolved_once(
    tmp_path: Path, sandbox: RunningSandbox, counted: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By plan, and by an apply that plans, asks and plans once more; an earlier revision is another base."""
    trial = committed(tmp_path / "approvals", sandbox, {"assignments/invoice.yaml": INVOICE})
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(trial.folder)
    trial.write_only({"assignments/invoice.yaml": INVOICE.replace("cy@acme.test", "dee@acme.test")})
    assert run(["plan", "--base", "HEAD", "--out", "plan.json"]) == 0
    assert len(counted) == 1
    counted.clear()
    assert run(["apply", "plan.json"]) == 0
    assert len(counted) == 1


def test_people_are_looked_up_again_where_they_were_left_open(tmp_path: Path) -> None:
    """Of everybody who was found nobody is asked for a second time."""
    observation = observe_documents(tmp_path, {"a.yaml": INVOICE})
    asked: list[str] = []

    def find(member: Any) -> Any:
        asked.append(member.login)
        return None if member.login == "cy@acme.test" else observation.index.find(member)

    file = tmp_path / "reconciler.yaml"
    documents, _ = read_repository(file, read_settings_document(file), TODAY)
    scope = base_scope.find_base(documents, observation.state)
    first = resolve_base(scope, find)
    assert sorted(asked) == ["ann@acme.test", "cy@acme.test"]
    asked.clear()
    again = resolve_base(scope, observation.index.find, first)
    assert asked == []
    unseen = [group.unseen for one in (first, again) for target in one.values() for group in target.groups.values()]
    assert [len(one) for one in unseen] == [1, 0]
