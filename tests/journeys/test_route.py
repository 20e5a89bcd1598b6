"""Steps that software answers, through the real command line and a real service."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.operations import route_escalation
from reconciler.routing.settlement import response_token
from tests.support.account import write_seed
from tests.support.route_trial import AS_BOT, RouteTrial, route_trial
from tests.support.routed_account import BOT, ITEM, ROUTING, item_path, routed_seed
from tests.support.sandbox import running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def seed() -> dict[str, Any]:
    """Return the seed; a test may change it before the trial starts."""
    return routed_seed()


@pytest.fixture
def trial(tmp_path: Path, seed: dict[str, Any]) -> Iterator[RouteTrial]:
    """Yield a repository with a routing, beside a service with two invoices that wait."""
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        yield route_trial(tmp_path, sandbox)


def test_01_each_step_is_answered_once(trial: RouteTrial) -> None:
    """By rule, with option and comment; the second look finds nothing that waits."""
    report = trial.route(0)
    assert [(one["status"], one["rule"], one["option"]["name"], one["comment"]) for one in report["steps"]] == [
        ("answered", "small and matched", "Approve", "Matched in the ERP")
    ] * 2
    assert report["steps"][0]["address"] == "projects/1042/templates/11"
    assert report["steps"][0]["seen"] == {"item.status": "approved", "item.amount": "48211.55"}
    assert [(one["project_id"], one["tool_type"]) for one in report["looks"]] == [
        ("1041", "invoice"),
        ("1042", "invoice"),
    ]
    assert report["summary"]["answered"] == 2
    assert trial.step()["name"] == "Sign"
    assert trial.route(0)["steps"] == []
    assert len(trial.responses()) == 2


def test_02_the_journal_tells_why(trial: RouteTrial) -> None:
    """The intent with the frozen response is on disk before it is sent, the outcome after it was read back."""
    trial.route(0)
    started, intended, outcome, *_ = trial.journal()
    assert (started["event"], started["login_id"], started["revision"]) == (
        "route-started",
        BOT,
        trial.git("rev-parse", "HEAD"),
    )
    assert started["answering"] == ["ERP check of 'Invoice Approval'"]
    assert (intended["event"], intended["rule"], intended["option"]) == (
        "route-intended", "small and matched", {"id": "101", "name": "Approve"},
    )  # fmt: skip
    assert intended["token"] == response_token("4211", "6501", intended["step_occurrence_id"], BOT)
    assert intended["seen"] == {"item.status": "approved", "item.amount": "48211.55"}
    assert (outcome["event"], outcome["token"], outcome["status"], outcome["attempts"]) == (
        "route-outcome", intended["token"], "answered", 1,
    )  # fmt: skip
    sent = trial.responses()[0]
    assert sent["token"] == intended["token"]
    assert sent["body"]["response"] == {
        "current_step_occurrence_id": intended["step_occurrence_id"], "selected_response_option_id": "101",
        "comment": "Matched in the ERP", "attachments": {},
    }  # fmt: skip


def test_03_observing_sends_nothing(trial: RouteTrial) -> None:
    """The default decides and reports, also from documents that are not committed; nothing but GET is possible."""
    trial.write_only({"routing.yaml": ROUTING.replace("mode: answer\n", "")})
    report = trial.route(0)
    assert [(one["status"], one["option"]["name"]) for one in report["steps"]] == [("observed", "Approve")] * 2
    assert {one["method"] for one in trial.sandbox.log()} == {"GET"}
    trial.route(0)
    assert [one["event"] for one in trial.journal()] == ["route-started", "route-noted", "route-noted", "route-started"]


def test_04_answers_need_committed_documents(trial: RouteTrial) -> None:
    """Else nobody can say later which rules decided."""
    trial.write_only({"routing.yaml": ROUTING + "# changed\n"})
    assert "a routing answers, and the documents are not committed as they are" in trial.ends(
        7, "route", "--once", **AS_BOT
    )
    assert trial.sandbox.log() == []


@pytest.mark.parametrize(
    ("item", "status", "reason"),
    [
        ({"status": "new"}, "no-rule", "no rule covers it"),
        ({}, "undecided", "item.status is not there"),
        ({"status": "approved"}, "undecided", "item.amount is not there"),
        ({"status": "approved", "amount": None}, "undecided", "item.amount is not there"),
        (
            {"status": "approved", "amount": "1,000.00"},
            "undecided",
            "item.amount is '1,000.00', which is of another kind",
        ),
        ({"status": "approved", "amount": True}, "undecided", "which is of another kind than the rule expects"),
    ],
)
def test_05_what_is_left_to_people(trial: RouteTrial, item: dict[str, Any], status: str, reason: str) -> None:
    """No rule, or one that cannot judge: nothing is sent, and the exit code says that somebody must look."""
    item = {"amount": "1.00", **item} if status == "no-rule" else item
    trial.sandbox.click({"do": "change_item", "path": item_path("1042", "501"), "body": item})
    steps = trial.route(2)["steps"]
    assert (steps[0]["status"], steps[1]["status"]) == (status, "answered")
    assert reason in steps[0]["reason"]
    assert trial.statuses(2) == [("6501", status)]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ([{"id": "9", "name": "Agree"}], "the step has no option 'Approve' (its options: 'Agree')"),
        ([{"id": "8", "name": "Approve"}, {"id": "9", "name": "Approve"}], "2 options are named 'Approve'"),
    ],
)
def test_06_options_that_changed(tmp_path: Path, options: list[dict[str, Any]], reason: str) -> None:
    """An option that is gone, or that there is twice, is left alone."""
    seed = routed_seed(1)
    seed["templates"][0]["versions"][0]["steps"][0]["response_options"] = options
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial = route_trial(tmp_path, sandbox)
        (step,) = trial.route(2)["steps"]
    assert (step["status"], step["reason"]) == ("left-alone", reason)


def test_07_a_lost_answer(trial: RouteTrial) -> None:
    """Whether it was stored is read back; the same response goes again under the same token."""
    lost = {"method": "POST", "path": "6501/responses", "status": 0, "times": 1, "carried_out": True}
    trial.sandbox.fail(lost)
    assert trial.statuses(0) == [("6501", "answered"), ("6502", "answered")]
    tokens = [one["token"] for one in trial.responses() if "6501" in one["path"]]
    assert len(set(tokens)) == 1
    assert trial.step()["name"] == "Sign"


def test_08_a_service_that_is_down(trial: RouteTrial) -> None:
    """What could not be settled stays open in the journal; the next look settles it, with the frozen response."""
    trial.sandbox.fail(
        {"method": "POST", "path": "6501/responses", "status": 503, "times": 99, "headers": {"Retry-After": "0"}}
    )
    report = trial.route(4)
    assert [one["status"] for one in report["steps"]] == ["failed", "answered"]
    assert "it is settled by the next look" in report["steps"][0]["reason"]
    trial.sandbox.fail()
    trial.write_only({"routing.yaml": ROUTING.replace("status: approved", "status: released")})
    trial.commit("nothing is approved any more by these rules")
    report = trial.route(0)
    assert [(one["status"], one["option"]["name"]) for one in report["steps"]] == [("answered", "Approve")]
    assert [one["event"] for one in trial.journal()].count("route-intended") == 2


def test_09_a_routing_that_was_withdrawn(trial: RouteTrial) -> None:
    """A frozen response is not sent any more if the routing observes by now; that is reported."""
    trial.sandbox.fail(
        {"method": "POST", "path": "6501/responses", "status": 503, "times": 99, "headers": {"Retry-After": "0"}}
    )
    trial.route(4)
    trial.sandbox.fail()
    trial.rules("mode: answer", "mode: observe")
    before = len(trial.responses())
    report = trial.route(2)
    assert report["steps"][0]["status"] == "left-alone"
    assert "the routing observes by now, so the response that was intended at" in report["steps"][0]["reason"]
    assert len(trial.responses()) == before


def test_10_by_hand_as_the_integration(trial: RouteTrial) -> None:
    """Somebody who signs in as the integration and answers: that is reported once as it is."""
    seed = routed_seed(1, first_response_decides=False)
    trial.sandbox.seed_anew(write_seed(trial.folder.parent / "other", seed))
    trial.sandbox.click({"do": "respond", "instance_id": "6501", "login_id": BOT, "option": "Reject"})
    assert trial.statuses(0) == [("6501", "answered-otherwise")]
    assert trial.responses() == []


def test_11_a_step_that_waits_for_others(trial: RouteTrial) -> None:
    """Ours is given and the step stays: it is not answered again."""
    seed = routed_seed(1, first_response_decides=False)
    trial.sandbox.seed_anew(write_seed(trial.folder.parent / "other", seed))
    assert trial.statuses(0) == [("6501", "answered")]
    assert trial.statuses(0) == [("6501", "waiting")]
    assert len(trial.responses()) == 1


def test_12_the_same_step_again(trial: RouteTrial) -> None:
    """A loop leads back to the step: two occurrences, two answers."""
    assert trial.statuses(0)[0] == ("6501", "answered")
    trial.sandbox.click({"do": "restart", "instance_id": "6501"})
    assert trial.statuses(0) == [("6501", "answered")]
    tokens = [one["token"] for one in trial.responses() if "6501" in one["path"]]
    assert len(set(tokens)) == 2


@pytest.mark.parametrize(("status", "told"), [(403, "left-alone"), (404, "moved-on"), (409, "failed")])
def test_13_refusals(trial: RouteTrial, status: int, told: str) -> None:
    """Taken out of the step, or gone, between reading and responding: reported, and not tried again at once."""
    trial.sandbox.fail({"method": "POST", "path": "6501/responses", "status": status, "times": 1})
    code = {"left-alone": 2, "moved-on": 0, "failed": 4}[told]
    assert trial.statuses(code) == [("6501", told), ("6502", "answered")]
    assert len([one for one in trial.responses() if "6501" in one["path"]]) == 1


def test_14_limits(trial: RouteTrial) -> None:
    """Beyond a limit answers are held and reported (3); changed rules start the row again, and not the hour."""
    trial.rules("rules:\n", "limits: {same_option_in_a_row: 1}\nrules:\n")
    report = trial.route(3)
    assert [one["status"] for one in report["steps"]] == ["answered", "held"]
    assert "the same option 1 times in a row (limit same_option_in_a_row: 1)" in report["steps"][1]["reason"]
    trial.rules("rules:\n", "limits: {answers_per_hour: 1}\nrules:\n")
    assert trial.statuses(3) == [("6502", "held")]
    trial.rules("rules:\n", "limits: {same_option_in_a_row: 2}\nrules:\n")
    assert trial.statuses(0) == [("6502", "answered")]


def test_15_workflows_of_its_own(trial: RouteTrial) -> None:
    """What the integration itself started is left alone, unless the document says otherwise."""
    started = trial.sandbox.click(
        {"do": "start", "template_id": "11", "project_id": "1042", "item_id": "501", "created_by": BOT}
    )
    assert (started, "left-alone") in trial.statuses(2)
    trial.rules("mode: answer", "own_items: true\nmode: answer")
    assert trial.statuses(0) == [(started, "answered")]


def test_16_an_older_version(tmp_path: Path) -> None:
    """The step is found by its name in the version that an instance runs on."""
    seed = routed_seed(1)
    versions = seed["templates"][0]["versions"]
    old = {**versions[0], "id": "910", "version": "0.9"}
    options = [{"id": "7", "name": "Approve"}]
    old["steps"] = [{**versions[0]["steps"][0], "uuid": "older", "response_options": options}]
    versions.append(old)
    seed["instances"][0]["template_version_id"] = "910"
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        assert route_trial(tmp_path, sandbox).statuses(0) == [("6501", "answered")]


def test_17_one_project_that_is_refused(trial: RouteTrial) -> None:
    """The others go on, and the exit code is 4."""
    trial.sandbox.fail({"path": "projects/1041/workflows/instances", "status": 403, "times": 9})
    report = trial.route(4)
    assert (report["steps"][0]["status"], report["steps"][0]["address"]) == ("failed", "projects/1041")
    assert [one["status"] for one in report["steps"]][1:] == ["answered", "answered"]
    assert [one["project_id"] for one in report["looks"]] == ["1042"]


def test_18_a_journal_that_cannot_be_written(trial: RouteTrial) -> None:
    """Nothing is sent."""
    (trial.folder / "full").write_text("a file where a folder belongs")
    assert "cannot be written" in trial.ends(64, "route", "--once", "--journal", "full", **AS_BOT)
    assert trial.responses() == []


def test_19_somebody_elses_credentials(trial: RouteTrial) -> None:
    """The account must be the integration of a routing: else nothing is sent (64)."""
    shown = trial.ends(64, "route", "--once")
    assert "no routing has it as its integration (erp.bot@acme.test)" in shown
    assert "set RECONCILER_ROUTE_CLIENT_ID and RECONCILER_ROUTE_CLIENT_SECRET" in shown
    assert [one["path"] for one in trial.sandbox.log()] == ["/rest/v1.0/me"]


def test_19b_credentials_that_are_wrong(trial: RouteTrial) -> None:
    """The message names the variables that were read, and what to do (6)."""
    wrong = {**AS_BOT, "RECONCILER_ROUTE_CLIENT_SECRET": "wrong"}
    assert "the service refuses RECONCILER_ROUTE_CLIENT_ID and RECONCILER_ROUTE_CLIENT_SECRET (401)" in trial.ends(
        6, "route", "--once", **wrong
    )
    shown = trial.ends(6, "route", "--once", RECONCILER_ROUTE_CLIENT_ID="erp")
    assert "RECONCILER_ROUTE_CLIENT_ID is set, and RECONCILER_ROUTE_CLIENT_SECRET is not: set both" in shown
    assert "refuses RECONCILER_CLIENT_ID and" in trial.ends(6, "route", "--once", RECONCILER_CLIENT_SECRET="wrong")


def test_20_frozen(trial: RouteTrial) -> None:
    """A freeze stops routing too, by the environment or by a policy."""
    assert "nothing is answered at present" in trial.ends(3, "route", "--once", RECONCILER_FREEZE="closing", **AS_BOT)
    trial.write_only({"policy.yaml": "kind: policy\nfrozen: year-end\n"})
    trial.commit()
    assert "year-end" in trial.ends(3, "route", "--once", **AS_BOT)
    assert trial.sandbox.log() == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("step: ERP check", "step: ERP chekc", "has no step 'ERP chekc'; did you mean 'ERP check'?"),
        (
            "template: Invoice Approval",
            "template: Invoice Aproval",
            "no template 'Invoice Aproval' in this company; did you",
        ),
        ("mode: answer", "tool: budget", "no template 'Invoice Approval' in this company"),
    ],
)
def test_21_names_that_are_not_there(trial: RouteTrial, old: str, new: str, told: str) -> None:
    """Place, remedy and suggestion (7)."""
    trial.rules(old, new)
    shown = trial.ends(7, "route", "--once", **AS_BOT)
    assert told in shown
    assert "routing.yaml:" in shown


def test_22_no_routing(trial: RouteTrial) -> None:
    """Without a document there is nothing to do."""
    (trial.folder / "routing.yaml").unlink()
    assert "no document of kind routing: write one" in trial.ends(64, "route", "--once", **AS_BOT)
    assert "say how to look: --once looks at every queue once" in trial.ends(64, "route")


def test_23_why(trial: RouteTrial) -> None:
    """Each rule with the values it saw; nothing is sent, and the journal stays as it is."""
    trial.sandbox.click({"do": "change_item", "path": item_path("1042", "502"), "body": {**ITEM, "amount": "50000.01"}})
    shown = trial.ends(0, "route", "--explain", "6502", **AS_BOT)
    assert shown == (
        "exit 0\n--- stdout\n"
        "instance 6502 · ERP check · projects/1042/templates/11\n"
        "  gives: no rule covers it\n"
        "  ✗ small and matched\n"
        "      ✓ item.status is approved; asked: equals approved\n"
        "      ✗ item.amount is 50000.01; asked: at most 50000.00\n"
        "  ✗ not in the ERP\n"
        "      ✗ item.status is approved; asked: equals unknown\n"
        "--- stderr\n"
    )
    assert "instance 6501 · ERP check" in trial.ends(0, "route", "--explain", **AS_BOT)
    answer = json.loads(trial.ran("route", "--explain", "6502", "--format", "json", **AS_BOT).stdout)
    (step,) = answer["steps"]
    assert (answer["format"], step["instance_id"], step["status"]) == (
        "reconciler/route-explained/1", "6502", "no-rule",
    )  # fmt: skip
    assert [(one["rule"], one["holds"], len(one["conditions"])) for one in step["rules"]] == [
        ("small and matched", False, 2), ("not in the ERP", False, 1),
    ]  # fmt: skip
    assert "no instance 77 waits for this integration" in trial.ends(64, "route", "--explain", "77", **AS_BOT)
    assert trial.responses() == []
    assert trial.journal() == []


def test_24_programs(trial: RouteTrial) -> None:
    """A program of a named folder decides; without the folder in the environment it is not run."""
    programs = trial.folder.parent / "programs"
    programs.mkdir()
    program = programs / "erp-decide"
    program.write_text(
        f"#!{sys.executable}\nimport json, sys\nfacts = json.load(sys.stdin)\n"
        "print(json.dumps({'respond': facts['options'][1], 'comment': facts['item']['number']}))\n"
    )
    program.chmod(0o755)
    trial.rules("rules:\n", f"rules:\n  - {{name: ask, decide: [{program}]}}\n")
    report = trial.route(2)
    assert "is in no folder of RECONCILER_DECIDE_PATH" in report["steps"][0]["reason"]
    report = trial.route(0, RECONCILER_DECIDE_PATH=str(programs))
    assert [(one["rule"], one["option"]["name"], one["comment"]) for one in report["steps"]] == [
        ("ask", "Reject", "INV-7")
    ] * 2


def test_25_what_people_see(trial: RouteTrial) -> None:
    """On a terminal: those that need a person first, and what it cost."""
    trial.sandbox.click({"do": "change_item", "path": item_path("1042", "502"), "body": {"status": "\x1b[31mred"}})
    shown = trial.ends(2, "route", "--once", **AS_BOT)
    assert shown.splitlines()[2].startswith("  undecided   instance 6502 · ERP check · projects/1042/templates/11")
    assert "\x1b" not in shown
    assert "1 answered, 1 undecided · 2 queues looked at with" in shown


def meanwhile(trial: RouteTrial, click: dict[str, str]) -> dict[str, str]:
    """Let a program decide during which somebody clicks, once; return what the environment needs for it."""
    folder = trial.folder.parent / "programs"
    folder.mkdir()
    program, done = folder / "decide", folder / "done"
    address = f"{trial.sandbox.environment['RECONCILER_API_URL']}/_sandbox/clicks"
    program.write_text(f"""#!{sys.executable}
