"""Edits of YAML texts in every style: what must change does, and nothing else."""

from __future__ import annotations

import pytest

from reconciler.desired.editing import apply_edits
from reconciler.model.adoption import AddEntry, AddToEntry, Edit, EditList, OwnGroup, SetManager
from reconciler.model.diagnostics import Origin

GONE: tuple[str, ...] = ()


def at(line: int, column: int = 1) -> Origin:
    """Return a place."""
    return Origin("a.yaml", line, column)


def edited(text: str, *edits: Edit) -> str:
    """Return the text after edits that can all be made."""
    done = apply_edits(text, edits)
    assert done.refused == ()
    return done.text


LISTS: dict[str, tuple[str, dict[int, tuple[str, ...]], tuple[str, ...], str]] = {
    "the first of a line": ("A: [a@x,  b@x]  # c\n", {0: GONE}, (), "A: [b@x]  # c\n"),
    "the last of a line": ("A: [ a@x,  b@x ]\n", {1: GONE}, (), "A: [ a@x ]\n"),
    "the middle of a line": ("A: [a@x, 'b@x',  c@x]\n", {1: GONE}, (), "A: [a@x,  c@x]\n"),
    "with a comma behind": ("A: [a@x, b@x,]\n", {1: GONE}, ("c@x",), "A: [a@x, c@x,]\n"),
    "others in place of one": ("A: [team:t, b@x]\n", {0: ("c@x", "d@x")}, (), "A: [c@x, d@x, b@x]\n"),
    "one put in": ("A: [a@x]\n", {}, ("b@x",), "A: [a@x, b@x]\n"),
    "all for another": ("A: [a@x]\n", {0: GONE}, ("b@x",), "A: [b@x]\n"),
    "nobody left in brackets": ("A: [a@x]  # c\n", {0: GONE}, (), "A: {members: [], allow_empty: true}  # c\n"),
    "nobody left on lines": (
        "A:  # c\n  # d\n  - a@x  # e\n", {0: GONE}, (), "A: {members: [], allow_empty: true}  # c\n  # d\n",
    ),
    "nobody left in a mapping": (
        "A: {members: [a@x]}\n", {0: GONE}, (), "A: {members: [], allow_empty: true}\n",
    ),
    "nobody left in a mapping that forbids it": (
        "A:\n  members:\n    - a@x\n  allow_empty: false\n", {0: GONE}, (),
        "A:\n  members: []\n  allow_empty: true\n",
    ),
    "nobody left in a mapping on lines": (
        "A:\n  members:\n    - a@x\n", {0: GONE}, (), "A:\n  members: []\n  allow_empty: true\n",
    ),
    "nobody left between brackets with comments": (
        "A: [  # c\n  a@x,  # d\n  # e\n  b@x, c@x]\n", {0: GONE, 1: GONE, 2: GONE}, (),
        "A: {members: [  # c\n  # e\n  ], allow_empty: true}\n",
    ),
    "somebody where nobody was": ("A: {members: [], allow_empty: true}\n", {}, ("a@x",),
                                  "A: {members: [a@x], allow_empty: true}\n"),
    "lines": ("A:\n- a@x\n  # of b\n-   b@x  # b\n\nB: []\n", {0: GONE}, ("c@x",),
              "A:\n  # of b\n-   b@x  # b\n-   c@x\n\nB: []\n"),
    "a text without an end": ("A:\n  - a@x", {}, ("b@x",), "A:\n  - a@x\n  - b@x"),
    "a person over lines": ("A:\n  - person: a@x  # c\n    # d\n    until: 2030-01-01\n  - b@x\n", {0: GONE}, (),
                            "A:\n    # d\n  - b@x\n"),
    "a person over lines for others": ("A:\n  - person: a@x\n    until: 2030-01-01  # c\n", {0: ("a@x", "b@x")}, (),
                                       "A:\n  - a@x\n  - b@x\n"),
    "lines between brackets": ("A: [\n  a@x,  # a\n  b@x,\n]\n", {0: GONE}, ("c@x",), "A: [\n  b@x,\n  c@x,\n]\n"),
    "lines between brackets without a last comma": ("A: [\n  a@x,\n  b@x  # b\n]\n", {}, ("c@x", "d@x"),
                                                    "A: [\n  a@x,\n  b@x,  # b\n  c@x,\n  d@x\n]\n"),
    "the last line between brackets": ("A: [\n  a@x,  # a\n  b@x\n]\n", {1: GONE}, ("c@x",),
                                       "A: [\n  a@x,  # a\n  c@x,\n]\n"),
    "several a line": ("A: [a@x, b@x,  # b\n    c@x, d@x]\n", {1: GONE, 3: GONE}, ("e@x",),
                       "A: [a@x,  # b\n    c@x, e@x]\n"),
    "the first of a line of several": ("A: [a@x,\n    b@x, c@x]\n", {0: GONE, 1: GONE}, (), "A: [\n    c@x]\n"),
    "the only one of the last line": ("A: [a@x,  # a\n    b@x]\n", {1: GONE}, (), "A: [a@x,  # a\n    ]\n"),
    "a comment without a blank": ("A: [{person: a@x}# c\n  ]\n", {0: ("b@x",)}, (), "A: [b@x # c\n  ]\n"),
    "a comment without a blank behind the last": ("A: [{person: a@x}# c\n  ]\n", {}, ("b@x",),
                                                  "A: [{person: a@x}, b@x # c\n  ]\n"),
    "a tab": ("A:\t[a@x, b@x]\t# c\n", {0: GONE}, (), "A:\t[b@x]\t# c\n"),
    "a text that looks like a comment": (
        'A:\n  - person: a@x\n    reason: "x\n      # y\n      z"\n    # real\n  - b@x\n', {0: GONE}, (),
        "A:\n    # real\n  - b@x\n",
    ),
    "all for others on lines": ("A:\n  - a@x  # a\n  - b@x  # b\n", {0: GONE, 1: GONE}, ("c@x",), "A:\n  - c@x\n"),
    "all for others between brackets": ("A: [a@x,  # a\n    b@x]\n", {0: GONE, 1: GONE}, ("c@x",), "A: [c@x\n    ]\n"),
    "a team": ("A:\n  - team:t  # all\n  - b@x\n", {0: ("c@x", "d@x")}, (), "A:\n  - c@x\n  - d@x\n  - b@x\n"),
    "the last line of a text without an end": ("A:\n  - a@x\n  - b@x", {1: GONE}, ("c@x",), "A:\n  - a@x\n  - c@x"),
    "an empty line that becomes the last": ("A:\n\n  - a@x", {0: GONE}, (), "A: {members: [], allow_empty: true}\n\n"),
    "two of three on a line": ("A: [\n  a@x, b@x, c@x,  # abc\n  d@x]\n", {0: GONE, 2: GONE}, (),
                               "A: [\n  b@x,  # abc\n  d@x]\n"),
    "others over lines": ("A: [team:t,  # t\n    b@x]\n", {0: ("c@x", "d@x")}, (), "A: [c@x, d@x,  # t\n    b@x]\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_list(name: str) -> None:
    """Whoever goes is gone, whoever comes is there, comments on lines of their own stay."""
    before, replaced, appended, after = LISTS[name]
    assert edited(before, EditList(origin=at(1), replaced=replaced, appended=appended)) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [("t: [a@x]\n", "t: []\n"), ("t:\n  - a@x\n", "t: []\n"), ("t: [\n  a@x, # a\n]\n", "t: [\n]\n")],
)
def test_a_team_that_nobody_is_left_in(before: str, after: str) -> None:
    """A team may be empty without saying so."""
    assert edited(before, EditList(origin=at(1), replaced={0: GONE}, appended=(), is_group=False)) == after


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("X: &x [a@x]\nA: *x\n", "there is an alias (*)"),
        ("X: 1\nA: &x [a@x]\n", "it has an anchor (&x)"),
        ("X: &x a@x\nA: [*x]\n", "there is an alias (*)"),
        ("X: 1\nA: [{person: &x a@x}]\n", "it has an anchor (&x)"),
        ("X: 1\nA: {members: [a@x], allow_empty: &x false}\n", "it has an anchor (&x)"),
        ("X: 1\nA: {allow_empty: true}\n", "it could not be found"),
        ("X: 1\n", "it could not be found"),
        ("X: &x [a@x]\nA: {members: *x}\n", "there is an alias (*)"),
        ("X: 1\nA:\n  -\n    a@x\n", "the list is not written one a line"),
        ("X: 1\nA:\n  - # Ann\n    a@x\n", "the list is not written one a line"),
        ("? X\n? A\n: - a@x\n  - b@x\n", "the list is not written one a line"),
        ("X: 1\nA: [\n  a@x\n  , b@x\n]\n", "not every comma follows its person directly"),
        ("X: 1\nA: [\n a@x, {person: b@x, # c\n  until: 2030-01-01}, c@x]\n", "a comment is inside"),
        ("X: 1\rA: [a@x]\r", "carriage return alone"),
        ("X: 1\nA: [\n", "it is not valid YAML any more"),
    ],
)
def test_what_is_not_edited(text: str, reason: str) -> None:
    """Told with what to do, and left as it is; other edits of the file are made."""
    explicit = text.startswith("?")
    gone = {0 if explicit else 1: GONE} if "b@x" in text else {}
    lost = EditList(origin=at(2, 3 if explicit else 1), replaced=gone, appended=("z@x",))
    done = apply_edits(text, [lost])
    assert done.text == text
    ((edit, why),) = done.refused
    assert edit is lost
    assert reason in why


