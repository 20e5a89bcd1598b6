"""A snapshot file: whole, unaltered, of this company, and as good as the service for what it holds."""

from __future__ import annotations

import hashlib
import json

import msgspec
import pytest

from reconciler.errors import DocumentsError, StaleError
from reconciler.live.snapshot_file import SNAPSHOT_FORMAT, decode_snapshot, encode_snapshot
from reconciler.live.snapshot_reader import SnapshotReader
from reconciler.model.live import ChosenAssignee, IndividualStep, NamedPreset, PresetKey, Tool, Unreadable
from tests.support.account import MEMO, correspondence_seed
from tests.support.values import live_state

STATE = live_state()
CONTENT = encode_snapshot(STATE, "4211")


def with_state(content: bytes, **changes: object) -> bytes:
    """Return a snapshot file with a changed state and the checksum that fits."""
    document = json.loads(content)
    raw = msgspec.json.encode({**document["state"], **changes})
    document["checksum"] = f"sha256:{hashlib.sha256(raw).hexdigest()}"
    return msgspec.json.encode({**document, "state": msgspec.Raw(raw)})


def test_it_comes_back_as_it_was() -> None:
    """Every value, the individual assignees too; people stand in the file once."""
    step = IndividualStep("s", (ChosenAssignee("1", required=True, role_type="responder"),))
    preset = msgspec.structs.replace(STATE.presets[0], individual_assignees=(step,), workflow_manager=None)
    state = msgspec.structs.replace(STATE, presets=(preset, *STATE.presets[1:]))
    assert decode_snapshot(encode_snapshot(state, "4211"), "s.json", "4211") == state
    assert CONTENT.count(b"ann@acme.test") == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[1]", CONTENT[: len(CONTENT) // 2], CONTENT.replace(b"snapshot/1", b"snapshot/9"), b"[" * 100000],
)
def test_what_is_no_snapshot(content: bytes) -> None:
    """A cut file is no snapshot."""
    with pytest.raises(DocumentsError, match=r"s\.json is not a snapshot"):
        decode_snapshot(content, "s.json", "4211")


def test_an_altered_one_and_one_of_another_company() -> None:
    """The checksum covers the state; the company is compared."""
    with pytest.raises(StaleError, match="was altered"):
        decode_snapshot(CONTENT.replace(b'"ann@', b'"eve@'), "s.json", "4211")
    with pytest.raises(StaleError, match="is of company 4211, the settings are for 1"):
        decode_snapshot(CONTENT, "s.json", "1")


def test_people_that_are_not_in_its_table() -> None:
    """A row that leads nowhere is told."""
    content = with_state(CONTENT, people=json.loads(CONTENT)["state"]["people"][:1])
    with pytest.raises(DocumentsError, match="not in its own table"):
        decode_snapshot(content, "s.json", "4211")
    assert SNAPSHOT_FORMAT == "reconciler/snapshot/1"


def test_it_costs_nothing_to_read() -> None:
    """No requests are counted, and the moment is that of the snapshot."""
    reader = SnapshotReader(STATE)
    assert (reader.pacing, reader.observed_at) == (None, STATE.observed_at)


def test_presets_whose_ids_are_known() -> None:
    """Just those; one that is not there, or is another template's, is unreadable."""
    reader = SnapshotReader(STATE)
    here = NamedPreset(id="32", key=PresetKey("11", "1042"), tool=Tool("invoice"))
    gone = NamedPreset(id="99", key=PresetKey("11", "1041"), tool=Tool("invoice"))
    other = NamedPreset(id="32", key=PresetKey("12", "1042"), tool=Tool("invoice"))
    presets, unreadable = reader.presets_by_id([here, gone, other])
    assert [one.id for one in presets] == ["32"]
    assert [(one.project_id, one.template_id, one.reason) for one in unreadable] == [
        ("1041", "11", "preset 99 is not in the snapshot"),
        ("1042", "12", "preset 32 is not in the snapshot"),
    ]


def test_subtypes_come_back_as_they_were() -> None:
    """In lists, in what was looked for and in what could not be read."""
    state = live_state(correspondence_seed())
    place = next(one.place for one in state.assignees if one.place.tool.subtype == MEMO)
    gone = Unreadable(place=place, template_id="21", reason="refused with 403")
    state = msgspec.structs.replace(state, unreadable=(gone,))
    assert decode_snapshot(encode_snapshot(state, "4211"), "s.json", "4211") == state


def test_one_made_before_subtypes_were_kept() -> None:
    """It is read as ever: its tools have none."""
    state = json.loads(CONTENT)["state"]
    lists = {name: [one[:3] for one in state[name]] for name in ("assignees", "managers")}
    listed = [{key: one[key] for key in ("project_id", "tool_type", "template_ids")} for one in state["listed"]]
    templates = [{**one, "tool_subtype": None} for one in state["templates"]]
    for one in templates:
        del one["assigned_projects_count"]
    content = with_state(CONTENT, **lists, listed=listed, templates=templates)
    assert decode_snapshot(content, "s.json", "4211") == STATE


def test_one_with_a_subtype_in_words_is_refused() -> None:
    """The message says what is wrong and how to make another."""
    templates = [{**one, "tool_subtype": "memo"} for one in json.loads(CONTENT)["state"]["templates"]]
    with pytest.raises(DocumentsError, match=r"not a snapshot .*tool_subtype.*reconciler snapshot --out FILE"):
        decode_snapshot(with_state(CONTENT, templates=templates), "s.json", "4211")
