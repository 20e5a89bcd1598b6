"""A request cannot send credentials elsewhere, loosen its own guards, or have more done than was approved."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from reconciler.model.plan import Plan
from reconciler.planning.digests import plan_digest
from tests.support.account import INVOICE
from tests.support.command_line import reconciler
from tests.support.loopback import receiving
from tests.support.trial import Trial, committed

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.support.sandbox import RunningSandbox

SETTINGS = 'kind: settings\nversion: 1\ncompany_id: "4211"\ncompany_name: Acme\n'
AGREED = INVOICE.replace("cy@", "bo@")
CEDAR = "  - project: Cedar Tower\n    groups: {Accounting: [cy@acme.test, dee@acme.test]}\n"
PROTECTED = "kind: policy\nprotected: [bo@acme.test]\n"
FEWER = AGREED.replace("[ann@acme.test, bo@acme.test]", "[ann@acme.test]")


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """A repository whose documents are what live has, in one commit."""
    return committed(tmp_path / "approvals", sandbox, {"assignments/invoice.yaml": AGREED})


def settings(trial: Trial, more: str) -> None:
    """Write the settings with more lines."""
    (trial.folder / "reconciler.yaml").write_text(SETTINGS + more)


def saved_plan(trial: Trial) -> Any:
    """Return the saved plan as what it is in JSON."""
    return json.loads((trial.folder / "plan.json").read_text())


def edit_plan(trial: Trial, **replaced: Any) -> str:
    """Change parts of the saved plan, give it the digest that goes with them, and return that."""
    file = trial.folder / "plan.json"
    plan = msgspec.convert({**saved_plan(trial), **replaced}, Plan)
    plan = msgspec.structs.replace(plan, digest=plan_digest(plan))
    file.write_bytes(msgspec.json.encode(plan))
    return plan.digest


@pytest.mark.parametrize("field", ["auth_url", "api_url"])
def test_01_one_line_of_a_request(trial: Trial, field: str, whole: SnapshotAssertion) -> None:
    """Neither plan nor apply sends anything to a host that only the request names, also with an empty approved plan."""
    trial.run("plan", "--out", "plan.json")
    with receiving() as thief:
        settings(trial, f"{field}: {thief.address}\n")
        variable = f"RECONCILER_{field.upper()}"
        shown = [
            trial.run(*arguments, **{variable: ""})
            for arguments in (
                ("plan", "--base", "HEAD"), ("apply", "plan.json"), ("apply", "--yes"), ("drift",), ("validate",),
            )
        ]  # fmt: skip
        assert thief.taken == []
        port = thief.address.rpartition(":")[2]
    assert "\n".join(shown).replace(port, "<port>") == whole


def test_02_settings_that_change_in_a_request(trial: Trial, whole: SnapshotAssertion) -> None:
    """An address is an error unless the environment names the new one, the rest a warning; offline, in every format."""
    trial.run("snapshot", "--out", "live.json")
    settings(trial, "api_url: https://sandbox.procore.com\nexclude: [assignments/]\nservice_account: gus@acme.test\n")
    plan = ("plan", "--base", "HEAD", "--snapshot", "live.json")
    shown = [trial.run(*plan, RECONCILER_API_URL=""), trial.run(*plan)]
    shown.append(trial.run(*plan, "--out", "plan.json", RECONCILER_API_URL="https://sandbox.procore.com/"))
    shown.extend(trial.run("show", "plan.json", "--format", name) for name in ("markdown", "github"))
    assert "\n".join(shown) == whole
    for name in ("html", "json", "sarif", "junit"):
        told = trial.ends(0, "show", "plan.json", "--format", name)
        for code in ("settings/address-changed", "settings/changed"):
            assert code in told, name
        for value in ("https://sandbox.procore.com", "exclude changes from", "service_account changes from"):
            assert value in told, name


def test_03_another_company(trial: Trial) -> None:
    """It is an error against the base, and the environment can insist on one."""
    trial.run("snapshot", "--out", "live.json")
    (trial.folder / "reconciler.yaml").write_text(SETTINGS.replace("4211", "9999"))
    told = trial.ends(7, "plan", "--base", "HEAD", RECONCILER_COMPANY_ID="4211")
    assert "company_id is 9999 and RECONCILER_COMPANY_ID is '4211': correct one of the two" in told


def test_04_settings_that_change_after_the_approval(trial: Trial) -> None:
    """Addresses and service account are part of what was approved."""
    trial.write({"assignments/invoice.yaml": INVOICE})
    trial.run("plan", "--out", "plan.json")
    settings(trial, "service_account: gus@acme.test\n")
    told = trial.ends(5, "apply", "plan.json")
    assert "(service_account was not set and is login:gus@acme.test), so nothing was written" in told
    settings(trial, "")
    address = trial.sandbox.address.replace("127.0.0.1", "localhost")
    told = trial.ends(5, "apply", "plan.json", RECONCILER_AUTH_URL=address)
    assert "auth_url was http://<sandbox> and is http://localhost" in told
    assert trial.writes() == []


def test_05_a_plan_of_an_earlier_release(trial: Trial) -> None:
    """It does not say for which service it was approved: 5, and why."""
    trial.run("plan", "--out", "plan.json")
    plan = saved_plan(trial)
    del plan["service"]
    (trial.folder / "plan.json").write_text(json.dumps(plan))
    for command in ("apply", "show"):
        told = trial.ends(5, command, "plan.json")
        assert "was made by an earlier release, whose plans do not record which service they are for" in told


def test_06_an_edited_plan_with_its_digest(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """How many roles are managed is counted anew: a plan that says a million still meets the limit of a run."""
    trial = Trial(tmp_path / "approvals", sandbox)
    trial.write(
        {
            "assignments/invoice.yaml": FEWER,
            "policy.yaml": "kind: policy\nlimits: {run_removals: {count: 0, percent: 25}}\n",
        }
    )
    trial.commit()
    trial.ends(3, "plan", "--out", "plan.json")
    plan = saved_plan(trial)
    edit_plan(trial, diagnostics=[], applicable=True, summary={**plan["summary"], "managed": 1_000_000})
    told = trial.ends(3, "apply", "plan.json")
    assert "the plan removes 1 of 2 managed roles (limit 0 or 25 %)" in told
    assert trial.writes() == []


def test_07_a_limit_that_needs_the_rest_of_what_is_managed(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """The presets of the plan are too few to tell, so the others are read, and the plan is done."""
    trial = Trial(tmp_path / "approvals", sandbox)
    trial.write(
        {
            "assignments/invoice.yaml": FEWER + CEDAR,
            "policy.yaml": "kind: policy\nlimits: {run_removals: {count: 0, percent: 40}}\n",
        }
    )
    sandbox.edit("31", "1041", acc=["3", "4"])
    trial.ends(0, "plan", "--out", "plan.json")
    sandbox.log(forget=True)
    trial.ends(0, "apply", "plan.json")
    read = [one["path"] for one in sandbox.log() if "/projects/1041/workflows/presets" in one["path"]]
    assert len(read) == 2, "one list and one preset of the project that the plan does not change"


def test_08_adoption_is_told_by_the_base_and_not_by_the_file(trial: Trial) -> None:
    """A plan file that says a group was managed before does not let its first run remove anybody."""
    trial.write({"assignments/invoice.yaml": AGREED + CEDAR.replace(", dee@acme.test", "")})
    trial.sandbox.edit("31", "1041", acc=["3", "4"])
    told = trial.ends(3, "plan", "--base", "HEAD", "--out", "plan.json")
    assert "policy/first-adoption" in told
    plan = saved_plan(trial)
    for change in plan["changes"]:
        for group in change["groups"]:
            group["adopted"] = False
    edit_plan(trial, diagnostics=[], applicable=True, changes=plan["changes"])
    told = trial.ends(3, "apply", "plan.json")
    assert "is managed for the first time and would lose 1 of 2 people" in told
    assert trial.writes() == []


def test_09_a_login_that_is_somebody_elses(trial: Trial) -> None:
    """Reviewers read logins and the digest covers ids: a file that shows another login is refused."""
    trial.write({"assignments/invoice.yaml": INVOICE})
    trial.run("plan", "--out", "plan.json")
    file = trial.folder / "plan.json"
    file.write_text(file.read_text().replace("cy@acme.test", "cfo@acme.test"))
    told = trial.ends(5, "apply", "plan.json")
    assert "the plan shows login id 3 as cfo@acme.test, and the service has cy@acme.test for it" in told
    assert trial.writes() == []


def test_10_a_preset_without_a_row_for_a_group(trial: Trial) -> None:
    """Sent back, it would empty the group that the answer left out: nothing is planned, and nothing written."""
    trial.write({"assignments/invoice.yaml": INVOICE})
    trial.run("plan", "--out", "plan.json")
    body = trial.sandbox.request("GET", "/rest/v2.0/companies/4211/projects/1042/workflows/presets/32").json()
    rows = body["data"]["responsible_group_memberships"]
    body["data"]["responsible_group_memberships"] = [one for one in rows if one["responsible_group_uuid"] != "acc"]
    half = {"path": "/presets/32$|/presets/32\\?", "status": 200, "times": 9, "body": json.dumps(body)}
    trial.sandbox.fail(half)
    told = trial.ends(6, "plan")
    assert "preset 32 of project 1042: the answer has no row for Accounting, which its template version has" in told
    trial.sandbox.fail(half)
    trial.ends(4, "apply", "plan.json")
    trial.sandbox.fail({**half, "skip": 1})
    told = trial.run("apply", "plan.json")
    assert told.startswith("exit 5\n"), "the read directly before the write is the half one"
    assert trial.writes() == []


def test_11_a_policy_loosened_in_the_same_request(trial: Trial, whole: SnapshotAssertion) -> None:
    """The stricter of both policies judges the plan; after the merge, the policy of HEAD judges the apply."""
    trial.write({"policy.yaml": PROTECTED})
    base = trial.commit("protect bo")
    trial.write({"policy.yaml": "kind: policy\n", "assignments/invoice.yaml": INVOICE})
    shown = [trial.run("plan", "--base", base)]
    trial.write_only({"assignments/invoice.yaml": AGREED})
    loosened = trial.commit("loosen alone")
    trial.write_only({"assignments/invoice.yaml": INVOICE})
    shown.append(trial.run("plan", "--base", loosened, "--out", "plan.json"))
    assert "\n".join(shown) == whole
    trial.ends(0, "apply", "plan.json", "--since", base)


def test_12_live_moved_in_one_preset(trial: Trial, whole: SnapshotAssertion) -> None:
    """That one is stale and the other is applied: 5, and the report says which; guards judge what is left."""
    trial.write({"assignments/invoice.yaml": INVOICE + CEDAR})
    trial.sandbox.edit("31", "1041", acc=["3"])
    trial.run("plan", "--out", "plan.json")
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])
    assert trial.run("apply", "plan.json") == whole
    assert trial.sandbox.groups("31", "1041")["acc"] == ["3", "4"]
    assert trial.sandbox.groups("32", "1042")["pm"] == ["1", "2", "5"]


def test_13_what_a_request_hides_still_counts(trial: Trial) -> None:
    """With a base, a file is left out only where its 'exclude' names it too; what is hidden now counts once more."""
    trial.write_only({"policy.yaml": PROTECTED, "drafts/x.yaml": "not a document\n"})
    settings(trial, "exclude: [drafts/]\n")
    base = trial.commit("protect bo")
    settings(trial, "exclude: [drafts/, policy.yaml]\n")
    trial.write_only({"assignments/invoice.yaml": INVOICE})
    told = trial.ends(3, "plan", "--base", base)
    assert "exclude changes from [drafts/]" in told
    assert "who is protected (policy.yaml:2:13)" in told


def test_14_the_account_of_the_base_is_guarded(trial: Trial) -> None:
    """A request that changes service_account cannot take the old one out in the same step."""
    settings(trial, "service_account: bo@acme.test\n")
    base = trial.commit("bo is ours")
    settings(trial, "service_account: gus@acme.test\n")
    trial.write_only({"assignments/invoice.yaml": INVOICE})
    told = trial.ends(3, "plan", "--base", base)
    assert "would lose Bo, the account this tool signs in with" in told


def test_15_a_trusted_host_of_the_environment(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """A service behind a host of one's own is reached once the environment trusts it."""
    trial = Trial(tmp_path / "approvals", sandbox)
    settings(trial, f"api_url: {sandbox.address}\nauth_url: {sandbox.address}\n")
    place = sandbox.address.removeprefix("http://")
    credentials = {name: text for name, text in sandbox.environment.items() if "CLIENT" in name}
    assert reconciler(trial.folder, "plan", environment=credentials).code == 7
    assert sandbox.log() == []
    trusted = {**credentials, "RECONCILER_TRUSTED_HOSTS": place}
    assert reconciler(trial.folder, "plan", environment=trusted).code == 0