@pytest.mark.parametrize(
    ("text", "edit", "reason"),
    [
        ("A:\n  - a@x\n  -\n    b@x\n", EditList(origin=at(1), replaced={0: GONE, 1: GONE}, appended=()), "one a line"),
        ("? A\n: - a@x\n", EditList(origin=at(1, 3), replaced={0: GONE}, appended=()), "below its key"),
        ("A: [{person: a@x,  # c\n  until: 2030-01-01},\n  b@x]\n",
         EditList(origin=at(1), replaced={0: ("a@x",)}, appended=()), "a comment is inside"),
        ("workflow_manager: {  # who\n  login_id: 7 }\n", SetManager(origin=at(1), person="b@x"), "comment is inside"),
        ("workflow_manager: {login_id: &g 7}\n", SetManager(origin=at(1), person="b@x"), "it has an anchor (&g)"),
        ("- project: P\n  groups: *g\n", AddToEntry(origin=at(1, 3), groups=()), ""),
    ],
)  # fmt: skip
def test_what_is_not_edited_elsewhere(text: str, edit: Edit, reason: str) -> None:
    """Emptied lists, people over lines, managers; nothing to add is no edit."""
    if not reason:
        text = text.replace("*g", "{}")
        assert edited(text, edit) == text
        return
    done = apply_edits(text, [edit])
    assert done.text == text
    assert [why for _, why in done.refused if reason in why] == [done.refused[0][1]]


