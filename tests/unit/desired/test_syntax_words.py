"""What people read where a file is not YAML: the place, and what to write instead."""

from __future__ import annotations

import pytest
import yaml

from reconciler.desired.yaml.strict_reader import read_yaml
from reconciler.desired.yaml.syntax_words import explain_syntax

CONFLICT = "a merge conflict is not resolved here: choose between the two versions, and delete its marks"
SECOND = "not valid YAML: a second ':' on this line; put text with ': ' in it in quotes, or begin a new line"
UNFIT = (
    "not valid YAML: this does not fit the lines above: look at the blanks before it, and for text behind a closing "
    "quote or bracket"
)
TAB = "a tab cannot indent YAML: use spaces"


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("a:\n\tb: 1\n", "2:1", TAB),
        ("x:\n  - a\n \t- b\n", "3:2", TAB),
        ("a: [@x, b]\n", "1:5", "text that begins with @ needs quotes: write '@x'"),
        ("a: @it's\n", "1:4", "text that begins with @ needs quotes: write '@it''s'"),
        ("a: `x` y\n", "1:4", "text that begins with ` needs quotes: write '`x` y'"),
        (
            "template: @Invoice Approval # ours\n",
            "1:11",
            "text that begins with @ needs quotes: write '@Invoice Approval'",
        ),
        ("a:\n  @Accounting: [x]\n", "2:3", "text that begins with @ needs quotes: write '@Accounting'"),
        ("a: {b: @x y, c: d}\n", "1:8", "text that begins with @ needs quotes: write '@x y'"),
        ("a: 1\n=======\nb: 2\n", "2:1", CONFLICT),
        ("||||||| base\na: 1\n", "1:1", CONFLICT),
        ("a:\n  - x\n - y\n", "3:2", UNFIT),
        ('a:\n- "kim@acme.test",\n', "2:18", UNFIT),
        ('a:\n  - "kim@acme.test",\n', "2:20", UNFIT),
        (f"a: @{'x' * 500}\n", "1:4", f"text that begins with @ needs quotes: write '@{'x' * 59}'"),
        ("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> other\n", "2:1", CONFLICT),
        ("a: 1\n=======\nb: 2\n>>>>>>> other\n", "4:1", CONFLICT),
        ("a: 'x\nb: 1\n", "3:1", "not valid YAML: a quote or bracket from line 1 is not closed"),
        ("a: b: c\n", "1:5", SECOND),
        ("a: 1 \t b: 2\n", "1:9", SECOND),
        ("a: 1\nb\nc: 2\n", "3:1", "not valid YAML: a key without a ':' behind it"),
        ("a: [1, 2\nb: 3\n", "2:2", "not valid YAML: expected ',' or ']'"),
        ("a: {x: 1]\n", "1:9", "not valid YAML: expected ',' or '}'"),
        ('a: "\\q"\n', "1:5", "not valid YAML: found unknown escape character"),
    ],
)
def test_words(text: str, at: str, words: str) -> None:
    """Each mistake that people make often, and one that keeps the words of the parser."""
    documents, (problem,) = read_yaml(text.encode(), "a.yaml")
    assert (documents, problem.code, problem.message) == ([], "documents/syntax", words)
    assert str(problem.origin) == f"a.yaml:{at}"


def test_an_error_without_a_place() -> None:
    """It is at the head of the file."""
    assert explain_syntax(yaml.MarkedYAMLError(problem="odd"), "a: 1\n") == ("not valid YAML: odd", (1, 1))
    assert explain_syntax(yaml.MarkedYAMLError(), "") == ("not valid YAML: unreadable", (1, 1))


def test_valid_text_with_such_marks_is_read() -> None:
    """In a block of text they are text."""
    documents, problems = read_yaml(b"a: |\n  <<<<<<< HEAD\n  >>>>>>> x\n", "a.yaml")
    assert (len(documents), problems) == (1, [])
