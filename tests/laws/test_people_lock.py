"""Laws of the people lock."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.lock_files import decode_lock, encode_lock
from reconciler.model.people_lock import LockedPerson, LockedResult, PeopleLock

NAMES = st.text(min_size=1, max_size=30)
LOGINS = st.lists(st.text(min_size=1, max_size=20), max_size=6, unique=True)
DIGESTS = st.text("0123456789abcdef", min_size=16, max_size=16)
RESULTS = st.builds(
    lambda rule, members, left_out: LockedResult(rule=rule, members=tuple(members), left_out=tuple(left_out)),
    DIGESTS, LOGINS, LOGINS,
)  # fmt: skip
PEOPLE = st.lists(
    st.builds(
        LockedPerson,
        login=NAMES,
        id=NAMES,
        name=st.none() | NAMES,
        state=st.sampled_from(["active", "absent", "left", "missing"]),
        was=st.none() | NAMES,
        manager=st.none() | NAMES,
    ),
    max_size=5,
    unique_by=lambda one: (one.login, one.id),
)
LOCKS = st.builds(
    lambda people, teams, rules: PeopleLock(
        people=tuple(people), teams=teams, rules={one.rule: one for one in rules}
    ),
    PEOPLE, st.dictionaries(NAMES, RESULTS, max_size=4), st.lists(RESULTS, max_size=3),
)  # fmt: skip


@given(LOCKS, st.randoms())
def test_what_is_written_is_read(lock: PeopleLock, chance: st.DataObject) -> None:
    """Whatever names people and teams have: read back, a lock writes the same bytes, in any order of its people."""
    files = encode_lock(lock)
    read, diagnostics = decode_lock(files)
    assert diagnostics == []
    assert encode_lock(read) == files
    people = list(lock.people)
    chance.shuffle(people)  # type: ignore[attr-defined]
    assert encode_lock(PeopleLock(people=tuple(people), teams=lock.teams, rules=lock.rules)) == files
    assert read.left().keys() == lock.left().keys()


@given(LOCKS)
def test_a_person_is_a_line(lock: PeopleLock) -> None:
    """Each person has one line of each file that they are in, whatever letters their name has."""
    for path, content in encode_lock(lock).items():
        lines = [one for one in content.decode().split("\n") if one.startswith("- ")]
        assert content.decode().splitlines() == content.decode().split("\n")[:-1]
        if path == "people.lock/people.yaml":
            assert len(lines) == len(lock.people)