def test_an_entry_whose_roles_are_an_alias() -> None:
    """It is told; a new entry behind an alias, or a text over lines, is none of its business."""
    text = "g: &g {A: [a@x]}\nprojects:\n- project: P\n  groups: *g\n"
    done = apply_edits(text, [AddToEntry(origin=at(3, 3), groups=(GROUP,))])
    assert (done.text, [why[:16] for _, why in done.refused]) == (text, ["there is an alia"])
    assert apply_edits(text, [AddEntry(origin=at(1), project="Q", groups=(GROUP,))]).text == (
        f"{text}- project: Q\n  groups:\n    B c: [a@x, b@x]\n"
    )
    long = "projects:\n- project: P\n  groups:\n    A:\n      - person: a@x\n        reason: |\n          x\n\n# end\n"
    assert edited(long, AddEntry(origin=at(1), project="Q", groups=(GROUP,))) == long.replace(
        "          x\n", "          x\n- project: Q\n  groups:\n    B c: [a@x, b@x]\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("workflow_manager: a@x  # c\n", "workflow_manager: b@x  # c\n"),
        ("workflow_manager: {login_id: 1}\n", "workflow_manager: b@x\n"),
        ("workflow_manager: {login_id: 1}# c\n", "workflow_manager: b@x # c\n"),
        ("workflow_manager:\n  login_id: 1  # c\n\n# d\n", "workflow_manager:\n  b@x  # c\n\n# d\n"),
    ],
)
def test_a_manager(before: str, after: str) -> None:
    """Whatever the person was written as."""
    assert edited(before, SetManager(origin=at(1), person="b@x")) == after


GROUP = OwnGroup(name="B c", members=("a@x", "b@x"), one_a_line=False)
LINES = OwnGroup(name="on", members=("a@x",), one_a_line=True)
EMPTY = OwnGroup(name="E", members=(), one_a_line=True)
ENTRIES = {
    "without roles": (
        "- project: P  # p\n\n# c\n",
        "- project: P  # p\n  workflow_manager: m@x\n  groups:\n    B c: [a@x, b@x]\n"
        '    "on":\n      - a@x\n    E: {members: [], allow_empty: true}\n\n# c\n',
    ),
    "with roles": (
        "- project: P\n  groups:\n     A: [a@x]\n",
        "- project: P\n  workflow_manager: m@x\n  groups:\n     A: [a@x]\n     B c: [a@x, b@x]\n"
        '     "on":\n       - a@x\n     E: {members: [], allow_empty: true}\n',
    ),
    "with roles first": (
        "- groups:\n    A: [a@x]\n  project: P\n",
        "- groups:\n    A: [a@x]\n    B c: [a@x, b@x]\n"
        '    "on":\n      - a@x\n    E: {members: [], allow_empty: true}\n  project: P\n  workflow_manager: m@x\n',
    ),
    "in braces": (
        "- {project: P}  # p\n",
        "- {project: P, workflow_manager: m@x, groups: {B c: [a@x, b@x],"
        ' "on": [a@x], E: {members: [], allow_empty: true}}}  # p\n',
    ),
    "in braces with roles": (
        "- {project: P, groups: {A: [a@x]}}\n",
        "- {project: P, workflow_manager: m@x, "
        'groups: {A: [a@x], B c: [a@x, b@x], "on": [a@x], E: {members: [], allow_empty: true}}}\n',
    ),
    "with no roles in braces": (
        "- project: P\n  groups: {}\n",
        "- project: P\n  workflow_manager: m@x\n"
        '  groups: {B c: [a@x, b@x], "on": [a@x], E: {members: [], allow_empty: true}}\n',
    ),
}


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_gets_more(name: str) -> None:
    """Roles behind its roles, and a manager."""
    before, after = ENTRIES[name]
    assert edited(before, AddToEntry(origin=at(1, 3), groups=(GROUP, LINES, EMPTY), manager="m@x")) == after


