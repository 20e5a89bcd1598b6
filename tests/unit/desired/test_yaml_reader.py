"""Strict reading of YAML: scalars, duplicate keys, aliases, places."""

from __future__ import annotations

import pytest

from reconciler.desired.yaml.strict_reader import read_yaml


def read(text: str) -> object:
    """Return the value of the only document."""
    documents, diagnostics = read_yaml(text.encode(), "a.yaml")
    assert diagnostics == []
    return documents[0].data


@pytest.mark.parametrize(
    "text", ["no", "on", "yes", "off", "010", "0x1F", "+1", "1_000", "2026-01-31", "1:20", ".inf", "<a>"]
)
def test_what_yaml_1_1_would_change_stays_text(text: str) -> None:
    """Only YAML 1.2 scalars are read, and those that would lose their text not even then."""
    assert read(f"a: {text}") == {"a": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("False", False), ("null", None), ("~", None), ("", None), ("7", 7), ("-7", -7), ("2.5", 2.5),
     ('"7"', "7"), ("'no'", "no"), ("1e3", 1000.0), ("-", "-"), ("9" * 30, "9" * 30)],
)  # fmt: skip
def test_scalars(text: str, value: object) -> None:
    """Plain scalars follow the 1.2 core schema; quoted ones are text."""
    assert read(f"a: {text}" if text != "-" else "a: '-'") == {"a": value}


def test_keys_are_always_text() -> None:
    """A group may be called 123 or null."""
    assert read("123: a\nnull: b\n") == {"123": "a", "null": "b"}


def test_several_documents_and_their_places() -> None:
    """Each document knows the lines and columns of its own values."""
    documents, _ = read_yaml(b"a: 1\n---\nb:\n  - x\n  - {c: y}\n", "d/a.yaml")
    second = documents[1]
    assert [str(second.origin(*steps)) for steps in ((), ("b",), ("b", 0), ("b", 1, "c"), ("b", 9), ("z",))] == [
        "d/a.yaml:3:1", "d/a.yaml:3:1", "d/a.yaml:4:5", "d/a.yaml:5:6", "d/a.yaml:4:3", "d/a.yaml:3:1",
    ]  # fmt: skip


def test_aliases_share_their_value() -> None:
    """Anchors and aliases work, with the place of the anchor."""
    assert read("a: &x [1, 2]\nb: *x\nc: &y z\nd: *y\n") == {"a": [1, 2], "b": [1, 2], "c": "z", "d": "z"}


@pytest.mark.parametrize(
    ("text", "code", "place", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", "documents/duplicate-key", "3:1", "second time (first in line 1)"),
        ("a: !!python/object:os.system x\n", "documents/tag", "1:4", "not allowed"),
        ("a: !x [1]\n", "documents/tag", "1:4", "not allowed"),
        ("!x a: 1\n", "documents/tag", "1:1", "not allowed"),
        ("a: &x [*x]\n", "documents/alias", "1:8", "refers to nothing"),
        ("a: *nobody\n", "documents/alias", "1:4", "refers to nothing"),
        ("<<: {a: 1}\n", "documents/syntax", "1:1", "merge keys"),
        ("? [a]\n: 1\n", "documents/syntax", "1:3", "a key must be text"),
        ("a: [1\nb: 2\n", "documents/syntax", "2:2", "not valid YAML"),
        ("a: \x07\n", "documents/syntax", "1:1", "not valid YAML"),
        ("a: " + "[" * 60 + "]" * 60, "documents/too-deep", "1:43", "deeper than 40"),
        ("a:\n\tb: 1\n", "documents/syntax", "2:1", "a tab cannot indent YAML"),
    ],
)
def test_what_is_refused(text: str, code: str, place: str, words: str) -> None:
    """Each refusal has its code, its place and its words, and gives no document at all."""
    documents, diagnostics = read_yaml(text.encode(), "a.yaml")
    assert documents == []
    assert [(one.code, str(one.origin)) for one in diagnostics] == [(code, f"a.yaml:{place}")]
    assert words in diagnostics[0].message


def test_a_bomb_of_aliases_is_refused() -> None:
    """Nine levels of nine aliases would be hundreds of millions of values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines.extend(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9))
    documents, diagnostics = read_yaml("\n".join(lines).encode(), "a.yaml")
    assert (documents, diagnostics[0].code) == ([], "documents/alias")
    assert "100,000" in diagnostics[0].message


def test_aliases_may_not_nest_deeper_than_lists() -> None:
    """Each alias adds the height of what it stands for."""
    lines = ["a0: &a0 [[[[[[[[[[x]]]]]]]]]]"]
    lines.extend(f"a{n}: &a{n} [[[[[*a{n - 1}]]]]]" for n in range(1, 9))
    documents, diagnostics = read_yaml("\n".join(lines).encode(), "a.yaml")
    assert (documents, diagnostics[0].code) == ([], "documents/too-deep")


def test_long_texts_count_for_more_where_aliases_repeat_them() -> None:
    """Thirty kilobytes may not become hundreds of megabytes."""
    text = f"a: &a {'x' * 10_000}\nb: [{', '.join(['*a'] * 5000)}]"
    documents, diagnostics = read_yaml(text.encode(), "a.yaml")
    assert (documents, diagnostics[0].code) == ([], "documents/alias")


def test_other_encodings_are_named() -> None:
    """A file in Latin-1 says where, and what to do; a byte order mark is no problem."""
    documents, diagnostics = read_yaml(b"a: 1\nb: \xe9\n", "a.yaml")
    assert (documents, str(diagnostics[0].origin)) == ([], "a.yaml:2:1")
    assert "save it as UTF-8" in diagnostics[0].message
    assert read_yaml(b"\xef\xbb\xbfa: 1\n", "a.yaml")[0][0].data == {"a": 1}


def test_an_empty_file_has_no_documents() -> None:
    """Nothing, and comments only, are no documents."""
    assert read_yaml(b"", "a.yaml") == ([], [])
    assert read_yaml(b"# later\n", "a.yaml") == ([], [])