def test_16_what_a_request_brings_in_is_in_its_own_plan(trial: Trial) -> None:
    """Documents that 'exclude' hid are new ones: nothing of them waits to be taken for drift once they are merged."""
    drafts = (
        "kind: assignments\ntemplate: Invoice Approval\nprojects:\n"
        "  - project: Cedar Tower\n    groups: {Accounting: [cy@acme.test, eli@acme.test]}\n"
    )
    trial.write_only({"drafts/cedar.yaml": drafts})
    settings(trial, "exclude: [drafts/]\n")
    base = trial.commit("hidden")
    settings(trial, "")
    told = trial.ends(3, "plan", "--base", base)
    assert "first-adoption" in told
    assert "+ Eli" in told
    settings(trial, "exclude: [other/]\n")
    trial.write_only({"drafts/cedar.yaml": "nothing of ours\n"})
    trial.ends(7, "plan", "--base", base)


def test_17_a_policy_in_what_cannot_be_read_at_the_base(trial: Trial, tmp_path: Path) -> None:
    """A submodule that the request removes may hold the policy: nobody moves by such a request."""
    policies = Trial(tmp_path / "policies", trial.sandbox)
    policies.write_only({"policy.yaml": PROTECTED})
    policies.commit("protect bo")
    allowed = ("-c", "protocol.file.allow=always")
    trial.git(*allowed, "submodule", "add", "-q", str(policies.folder), "policies")
    trial.commit("policies")
    trial.git("rm", "-q", "-f", "policies")
    trial.write_only({"assignments/invoice.yaml": INVOICE})
    trial.commit("remove both")
    clone = tmp_path / "clone"
    trial.git(*allowed, "clone", "-q", "--recurse-submodules", str(trial.folder), str(clone))
    told = reconciler(clone, "plan", "--base", "HEAD~1", environment=trial.sandbox.environment).shown
    assert told.startswith("exit 3\n"), told
    assert "policies cannot be read at <revision> and is not the same now" in told


