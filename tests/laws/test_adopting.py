"""Laws of adopting, for generated documents of many styles and generated live states."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from reconciler.desired.repository import read_settings_document
from reconciler.drift import find_drifts
from reconciler.live.snapshot_reader import SnapshotReader
from reconciler.model.diagnostics import has_errors
from reconciler.model.service import Service
from reconciler.operations.adopt import Ground, adopt_drifts
from reconciler.operations.dated_documents import read_repository
from reconciler.operations.observation import observe
from reconciler.operations.workspace import Workspace
from reconciler.planning.changes import compare
from tests.support.account import PEOPLE, company_seed, login, write_documents
from tests.support.examples import examples
from tests.support.runs import make_run
from tests.support.values import TODAY, live_state
from tests.support.written import documents

if TYPE_CHECKING:
    from reconciler.model.drift import Drift
    from reconciler.model.live import LiveState
    from reconciler.operations.adopt import Adoption, ChangedFile

PROJECTS = ("Cedar Tower", "Harbor Bridge", "Mill Creek")
ids = st.lists(st.sampled_from(sorted(PEOPLE)), unique=True, max_size=4)
live_groups = st.fixed_dictionaries({"pm": ids, "acc": ids})
# what happens to all projects alike, and to each of them
lives = st.tuples(st.one_of(st.none(), live_groups), st.tuples(live_groups, live_groups, live_groups))
managers = st.tuples(*[st.sampled_from(("1", "2", None))] * 3)


def state_of(live: Any, manager: Any) -> LiveState:
    """Return a live state of three projects."""
    seed = company_seed()
    seed["projects"].append({**seed["projects"][0], "id": "1044", "name": "Mill Creek", "display_name": "x"})
    seed["presets"].append({**seed["presets"][0], "id": "34", "project_id": "1044"})
    alike, each = live
    presets = [seed["presets"][number] for number in (0, 1, 3)]
    for preset, groups, one in zip(presets, each, manager, strict=True):
        preset["groups"] = {"creator": [], "super": ["8"], **(alike or groups)}
        preset["workflow_manager_id"] = one
    return live_state(seed)


class Trial:
    """Documents in a folder, held against a live state."""

    def __init__(self, folder: str, texts: dict[str, str], state: LiveState) -> None:
        file = write_documents(Path(folder), {})
        for name, text in texts.items():
            (Path(folder) / name).write_bytes(text.encode())
        self.workspace = Workspace(
            settings_file=file,
            settings=read_settings_document(file),
            service=Service(company_id="4211", api_url="http://127.0.0.1", auth_url="http://127.0.0.1"),
            run=make_run(Path(folder)),
        )
        self.documents, diagnostics = read_repository(file, self.workspace.settings, TODAY)
        self.good = not has_errors(diagnostics)
        if self.good:
            self.observation = observe(self.documents, diagnostics, SnapshotReader(state), tolerant=True)
            self.good = not has_errors(self.observation.diagnostics)
            self.ground = Ground(self.observation, self.documents, self.workspace)

    def drifts(self) -> tuple[Drift, ...]:
        """Return what differs."""
        return find_drifts(compare(self.observation.resolved, self.observation.state.versions))

    def adopt(self, chosen: list[Drift], *, teams: bool = False) -> Adoption:
        """Adopt, with all the teams that are offered or with none."""
        adoption = adopt_drifts(chosen, self.ground)
        if teams and adoption.offers:
            return adopt_drifts(chosen, self.ground, adoption.offers)
        return adoption


def own_comments(text: str) -> list[str]:
    """Return the lines that are comments and nothing else, in order."""
    return [line.strip() for line in text.splitlines() if line.lstrip().startswith("#")]


def named(line: str) -> set[str]:
    """Return whom a line names, by login id, and teams."""
    code = line.split("#", maxsplit=1)[0].lower()
    people = {one for one, name in PEOPLE.items() if login(name) in code or re.search(f'login_id: "?{one}\\b', code)}
    return people | set(re.findall(r"team:\w+", code))


def may_change(line: str, moved: set[str]) -> bool:
    """Return whether a line names somebody who moves, a team, or is the head or the end of a list."""
    code = line.split("#", maxsplit=1)[0]
    return bool(named(line) & moved) or re.search(r"team:|[\[\]]|allow_empty|members:|:\s*$", code) is not None


def stay(before: str, after: str, moved: set[str]) -> bool:
    """Return whether every other line is there afterwards, in the same order; a last one may get a comma."""
    ahead = iter(after.splitlines())
    lines = [line for line in before.splitlines() if not may_change(line, moved)]
    return all(any(line in {one, one.replace(",", "", 1)} for one in ahead) for line in lines)


def remarks_lost(before: str, after: str) -> list[str]:
    """Return the lines whose remark is not there just once afterwards."""
    found = ((line, re.search(r"# remark \d+\.", line)) for line in before.splitlines())
    return [line for line, remark in found if remark is not None and after.count(remark[0]) != 1]


def chosen_of(drifts: tuple[Drift, ...], choice: st.DataObject) -> list[Drift]:
    """Choose some, of workflow managers both halves."""
    some = [one for one in drifts if choice.draw(st.booleans())]
    places = {one.address for one in some if one.group is None}
    return [one for one in drifts if one in some or (one.group is None and one.address in places)]


@settings(max_examples=examples(30))
@given(documents(PROJECTS), lives, managers, st.booleans(), st.data())
def test_planning_what_was_adopted_is_empty(
    texts: dict[str, str], live: Any, manager: Any, teams: Any, choice: st.DataObject
) -> None:
    """And everything that was not chosen differs just as before; refused is only what no document can say."""
    with tempfile.TemporaryDirectory() as folder:
        state = state_of(live, manager)
        trial = Trial(folder, texts, state)
        assume(trial.good)
        drifts = trial.drifts()
        chosen = chosen_of(drifts, choice)
        adoption = trial.adopt(chosen, teams=teams)
        for one in adoption.files:
            assert list(YAML().compose_all(one.after)), "another reader takes it too"
            (Path(folder) / one.path).write_bytes(one.after.encode())
            texts = {**texts, one.path: one.after}
        after = Trial(folder, texts, state)
        assert after.good
        refused = [one for one, _ in adoption.refused]
        assert all(one.group is None for one in refused)
        adopted = {one.key for one in chosen} - {one.key for one in refused}
        assert {one.key for one in after.drifts()} == {one.key for one in drifts} - adopted


@settings(max_examples=examples(30))
@given(documents(PROJECTS), lives, managers, st.booleans(), st.data())
def test_comments_line_ends_and_everybody_elses_lines_stay(
    texts: dict[str, str], live: Any, manager: Any, teams: Any, choice: st.DataObject
) -> None:
    """A remark goes with a line's only person, or team, and with nobody else; an own line of comment never does."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(folder, texts, state_of(live, manager))
        assume(trial.good)
        chosen = chosen_of(trial.drifts(), choice)
        moved = {one.person.id for one in chosen}
        leaving = {one.person.id for one in chosen if one.direction == "git-only"}
        for one in trial.adopt(chosen, teams=teams).files:
            assert own_comments(one.before) == own_comments(one.after)
            assert ("\r\n" in one.before) == ("\r\n" in one.after)
            assert one.after.count("\n") - one.after.count("\r\n") in {0, one.after.count("\n")}
            assert one.after.endswith("\n") or not one.before.endswith("\n")
            assert stay(one.before, one.after, moved), one.after
            for line in remarks_lost(one.before, one.after):
                (only,) = named(line)
                assert only in leaving or only.startswith("team:"), (line, one.after)
            assert "\n".join(rebuilt(one)).rstrip("\n") == "\n".join(lines_of(one.after)).rstrip("\n")


