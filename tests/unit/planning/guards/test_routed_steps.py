"""Steps that software answers: the integration and somebody who steps in are in each group of the step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from reconciler.desired.git.base_revision import Base
from reconciler.desired.repository import read_settings_document
from reconciler.model.live import ChosenAssignee, IndividualStep
from reconciler.operations.dated_documents import read_repository
from tests.support.account import write_documents
from tests.support.routed_account import BOT, ROUTING, routed_seed
from tests.support.values import TODAY, live_state, observe_documents, plan_documents, plan_observation

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.live import LiveState

ERP = """\
kind: assignments
template: Invoice Approval
projects:
  - {project: Harbor Bridge, groups: {ERP: %s}}
  - {project: Cedar Tower, groups: {ERP: [erp.bot@acme.test, gus@acme.test]}}
"""
KEPT = "[erp.bot@acme.test, gus@acme.test]"


def found(folder: Path, erp: str = KEPT, routing: str = ROUTING, state: LiveState | None = None) -> list[Diagnostic]:
    """Plan these members of the group, and return what is said of routings."""
    live = live_state(routed_seed()) if state is None else state
    plan = plan_documents(folder, {"a.yaml": ERP % erp, "routing.yaml": routing}, live)
    return [one for one in plan.diagnostics if one.code.startswith("routing/")]


def told(diagnostics: list[Diagnostic]) -> list[tuple[str, str, str]]:
    """Return severity, code and the message without its remedy."""
    return [(one.severity, one.code, one.message.split("\n")[0]) for one in diagnostics]


def edited(groups: dict[str, list[str]], **more: Any) -> LiveState:
    """Return live with other groups in the preset of Harbor Bridge."""
    seed = routed_seed()
    seed["presets"][1]["groups"] |= groups
    return msgspec.structs.replace(live_state(seed), **more)


def chosen_for(live: LiveState, step: str, *login_ids: str) -> LiveState:
    """Return live with people chosen for one step of each preset."""
    chosen = (IndividualStep(step, tuple(map(ChosenAssignee, login_ids))),)
    presets = tuple(msgspec.structs.replace(one, individual_assignees=chosen) for one in live.presets)
    return msgspec.structs.replace(live, presets=presets)


def without_groups(*groups: str) -> dict[str, Any]:
    """Return a seed whose step has these groups and no other."""
    seed = routed_seed()
    seed["templates"][0]["versions"][0]["steps"][0]["responsible_groups"] = [*groups]
    return seed


def test_both_are_there(tmp_path: Path) -> None:
    """Nothing is said, though others join."""
    assert found(tmp_path) == []
    assert found(tmp_path, "[erp.bot@acme.test, gus@acme.test, ann@acme.test]") == []


def test_a_plan_that_takes_one_out(tmp_path: Path) -> None:
    """An error at the line of the routing, for the integration and for everybody who steps in."""
    (one,) = found(tmp_path, "[gus@acme.test]")
    assert (one.severity, one.code, str(one.origin)) == ("error", "routing/not-assignee", "routing.yaml:4:1")
    assert one.message.startswith(
        "Invoice Approval · Harbor Bridge: the integration erp.bot@acme.test is not in ERP of the step 'ERP check'"
    )
    assert one.remedy == "add them to each group of the step, or change the routing"
    (one,) = found(tmp_path, "[erp.bot@acme.test, ann@acme.test]")
    assert (one.severity, one.code, str(one.origin)) == ("error", "routing/no-fallback", "routing.yaml:5:12")
    assert "nobody of the fallback who can act is in ERP of the step 'ERP check'" in one.message


def test_live_lacks_one(tmp_path: Path) -> None:
    """In a preset that the plan does not change it is a warning that counts them."""
    text = ERP.replace("ERP: %s", "Accounting: [cy@acme.test, dee@acme.test]")
    plan = plan_documents(tmp_path, {"a.yaml": text, "routing.yaml": ROUTING}, edited({"erp": ["1"]}))
    assert told([one for one in plan.diagnostics if one.code.startswith("routing/")]) == [
        ("warning", "routing/not-assignee", "the integration erp.bot@acme.test is not in ERP of the step 'ERP check' "
         "in 1 preset that this plan does not change: Invoice Approval · Harbor Bridge"),
        ("warning", "routing/no-fallback", "nobody of the fallback who can act is in ERP of the step 'ERP check' "
         "in 1 preset that this plan does not change: Invoice Approval · Harbor Bridge"),
    ]  # fmt: skip


def test_a_fallback_that_is_inactive(tmp_path: Path) -> None:
    """Somebody who cannot act does not step in."""
    state = msgspec.structs.replace(live_state(routed_seed()), inactive=frozenset({"gus@acme.test"}))
    assert ("warning", "routing/no-fallback") in [one[:2] for one in told(found(tmp_path, state=state))]


def test_the_integration_does_not_step_in_for_itself(tmp_path: Path) -> None:
    """Not by its login id either."""
    routing = ROUTING.replace("[gus@acme.test]", f'[{{login_id: "{BOT}"}}]')
    assert {one.code for one in found(tmp_path, routing=routing)} == {"routing/no-fallback"}


@pytest.mark.parametrize("login_id", [BOT, "2"])
def test_somebody_chosen_for_the_step_alone(tmp_path: Path, login_id: str) -> None:
    """The integration may be an assignee of the step without a role."""
    live = edited({"erp": ["7", BOT]})
    live = chosen_for(live, "check", login_id)
    codes = [one.code for one in found(tmp_path, "[gus@acme.test]", state=live)]
    assert codes == ([] if login_id == BOT else ["routing/not-assignee"])


def test_a_step_without_anybody(tmp_path: Path) -> None:
    """No group and nobody chosen: the integration cannot be its assignee."""
    (one,) = found(tmp_path, state=live_state(without_groups()))
    assert one.message.startswith("the integration erp.bot@acme.test is not in any group of the step 'ERP check' in 2")


def test_others_who_are_chosen_for_a_step_without_a_group(tmp_path: Path) -> None:
    """The integration is no assignee of the step then; if it is among the chosen it is one."""
    live = live_state(without_groups())
    (one,) = found(tmp_path, state=chosen_for(live, "check", "2"))
    assert one.message.startswith("the integration erp.bot@acme.test is not in any group of the step 'ERP check' in 2")
    assert found(tmp_path, state=chosen_for(live, "check", "2", BOT)) == []


def test_people_chosen_for_another_step(tmp_path: Path) -> None:
    """They are no assignees of this one."""
    live = chosen_for(edited({"erp": ["7", BOT]}), "sign", BOT)
    assert [one.code for one in found(tmp_path, "[gus@acme.test]", state=live)] == ["routing/not-assignee"]


def test_somebody_chosen_whom_nobody_knows(tmp_path: Path) -> None:
    """Only the login id is known, and may be that of the integration."""
    live = chosen_for(edited({"erp": ["7", BOT]}), "check", "999")
    assert [one.code for one in found(tmp_path, "[gus@acme.test]", state=live)] == ["routing/not-assignee"]
    by_id = ROUTING.replace("integration: erp.bot@acme.test", 'integration: {login_id: "999"}')
    assert found(tmp_path, "[gus@acme.test]", by_id, live) == []


def test_groups_that_are_no_roles(tmp_path: Path) -> None:
    """Nobody is assigned to the creator of an item, so only the roles of a step are looked at."""
    assert found(tmp_path, state=live_state(without_groups("creator", "erp"))) == []


def test_one_of_the_fallback_is_enough(tmp_path: Path) -> None:
    """It need not be the first, nor all of them."""
    for people in ("[gus@acme.test, hal@acme.test]", "[hal@acme.test, gus@acme.test]"):
        assert found(tmp_path, routing=ROUTING.replace("[gus@acme.test]", people)) == []


BASE = ERP % KEPT


@pytest.mark.parametrize(
    ("before", "severity"),
    [
        (ROUTING, "warning"),
        (ROUTING.replace("mode: answer", "mode: observe"), "warning"),
        (ROUTING.replace("[gus@acme.test]", "[gus@acme.test, hal@acme.test]"), "error"),
        (ROUTING.replace("erp.bot@acme.test", "ann@acme.test"), "error"),
        (ROUTING.replace("step: ERP check", "step: Sign"), "error"),
        (ROUTING.replace("template: Invoice Approval", "template: Invoice Approval\ntool: invoice"), "error"),
        (ROUTING.replace("template: Invoice Approval", 'template: {id: "11"}'), "error"),
        (None, "error"),
    ],
)
def test_a_preset_that_does_not_change(tmp_path: Path, before: str | None, severity: str) -> None:
    """It is an error if the base does not route the step so; other rules and another mode are the same routing."""
    file = write_documents(tmp_path / "base", {"a.yaml": BASE, **({} if before is None else {"routing.yaml": before})})
    settings = read_settings_document(file)
    base = Base("b" * 40, settings, read_repository(file, settings, TODAY)[0])
    text = ERP.replace("ERP: %s", "Accounting: [cy@acme.test, dee@acme.test]")
    documents = {"a.yaml": text, "routing.yaml": ROUTING}
    observation = observe_documents(tmp_path / "now", documents, edited({"erp": ["7"]}))
    (one,) = [one for one in plan_observation(observation, base=base).diagnostics if one.code.startswith("routing/")]
    place = None if severity == "warning" else "projects/1042/templates/11"
    line = "routing.yaml:3:1" if severity == "warning" else "routing.yaml:4:1"
    assert (one.severity, one.code, one.address, str(one.origin)) == (severity, "routing/not-assignee", place, line)


def test_a_routing_of_another_template(tmp_path: Path) -> None:
    """A step of the same name is not meant."""
    (one,) = found(tmp_path, "[gus@acme.test]", ROUTING.replace("template: Invoice Approval", "template: Budget"))
    assert (one.severity, one.code, str(one.origin)) == ("warning", "routing/unknown-step", "routing.yaml:3:1")


def test_steps_that_are_not_there(tmp_path: Path) -> None:
    """A step that no preset has, and a snapshot that knows no steps, are warnings."""
    (one,) = found(tmp_path, routing=ROUTING.replace("step: ERP check", "step: Other"))
    assert told([one]) == [
        ("warning", "routing/unknown-step",
         "no preset that is managed here has the step 'Other' of 'Invoice Approval'"),
    ]  # fmt: skip
    state = live_state(routed_seed())
    versions = tuple(msgspec.structs.replace(one, steps=()) for one in state.versions)
    (one,) = found(tmp_path, state=msgspec.structs.replace(state, versions=versions))
    assert (one.severity, one.code, str(one.origin)) == ("warning", "routing/steps-unknown", "routing.yaml:3:1")


def test_a_routing_by_id_and_tool(tmp_path: Path) -> None:
    """A template may be named by its id, or told apart by its tool; a routing of another template says nothing here."""
    by_id = ROUTING.replace("template: Invoice Approval", 'template: {id: "11"}\ntool: invoice')
    assert {one.code for one in found(tmp_path, "[gus@acme.test]", by_id)} == {"routing/not-assignee"}
    other = ROUTING.replace("template: Invoice Approval", "template: Invoice Approval\ntool: budget")
    assert {one.code for one in found(tmp_path, "[gus@acme.test]", other)} == {"routing/unknown-step"}