def test_18_a_policy_behind_a_filter(trial: Trial) -> None:
    """Readable here, unreadable out of git: while it stays as it is it counts, and once it is gone nobody moves."""
    for name in ("clean", "smudge"):
        trial.git("config", f"filter.turn.{name}", "tr a-z n-za-m")
    policy = "kind: policy\nprotected: [dee@acme.test]\n"
    trial.write_only({".gitattributes": "policy.yaml filter=turn\n", "policy.yaml": policy})
    base = trial.commit("protect dee")
    assert trial.git("show", "HEAD:policy.yaml").startswith("xvaq:")
    trial.write_only({"assignments/invoice.yaml": INVOICE})
    assert "policy/unknown-at-base" not in trial.run("plan", "--base", base)
    (trial.folder / "policy.yaml").unlink()
    assert "policy.yaml cannot be read at <revision>" in trial.run("plan", "--base", base)
    trial.commit("removed")
    trial.ends(3, "plan", "--base", base)


def test_19_settings_that_move(trial: Trial) -> None:
    """With them the base's policy would be out of sight: nobody moves by such a request; it is told all the same."""
    trial.write_only({"policy.yaml": "kind: policy\nseparate: [[Project Manager, Accounting]]\n"})
    trial.git("mv", "reconciler.yaml", "assignments/reconciler.yaml")
    trial.git("add", "-A")
    trial.git("mv", "policy.yaml", "assignments/policy.yaml")
    base = trial.commit("in a folder")
    trial.git("mv", "assignments/reconciler.yaml", "reconciler.yaml")
    trial.commit("moved")
    told = trial.ends(0, "plan", "--base", base)
    assert "assignments/reconciler.yaml cannot be read at <revision>" in told
    trial.write_only({"assignments/invoice.yaml": INVOICE})
    trial.commit("and moves people")
    told = trial.ends(3, "plan", "--base", base)
    assert "policy/unknown-at-base" in told


