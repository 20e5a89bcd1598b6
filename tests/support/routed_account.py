"""The small company with a step that software answers, as a sandbox seed, and a document that routes it."""

from __future__ import annotations

from typing import Any

from tests.support.account import company_seed

__all__ = ["BOT", "ITEM", "ROUTING", "item_path", "routed_seed"]

BOT = "50"
ITEM = {"status": "approved", "amount": "48211.55", "number": "INV-7"}
ROUTING = """\
kind: routing
template: Invoice Approval
step: ERP check
integration: erp.bot@acme.test
fallback: [gus@acme.test]
mode: answer
item: {path: "/rest/v1.0/projects/{project_id}/requisitions/{item_id}"}
rules:
  - name: small and matched
    where: {item.status: approved, item.amount: {at_most: "50000.00"}}
    respond: Approve
    comment: Matched in the ERP
    examples:
      - {item: {status: approved, amount: "48211.55"}, gives: Approve}
      - {item: {status: approved, amount: "50000.01"}, gives: nothing}
  - name: not in the ERP
    where: {item.status: unknown}
    respond: Reject
    examples:
      - {item: {status: unknown}, gives: Reject}
      - {item: {status: approved}, gives: nothing}
"""


def item_path(project: str, item: str) -> str:
    """Return the path of an invoice."""
    return f"/rest/v1.0/projects/{project}/requisitions/{item}"


def routed_seed(items: int = 2, *, first_response_decides: bool = True) -> dict[str, Any]:
    """Return the seed: each invoice is checked by software, then signed; the bot and Gus are in the group of the check.

    Items are 501, 502 and so on in project 1042; the bot signs in as ``erp`` with the secret ``erp``.
    """
    seed = company_seed()
    seed["company"] |= {"clients": {"sandbox": "sandbox", "erp": "erp"}, "accounts": {"erp": BOT}}
    seed["people"].append({"id": BOT, "login": "erp.bot@acme.test", "name": "ERP Bot"})
    version = seed["templates"][0]["versions"][0]
    version["responsible_groups"].append({"uuid": "erp", "name": "ERP", "type": "RESPONSIBLE_ROLE"})
    check = {
        "uuid": "check",
        "name": "ERP check",
        "responsible_groups": ["erp"],
        "due_in": 3600,
        "first_response_decides": first_response_decides,
        "response_options": [
            {"id": "101", "name": "Approve"},
            {"id": "102", "name": "Reject", "response_type": "reject"},
            {"id": "103", "name": "Once more", "response_type": "revise", "goes_to": "check"},
        ],
    }
    version["steps"] = [check, {"uuid": "sign", "name": "Sign", "responsible_groups": ["pm"]}]
    for preset in seed["presets"][:2]:
        preset["groups"]["erp"] = [BOT, "7"]
    numbers = [str(501 + one) for one in range(items)]
    seed["items"] = [{"path": item_path("1042", one), "body": {"id": int(one), **ITEM}} for one in numbers]
    seed["instances"] = [
        {"id": f"6{one}", "template_id": "11", "project_id": "1042", "item_id": one, "created_by": "2"}
        for one in numbers
    ]
    return seed
