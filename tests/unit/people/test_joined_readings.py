"""Sources that know the same people: the first of an order that knows something wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.readings import Reading, Record
from reconciler.model.sources import JoinedSources
from reconciler.people.joined_readings import join_readings

if TYPE_CHECKING:
    from reconciler.model.sources import SourceState


def record(id_: str, login: str, state: SourceState = "active", name: str | None = None, **values: str) -> Record:
    """Return somebody with attributes."""
    attributes: dict[str, tuple[str, ...]] = {key: (value,) for key, value in values.items()}
    return Record(row=f"row {id_}", id=id_, login=login, name=name, state=state, attributes=attributes)


def reading(source: str, *records: Record) -> Reading:
    """Return a reading of these people, which maps what any of them has."""
    mapped = frozenset(name for one in records for name in one.attributes)
    values = {
        name: {text: (text.title(), 1) for one in records for text in one.attributes.get(name, ())} for name in mapped
    }
    return Reading(
        source=source, records=records, digest="d", as_of="2026-11-01", mapped=mapped, filled={}, values=values
    )


HR = reading(
    "hr",
    record("7", "kim.oh@acme.test", name="Kim Oh", department="ap", manager="9"),
    record("8", "bo@acme.test", "left", department="hq"),
)
AD = reading(
    "ad",
    record("8", "bo@acme.test", office="west"),
    record("7", "kim@acme.test", "left", name="Kim", department="field", office="east", manager="1"),
    record("5", "eve@acme.test", office="east"),
)


def test_by_id() -> None:
    """State, login, name and attributes are those of the first; the other adds what the first does not have."""
    hr, ad = join_readings([HR, AD], JoinedSources(sources=("hr", "ad")))
    kim, bo = hr.records
    assert (kim.login, kim.name, kim.state) == ("kim.oh@acme.test", "Kim Oh", "active")
    assert kim.attributes == {"department": ("ap",), "office": ("east",), "manager": ("9",)}
    assert (bo.state, bo.attributes) == ("left", {"department": ("hq",), "office": ("west",)})
    assert [(one.row, one.id, one.state, one.login) for one in ad.records] == [
        ("row 8", "8", "left", "bo@acme.test"),
        ("row 7", "7", "active", "kim.oh@acme.test"),
        ("row 5", "5", "active", "eve@acme.test"),
    ]
    assert ad.records[1].attributes == kim.attributes
    assert hr.mapped == ad.mapped == {"department", "office", "manager"}
    assert hr.values["office"].keys() == {"west", "east"}
    assert ad.values["department"].keys() == {"ap", "hq", "field"}
    assert (hr.there, ad.there) == (1, 2), "limits count each source alone"


def test_the_other_order() -> None:
    """The order decides, and not the one in which sources were read."""
    one, other = JoinedSources(sources=("ad", "hr")), [AD, HR]
    ad, hr = join_readings(other, one)
    assert (hr.records[0].login, hr.records[0].state) == ("kim@acme.test", "left")
    assert (ad, hr) == tuple(reversed(join_readings(other[::-1], one)))


def test_by_login() -> None:
    """Ids are of each source then, so managers named by them stay with the source; blanks join nobody."""
    left = record("3", "", "left")
    more = reading("ad", record("x1", "KIM.OH@acme.test", office="east", manager="x2"), record("x9", "", "left"))
    named = JoinedSources(sources=("hr", "ad"), join="login")
    hr, ad = join_readings([reading("hr", *HR.records, left), more], named)
    assert hr.records[0].attributes == {"department": ("ap",), "office": ("east",), "manager": ("9",)}
    assert ad.records[0].attributes == {"department": ("ap",), "office": ("east",), "manager": ("x2",)}
    assert ad.records[0].login == "kim.oh@acme.test"
    assert (hr.records[2], ad.records[1].id) == (left, "x9")
    assert "manager" in ad.mapped
    assert ad.values["manager"].keys() == {"x2"}


def test_one_source() -> None:
    """Where one of the order was read, or none is named, everything stays as it is."""
    assert join_readings([HR], JoinedSources(sources=("hr", "ad"))) == (HR,)
    assert join_readings([HR, AD], JoinedSources()) == (HR, AD)
    other = reading("other", record("7", "x@acme.test"))
    assert join_readings([other, HR, AD], JoinedSources(sources=("hr", "ad")))[0] == other