import pathlib, urllib.request
done = pathlib.Path({str(done)!r})
if not done.exists():
    done.touch()
    urllib.request.urlopen({address!r}, {json.dumps(click).encode()!r}).close()
print('{{"respond": "Approve", "comment": "Decided"}}')
""")
    program.chmod(0o755)
    trial.rules("rules:\n", f"rules:\n  - {{name: ask, decide: [{program}]}}\n")
    return {"RECONCILER_DECIDE_PATH": str(folder)}


def test_30_restarted_between_reading_and_responding(trial: RouteTrial) -> None:
    """The response to the step that is over is refused, and the new one is another step: it is decided for itself."""
    named = meanwhile(trial, {"do": "restart", "instance_id": "6501"})
    before = trial.step()["id"]
    assert trial.statuses(0, **named) == [("6501", "moved-on"), ("6502", "answered")]
    assert trial.step()["id"] != before
    assert trial.statuses(0, **named) == [("6501", "answered")]
    assert trial.step()["name"] == "Sign"


def test_30b_taken_out_between_reading_and_responding(trial: RouteTrial) -> None:
    """403: it is left to people, and what is no longer listed is not asked for again."""
    named = meanwhile(trial, {"do": "remove_assignee", "instance_id": "6501", "login_id": BOT})
    assert trial.statuses(2, **named) == [("6501", "left-alone"), ("6502", "answered")]
    assert trial.statuses(0, **named) == []
    assert len([one for one in trial.responses() if "/6501/" in one["path"]]) == 1


@pytest.mark.parametrize("status", [403, 422])
def test_30c_a_lasting_refusal(trial: RouteTrial, status: int) -> None:
    """It is sent once, however often it is looked at; once somebody changed the instance, it is sent again."""
    trial.sandbox.fail({"method": "POST", "path": "6501/responses", "status": status, "times": 1})
    assert trial.statuses(2)[0] == ("6501", "left-alone")
    (again,) = trial.route(2)["steps"]
    assert (again["status"], again["option"]["name"]) == ("left-alone", "Approve")
    assert f"refused with {status}" in again["reason"]
    assert len([one for one in trial.responses() if "/6501/" in one["path"]]) == 1
    time.sleep(1.1)  # moments have seconds
    trial.sandbox.click({"do": "remove_assignee", "instance_id": "6501", "login_id": "7"})
    assert trial.statuses(0) == [("6501", "answered")]
    intended = [one for one in trial.journal() if one["event"] == "route-intended" and one["instance_id"] == "6501"]
    assert [one["option"] for one in intended] == [{"id": "101", "name": "Approve"}]


def test_30d_rules_that_nobody_saw_at_work(trial: RouteTrial) -> None:
    """A warning at each start until it observed once; it names the command that shows what it would answer."""

    def warned() -> bool:
        ran = trial.ran("route", "--once", **AS_BOT)
        assert ran.code == 0, ran.shown
        assert ("routing/never-observed" in ran.stderr) is ("'reconciler route --once'" in ran.stderr)
        return "routing/never-observed" in ran.stderr

    assert [warned(), warned()] == [True, True]
    trial.rules("mode: answer\n", "")
    assert not warned()
    trial.rules()
    assert not warned()


def test_30e_names_that_are_not_there(trial: RouteTrial) -> None:
    """A person, a field and an option that nobody has: the place, and what was probably meant."""
    trial.rules("fallback: [gus@acme.test]", "fallback: [guss@acme.test]")
    shown = trial.ends(3, "plan")
    assert "routing.yaml:5:12" in shown
    assert "guss@acme.test holds no role that was read; did you mean gus@acme.test (Gus)?" in shown
    trial.rules("where: {item.status: unknown}", "where: {instance.creatd_at: unknown}")
    assert "an instance has no field 'creatd_at'; did you mean 'created_at'?" in trial.ends(7, "validate")
    trial.rules("where: {item.status: unknown}", "where: {item.status: unknown, project.state_cod: WA}")
    assert "projects are not known to have a field 'state_cod'" in trial.ends(7, "validate")
    seen = "{item: {status: unknown}, project: {state_cod: WA}, gives: Reject}"
    rules = ROUTING.replace("where: {item.status: unknown}", "where: {item.status: unknown, project.state_cod: WA}")
    rules = rules.replace("{item: {status: unknown}, gives: Reject}", seen)
    rules = rules.replace(
        "{item: {status: approved}, gives: nothing}\n", f"{seen.replace('WA', 'OR').replace('Reject', 'nothing')}\n"
    )
    trial.write_only({"routing.yaml": rules})
    trial.commit()
    assert "projects are not known to have a field 'state_cod'" in trial.ends(0, "validate")
    for look in ("--once", "--explain"):
        shown = trial.ends(7, "route", look, **AS_BOT)
        assert "no project has a field 'state_cod'; did you mean 'state_code'?" in shown
    trial.write_only({"routing.yaml": ROUTING.replace("Approve", "Aprove")})
    trial.commit()
    (first, _) = trial.route(2)["steps"]
    assert (first["status"], first["reason"]) == (
        "left-alone",
        "the step has no option 'Aprove' (its options: 'Approve', 'Reject', 'Once more'); did you mean 'Approve'?",
    )


def test_31_the_integration_is_there_twice(tmp_path: Path) -> None:
    """By its role and alone: one response, which fills both places."""
    seed = routed_seed(1, first_response_decides=False)
    seed["presets"][1]["individual_assignees"] = [{"step_uuid": "check", "logins": [{"id": BOT}]}]
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial = route_trial(tmp_path, sandbox)
        assert trial.statuses(0) == [("6501", "answered")]
        assert trial.statuses(0) == [("6501", "waiting")]
        assert len(trial.responses()) == 1


def test_32_many_instances(tmp_path: Path) -> None:
    """Pages are followed by their cursor; a page number is never sent beside it."""
    seed = routed_seed(130)
    seed["company"]["page_caps"] = {"instances": 50}
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial = route_trial(tmp_path, sandbox)
        trial.rules("rules:\n", "limits: {same_option_in_a_row: 1000}\nrules:\n")
        assert trial.route(0)["summary"]["answered"] == 130
        queries = [one["query"] for one in sandbox.log() if one["path"].endswith("1042/workflows/instances")]
        assert len([one for one in queries if "cursor=" in one]) == 2
        assert not [one for one in queries if "&page=" in one]


def test_32b_an_instance_that_moves_while_it_is_listed(tmp_path: Path) -> None:
    """A list that shows an instance twice is read again: each is answered once, and none is skipped."""
    with running_sandbox(write_seed(tmp_path / "seed", routed_seed(3))) as sandbox:
        trial = route_trial(tmp_path, sandbox)
        path = r"/projects/1042/workflows/instances\?"
        listed = f"{sandbox.address}/rest/v2.0/companies/4211/projects/1042/workflows/instances"
        more = f'<{listed}?filters[tool_type]=invoice&cursor=2>; rel="next"'
        pages = [
            json.dumps({"data": [{"id": one, "updated_at": None} for one in ids]})
            for ids in (("6501", "6502"), ("6502",))
        ]
        sandbox.fail(
            {"path": path, "status": 200, "body": pages[0], "headers": {"Link": more}},
            {"path": path, "status": 200, "body": pages[1]},
        )
        assert trial.statuses(0) == [("6501", "answered"), ("6502", "answered"), ("6503", "answered")]
        assert len(trial.responses()) == 3


def test_33_a_clock_that_is_an_hour_off(tmp_path: Path) -> None:
    """Moments of the journal are by the service's clock, and each step is answered once."""
    seed = routed_seed(2)
    del seed["templates"][0]["versions"][0]["steps"][0]["due_in"]
    with running_sandbox(write_seed(tmp_path / "seed", seed), "--clock-ahead", "3600") as sandbox:
        trial = route_trial(tmp_path, sandbox)
        assert [status for _, status in trial.statuses(0)] == ["answered", "answered"]
        assert trial.statuses(0) == []
        started, intended = trial.journal()[:2]
        assert intended["at"] >= started["at"]
        assert len(trial.responses()) == 2


