"""People whose login changed at their source, while Procore has the former one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.errors import DocumentsError
from reconciler.model.live import Person
from tests.support.rules import lock_person, write_lock
from tests.unit.people.test_rehired import CEDAR, HARBOR, entry, live, look, moves, told

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.live import LiveState

WARNED = [("warning", "live/former-login", None)]
NOW = msgspec.structs.replace(lock_person("ann.oh@acme.test"), was="ANN@acme.test")


def locked(folder: Path, *entries: str) -> None:
    """Write a lock in which Ann has another login than before."""
    (folder / "reconciler.yaml").write_text('kind: settings\nversion: 1\ncompany_id: "4211"\ncompany_name: Acme\n')
    (folder / "a.yaml").write_text("kind: assignments\ntemplate: Invoice Approval\nprojects:\n" + "".join(entries))
    write_lock(folder / "reconciler.yaml", {}, people=[NOW])


def known_as(state: LiveState, login: str, *, also: bool = False) -> LiveState:
    """Return the company in which lists have Ann by another login, or somebody else by it."""
    ann = Person("9" if also else "1", login, "Ann")
    lists = tuple(
        msgspec.structs.replace(one, people=(*(each for each in one.people if also or each.id != "1"), ann))
        for one in state.assignees
    )
    return msgspec.structs.replace(state, assignees=lists)


@pytest.mark.parametrize("written", ["ann.oh@acme.test", "Ann.Oh@ACME.test"])
def test_the_former_login_is_used(tmp_path: Path, written: str) -> None:
    """A line has the login of now and Procore the former one: nobody comes or goes, and it is told once."""
    entries = (entry("Cedar Tower", written), entry("Harbor Bridge", written, "bo@acme.test", manager=written))
    locked(tmp_path, *entries)
    observation, asked = look(tmp_path, live({(CEDAR, "pm"): ["1"]}), *entries)
    assert CEDAR not in moves(observation)
    assert told(observation) == WARNED
    assert observation.diagnostics[0].message == (
        "Ann has the login ann.oh@acme.test now, and Procore has ann@acme.test, which is used: correct it in Procore's "
        "directory"
    )
    assert "assignees of 1041" not in asked, "the preset shows her already"


def test_it_is_added_by_the_former_login(tmp_path: Path) -> None:
    """Where she comes to a role, her account is the one with the former login."""
    line = entry("Cedar Tower", "ann.oh@acme.test", "bo@acme.test")
    locked(tmp_path, line)
    observation, _ = look(tmp_path, live({(CEDAR, "pm"): ["2"]}), line)
    assert moves(observation) == {CEDAR: (["1"], [])}
    assert told(observation) == WARNED


def test_procore_follows(tmp_path: Path) -> None:
    """Once a list has the login of now, that account counts, also for lines that were settled before."""
    entries = (entry("Cedar Tower", "ann.oh@acme.test"), entry("Harbor Bridge", "ann.oh@acme.test", "cy@acme.test"))
    locked(tmp_path, *entries)
    state = known_as(live({(CEDAR, "pm"): ["1"], (HARBOR, "pm"): ["1"]}), "ann.oh@acme.test", also=True)
    for ordered in (entries, entries[::-1]):
        observation, _ = look(tmp_path, state, *ordered)
        assert moves(observation) == {CEDAR: (["9"], ["1"]), HARBOR: (["9", "3"], ["1"])}
        assert told(observation) == []


def test_a_line_with_the_former_login(tmp_path: Path) -> None:
    """Procore has the login of now and a line the former one: she is found, and the line is to be corrected."""
    line = entry("Cedar Tower", "ann@acme.test")
    locked(tmp_path, line)
    state = live({(CEDAR, "pm"): ["2"]})
    ann = Person("1", "ann.oh@acme.test", "Ann")
    everywhere = tuple(
        msgspec.structs.replace(
            one,
            groups=tuple(
                msgspec.structs.replace(group, members=tuple(ann if each.id == "1" else each for each in group.members))
                for group in one.groups
            ),
            workflow_manager=None,
        )
        for one in state.presets
    )
    followed = msgspec.structs.replace(known_as(state, "ann.oh@acme.test"), presets=everywhere, managers=())
    observation, _ = look(tmp_path, followed, line)
    assert moves(observation) == {CEDAR: (["1"], ["2"])}
    assert told(observation) == WARNED
    assert observation.diagnostics[0].message == (
        "ann@acme.test is ann.oh@acme.test now: correct the lines of documents that name Ann"
    )


def test_an_inactive_account_is_not_used(tmp_path: Path) -> None:
    """A former login that is inactive in the directory leads to nobody."""
    line = entry("Cedar Tower", "ann.oh@acme.test")
    locked(tmp_path, line)
    state = msgspec.structs.replace(live({(CEDAR, "pm"): ["1"]}), inactive=frozenset({"ann@acme.test"}))
    with pytest.raises(DocumentsError) as raised:
        look(tmp_path, state, line)
    assert "nobody with the login 'ann.oh@acme.test' may be assigned" in raised.value.diagnostics[0].message