def test_20_the_account_of_before_is_guarded_at_apply(trial: Trial) -> None:
    """A plan file that hides what guards said of it does not take out the account that the last commit names."""
    settings(trial, "service_account: bo@acme.test\n")
    base = trial.commit("bo is ours")
    settings(trial, "")
    trial.write_only({"assignments/invoice.yaml": INVOICE})
    trial.commit("nobody is")
    trial.ends(3, "plan", "--base", base, "--out", "plan.json")
    edit_plan(trial, diagnostics=[], applicable=True)
    for known in (("--since", base), ()):
        told = trial.ends(3, "apply", "plan.json", *known)
        assert "would lose Bo, the account this tool signs in with" in told
    assert trial.writes() == []


def test_21_names_of_a_plan_file(trial: Trial) -> None:
    """Its digest does not cover names, so the report of apply has those of the service."""
    trial.write({"assignments/invoice.yaml": INVOICE})
    trial.ends(0, "plan", "--base", "HEAD", "--out", "plan.json")
    plan = trial.folder / "plan.json"
    digest = json.loads(plan.read_text())["digest"]
    plan.write_text(plan.read_text().replace("Harbor Bridge", "Cedar Tower").replace("Invoice Approval", "Memo"))
    told = trial.ends(0, "apply", "plan.json", "--approved", digest)
    assert "applied   Invoice Approval · Harbor Bridge" in told