def test_34_programs_that_answer_wrongly(trial: RouteTrial) -> None:
    """An option that the step does not have, and no answer at all: the step is left to people."""
    programs = trial.folder.parent / "programs"
    programs.mkdir()
    program = programs / "erp-decide"
    rules = ROUTING.partition("rules:\n")[0] + f"rules:\n  - {{name: ask, decide: [{program}]}}\n"
    trial.write_only({"routing.yaml": rules})
    trial.commit()
    for printed, status, reason in (
        ('{"respond": "Aprove"}', "left-alone", "the step has no option 'Aprove' (its options: 'Approve', 'Reject'"),
        ("nonsense", "undecided", "the program did not print one object"),
        ("{}", "no-rule", "no rule covers it"),
    ):
        program.write_text(f"#!/bin/sh\ncat >/dev/null\necho '{printed}'\n")
        program.chmod(0o755)
        step = trial.route(2, RECONCILER_DECIDE_PATH=str(programs))["steps"][0]
        assert (step["status"], step["reason"][: len(reason)]) == (status, reason)
    assert trial.responses() == []


def test_35_redacted_fields(trial: RouteTrial) -> None:
    """A field under 'redact' reaches neither journal, report nor explanation."""
    trial.rules("mode: answer", "redact: [item.amount]\nmode: answer")
    shown = trial.ends(0, "route", "--explain", **AS_BOT)
    report = trial.route(0)
    journal = json.dumps(trial.journal())
    for text in (shown, json.dumps(report), journal):
        assert "48211.55" not in text
    assert "item.amount is (redacted); asked: at most 50000.00" in shown
    assert report["steps"][0]["seen"] == {"item.status": "approved"}


