"""Groups inside groups, and values that arrive in ranges."""

from __future__ import annotations

import msgspec

from reconciler.model.diagnostics import Origin
from reconciler.model.readings import Reading, Record
from reconciler.model.rules import GROUP
from reconciler.model.sources import Column, Groups, LdapSource, Status
from reconciler.sources.ldap_groups import members_of_groups, names_in_range
from reconciler.sources.ldap_names import with_groups, with_managers


def ldap_source() -> LdapSource:
    """Return a source for reading without the command line."""
    return LdapSource(
        name="ad",
        origin=Origin("people.yaml", 1, 1),
        url="",
        base="ou=people,dc=acme,dc=test",
        filter="(objectClass=inetOrgPerson)",
        groups=Groups(base="ou=groups,dc=acme,dc=test", filter="(objectClass=groupOfNames)"),
        columns={
            "id": Column(name="employeeNumber", width=6),
            "login": Column(name="mail"),
            "department": Column(name="departmentNumber"),
        },
        status=Status(column="employeeType", states={"active": "active", "terminated": "left"}),
    )


def test_groups_inside_groups() -> None:
    """Everybody below counts, circles end, and members elsewhere are counted."""
    groups = {"a": ("A", ["x", "b"]), "b": ("B", ["y", "a", "gone"]), "c": ("C", [])}
    titles, outside = members_of_groups(groups, {"x", "y", "z"})
    assert titles == {"x": {"A", "B"}, "y": {"A", "B"}}
    assert outside == 1


def test_a_very_deep_chain() -> None:
    """Depth costs no stack."""
    groups = {str(at): (str(at), [str(at + 1)]) for at in range(3000)}
    titles, outside = members_of_groups({**groups, "3000": ("last", ["x"])}, {"x"})
    assert (len(titles["x"]), outside) == (3001, 0)


def test_ranges_of_values() -> None:
    """A server that gives 1,500 values at a time says where the next ones begin."""
    assert names_in_range("member") == ("member", None)
    assert names_in_range("member;range=0-1499") == ("member", 1500)
    assert names_in_range("member;range=1500-*") == ("member", None)


def test_managers_and_groups_by_entry() -> None:
    """A directory names managers and members by entries: they become ids of people and titles of groups."""
    names = {"entry 1": "cn=ann,ou=people", "entry 2": "cn=bo,ou=people"}
    ann = Record(row="entry 1", id="000001", login="ann@acme.test", name=None, state="active",
                 attributes={"manager": ("cn=bo, ou=people",)})  # fmt: skip
    bo = Record(row="entry 2", id="000002", login="bo@acme.test", name=None, state="left",
                attributes={"manager": ("cn=elsewhere",)})  # fmt: skip
    reading = Reading(
        source="ad", records=(ann, bo), digest="", as_of="", mapped=frozenset({"manager"}), filled={}, values={}
    )
    found = with_managers(reading, names)
    assert [one.attributes["manager"] for one in found.records] == [("000002",), ("cn=elsewhere",)]
    groups = {GROUP: {"cn=ann,ou=people": frozenset({"Cost West"}), "cn=bo,ou=people": frozenset({"Cost West"})}}
    found = with_groups(found, names, groups, ["note"])
    assert found.records[0].attributes[GROUP] == ("cost west",)
    assert found.values[GROUP] == {"cost west": ("Cost West", 1)}
    assert found.notes == ("note",)
    assert with_managers(msgspec.structs.replace(reading, mapped=frozenset()), names).records == reading.records
