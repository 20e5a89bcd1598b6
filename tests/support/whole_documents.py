"""A document of each kind with every key, and what may be put in a place of it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["COMPANY_LEVEL", "OTHER_SOURCES", "WHOLE", "places", "replaced"]

LIMIT = {"count": 1, "percent": 2}
ADDRESS = "projects/1042/templates/12"
PERSON = "ann@acme.test"
DAY = "2027-01-31"
MEMBERS: list[Any] = [PERSON, "team:x", {"login_id": 7}, {"person": PERSON, "until": DAY, "reason": "r"}]
RULES: list[Any] = [
    {"from": "hr", "where": {"a": "x", "b": ["y", 7], "c": {"not": "z"}, "d": {"empty": True}}},
    {"from": "hr", "manager_of": "team:x", "up_to": {"a": "x"}},
    {"from": "hr", "reports_to": PERSON, "depth": 2, "and_self": True},
    {"from": "ad", "group": "Cost West", "in_chain": True},
    {"from": "hr", "where": {"a": "x"}, "each": {"jobs": "project_number"}, "else": [PERSON, {"login_id": 7}]},
    {"from": "projects", "field": "custom_fields.executive", "else": ["team:x"]},
]
# an assignments document has projects or the company: one of each
COMPANY_LEVEL: dict[str, Any] = {
    "kind": "assignments", "template": "T", "company": {"workflow_manager": PERSON, "groups": {"A": MEMBERS}},
}  # fmt: skip
WHOLE: dict[str, dict[str, Any]] = {
    "settings": {
        "kind": "settings", "version": 1, "company_id": "4211", "company_name": "Acme",
        "api_url": "https://api.test", "auth_url": "https://login.test/", "service_account": {"login_id": "7"},
        "exclude": ["drafts/"], "self_heal": [ADDRESS], "forge": {"trusted": ["a[bot]"]},
        "leavers": {"replace_with": "manager"}, "people": {"names": False, "ids": "keyed"}, "policy_files": ["p.yaml"],
    },
    "assignments": {
        "kind": "assignments", "template": {"id": "7"}, "tool": "t", "workflow_manager": PERSON,
        "groups": {"A": MEMBERS},
        "projects": [
            {"project": {"number": "24-017"}, "groups": {"B": {"members": [], "allow_empty": True}}},
            {"where": {"stage": ["a", 1, True], "city": "b", "except": ["P", {"id": "1"}]},
             "workflow_manager": {"login_id": "x"}},
        ],
    },
    "teams": {
        "kind": "teams",
        "teams": {"a": MEMBERS, "b": [], "c": {"members": RULES, "except": [PERSON, RULES[0]], "max": 9, "min": 2}},
    },
    "source": {
        "kind": "source", "source": "hr", "type": "file", "path": "x.csv", "sheet": "s", "encoding": "utf-8", "skip": 1,
        "max_age": {"days": 3}, "columns": {"id": {"column": "I", "width": 6, "split": ";"}, "login": "L", "a": "A"},
        "status": {"column": "S", "active": ["x", 1], "absent": ["y"], "left": [True]},
        "dates": {"starts": "b", "ends": "e", "format": "%Y"},
        "limits": {"shrink": LIMIT, "blank": {"percent": 5}},
    },
    "absences": {
        "kind": "absences",
        "absences": [
            {"person": PERSON, "from": DAY, "to": DAY, "replacement": {"login_id": 7}, "reason": "r", "roles": ["A*"],
             "projects": ["P"]},
            {"person": PERSON, "from": DAY, "to": DAY, "keep": True},
        ],
    },
    "policy": {
        "kind": "policy",
        "limits": {"group_removals": LIMIT, "run_removals": LIMIT, "group_additions": LIMIT, "run_additions": LIMIT},
        "roles": {"A": {"min_members": 1, "must_include": [PERSON, {"login_id": 7}]}}, "protected": [PERSON],
        "separate": [["A", "B"]],
        "overrides": [{"reason": "r", "address": ADDRESS, "allow_removals": 1, "until": DAY, "person": PERSON,
                       "role": "A*"}],
        "accept": [{"team": "x", "removals": 1, "reason": "r", "until": DAY}],
        "frozen": "why",
    },
    "acknowledgements": {
        "kind": "acknowledgements",
        "acknowledged": [{"address": ADDRESS, "person": PERSON, "owner": PERSON, "reason": "r", "until": DAY,
                          "group": "A"}],
        "released": [{"address": ADDRESS, "owner": PERSON, "reason": "r", "until": DAY}],
    },
    "routing": {
        "kind": "routing", "template": {"id": "7"}, "tool": "t", "step": "S", "integration": PERSON,
        "fallback": MEMBERS, "mode": "answer", "limits": {"answers_per_hour": 1, "same_option_in_a_row": 1},
        "item": {"path": "/rest/v1.0/projects/{project_id}/x/{item_id}"}, "own_items": True, "redact": ["item.a.b"],
        "escalate": {"overdue_for": "4h", "add": ["team:x"], "reason": "other"},
        "rules": [
            {"name": "a", "respond": "Approve", "comment": "c",
             "where": {"item.a": "x", "item.b": ["x", 1, True],
                       "item.c": {"at_least": 1, "at_most": "2.0", "above": 1, "below": 2, "between": [1, "2"]},
                       "item.d": {"glob": "*", "exists": True}},
             "examples": [{"gives": "Approve", "item": {"a": 1}, "project": {"a": 1}, "instance": {"a": 1}}]},
            {"name": "b", "decide": ["/bin/x", "y"]},
        ],
    },
}  # fmt: skip

_SOURCE: dict[str, Any] = {
    "kind": "source", "source": "hr", "columns": {"id": "i", "login": "l"},
    "status": {"column": "s", "active": ["x"]}, "dates": {}, "limits": {},
}  # fmt: skip
OTHER_SOURCES: list[dict[str, Any]] = [
    {**_SOURCE, "type": "scim", "url": "https://a", "token_url": "https://b/token", "scope": "c"},
    {**_SOURCE, "type": "ldap", "url": "ldaps://a", "base": "dc=a", "filter": "(a=b)", "ca": "ca.pem",
     "groups": {"base": "dc=b", "filter": "(c=d)"}},
    {**_SOURCE, "type": "service"},
]  # fmt: skip


def places(value: Any, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the place of each value within a value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in pairs:
        yield (*above, step)
        yield from places(inner, (*above, step))


def replaced(document: dict[str, Any], place: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """Return a document with a value at a place, or without that place for ``...``."""
    found: Any = copy.deepcopy(document)
    inner = found
    for step in place[:-1]:
        inner = inner[step]
    if value is ...:
        del inner[place[-1]]
    else:
        inner[place[-1]] = copy.deepcopy(value)
    return found  # type: ignore[no-any-return]