def test_36_what_an_auditor_asks(trial: RouteTrial) -> None:
    """Why this invoice was approved: by instance or item, with the values that were seen, and the revision."""
    trial.route(0)
    shown = trial.ends(0, "history", "--routed", "501")
    revision = trial.git("rev-parse", "HEAD")[:12]
    assert "instance 6501 · item 501 · ERP check · projects/1042/templates/11" in shown
    assert f"intended Approve by rule 'small and matched' of {revision}, comment: Matched in the ERP" in shown
    assert "      item.amount: 48211.55" in shown
    assert shown.count("answered") == 1
    assert "6502" not in shown
    assert trial.ends(0, "history", "--routed", "6501") == shown
    told = json.loads(trial.ran("history", "--routed", "6501", "--format", "json").stdout)["routed"]
    assert [line["event"] for line in told[0]["lines"]] == ["route-intended", "route-outcome"]
    assert "has no instance and no item 999" in trial.ends(64, "history", "--routed", "999")


def test_37_an_item_that_cannot_be_read(trial: RouteTrial) -> None:
    """Its step has failed (4), and the others go on."""
    trial.sandbox.fail({"path": "requisitions/501", "status": 503, "times": 9, "headers": {"Retry-After": "0"}})
    assert [status for _, status in trial.statuses(4)] == ["failed", "answered"]
    trial.sandbox.fail()
    assert trial.statuses(0) == [("6501", "answered")]


