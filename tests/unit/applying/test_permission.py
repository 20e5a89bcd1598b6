"""Which plans may be carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.applying import require_approved, require_permission
from reconciler.errors import IncompleteError, RefusedError, StaleError, UsageError
from reconciler.model.diagnostics import Diagnostic
from tests.support.account import INVOICE
from tests.support.values import SERVICE, plan_documents

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.plan import Plan


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Return a good plan."""
    return plan_documents(tmp_path, {"a.yaml": INVOICE})


def test_a_good_plan_of_this_company(plan: Plan) -> None:
    """Nothing stands against it, and one changed word in each question would."""
    require_permission([plan], plan.company_id, SERVICE)
    require_approved([plan], [])
    require_approved([plan], [plan.digest])
    with pytest.raises(StaleError):
        require_permission([plan], f"{plan.company_id}0", SERVICE)
    with pytest.raises(UsageError):
        require_approved([plan], [plan.digest.upper()])


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("api_url", "https://a.test", "api_url was https://api.procore.com and is https://a.test"),
        ("auth_url", "https://a.test", "auth_url was https://login.procore.com and is https://a.test"),
        ("account", "login:bot@acme.test", "service_account was not set and is login:bot@acme.test"),
    ],
)
def test_a_plan_of_another_service(plan: Plan, field: str, value: str, words: str) -> None:
    """Addresses and service account are those that were approved, or nothing is written."""
    now = msgspec.structs.replace(SERVICE, **{field: value})
    with pytest.raises(StaleError, match=f"changed since this plan was approved \\({words}\\), so nothing was written"):
        require_permission([plan], "4211", now)


@pytest.mark.parametrize(
    "digest", ["", "sha256:", "9c1f", "sha256:" + "g" * 64, "sha256:" + "a" * 63, "sha256:" + "a" * 64 + "\n"]
)
def test_a_malformed_digest_never_means_go(plan: Plan, digest: str) -> None:
    """An unset variable in a pipeline is a mistake."""
    with pytest.raises(UsageError, match="--approved is not a digest"):
        require_approved([plan], [digest])


def test_another_plan_than_the_approved_one(plan: Plan) -> None:
    """Both digests are named."""
    with pytest.raises(StaleError, match="they would not do the same"):
        require_approved([plan], ["sha256:" + "a" * 64])


def test_what_is_refused(plan: Plan) -> None:
    """Another company, something unread, an error in the plan."""
    with pytest.raises(StaleError, match="this plan is for company 4211, the settings are for 1"):
        require_permission([plan], "1", SERVICE)
    error = Diagnostic(severity="error", code="a/b", message="no")
    refused = msgspec.structs.replace(plan, applicable=False, diagnostics=(error,))
    with pytest.raises(RefusedError, match="refused by 1 error; nothing was written") as raised:
        require_permission([refused], "4211", SERVICE)
    assert raised.value.diagnostics == (error,)
    with pytest.raises(IncompleteError, match="incomplete"):
        require_permission([msgspec.structs.replace(refused, complete=False)], "4211", SERVICE)


def test_several_plans(plan: Plan) -> None:
    """All that are given are approved, all that are approved are given, and they are of one kind."""
    other = msgspec.structs.replace(plan, digest=f"sha256:{'b' * 64}")
    require_approved([plan, other], [other.digest, plan.digest])
    with pytest.raises(StaleError, match=f"this plan is {other.digest}: they would not do the same"):
        require_approved([plan, other], [plan.digest])
    with pytest.raises(StaleError, match=f"the approved plan {other.digest} was not given; name its file as well"):
        require_approved([plan], [plan.digest, other.digest])
    require_permission([plan, other], "4211", SERVICE)
    with pytest.raises(UsageError, match="cannot be applied together"):
        require_permission([plan, msgspec.structs.replace(other, adds_only=True)], "4211", SERVICE)


def test_plans_that_leave_a_part_alone(plan: Plan) -> None:
    """Each is applied alone, and never for commits that would be called applied as a whole."""
    part = msgspec.structs.replace(plan, only="drift")
    require_permission([part], "4211", SERVICE)
    require_permission([plan, plan], "4211", SERVICE, since="main")
    with pytest.raises(UsageError, match="leaves drift or requests alone cannot be applied with others"):
        require_permission([plan, part], "4211", SERVICE)
    with pytest.raises(UsageError, match="leave --since out"):
        require_permission([part], "4211", SERVICE, since="main")
    adding = msgspec.structs.replace(plan, adds_only=True)
    require_permission([adding], "4211", SERVICE)
    with pytest.raises(UsageError, match="leaves removals out"):
        require_permission([adding], "4211", SERVICE, since="main")
