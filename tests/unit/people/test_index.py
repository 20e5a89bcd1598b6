"""Everybody seen so far: an index that grows leaves the one it grew from as it was."""

from __future__ import annotations

from reconciler.model.live import PeopleList, Person, Place, Tool
from reconciler.people.index import PeopleIndex

PLACE = Place("1042", Tool("invoice"))


def test_an_index_with_more_lists() -> None:
    """People, ambiguous logins and accounts in use of the lists are known to the new index alone."""
    index = PeopleIndex()
    index.add(Person("1", "ann@acme.test", "Ann"))
    found = Person("9", "ann@acme.test", "Ann")
    grown = index.with_lists([PeopleList(place=PLACE, people=(found, Person("2", "bo@acme.test", "Bo")))])
    assert grown.find_id("2") is not None
    assert grown.ambiguous == {"ann@acme.test": {"1", "9"}}
    assert grown.accounts_in_use() == {"ann@acme.test": found}
    assert (index.find_id("2"), index.ambiguous, index.accounts_in_use()) == (None, {}, {})