def test_38_an_option_that_means_something_else(trial: RouteTrial) -> None:
    """A frozen response is not sent if its id has another name by now."""
    down = {"method": "POST", "path": "6501/responses", "status": 503, "times": 99, "headers": {"Retry-After": "0"}}
    trial.sandbox.fail(down)
    trial.route(4)
    trial.sandbox.fail()
    journal = next((trial.folder / ".reconciler" / "journal" / "route").glob("*.jsonl"))
    journal.write_text(journal.read_text().replace('"name":"Approve"', '"name":"Agree"'))
    before = len(trial.responses())
    (step,) = trial.route(2)["steps"][:1]
    assert (step["status"], step["reason"]) == (
        "left-alone", "the option 'Agree' (101) is gone, or means something else by now",
    )  # fmt: skip
    assert len(trial.responses()) == before


def test_39_two_integrations_in_one_folder(trial: RouteTrial) -> None:
    """Neither sends, nor closes, what the other has intended."""
    down = {"method": "POST", "path": "/responses", "status": 503, "times": 99, "headers": {"Retry-After": "0"}}
    trial.sandbox.fail(down)
    trial.route(4)
    trial.sandbox.fail()
    other = ROUTING.replace("erp.bot@acme.test", "ann@acme.test").replace("step: ERP check", "step: Sign")
    trial.write_only({"other.yaml": other.replace("name: small", "name: other").replace("[gus@", "[bo@")})
    trial.commit()
    seed = routed_seed()
    seed["company"]["accounts"]["ann"] = "1"
    seed["company"]["clients"]["ann"] = "ann"
    trial.sandbox.seed_anew(write_seed(trial.folder.parent / "with-ann", seed))
    as_ann = {"RECONCILER_ROUTE_CLIENT_ID": "ann", "RECONCILER_ROUTE_CLIENT_SECRET": "ann"}
    ran = trial.ran("route", "--once", "--format", "json", **as_ann)
    assert (ran.code, json.loads(ran.stdout)["steps"]) == (0, [])
    assert trial.responses() == []
    assert trial.statuses(0) == [("6501", "answered"), ("6502", "answered")]


