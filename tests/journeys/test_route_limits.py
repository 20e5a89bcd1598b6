"""What routing bears: odd items, a full disk, reads that lag, documents that are gone while an answer is open."""

from __future__ import annotations

import json
import resource
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.live.instance_reader import DEEPEST_ITEM, LARGEST_ITEM
from reconciler.operations.route_round import Router
from tests.support.account import write_seed
from tests.support.route_trial import AS_BOT, ONE, RouteTrial, route_trial
from tests.support.routed_account import ITEM, ROUTING, item_path, routed_seed
from tests.support.sandbox import running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LISTED = r"projects/1042/workflows/instances\?"
LOST = {"method": "POST", "path": "6501/responses", "status": 503, "times": 99, "headers": {"Retry-After": "0"}}


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[RouteTrial]:
    """Yield a repository with a routing, beside a service with one invoice that waits."""
    with running_sandbox(write_seed(tmp_path / "seed", routed_seed(1))) as sandbox:
        yield route_trial(tmp_path, sandbox)


def nested(levels: int) -> dict[str, Any]:
    """Return an item that is nested so deep, itself counted."""
    item: Any = {"end": True}
    for _ in range(levels - 2):
        item = {"within": item}
    return {**ITEM, "within": item}


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (nested(DEEPEST_ITEM), None),
        (nested(DEEPEST_ITEM + 1), f"nested deeper than {DEEPEST_ITEM} levels"),
        (nested(3000), "nested deeper than|not a JSON object"),
    ],
)
def test_01_an_item_that_is_nested(trial: RouteTrial, item: dict[str, Any], reason: str | None) -> None:
    """What is deeper decides nothing, and says so."""
    trial.sandbox.fail({"path": item_path("1042", "501"), "status": 200, "times": 1, "body": _text(item)})
    (step,) = trial.route(0 if reason is None else 2)["steps"]
    assert step["status"] == ("answered" if reason is None else "undecided")
    if reason is not None:
        assert any(one in step["reason"] for one in reason.split("|")), step["reason"]


@pytest.mark.parametrize(("size", "status"), [(LARGEST_ITEM - 200, "answered"), (LARGEST_ITEM, "undecided")])
def test_01b_an_item_that_is_large(tmp_path: Path, size: int, status: str) -> None:
    """What is larger decides nothing, and says so."""
    seed = routed_seed(1)
    seed["items"][0]["body"] = {**ITEM, "note": "x" * size}
    with running_sandbox(write_seed(tmp_path / "seed", seed), "--lag", "0") as sandbox:
        (step,) = route_trial(tmp_path, sandbox).route(0 if status == "answered" else 2)["steps"]
    assert step["status"] == status
    assert status == "answered" or f"more than {LARGEST_ITEM // 1024} KiB" in step["reason"]


def _text(item: Any) -> str:
    """Return an item as JSON, however deep it is."""
    opened: list[str] = []
    while isinstance(item, dict) and "within" in item:
        rest = {name: value for name, value in item.items() if name != "within"}
        opened.append((json.dumps(rest)[:-1] + ", " if rest else "{") + '"within": ')
        item = item["within"]
    return "".join(opened) + json.dumps(item) + "}" * len(opened)


def test_02_a_list_that_lags(trial: RouteTrial) -> None:
    """List and instance show the step as it was before the answer: nothing is decided or sent again."""
    path = "/rest/v2.0/companies/4211/projects/1042/workflows/instances?filters[tool_type]=invoice"
    listed, read = trial.sandbox.request("GET", path).text, trial.sandbox.request("GET", ONE).text
    assert trial.statuses(0) == [("6501", "answered")]
    for _ in range(2):
        trial.sandbox.fail(
            {"path": LISTED, "status": 200, "body": listed}, {"path": r"6501\??$", "status": 200, "body": read}
        )
        assert trial.statuses(0) == [("6501", "already")]
    assert trial.statuses(0) == []
    assert len(trial.responses()) == 1
    assert [one["event"] for one in trial.journal()].count("route-intended") == 1


def test_03_documents_that_are_gone(trial: RouteTrial) -> None:
    """The routing of an open answer is withdrawn: it is not sent, and that is reported once."""
    trial.sandbox.fail(LOST)
    trial.route(4)
    trial.sandbox.fail()
    before = len(trial.responses())
    trial.write_only({"routing.yaml": ROUTING.replace("step: ERP check", "step: Sign")})
    trial.commit()
    (step, listed) = trial.route(2)["steps"]
    assert (step["instance_id"], step["status"]) == ("6501", "left-alone")
    assert step["reason"].startswith("the routing was withdrawn, so the response that was intended at 2")
    assert listed["reason"] == "no routing of this integration has the step 'ERP check'"
    assert [one["reason"] for one in trial.route(2)["steps"]] == [listed["reason"]]
    assert len(trial.responses()) == before
    trial.rules()
    assert trial.statuses(0) == [("6501", "answered")], "the same response, once its rules are back"
    assert len({one["token"] for one in trial.responses() if "token" in one}) == 1


def test_04_others_are_skipped(trial: RouteTrial) -> None:
    """A routing of another integration is not answered by these credentials, and a note says whose it is."""
    other = ROUTING.replace("erp.bot@acme.test", "ann@acme.test").replace("step: ERP check", "step: Sign")
    trial.write_only({"other.yaml": other})
    trial.commit()
    ran = trial.ran("route", "--once", **AS_BOT)
    assert ran.code == 0, ran.shown
    assert "routings of ann@acme.test are skipped: these credentials are of erp.bot@acme.test" in ran.stderr


@contextmanager
def full_at(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes, as a full disk would not."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("room", [10, 700])
def test_05_a_disk_that_is_full(trial: RouteTrial, room: int) -> None:
    """Neither the start nor an intent can be kept whole: nothing is sent (64); with room again it is answered once."""
    trial.rules("mode: answer", "mode: observe")
    trial.route(0)
    trial.rules()
    (file,) = (trial.folder / ".reconciler" / "journal" / "route").glob("*.jsonl")
    with full_at(file.stat().st_size + room):
        shown = trial.ends(64, "route", "--once", **AS_BOT)
    assert "cannot be written" in shown or "File too large" in shown
    assert trial.responses() == []
    assert trial.statuses(0) == [("6501", "answered")]
    assert len(trial.responses()) == 1


def test_06_documents_that_change_within_one_look(trial: RouteTrial, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was answered before is reported; queues that are left are failed steps that say why (4)."""
    asked: list[int] = []

    def changed(_router: Router) -> bool:
        asked.append(len(trial.responses()))
        return asked[-1] > 0

    monkeypatch.setattr(Router, "is_outdated", changed)
    seed = routed_seed(1)
    seed["items"].append({"path": item_path("1041", "501"), "body": ITEM})
    seed["instances"].append({**seed["instances"][0], "id": "900", "project_id": "1041"})
    trial.sandbox.seed_anew(write_seed(trial.folder.parent / "two", seed))
    steps = trial.route(4)["steps"]
    assert [(one["instance_id"], one["status"]) for one in steps] == [("900", "answered"), ("", "failed")]
    assert steps[1]["reason"] == "other documents are committed by now: run 'reconciler route' again"
    assert len(trial.responses()) == 1