@pytest.mark.parametrize("named", ["HEAD", None])
def test_22_the_base_that_a_plan_file_names(trial: Trial, named: str | None) -> None:
    """Its digest covers what is managed for the first time, so that no other base makes that old."""
    base = trial.git("rev-parse", "HEAD")
    let_go = "reason: handed over, address: projects/1041/*, allow_removals: 1, until: 2031-12-15"
    cedar = CEDAR.replace(", dee@acme.test", "")
    trial.write(
        {"assignments/invoice.yaml": AGREED + cedar, "policy.yaml": f"kind: policy\noverrides: [{{{let_go}}}]\n"}
    )
    trial.commit("manage one more group")
    trial.ends(0, "plan", "--base", base, "--out", "plan.json")
    (trial.folder / "policy.yaml").unlink()
    head = trial.commit("the override goes")
    plan = saved_plan(trial)
    plan["source"]["base"] = named and head
    (trial.folder / "plan.json").write_text(json.dumps(plan))
    told = trial.ends(3, "apply", "plan.json", "--approved", plan["digest"])
    assert "policy/first-adoption" in told
    assert trial.writes() == []


def test_23_the_documents_that_a_plan_file_names(trial: Trial) -> None:
    """They are outside of the digest: a saved plan alone does not make a commit one that is applied as a whole."""
    trial.write({"assignments/invoice.yaml": INVOICE})
    trial.commit("reviewed")
    trial.ends(0, "plan", "--out", "plan.json")
    trial.write({"assignments/invoice.yaml": INVOICE + CEDAR.replace("Cedar Tower", "Nowhere")})
    head = trial.commit("never planned")
    plan = saved_plan(trial)
    plan["source"]["revision"] = head
    (trial.folder / "plan.json").write_text(json.dumps(plan))
    told = trial.ends(0, "apply", "plan.json", "--approved", plan["digest"], "--format", "json")
    assert '"whole": false' in told
    trial.ends(7, "plan")