def test_40_two_documents_for_one_step(trial: RouteTrial) -> None:
    """By name and by id: that is seen where the ids are known (7)."""
    trial.write_only({"again.yaml": ROUTING.replace("template: Invoice Approval", 'template: {id: "11"}')})
    trial.commit()
    assert "is routed at again.yaml:3:1 too; keep one document" in trial.ends(7, "route", "--once", **AS_BOT)


ESCALATE = "escalate: {overdue_for: 4h, add: [hal@acme.test, gus@acme.test]}\nmode: answer"


@pytest.fixture
def late(tmp_path: Path) -> Iterator[RouteTrial]:
    """Yield a trial with a step that is overdue since January, and that no rule covers."""
    seed = routed_seed(1)
    seed["instances"][0]["started_at"] = "2026-01-05T08:00:00Z"
    seed["items"][0]["body"]["status"] = "new"
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial = route_trial(tmp_path, sandbox)
        trial.rules("mode: answer", ESCALATE)
        yield trial


def added(trial: RouteTrial) -> list[str]:
    """Return who is in the current step."""
    return [one["assignee"]["id"] for one in trial.step()["response_occurrences"]]


def test_26_a_step_that_stays_overdue(late: RouteTrial) -> None:
    """People are added once, with an intent before; those who are there already are not added again."""
    (step,) = late.route(2)["steps"]
    assert (step["status"], step["overdue"]) == ("no-rule", True)
    assert step["reason"] == (
        "no rule covers it; overdue for more than 4h: Gus (gus@acme.test), Hal (hal@acme.test) added to the step"
    )
    assert added(late) == [BOT, "7", "8"]
    sent = [one["body"] for one in late.sandbox.log() if one["path"].endswith("additional_assignees")]
    assert [(one["assignee_ids"], one["required"], one["reason"]) for one in sent] == [(["8"], True, "other")]
    lines = [one for one in late.journal() if one["event"] == "route-escalated"]
    assert [(one["status"], [person["login"] for person in one["people"]]) for one in lines] == [
        ("intended", ["hal@acme.test"]), ("done", ["gus@acme.test", "hal@acme.test"]),
    ]  # fmt: skip
    late.sandbox.click({"do": "remove_assignee", "instance_id": "6501", "login_id": "8"})
    late.route(2)
    assert added(late) == [BOT, "7"]
    shown = late.ends(0, "history", "--routed", "6501")
    assert "escalation done: Gus (gus@acme.test), Hal (hal@acme.test)" in shown
    assert "no-rule (overdue) · instance 6501" in shown


