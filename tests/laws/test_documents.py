"""Laws of reading documents: nothing is changed, nothing crashes, shapes and schemas agree."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.desired.kinds import KINDS
from reconciler.desired.kinds.refusal_words import validator
from reconciler.desired.kinds.settings_kind import SettingsShape
from reconciler.desired.schemas import explain, make_validator
from reconciler.desired.yaml.strict_reader import LocatedDocument, read_yaml
from reconciler.model.diagnostics import Origin
from tests.support.examples import examples
from tests.support.formats import SCHEMAS
from tests.support.whole_documents import WHOLE, places, replaced

texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)

logins = st.sampled_from(["ann@acme.test", "team:west", "team:", "ann", "a b@c", "@", "", "x@y"])
numbers = st.sampled_from([0, 7, -1, 1042])
words = st.sampled_from(["", "24-017", "x y", "P", "2027-01-31", "2027-02-30"])
scalars = st.none() | st.booleans() | numbers | words | logins
keys = st.sampled_from(
    ["kind", "template", "tool", "workflow_manager", "groups", "projects", "company", "project", "where", "id",
     "number",
     "members", "allow_empty", "login_id", "person", "until", "reason", "stage", "teams", "x", "", "version",
     "company_id", "company_name", "api_url", "auth_url", "exclude", "service_account", "limits", "roles",
     "protected", "separate", "overrides", "frozen", "count", "percent", "min_members", "must_include", "address",
     "allow_removals", "role", "self_heal"]
)  # fmt: skip
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=6
)


def optional(**fields: Any) -> Any:
    """Return dictionaries with some of these keys, now and then with anything else."""
    return st.fixed_dictionaries({}, optional={key: value | anything for key, value in fields.items()})


member = logins | optional(login_id=numbers) | optional(person=logins, until=scalars, reason=scalars)
members = st.lists(member, max_size=3)
groups = st.dictionaries(
    st.sampled_from(["A", "B", ""]), members | optional(members=members, allow_empty=st.booleans()), max_size=2
)
person = logins | optional(login_id=numbers)
left_out = st.lists(scalars | optional(id=numbers, number=scalars), max_size=2)
where = st.dictionaries(
    st.sampled_from(["stage", "x", "except"]), scalars | st.lists(scalars, max_size=2) | left_out, max_size=2
)
entry = optional(
    project=scalars | optional(id=numbers, number=scalars), where=where, workflow_manager=person, groups=groups
)
limit = optional(count=numbers, percent=numbers)
override = st.fixed_dictionaries(
    {"reason": words, "address": st.sampled_from(["projects/1/*", "*", "company/x", "1042", "* *", "projects"]),
     "allow_removals": numbers, "until": words},
    optional={"person": person, "role": words, "x": words},
)  # fmt: skip
documents = {
    "policy": optional(
        kind=st.just("policy"), limits=optional(group_removals=limit, run_removals=limit),
        roles=st.dictionaries(
            st.sampled_from(["A", "*", ""]),
            optional(min_members=numbers, must_include=st.lists(person, max_size=2)), max_size=2,
        ),
        protected=st.lists(person, max_size=2), separate=st.lists(st.lists(words, max_size=3), max_size=2),
        overrides=st.lists(override | optional(reason=words), max_size=2), frozen=scalars,
    ),
    "acknowledgements": optional(
        kind=st.just("acknowledgements"),
        acknowledged=st.lists(
            st.fixed_dictionaries(
                {"address": st.sampled_from(["projects/1/*", "*", "1042"]), "person": person, "owner": logins,
                 "reason": words, "until": words | st.just("2027-01-31")},
                optional={"group": words, "x": words},
            ) | optional(reason=words),
            max_size=2,
        ),
        released=st.lists(
            st.fixed_dictionaries(
                {"address": st.sampled_from(["projects/1/*", "*", "1042"]), "owner": logins, "reason": words,
                 "until": words | st.just("2027-01-31")},
                optional={"group": words},
            ) | optional(reason=words),
            max_size=2,
        ),
    ),
    "assignments": optional(
        kind=st.just("assignments"), template=scalars | optional(id=numbers), tool=scalars, workflow_manager=person,
        groups=groups, projects=st.lists(entry, max_size=2), company=optional(workflow_manager=person, groups=groups),
    ),
    "teams": optional(kind=st.just("teams"), teams=st.dictionaries(st.sampled_from(["a", ""]), members, max_size=2)),
    "settings": optional(
        kind=st.just("settings"), version=st.just(1), company_id=scalars, company_name=scalars,
        api_url=st.sampled_from(["https://a.test", "http://a/b", "x"]), service_account=person,
        exclude=st.lists(scalars, max_size=2),
        self_heal=st.lists(
            st.sampled_from(["projects/1/*", "*", "company/x", "1042", "* *", "projects/1/templates/2/groups/a"])
            | scalars,
            max_size=2,
        ),
    ),
}  # fmt: skip


COMBINED = make_validator(json.loads((SCHEMAS / "document.schema.json").read_text(encoding="utf-8")))


@given(plain)
def test_what_is_written_as_yaml_is_read_as_it_was(value: Any) -> None:
    """Whatever PyYAML writes, with quotes where it needs them, comes back."""
    found, diagnostics = read_yaml(yaml.safe_dump(value, allow_unicode=True).encode(), "a.yaml")
    assert diagnostics == []
    assert found[0].data == value


@given(plain)
def test_every_value_has_a_place(value: Any) -> None:
    """Lines and columns lie within the text, for every step into the value."""
    text = yaml.safe_dump(value, allow_unicode=True)
    document = read_yaml(text.encode(), "a.yaml")[0][0]

    def walk(data: Any, steps: tuple[str | int, ...]) -> None:
        origin = document.origin(*steps)
        assert isinstance(origin, Origin)
        assert 1 <= origin.line <= text.count("\n") + 1
        pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
        for step, inner in pairs:
            walk(inner, (*steps, step))

    walk(document.data, ())


@settings(max_examples=examples(100))
@given(st.binary(max_size=200) | st.text("{}[]&*!|>-:,#'\"% \n\tab0~", max_size=80).map(str.encode))
def test_no_input_crashes_the_reader(content: bytes) -> None:
    """Any bytes give documents or one diagnostic with a place."""
    found, diagnostics = read_yaml(content, "a.yaml")
    assert len(diagnostics) <= 1
    assert not (found and diagnostics)
    assert all(one.origin is not None and one.message for one in diagnostics)


@st.composite
def nearly_good(draw: Any) -> tuple[str, Any]:
    """Draw a document with every key, and something else in one or two of its places."""
    kind = draw(st.sampled_from(sorted(WHOLE)))
    document = WHOLE[kind]
    for _ in range(draw(st.sampled_from([1, 1, 2]))):
        if found := list(places(document)):
            document = replaced(document, draw(st.sampled_from(found)), draw(st.just(...) | anything))
    return kind, document


@settings(max_examples=examples(300))
@given(
    nearly_good() | st.sampled_from(sorted(documents)).flatmap(lambda kind: st.tuples(st.just(kind), documents[kind]))
)
def test_shapes_and_schemas_accept_the_same(case: tuple[str, Any]) -> None:
    """Quick acceptance, the schema and the combined one agree on every document; what is refused has words."""
    kind, document = case
    shape = SettingsShape if kind == "settings" else KINDS[kind].shape
    try:
        msgspec.convert(document, shape, strict=True)
        accepted = True
    except msgspec.ValidationError:
        accepted = False
    assert validator(shape).is_valid(document) == COMBINED.is_valid(document) == accepted
    located = LocatedDocument("a.yaml", document, 0)
    assert bool(explain(located, validator(shape))) == (not accepted)