def test_the_company_gets_more() -> None:
    """Its key names it."""
    edit = AddToEntry(origin=at(2), groups=(GROUP,))
    assert edited("kind: assignments\ncompany:\n  workflow_manager: a@x\n", edit) == (
        "kind: assignments\ncompany:\n  workflow_manager: a@x\n  groups:\n    B c: [a@x, b@x]\n"
    )


def test_only_a_manager() -> None:
    """Roles stay as they are."""
    assert edited("- project: P\n  groups: {}\n", AddToEntry(origin=at(1, 3), groups=(), manager="m@x")) == (
        "- project: P\n  workflow_manager: m@x\n  groups: {}\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "projects:\n- project: P\n  groups:\n    A: [a@x]\n# end\n",
            "projects:\n- project: P\n  groups:\n    A: [a@x]\n- project: Q\n  workflow_manager: m@x\n  groups:\n"
            "    B c: [a@x, b@x]\n# end\n",
        ),
        (
            "projects:\n -\n  project: P\n",
            "projects:\n -\n  project: P\n - project: Q\n   workflow_manager: m@x\n   groups:\n     B c: [a@x, b@x]\n",
        ),
        (
            "projects: [{project: P}]\n",
            "projects: [{project: P}, {project: Q, workflow_manager: m@x, groups: {B c: [a@x, b@x]}}]\n",
        ),
    ],
)
def test_a_new_entry(before: str, after: str) -> None:
    """Behind the last one."""
    assert edited(before, AddEntry(origin=at(1), project="Q", groups=(GROUP,), manager="m@x")) == after


def test_a_new_entry_with_a_manager_alone() -> None:
    """In either style."""
    edit = AddEntry(origin=at(1), project="Q", groups=(), manager="m@x")
    assert edited("projects:\n  - project: P\n", edit).endswith("P\n  - project: Q\n    workflow_manager: m@x\n")
    assert edited("projects: [{project: P}]\n", edit).endswith(", {project: Q, workflow_manager: m@x}]\n")


@pytest.mark.parametrize(
    "edit", [AddEntry(origin=at(1), project="Q", groups=()), AddEntry(origin=at(9), project="Q", groups=())]
)
def test_an_entry_nowhere(edit: AddEntry) -> None:
    """Told, and nothing changes."""
    done = apply_edits("company: {}\nkind: assignments\n", [edit])
    assert (done.text, [reason for _, reason in done.refused]) == (
        "company: {}\nkind: assignments\n", ["it could not be found in the file"],
    )  # fmt: skip


def test_several_edits_at_one_place() -> None:
    """The innermost first: a list, the roles of its entry, and the entry behind it; with the line ends of the file."""
    text = "projects:\r\n- project: P\r\n  groups:\r\n    A:\r\n    - a@x\r\n"
    edits: list[Edit] = [
        AddEntry(origin=at(1), project="Q", groups=(GROUP,)),
        AddToEntry(origin=at(2, 3), groups=(GROUP,), manager="m@x"),
        EditList(origin=at(4, 5), replaced={}, appended=("b@x",)),
    ]
    assert edited(text, *edits) == (
        "projects:\r\n- project: P\r\n  workflow_manager: m@x\r\n"
        "  groups:\r\n    A:\r\n    - a@x\r\n    - b@x\r\n    B c: [a@x, b@x]\r\n"
        "- project: Q\r\n  groups:\r\n    B c: [a@x, b@x]\r\n"
    )


def test_several_documents_in_one_file() -> None:
    """Places tell them apart."""
    text = "kind: teams\nteams: {t: [a@x]}\n---\nA: [a@x]\n"
    assert edited(text, EditList(origin=at(4), replaced={}, appended=("b@x",))) == text.replace(
        "A: [a@x]", "A: [a@x, b@x]"
    )
