"""Texts that look alike: how they are compared, and how their difference is named."""

from __future__ import annotations

import pytest

from reconciler.model.live import Group, Project, Template
from reconciler.model.spelling import comparable, described, invisible_difference, login_key

COMPOSED, DECOMPOSED = "Mont-Ros\u00e9", "Mont-Rose\u0301"


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2007"])
def test_no_break_spaces_are_spaces(space: str) -> None:
    """Each of the three no-break spaces compares as an ordinary one."""
    assert comparable(f"Harbor{space}Bridge") == "Harbor Bridge"


def test_accents_are_compared_in_one_form() -> None:
    """A letter with its accent apart is the letter with its accent, in names and logins."""
    assert comparable(DECOMPOSED) == comparable(COMPOSED) == COMPOSED
    assert login_key("JOSE\u0301@acme.test") == "jos\u00e9@acme.test"
    assert login_key(None) == ""


def test_what_is_seen_stays_different() -> None:
    """Other spaces, look-alike letters and case are not evened out."""
    for text in ("Harbor\u2009Bridge", "H\u0430rbor Bridge", "harbor bridge", "Harbor\u200bBridge"):
        assert comparable(text) != "Harbor Bridge"


def test_live_names_are_in_the_spelling_of_comparison() -> None:
    """Templates, projects and groups of the service take their names in that form, however they are read."""
    project = Project(id="1", name=DECOMPOSED, display_name="24\u00a0Rose", number="24\u00a0017")
    assert (project.name, project.display_name, project.number) == (COMPOSED, "24 Rose", "24 017")
    assert Template(id="1", name=DECOMPOSED, tool_type="invoice").name == COMPOSED
    assert Group("a", "Project\u00a0Manager", "responsible_role").name == "Project Manager"


@pytest.mark.parametrize(
    ("typed", "known", "words"),
    [
        ("H\u0430rbor", "Harbor", "has U+0430 (Cyrillic small letter a) where Procore has 'a'"),
        ("\u0410cme", "acme", "has U+0410 (Cyrillic capital letter a) where Procore has 'a'"),
        ("Har\u200bbor", "Harbor", "has U+200B (zero width space)"),
        ("Harbor", "Har\ufeffbor", "lacks U+FEFF (zero width no-break space), which Procore has"),
        ("A\u00a0B", "A B", "has U+00A0 (no-break space) where Procore has a space"),
        ("A B", "A\u2009B", "has U+0020 (space) where Procore has U+2009 (thin space)"),
        ("Valley\u2013Water", "Valley-Water", "has U+2013 (en dash) where Procore has '-'"),
        ("\u0421\u0421", "CC", "has U+0421 (Cyrillic capital letter es) where Procore has 'C'"),
        (DECOMPOSED, COMPOSED,
         "has U+0301 (combining acute accent) apart from its letter where Procore has both as one"),
        ("Harbor", "harbor", ""),
        ("Harbor", "Harbour", ""),
        ("", "", ""),
    ],
)  # fmt: skip
def test_a_difference_is_named(typed: str, known: str, words: str) -> None:
    """By code point and name, and against what Procore has; nothing is said of a difference that people see."""
    assert invisible_difference(typed, known, "Procore") == words


def test_few_differences_are_named() -> None:
    """A name all in letters of another script does not fill a page."""
    typed = "\u0410\u0412\u0415\u041a"
    assert invisible_difference(typed, "ABEK", "Procore").count("U+") == 3


def test_a_letter_without_a_name() -> None:
    """A control character has a code point alone."""
    assert described("\u0080") == "U+0080 (without a name)"
