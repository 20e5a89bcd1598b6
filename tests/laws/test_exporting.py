"""Laws of exporting, for generated accounts with awkward names."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.desired.exporting import export_documents
from reconciler.desired.yaml.scalars import scalar
from reconciler.desired.yaml.strict_reader import read_yaml
from tests.support.account import company_seed
from tests.support.examples import examples
from tests.support.values import live_state, plan_documents

AWKWARD = (
    "no", "on", "010", "1e3", "null", "~", "true", "- x", "a: b", "a #b", "#", "'", '"', "[x]", "{x}", "*x", "&x", "!x",
    "%x", "@x", "|", ">", "?", "team:x", " x ", "x\ny", "x\ty", "\u202ex", "Zoë", "現場", "🏗", "x\u0085y", "\ufeffx",
    "<<", "---", "...", "", "x" * 1001, "é" * 400, "a, b", "Team: A", "=", "2027-01-31", "0x1F", "\\n", "{{ x }}",
    "{% x %}",
)  # fmt: skip
names = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(("Harbor Bridge", "Accounting")),
)
logins = st.one_of(
    st.none(),
    st.sampled_from(
        ("ann@acme.test", "ANN@acme.test", "no-mail", "team:a@b", "a b@c", "#a@b", "'a@b", "a@b\n", "@", "{a@b")
    ),
    names.map(lambda name: f"{name}@acme.test"),
)
ids = st.lists(st.sampled_from([str(one) for one in range(1, 6)]), unique=True, max_size=4)


@st.composite
def accounts(draw: st.DrawFn) -> dict[str, Any]:
    """Return a seed: five people, two templates of projects and one of the company, up to four projects."""
    seed = company_seed()
    seed["people"] = [
        {"id": str(one), "login": draw(logins), "name": draw(st.one_of(st.none(), names))} for one in range(1, 6)
    ]
    seed["projects"] = [
        {**seed["projects"][0], "id": str(1000 + one), "name": draw(names), "display_name": draw(names), "active": True}
        for one in range(draw(st.integers(1, 4)))
    ]
    invoice, budget = seed["templates"]
    seed["templates"] = [
        {**invoice, "id": "11", "name": draw(names)},
        {**_renamed(invoice, draw), "id": "12", "name": draw(names)},
        {**budget, "name": draw(names)},
    ]
    seed["presets"] = [
        _preset(draw, f"{template}{project['id']}", template, project["id"])
        for template in ("11", "12")
        for project in seed["projects"]
        if draw(st.booleans())
    ]
    seed["presets"].append({**_preset(draw, "33", "13", None), "groups": {"b-creator": [], "b-fin": draw(ids)}})
    return seed


def _renamed(template: dict[str, Any], draw: st.DrawFn) -> dict[str, Any]:
    (version,) = template["versions"]
    groups = [{**group, "name": draw(names)} for group in version["responsible_groups"]]
    renamed = {**version, "id": "912", "responsible_groups": groups}
    return {**template, "latest_published_version": {"id": "912", "version": 1}, "versions": [renamed]}


def _preset(draw: st.DrawFn, one: str, template: str, project: str | None) -> dict[str, Any]:
    return {
        "id": one,
        "template_id": template,
        "project_id": project,
        "workflow_manager_id": draw(st.sampled_from((None, "1", "2"))),
        "groups": {uuid: draw(ids) for uuid in ("creator", "pm", "acc", "super")},
    }


@settings(max_examples=examples(35))
@given(accounts())
def test_planning_what_was_exported_is_empty(seed: dict[str, Any]) -> None:
    """And everything that has a name a document can hold is managed."""
    state = live_state(seed)
    exported = export_documents(state)
    if not any(name.startswith("assignments/") for name in exported.files):
        assert exported.presets == 0
        return
    with tempfile.TemporaryDirectory() as folder:
        plan = plan_documents(Path(folder), exported.files, state)
    assert plan.changes == ()
    assert plan.applicable
    assert plan.summary.presets == exported.presets
    roles = {"11": ("pm", "acc"), "12": ("pm", "acc"), "13": ("b-fin",)}
    unnamed = {(one.address or "").rpartition("/")[2] for one in exported.left_out}
    named = [one for one in seed["presets"] if one["template_id"] not in unnamed]
    counted = sum(len(one["groups"][uuid]) for one in named for uuid in roles[one["template_id"]])
    assert plan.summary.managed == counted if not unnamed else plan.summary.managed >= counted


@settings(max_examples=examples(15))
@given(accounts())
def test_names_never_leave_their_comment_or_their_quotes(seed: dict[str, Any]) -> None:
    """Every file is YAML to PyYAML as well, and has the keys a document has and no other."""
    for text in export_documents(live_state(seed)).files.values():
        document = yaml.safe_load(text)
        assert document.keys() <= {"kind", "template", "workflow_manager", "groups", "projects", "company", "teams"}
        assert all(line.isprintable() for line in text.split("\n"))


@settings(max_examples=examples(75))
@given(st.one_of(st.sampled_from(AWKWARD), st.text(st.characters(exclude_categories=["Cs"]))))
def test_a_scalar_is_read_back_as_the_text_it_was(text: str) -> None:
    """As a value, as a key (but for the one key the reader refuses) and inside brackets."""
    written = scalar(text)
    key = "x" if text == "<<" or len(written) > 1000 else text
    (document,), problems = read_yaml(f"a: {written}\nb: [{written}, x]\nc:\n  {scalar(key)}: 1\n".encode(), "x.yaml")
    assert problems == []
    assert (document.data["a"], document.data["b"], list(document.data["c"])) == (text, [text, "x"], [key])
