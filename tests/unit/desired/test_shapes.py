"""What shapes accept and refuse at their edges; the schema derived from each agrees, and so does the combined one."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from reconciler.desired.kinds import KINDS
from reconciler.desired.kinds.refusal_words import validator
from reconciler.desired.kinds.settings_kind import SettingsShape
from reconciler.desired.schemas import make_validator
from tests.support.formats import SCHEMAS
from tests.support.whole_documents import COMPANY_LEVEL, OTHER_SOURCES, WHOLE, replaced

COMBINED = make_validator(json.loads((SCHEMAS / "document.schema.json").read_text(encoding="utf-8")))
SHAPES: dict[str, type[msgspec.Struct]] = {
    "settings": SettingsShape,
    **{name: KINDS[name].shape for name in KINDS},
}


def accepted(kind: str, document: dict[str, Any]) -> bool:
    """Return the one verdict of shape, schema and combined schema."""
    try:
        msgspec.convert(document, SHAPES[kind], strict=True)
        good = True
    except msgspec.ValidationError:
        good = False
    assert [validator(SHAPES[kind]).is_valid(document), COMBINED.is_valid(document)] == [good, good]
    return good


@pytest.mark.parametrize("kind", WHOLE)
def test_a_document_with_every_key(kind: str) -> None:
    """Is accepted, and one more key is not."""
    others = {key for one in OTHER_SOURCES for key in one} - WHOLE["source"].keys() if kind == "source" else {"company"}
    assert {one.name for one in msgspec.structs.fields(SHAPES[kind])} - others == WHOLE[kind].keys()
    assert accepted(kind, WHOLE[kind])
    assert not accepted(kind, {**WHOLE[kind], "more": 1})


@pytest.mark.parametrize(
    ("place", "good", "wrong"),
    [
        ("settings version", [], [2, 1.0, True, "1", ...]),
        ("settings company_id", ["0" * 32, 0], ["0" * 33, "x", "", -1, 4211.0, True, ...]),
        ("settings company_name", ["x" * 200, ...], ["x" * 201, "", None]),
        ("settings api_url", ["http://a:8", ...], ["https://a/b", "https://a@b", "ftp://a", ""]),
        ("settings service_account", ["a@b", {"login_id": 7}, ...], ["team:a", {"login_id": 7, "x": 1}, {}, "a@b@c"]),
        ("settings exclude", [[], ...], [[""], "x"]),
        ("settings self_heal", [[], ["*"] * 1000, ...], [["1042"], ["*"] * 1001]),
        ("settings forge trusted", [["a"] * 20], [[], ["a"] * 21, ["a b"], ["-a"], ...]),
        ("settings policy_files", [["*"], ...], [[], [""]]),
        ("assignments template", ["T", "x" * 1000, {"id": 7}], ["", "x" * 1001, {"number": "7"}, {"id": "a b"}, ...]),
        ("assignments tool", ["x" * 200, ...], ["x" * 201, "", None]),
        ("assignments groups", [{}, {"x" * 1000: []}, ...], [{"": []}, {"x" * 1001: []}, []]),
        ("assignments groups A", [["a@b"] * 10_000, {"members": []}], [["a@b"] * 10_001, {"allow_empty": True}, "a@b"]),
        ("assignments groups A 0", ["a@b", "team: x"], ["team:", "ann", "a@b@c", "a\u200b@b", "x" * 319 + "@b", 7]),
        ("assignments groups A 0", [{"person": "a@b"}],
         [{"login_id": 7, "person": "a@b"}, {"login_id": 7, "until": "2027-01-31"}, {"until": "2027-01-31"}, {}]),
        ("assignments groups A 3 until", [...], ["20270131", "2027-02-30", "2027-1-31", "soon", 2027]),
        ("assignments groups A 3 reason", ["x" * 1000, ...], ["", "x" * 1001, 7]),
        ("assignments groups A 3 person", [], ["team:x", ...]),
        ("assignments projects", [], [[], ..., {}]),
        ("assignments projects 0", [{"project": "P"}], [{}, {"project": "P", "where": {"a": "b"}}, "P"]),
        ("assignments projects 0 project", ["P", {"id": 1}, {"number": -7}],
         ["", {}, {"id": 1, "number": 2}, {"number": ""}, {"number": 24.1}, {"name": "P"}, ...]),
        ("assignments projects 0 groups B allow_empty", [False, ...], [0, "yes"]),
        ("assignments projects 1 where", [{"a": ""}, {"a": 1, "except": [{"number": "1"}]}],
         [{}, {"except": ["P"]}, {"a": []}, {"a": 1.5}, {"a": [{"id": "1"}]}, {"a": None}, {"a": "b", "except": "P"}]),
        ("assignments projects 1 where except", [["x" * 1000], ...], [[], [""], ["x" * 1001], [7], [{}]]),
        ("teams teams", [{}, {"x" * 200: []}], [{"": []}, {"x" * 201: []}, [], ...]),
        ("policy limits", [{}, ...], [{"group_removal": {}}, []]),
        ("policy limits run_removals", [{"count": 0, "percent": 100}, ...], [{"count": 0}, {"percent": 0}, 3]),
        ("policy limits run_removals count", [10**6], [-1, 10**6 + 1, 1.0, "1", ...]),
        ("policy limits run_removals percent", [0], [-1, 101, 2.5]),
        ("policy roles", [{}, {"*": {"min_members": 0}}, ...], [{"A": {}}, {"": {"min_members": 0}}, []]),
        ("policy roles A min_members", [10_000, ...], [-1, 10_001, True]),
        ("policy roles A must_include", [[], ["a@b"] * 1000, ...], [["team:x"], ["a@b"] * 1001]),
        ("policy protected", [[], ["a@b"] * 10_000, ...], [["team:x"], ["a@b"] * 10_001]),
        ("policy separate", [[], [["A", "B"]] * 1000, ...], [[["A", "B"]] * 1001, [["A"]], [["A", "A"]], [["A", ""]]]),
        ("policy separate 0", [[str(one) for one in range(100)]], [[str(one) for one in range(101)]]),
        ("policy overrides", [[], ...], [[{}], {}]),
        ("policy overrides 0 address", ["*", "company/*", "projects/1/templates/2/groups/a"],
         ["1042", "projects/1042", "* *", "x" * 1000 + "*", ...]),
        ("policy overrides 0 allow_removals", [10**6], [0, 10**6 + 1, 1.0, ...]),
        ("policy overrides 0 until", [], ["20270131", ...]),
        ("policy overrides 0 reason", [], ["", ...]),
        ("policy overrides 0 person", [{"login_id": "x"}, ...], ["team:x"]),
        ("policy overrides 0 role", ["*", ...], [""]),
        ("policy frozen", ["note", "x" * 1000, ...], ["no", "OFF", "1", "", "x" * 1001, True]),
        ("acknowledgements acknowledged", [[], ...], [[{}], None]),
        ("acknowledgements acknowledged 0 group", ["x", ...], ["", 7]),
        ("acknowledgements acknowledged 0 person", [{"login_id": 7}], ["team:x", ...]),
        ("acknowledgements acknowledged 0 owner", [], ["team:x", {"login_id": 7}, ...]),
        ("acknowledgements released", [[], ...], [{}]),
        ("acknowledgements released 0 address", ["*"], ["1042", ...]),
        ("acknowledgements released 0 until", [], ["20270131", ...]),
    ],
)  # fmt: skip
def test_the_edges_of_a_key(place: str, good: list[Any], wrong: list[Any]) -> None:
    """Values that are just accepted and just refused; ``...`` leaves the key out."""
    kind, *steps = place.split()
    at = tuple(int(step) if step.isdigit() else step for step in steps)
    assert [one for one in good if not accepted(kind, replaced(WHOLE[kind], at, one))] == []
    assert [one for one in wrong if accepted(kind, replaced(WHOLE[kind], at, one))] == []


def test_sources_of_every_type() -> None:
    """Each type takes its own keys, needs some of them, and refuses those of another type."""
    every = [WHOLE["source"], *OTHER_SOURCES]
    needed = {"file": {"path"}, "scim": {"url"}, "ldap": {"url", "base"}, "service": set[str]()}
    for one in every:
        assert accepted("source", one)
        for other in every:
            for key in other.keys() - one.keys():
                assert not accepted("source", {**one, key: other[key]}), key
        less = {key for key in one if not accepted("source", {name: one[name] for name in one if name != key})}
        also = set() if one["type"] == "service" else {"columns", "status"}
        assert less == {"kind", "source", "type", *also, *needed[one["type"]]}


def test_keys_of_which_one_is_required() -> None:
    """Projects or the company, never both; either list of acknowledgements, or both."""
    assert accepted("assignments", COMPANY_LEVEL)
    assert not accepted("assignments", {**COMPANY_LEVEL, "projects": WHOLE["assignments"]["projects"]})
    assert not accepted("assignments", {"kind": "assignments", "template": "T"})
    assert not accepted("acknowledgements", {"kind": "acknowledgements"})