def test_27_an_escalation_whose_answer_is_lost(late: RouteTrial) -> None:
    """What was stored is read; what was not is tried again by the next look."""
    late.sandbox.fail({"method": "POST", "path": "additional", "status": 0, "times": 1, "carried_out": True})
    assert "Hal (hal@acme.test) added to the step" in late.route(2)["steps"][0]["reason"]
    assert added(late) == [BOT, "7", "8"]
    late.route(2)
    assert added(late) == [BOT, "7", "8"]


def test_27b_an_escalation_that_never_arrived(late: RouteTrial) -> None:
    """Nothing was stored: it says so, and the next look adds them once."""
    late.sandbox.fail({"method": "POST", "path": "additional", "status": 0, "times": 1})
    assert "nobody could be added: adding assignees to 6501" in late.route(2)["steps"][0]["reason"]
    assert added(late) == [BOT, "7"]
    assert "Hal (hal@acme.test) added to the step" in late.route(2)["steps"][0]["reason"]
    late.route(2)
    assert added(late) == [BOT, "7", "8"]


def test_28_an_escalation_that_is_refused(late: RouteTrial, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so, and is tried again once somebody changed the instance, or an hour later."""

    def asked() -> int:
        return len([one for one in late.sandbox.log() if "additional" in one["path"] and one["method"] == "POST"])

    late.sandbox.fail({"method": "POST", "path": "additional", "status": 403, "times": 2})
    for _ in range(2):
        refused = late.route(2)["steps"][0]["reason"]
        assert "nobody could be added: adding assignees to 6501: refused with 403" in refused
        assert asked() == 1
    time.sleep(1.1)  # moments have seconds
    late.sandbox.click({"do": "remove_assignee", "instance_id": "6501", "login_id": "7"})
    assert "refused with 403" in late.route(2)["steps"][0]["reason"]
    assert asked() == 2
    monkeypatch.setattr(route_escalation, "REFUSED_SECONDS", 0.0)
    assert "added to the step" in late.route(2)["steps"][0]["reason"]


def test_29_nobody_to_add(late: RouteTrial) -> None:
    """Somebody who may not be assigned there is not added, and an observing routing adds nobody."""
    late.rules("mode: answer", "escalate: {overdue_for: 4h, add: gone@acme.test}\nmode: answer")
    assert "overdue for 4h, and nobody to add may be assigned there" in late.route(2)["steps"][0]["reason"]
    late.rules("mode: answer", ESCALATE.replace("mode: answer", "mode: observe"))
    assert late.route(2)["steps"][0]["reason"] == "no rule covers it"
    late.rules("mode: answer", ESCALATE.replace("4h", "900d"))
    assert late.route(2)["steps"][0]["reason"] == "no rule covers it"
    assert added(late) == [BOT, "7"]