def lines_of(text: str) -> list[str]:
    """Return lines without their ends, and an empty one behind the last end."""
    return [line.removesuffix("\r") for line in text.split("\n")]


def rebuilt(file: ChangedFile) -> list[str]:
    """Return the lines afterwards, made from those before and the lines that are said to change."""
    before, after = lines_of(file.before), lines_of(file.after)
    lines: list[str] = []
    at = 0
    for one in file.changed:
        lines += before[at : one.before_from]
        assert len(lines) == one.after_from
        lines += after[one.after_from : one.after_to]
        at = one.before_to
    return lines + before[at:]


@settings(max_examples=examples(20))
@given(documents(PROJECTS), lives, st.data())
def test_one_difference_changes_one_place(texts: dict[str, str], live: Any, choice: st.DataObject) -> None:
    """One person who came or went: nothing but the one list, or an entry that is put in whole."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(folder, texts, state_of(live, ("1", "1", "1")))
        assume(trial.good)
        drifts = [one for one in trial.drifts() if one.group is not None]
        assume(drifts)
        one = choice.draw(st.sampled_from(drifts))
        adoption = trial.adopt([one])
        (file,) = adoption.files
        assert 1 <= len(file.changed) <= 2, file.after  # a second one where nobody is left and the list says so
        assert all(line.after_to - line.after_from <= 12 for line in file.changed)
        who = {one.person.id}
        assert stay(file.before, file.after, who)
        if one.direction == "live-only":
            assert sum(line.before_to - line.before_from for line in file.changed) <= 1