def test_24_guards_judge_what_is_left_of_a_plan(trial: Trial) -> None:
    """What a preset that moved would lose by now counts no more once that preset has left; the others are applied."""
    trial.write({"assignments/invoice.yaml": INVOICE + CEDAR})
    trial.write_only({"policy.yaml": "kind: policy\nlimits: {group_removals: {count: 1, percent: 0}}\n"})
    trial.sandbox.edit("31", "1041", acc=["3"])
    trial.ends(0, "plan", "--out", "plan.json")
    trial.sandbox.edit("32", "1042", pm=["1", "2", "5", "6"])
    assert "would lose 3 of 4 people" in trial.ends(3, "plan")
    told = trial.ends(5, "apply", "plan.json")
    assert "stale     Invoice Approval · Harbor Bridge" in told
    assert "policy/group-removals" not in told
    assert trial.sandbox.groups("31", "1041")["acc"] == ["3", "4"]
    assert trial.sandbox.groups("32", "1042")["pm"] == ["1", "2", "5", "6"]


def test_25_a_guard_that_stands_only_against_what_is_left(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """Where the preset that moved lost people, the rest takes a greater part of all: 3, and nothing is written."""
    trial = Trial(tmp_path / "approvals", sandbox)
    trial.write(
        {
            "assignments/invoice.yaml": FEWER + CEDAR.replace(", dee@acme.test", ", dee@acme.test, eli@acme.test"),
            "policy.yaml": "kind: policy\nlimits: {run_removals: {count: 0, percent: 25}}\n",
        }
    )
    trial.ends(0, "plan", "--out", "plan.json")
    sandbox.edit("31", "1041", acc=["6"])
    told = trial.ends(3, "apply", "plan.json")
    assert "the plan removes 1 of 3 managed roles (limit 0 or 25 %)" in told
    assert trial.writes() == []


def test_26_frozen_counts_as_head_has_it(trial: Trial) -> None:
    """A freeze that the request lifts is lifted, one that it sets stands, and the environment's stands beside both."""
    trial.write_only({"policy.yaml": "kind: policy\nfrozen: the audit is on\n"})
    base = trial.commit("freeze")
    trial.write_only({"policy.yaml": "kind: policy\n", "assignments/invoice.yaml": INVOICE})
    head = trial.commit("thaw, and move bo")
    trial.ends(0, "plan", "--base", base, "--out", "plan.json")
    told = trial.ends(3, "apply", "plan.json", "--since", base, RECONCILER_FREEZE="the year ends")
    assert "the year ends" in told
    trial.write_only({"policy.yaml": "kind: policy\nfrozen: the audit is on\n"})
    trial.commit("freeze again")
    told = trial.ends(3, "apply", "plan.json", "--since", head)
    assert "the audit is on" in told
    assert trial.writes() == []
    trial.git("revert", "--no-edit", "HEAD")
    trial.ends(0, "apply", "plan.json", "--since", base)
    assert trial.sandbox.groups("32", "1042")["pm"] == ["1", "3"]


def test_27_half_an_answer_stops_its_own_preset(trial: Trial) -> None:
    """The preset that lacks a row is not written and said to have failed; the one beside it is applied."""
    trial.write({"assignments/invoice.yaml": INVOICE + CEDAR})
    trial.sandbox.edit("31", "1041", acc=["3"])
    trial.ends(0, "plan", "--out", "plan.json")
    body = trial.sandbox.request("GET", "/rest/v2.0/companies/4211/projects/1042/workflows/presets/32").json()
    del body["data"]["responsible_group_memberships"][0]
    trial.sandbox.fail({"path": r"/presets/32(\?|$)", "status": 200, "times": 9, "body": json.dumps(body)})
    told = trial.ends(4, "apply", "plan.json")
    assert "failed    Invoice Approval · Harbor Bridge" in told
    assert "applied   Invoice Approval · Cedar Tower" in told
    assert len(trial.writes()) == 1


def test_28_adoption_is_told_by_the_revision_applied_last(trial: Trial) -> None:
    """A plan against a base that manages the group already is held against --since, which does not."""
    since = trial.git("rev-parse", "HEAD")
    trial.write({"assignments/invoice.yaml": AGREED + CEDAR})
    trial.commit("manage one more group")
    trial.write({"assignments/invoice.yaml": AGREED + CEDAR.replace(", dee@acme.test", "")})
    trial.commit("and one fewer in it")
    trial.ends(0, "plan", "--base", "HEAD~1", "--out", "plan.json")
    told = trial.ends(3, "apply", "plan.json", "--since", since)
    assert "is managed for the first time and would lose 1 of 2 people" in told
    assert trial.writes() == []
