"""Lines that cannot be resolved: held where the base has them too, errors where the request wrote them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from reconciler.desired.repository import read_settings_document
from reconciler.errors import DocumentsError
from reconciler.live.snapshot_reader import SnapshotReader
from reconciler.model.diagnostics import has_errors
from reconciler.operations.dated_documents import read_repository
from reconciler.operations.observation import observe
from reconciler.operations.workspace import problems
from reconciler.planning.changes import compare
from reconciler.planning.held import LOOKING, STRICT, Tolerance, hold_empty_groups
from tests.support.account import company_seed, write_documents
from tests.support.values import TODAY, live_state

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from reconciler.model.documents import Documents
    from reconciler.model.live import LiveState
    from reconciler.operations.observation import Observation

HARBOR = "  - project: Harbor Bridge\n    groups: {Project Manager: [ann@acme.test, cy@acme.test]}\n"
CEDAR = "  - project: Cedar Tower\n    groups: {Accounting: [cy@acme.test, eli@acme.test]}\n"
APPLYING = Tolerance(lambda: None, everything=True)


def document(*entries: str, head: str = "template: Invoice Approval") -> str:
    """Return an assignments document."""
    return f"kind: assignments\n{head}\nprojects:\n{''.join(entries)}"


def read(folder: Path, documents: dict[str, str]) -> tuple[Documents, list[Any]]:
    """Read documents without raising."""
    file = write_documents(folder, documents)
    return read_repository(file, read_settings_document(file), TODAY)


def look(
    folder: Path, now: dict[str, str], base: dict[str, str] | None = None, *, state: LiveState | None = None
) -> Observation:
    """Observe documents with the lines of a base held; raises DocumentsError like the commands do."""
    documents, diagnostics = read(folder / "now", now)
    tolerance = APPLYING
    if base is not None:
        then, _ = read(folder / "base", base)
        tolerance = Tolerance(lambda: (then,))
    diagnostics = hold_empty_groups(diagnostics, documents, tolerance)
    if has_errors(diagnostics):
        raise problems(diagnostics)
    return observe(documents, diagnostics, SnapshotReader(state or live_state()), tolerance=tolerance)


def held(observation: Observation) -> list[str]:
    """Return what is held as ``place message``."""
    found = [one for one in observation.diagnostics if one.code == "documents/held"]
    assert all(one.severity == "warning" for one in found)
    return [f"{one.origin} {one.message}" for one in found]


def changed(observation: Observation) -> list[str]:
    """Return the addresses that change."""
    return [one.address for one in compare(observation.resolved, observation.state.versions)]


# What may be wrong in an old line, and a part of what is told.
TROUBLES = {
    "a person": (document(HARBOR.replace("ann@acme.test, cy", "gone")), "gone@acme"),
    "a manager": (
        document("  - project: Harbor Bridge\n    workflow_manager: gone@acme.test\n"), "nobody with the login 'gone@"
    ),
    "a project": (document("  - project: Gone\n    groups: {Accounting: [cy@acme.test]}\n"), "no project 'Gone'"),
    "a template": (document(HARBOR, head="template: Gone"), "no template 'Gone'"),
    "a tool": (document(HARBOR, head="template: Invoice Approval\ntool: gone"), "belongs to tool"),
    "a role": (document("  - project: Harbor Bridge\n    groups: {Gone: [cy@acme.test]}\n"), "no role group 'Gone'"),
    "a dynamic group": (
        document("  - project: Harbor Bridge\n    groups: {Superintendent: [cy@acme.test]}\n"), "filled by the service"
    ),
    "a preset": (document("  - project: Old Library\n    groups: {Accounting: [cy@acme.test]}\n"), "is not assigned"),
    "a field": (document("  - where: {gone: x}\n    groups: {Accounting: [cy@acme.test]}\n"), "no project has a field"),
    "a person twice": (
        document("  - project: Harbor Bridge\n    groups: {Accounting: [cy@acme.test, {login_id: '3'}]}\n"),
        "is the same person",
    ),
    "two selections": (
        document(
            "  - where: {stage: Course of Construction}\n    groups: {Project Manager: [cy@acme.test]}\n",
            "  - where: {state_code: WA}\n    groups: {Project Manager: [dee@acme.test]}\n",
        ),
        "with the same rank",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TROUBLES)
def test_an_old_line_holds_what_it_touches(tmp_path: Path, name: str) -> None:
    """Moved by a line, it is held with its place; what else changes is planned; a new one stays an error."""
    text, words = TROUBLES[name]
    now = {"z.yaml": f"# a line above\n{text}", "a.yaml": document(CEDAR)}
    observation = look(tmp_path, now, {"old.yaml": text})
    (told,) = held(observation)
    assert told.startswith("z.yaml:")
    assert "held until this line is corrected, and what it touches stays as it is: " in told
    assert words in told
    assert "projects/1041/templates/11" in changed(observation)
    with pytest.raises(DocumentsError) as raised:
        look(tmp_path / "new", now, {"old.yaml": document(CEDAR)})
    assert words in str([one.message for one in raised.value.diagnostics])


@pytest.mark.parametrize("name", TROUBLES)
def test_a_copy_of_an_old_line_is_new(tmp_path: Path, name: str) -> None:
    """Written once more in another file, it stops the plan, whatever is wrong in it."""
    text, _ = TROUBLES[name]
    with pytest.raises(DocumentsError):
        look(tmp_path, {"a.yaml": text, "copy.yaml": text}, {"a.yaml": text})


DEFAULTS = {
    "a leaver": "groups: {Accounting: [gone@acme.test, cy@acme.test]}",
    "a role": "groups: {Gone: [cy@acme.test, dee@acme.test]}",
    "a manager": "workflow_manager: gone@acme.test",
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_defaults_of_a_new_document_are_new(tmp_path: Path, name: str) -> None:
    """Also where another document of the template has the same line, and the rest of its list is another one."""
    head = f"template: Invoice Approval\n{DEFAULTS[name]}"
    base = document("  - project: Harbor Bridge\n", head=head)
    copy = document("  - project: Cedar Tower\n", head=head.replace("cy@acme.test", "eli@acme.test"))
    assert held(look(tmp_path / "old", {"moved.yaml": base}, {"a.yaml": base}))
    with pytest.raises(DocumentsError):
        look(tmp_path, {"a.yaml": base, "new.yaml": copy}, {"a.yaml": base})


def test_a_conflict_that_defaults_make(tmp_path: Path) -> None:
    """New defaults make it new; one more document without any leaves an old conflict as old as it is."""
    where = "  - where: {%s}\n    groups: {Accounting: [dee@acme.test]}\n"
    old = {"a.yaml": document(where % "state_code: WA"), "b.yaml": document(where % "stage: Course of Construction")}
    assert held(look(tmp_path / "old", {**old, "c.yaml": document(CEDAR)}, old))
    head = "template: Invoice Approval\ngroups: {Accounting: [cy@acme.test]}"
    bare = "  - where: {%s}\n    workflow_manager: ann@acme.test\n"
    then = {
        "a.yaml": document(where % "state_code: WA", head=head),
        "b.yaml": document(bare % "stage: Course of Construction"),
    }
    now = {**then, "b.yaml": document(bare % "stage: Course of Construction", head=head)}
    with pytest.raises(DocumentsError):
        look(tmp_path / "new", now, then)


def test_a_group_is_left_whole(tmp_path: Path) -> None:
    """Of a group with a line that is held nobody moves, though another line of it was edited."""
    base = {
        "a.yaml": document(
            "  - project: Harbor Bridge\n    groups: {Project Manager: [ann@acme.test, gone@acme.test]}\n"
        )
    }
    now = {"a.yaml": base["a.yaml"].replace("ann@", "dee@")}
    observation = look(tmp_path, now, base)
    assert changed(observation) == []
    (resolved,) = observation.resolved
    assert resolved.held == frozenset({"pm"})
    assert resolved.named == frozenset({"pm"})


@pytest.mark.parametrize(
    "edited",
    [
        ("gone@", "gone.too@"),
        ("Harbor Bridge", "Cedar Tower"),
        ("Project Manager", "Accounting"),
    ],
)
def test_an_edited_line_is_an_error(tmp_path: Path, edited: tuple[str, str]) -> None:
    """Another person, project or role: the request wrote it."""
    base, _ = TROUBLES["a person"]
    with pytest.raises(DocumentsError):
        look(tmp_path, {"a.yaml": base.replace(*edited)}, {"a.yaml": base})


@pytest.mark.parametrize(
    ("base", "now"),
    [
        # the new line stands before the old one, which is the second to name the person
        ("{Accounting: [cy@acme.test]}", "{Accounting: [{login_id: '3'}, cy@acme.test]}"),
        # a list that stood in one group is used in another one as well
        ("{Accounting: &x [gone@acme.test]}", "{Accounting: &x [gone@acme.test], Project Manager: *x}"),
        # a group that a day emptied, with another day
        ("{Accounting: [{person: cy@acme.test, until: 2020-01-01}]}",
         "{Accounting: [{person: cy@acme.test, until: 2020-01-02}]}"),
    ],
)  # fmt: skip
def test_an_old_line_does_not_cover_a_new_one(tmp_path: Path, base: str, now: str) -> None:
    """What the request wrote beside it is an error."""
    entry = "  - project: Harbor Bridge\n    groups: "
    with pytest.raises(DocumentsError):
        look(tmp_path, {"a.yaml": document(f"{entry}{now}\n")}, {"a.yaml": document(f"{entry}{base}\n")})


def test_a_template_that_is_gone_and_an_edited_entry(tmp_path: Path) -> None:
    """The request works on a document that has no effect, also where the template stands first in it."""
    text = f"template: Gone\nkind: assignments\nprojects:\n{HARBOR}"
    assert len(held(look(tmp_path, {"a.yaml": text, "b.yaml": document(CEDAR)}, {"a.yaml": text}))) == 1
    edited = text.replace("ann@", "dee@")
    with pytest.raises(DocumentsError):
        look(tmp_path / "new", {"a.yaml": edited, "b.yaml": document(CEDAR)}, {"a.yaml": text})


WHERE = "  - where: {stage: Course of Construction%s}\n    groups: {Project Manager: [ann@acme.test]}\n"
NARROWER = "  - project: Gone\n    groups: {Project Manager: [ann@acme.test, bo@acme.test]}\n"
# A line that cannot be resolved, beside a broader one, and the presets left alone: both, or Harbor Bridge.
BOTH, HARBOR_ONLY = "2 presets", "1 preset"
MAY_MEAN = {
    "a project": ([document(NARROWER, WHERE % "")], BOTH),
    "a project with defaults": (
        [document(NARROWER, "  - where: {stage: Course of Construction}\n", head="template: Invoice Approval\n"
         "groups: {Project Manager: [gus@acme.test]}")], BOTH,
    ),
    "a role": (
        [document("  - project: Harbor Bridge\n    groups: {Gone: [ann@acme.test, bo@acme.test]}\n", WHERE % "")],
        HARBOR_ONLY,
    ),
    "a template": (
        [document(NARROWER.replace("Gone", "Harbor Bridge"), head="template: Gone"),
         document(WHERE % "", head="template: {id: '11'}")], HARBOR_ONLY,
    ),
    "a template of any project": (
        [document(NARROWER, head="template: Gone"), document(WHERE % "", head="template: {id: '11'}")], BOTH,
    ),
    "a field": (
        [document("  - where: {sector: Water}\n    groups: {Project Manager: [ann@acme.test, bo@acme.test]}\n",
         "  - where: {stage: Course of Construction}\n", head="template: Invoice Approval\n"
         "groups: {Project Manager: [gus@acme.test]}")], BOTH,
    ),
    "an exception": (
        [document(WHERE % ", except: [Gone]", "  - where: {stage: Course of Construction}\n",
         head="template: Invoice Approval\ngroups: {Project Manager: [gus@acme.test]}")], BOTH,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MAY_MEAN)
def test_a_broader_line_takes_nothing_over(tmp_path: Path, name: str) -> None:
    """Whatever a line that cannot be resolved may mean stays as it is, and that line tells how many presets."""
    texts, presets = MAY_MEAN[name]
    now = {f"{number}.yaml": text for number, text in enumerate(texts)}
    observation = look(tmp_path, now, now)
    assert held(observation)
    (told,) = [one for one in observation.diagnostics if one.code == "documents/held-broader"]
    assert told.message.startswith(f"this line may mean {presets} that a broader line speaks for"), told
    left = [one for one in changed(observation) if presets == BOTH or one.startswith("projects/1042/")]
    assert left == []
    assert all(
        "pm" in one.held for one in observation.resolved if presets == BOTH or one.target.preset.project_id == "1042"
    )


def test_an_exception_that_is_gone_stops_its_selection(tmp_path: Path) -> None:
    """Any project that matches may be the one to leave out, so the entry speaks for none."""
    now = {"a.yaml": document(WHERE % ", except: [Gone]", CEDAR)}
    observation = look(tmp_path, now, now)
    (told,) = held(observation)
    assert "'except' names no project that there is, 'Gone'" in told
    assert changed(observation) == ["projects/1041/templates/11"]
    with pytest.raises(DocumentsError):
        look(tmp_path / "new", now, {"a.yaml": document(WHERE % "", CEDAR)})


def test_two_projects_of_one_name(tmp_path: Path) -> None:
    """Only these two are left alone, managers of them as well."""
    seed = company_seed()
    twin = {**seed["projects"][0], "id": "1049", "name": "Harbor Bridge", "display_name": "Harbor Bridge"}
    state = live_state({**seed, "projects": [*seed["projects"], twin]})
    entry = NARROWER.replace("Gone", "Harbor Bridge") + "    workflow_manager: ann@acme.test\n"
    broader = (WHERE % "").replace("ann@", "dee@") + "    workflow_manager: bo@acme.test\n"
    now = {"a.yaml": document(entry, broader)}
    observation = look(tmp_path, now, now, state=state)
    assert changed(observation) == ["projects/1041/templates/11"]
    (harbor,) = [one for one in observation.resolved if one.target.address == "projects/1042/templates/11"]
    assert harbor.held == frozenset({"pm", None})


def test_a_narrower_line_is_not_left_alone(tmp_path: Path) -> None:
    """What names its project itself is not what a lost line meant; a project gone by its id is none here."""
    now = {"a.yaml": document(NARROWER, HARBOR, WHERE % "")}
    assert changed(look(tmp_path, now, now)) == ["projects/1042/templates/11"]
    by_id = {"a.yaml": document(NARROWER.replace("Gone", "{id: '99'}"), (WHERE % "").replace("ann@", "dee@"))}
    observation = look(tmp_path / "by-id", by_id, by_id)
    assert len(changed(observation)) == 2
    assert "documents/held-broader" not in [one.code for one in observation.diagnostics]


def test_a_team_is_judged_at_the_team(tmp_path: Path) -> None:
    """Whoever an old team names is held wherever the team is named; whoever is new in it is an error."""
    text = document("  - project: Harbor Bridge\n    groups: {Project Manager: [team:west]}\n")
    team = "kind: teams\nteams: {west: [team:inner], inner: [ann@acme.test, gone@acme.test]}\n"
    now = {"a.yaml": text + CEDAR.replace("cy@acme.test", "team:west"), "t.yaml": team}
    observation = look(tmp_path, now, {"a.yaml": text, "t.yaml": team})
    (told,) = held(observation)
    assert "if they are new" not in told  # an old line names nobody new
    assert told.startswith("t.yaml:2:52 held until this line is corrected")
    assert told.endswith("(used in 2 places, the first at a.yaml:5:32)")
    assert changed(observation) == []
    with pytest.raises(DocumentsError):
        look(tmp_path / "new", now, {"a.yaml": text, "t.yaml": team.replace(", gone@acme.test", "")})


@pytest.mark.parametrize(
    ("base", "now"),
    [
        # another last day for the same person
        ("{pm: [ann@acme.test, {person: gone@acme.test, until: 2031-01-31}]}",
         "{pm: [ann@acme.test, {person: gone@acme.test, until: 2032-12-31}]}"),
        # a line of its own for somebody whom another team brought in
        ("{pm: [ann@acme.test, team:ap], ap: [gone@acme.test]}", "{pm: [ann@acme.test, gone@acme.test]}"),
        # and the other way round
        ("{pm: [ann@acme.test, gone@acme.test]}", "{pm: [ann@acme.test, team:ap], ap: [gone@acme.test]}"),
    ],
)  # fmt: skip
def test_an_edited_line_of_a_team_is_an_error(tmp_path: Path, base: str, now: str) -> None:
    """What counts is the line in the team, not that the person came by the team before."""
    text = document("  - project: Harbor Bridge\n    groups: {Project Manager: [team:pm]}\n")
    then = {"a.yaml": text, "t.yaml": f"kind: teams\nteams: {base}\n"}
    assert len(held(look(tmp_path / "same", then, then))) == 1
    with pytest.raises(DocumentsError):
        look(tmp_path / "new", {"a.yaml": text, "t.yaml": f"kind: teams\nteams: {now}\n"}, then)


def test_a_last_day_that_left_a_group_empty(tmp_path: Path) -> None:
    """It is held where the base is empty by it too; a list emptied by the request is an error."""
    day = TODAY - datetime.timedelta(days=1)
    text = document(
        f"  - project: Harbor Bridge\n    groups: {{Accounting: [{{person: cy@acme.test, until: {day}}}]}}\n"
    )
    observation = look(tmp_path, {"a.yaml": f"# moved\n{text}" + CEDAR}, {"b.yaml": text})
    (told,) = held(observation)
    assert "nobody is left in 'Accounting'" in told
    assert changed(observation) == ["projects/1041/templates/11"]
    team = {"a.yaml": text.replace(f"{{person: cy@acme.test, until: {day}}}", "team:west")}
    documents, diagnostics = read(tmp_path / "team", {**team, "t.yaml": "kind: teams\nteams: {west: []}\n"})
    then, _ = read(tmp_path / "team-then", {**team, "t.yaml": "kind: teams\nteams: {west: [cy@acme.test]}\n"})
    assert has_errors(hold_empty_groups(diagnostics, documents, Tolerance(lambda: (then,))))
    assert has_errors(hold_empty_groups(diagnostics, documents, STRICT))
    expired = "kind: teams\nteams: {west: [{person: %s@acme.test, until: %s}]}\n"
    then, _ = read(tmp_path / "expired-then", {**team, "t.yaml": expired % ("cy", day)})
    for line, old in ((("cy", day), True), (("bo", day), False), (("cy", "2020-01-01"), False)):
        documents, diagnostics = read(tmp_path / str(line), {**team, "t.yaml": expired % line})
        assert has_errors(hold_empty_groups(diagnostics, documents, Tolerance(lambda: (then,)))) is not old
    written = {"a.yaml": document("  - project: Harbor Bridge\n    groups: {Accounting: []}\n")}
    documents, diagnostics = read(tmp_path / "empty", written)
    assert has_errors(hold_empty_groups(diagnostics, documents, APPLYING)), "an empty list is no matter of days"


def test_somebody_who_may_no_longer_be_assigned(tmp_path: Path) -> None:
    """An old line would add them, so the group is held; a new line is for the guards."""
    state = live_state()
    nobody = tuple(one for one in state.assignees if one.place.project_id != "1042")
    state = state.__class__(
        **{
            **{name: getattr(state, name) for name in state.__struct_fields__},
            "assignees": (
                *nobody,
                *(type(one)(place=one.place, people=()) for one in state.assignees if one not in nobody),
            ),
            "managers": tuple(type(one)(place=one.place, people=()) for one in state.managers),
        }
    )
    text = document(HARBOR + "    workflow_manager: ann@acme.test\n")
    observation = look(tmp_path, {"a.yaml": text + CEDAR}, {"a.yaml": text}, state=state)
    assert [one.split(": ", 1)[1].split(" on ")[0] for one in held(observation)] == [
        "Cy (cy@acme.test) may not be assigned",
        "Ann may not be workflow manager",
    ]
    assert changed(observation) == ["projects/1041/templates/11"]
    fresh = look(tmp_path / "new", {"a.yaml": text}, {"a.yaml": document(CEDAR)}, state=state)
    assert held(fresh) == []
    assert changed(fresh) == ["projects/1042/templates/11"]


def test_commands_that_look_hold_nobody_for_that(tmp_path: Path) -> None:
    """Drift still shows whom the documents want and live has not."""
    seed = company_seed()
    state = live_state(seed)
    documents, diagnostics = read(tmp_path, {"a.yaml": document(HARBOR)})
    reader = SnapshotReader(state.__class__(**{
        **{name: getattr(state, name) for name in state.__struct_fields__}, "inactive": frozenset({"cy@acme.test"}),
    }))  # fmt: skip
    looked = observe(documents, diagnostics, reader, tolerance=LOOKING)
    assert changed(looked) == ["projects/1042/templates/11"]
    applied = observe(documents, diagnostics, reader, tolerance=APPLYING)
    assert changed(applied) == []


def test_without_a_base_nothing_is_old(tmp_path: Path) -> None:
    """Where no base is known, the line is an error."""
    text, _ = TROUBLES["a person"]
    documents, diagnostics = read(tmp_path, {"a.yaml": text})
    for tolerance in (STRICT, Tolerance(lambda: None)):
        with pytest.raises(DocumentsError):
            observe(documents, diagnostics, SnapshotReader(live_state()), tolerance=tolerance)
