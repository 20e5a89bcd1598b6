"""Files of the people lock: what is written is read back, and what was edited is refused at its line."""

from __future__ import annotations

import pytest

from reconciler.desired.lock_files import decode_lock, encode_lock, team_file
from reconciler.model.people_lock import LockedPerson, LockedResult, LockedSource, MissingPerson, PeopleLock

LOCK = PeopleLock(
    people=(
        LockedPerson(login="bo@acme.test", id="hr:000008", name='Bo: # "Chen"\u2028', state="left"),
        LockedPerson(
            login="ann@acme.test", id="hr:000007", state="active", was="anna@acme.test", manager="bo@acme.test"
        ),
    ),
    teams={"ap/west": LockedResult(rule="12ab", members=("bo@acme.test", "ann@acme.test"), left_out=("cy@acme.test",))},
    rules={"00ff": LockedResult(rule="00ff", members=())},
    sources=(LockedSource(source="hr", people=2, filled={"department": 0.5}),),
    missing=(MissingPerson(id="hr:000009", file="ab", as_of="2026-11-26"),),
)
ANN, BO = '- "ann@acme.test"\n', '- "bo@acme.test"\n'
TEAM = "people.lock/teams/ap%2Fwest.yaml"


def test_what_is_written() -> None:
    """A person a line, in order; each line is JSON too."""
    files = encode_lock(LOCK)
    assert list(files) == ["people.lock/people.yaml", "people.lock/sources.yaml", TEAM, "people.lock/rules/00ff.yaml"]
    assert files[TEAM].decode() == (
        "# Written by 'reconciler people'. Do not edit it: each change is lost, and may be refused.\n"
        'team: "ap/west"\n'
        'rule: "12ab"\n'
        "members:\n"
        '- "ann@acme.test"\n'
        '- "bo@acme.test"\n'
        "except:\n"
        '- "cy@acme.test"\n'
    )
    people = files["people.lock/people.yaml"].decode().splitlines()
    assert people[4] == (
        '- {"login": "ann@acme.test", "id": "hr:000007", "state": "active", "was": "anna@acme.test", '
        '"manager": "bo@acme.test"}'
    )
    assert 'Bo: # \\"Chen\\"\\u2028' in people[5]


def test_what_is_read_back() -> None:
    """The same people, results and figures; members know their lines."""
    lock, diagnostics = decode_lock(encode_lock(LOCK))
    assert diagnostics == []
    assert lock.people == tuple(reversed(LOCK.people))
    assert (lock.sources, lock.missing) == (LOCK.sources, LOCK.missing)
    assert [(login, str(line)) for login, line in lock.teams["ap/west"].places()] == [
        ("ann@acme.test", f"{TEAM}:5:3"),
        ("bo@acme.test", f"{TEAM}:6:3"),
    ]
    assert lock.teams["ap/west"].left_out == ("cy@acme.test",)
    assert lock.rules["00ff"].members == ()
    assert set(lock.left()) == {"bo@acme.test"}
    assert encode_lock(lock) == encode_lock(LOCK)


@pytest.mark.parametrize(
    ("path", "old", "new", "line", "words"),
    [
        (TEAM, "# Written", "# By hand", 1, "was not written by this program, or was edited"),
        (TEAM, 'members:\n- "ann', 'members:\n<<<<<<< HEAD\n- "ann', 5, "marks of an unresolved merge"),
        (TEAM, ANN + BO, BO + ANN, 6, "the order is another"),
        (TEAM, ANN, ANN + ANN, 6, "the order is another"),
        (TEAM, ANN, "- ann@acme.test\n", 5, "was edited here"),
        (TEAM, ANN, '"ann@acme.test"\n', 5, "was edited here"),
        (TEAM, 'team: "ap/west"', "team: ap", 2, "was edited here"),
        (TEAM, "except:\n", 'except:\nrule: "7"\n', 8, "was edited here"),
        (TEAM, 'team: "ap/west"', 'team: "other"', 1, "is not a file of the lock"),
        (TEAM, "members:\n", "people:\n", 1, "has no list 'members'"),
        ("people.lock/people.yaml", "version: 1", "version: 2", 2, "is of version 2, and this program reads 1"),
        ("people.lock/people.yaml", '"state": "active"', '"state": "gone"', 5, "was edited here"),
        ("people.lock/people.yaml", "}\n", "}", 1, "was not written by this program, or was edited"),
        ("people.lock/people.yaml", "Chen", "\udcff", 6, "is not UTF-8"),
        ("people.lock/sources.yaml", "version: 1", "version: true", 2, "is of version True"),
    ],
)  # fmt: skip
def test_what_was_edited(path: str, old: str, new: str, line: int, words: str) -> None:
    """Each file is read as it is written, or refused: with the line, and the command that writes it again."""
    files = encode_lock(LOCK)
    text = files[path].decode()
    assert old in text
    files[path] = text.replace(old, new).encode("utf-8", "surrogateescape")
    _, diagnostics = decode_lock(files)
    assert [(one.severity, one.code, str(one.origin)) for one in diagnostics] == [
        ("error", "people/lock", f"{path}:{line}:1")
    ]
    assert words in diagnostics[0].message
    assert "run 'reconciler people --base REV'" in diagnostics[0].message


def test_a_list_that_closes_early() -> None:
    """Entries that only together are JSON are refused too."""
    files = encode_lock(LOCK)
    files[TEAM] = files[TEAM].replace(ANN.encode(), b'- "ann@acme.test"],["x"\n')
    assert [one.message for one in decode_lock(files)[1]] == [
        "this was edited here: run 'reconciler people --base REV', with a revision whose lock is good, "
        "which writes the folder again"
    ]


def test_other_files() -> None:
    """What nobody writes there is refused, with a name that can be shown."""
    header = encode_lock(LOCK)[TEAM].split(b"\n")[0]
    _, diagnostics = decode_lock({**encode_lock(LOCK), "people.lock/\u202e.yaml": header + b"\n"})
    assert [str(one.origin) for one in diagnostics] == ["'people.lock/\\u202e.yaml':1:1"]


@pytest.mark.parametrize("path", [*encode_lock(LOCK)])
def test_files_of_two_locks(path: str) -> None:
    """A file that was taken out, and one of another lock, are noticed, though each is as it was written."""
    files = encode_lock(LOCK)
    other = encode_lock(
        PeopleLock(
            people=LOCK.people[1:],
            teams={name: LockedResult(rule="12ab", members=("gus@acme.test",)) for name in LOCK.teams},
            rules={"00ff": LockedResult(rule="00ff", members=("gus@acme.test",))},
        )
    )
    for mixed in ({**files, path: other[path]}, {name: one for name, one in files.items() if name != path}):
        lacks = path not in mixed and path in {"people.lock/people.yaml", "people.lock/sources.yaml"}
        (problem,) = decode_lock(mixed)[1]
        assert ("is not here" if lacks else "does not fit the other files") in problem.message


def test_names_of_files() -> None:
    """A name of a team is a name of one file: neither hidden, nor another folder, nor too long."""
    assert team_file("AP West") == "people.lock/teams/AP West.yaml"
    assert team_file(".hidden") == "people.lock/teams/%2Ehidden.yaml"
    assert team_file("../x") == "people.lock/teams/%2E.%2Fx.yaml"
    long = {team_file("\u00e9" * 100 + end) for end in "ab"}
    assert len(long) == 2
    assert all(len(one) < 200 for one in long)
