"""CSV files as Excel and others write them."""

from __future__ import annotations

import codecs

import pytest

from reconciler.errors import UnreachableError
from reconciler.sources.csv_tables import read_csv

WANTED = ("Id", "Mail")
ROWS = [("7", "ann@acme.test"), ("8", "b\u00fc@acme.test")]
PLAIN = "Id,Name,Mail\n7,Ann,ann@acme.test\n8,B\u00fc,b\u00fc@acme.test\n"


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        codecs.BOM_UTF8 + PLAIN.encode(),
        PLAIN.encode("utf-16"),
        codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace(",", "|").encode(),
        f"sep=;\n{PLAIN.replace(',', ';')}".encode(),
        f'"sep=|"\n{PLAIN.replace(",", "|")}'.encode(),
        f"Workers of Acme\n\nas of,2026-11-26\n{PLAIN}".encode(),
        f"{PLAIN},,\n \n,Total,\n".encode(),
        PLAIN.replace("Ann", '"Lee, ""Ann""\nof Acme"').encode(),
        PLAIN.replace("7,Ann,", "7,Ann, \u00a0").encode(),
        PLAIN.replace("\n", ",,\n").encode(),
    ],
)
def test_what_is_read(content: bytes) -> None:
    """The same rows, whatever wrote them."""
    assert [one.cells for one in read_csv(content, None, WANTED)] == ROWS


def test_an_encoding_that_is_named() -> None:
    """A file of Windows is read where its encoding is named, and refused where it is not."""
    content = PLAIN.encode("cp1252")
    assert [one.cells for one in read_csv(content, "windows-1252", WANTED)] == ROWS
    with pytest.raises(UnreachableError, match=r"not utf-8 \(line 3\): save it as UTF-8, or name its encoding"):
        read_csv(content, None, WANTED)
    with pytest.raises(UnreachableError, match="no encoding 'nothing'"):
        read_csv(content, "nothing", WANTED)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Id,Name\n7,Ann\n", "missing 'Mail'"),
        (b"Id;Name\n7,Ann\n", "missing 'Mail'"),
        (b"x\n" * 60 + PLAIN.encode(), "missing 'Id', 'Mail'"),
        (b"Id,Mail,Mail\n7,a,b\n", "has the column 'Mail' twice"),
        (b'Id,Mail\n7,"a\n', "line 2 is not CSV"),
        (PLAIN.replace("\u00fc", "u").encode("utf-16-le"), "NUL characters"),
        (b"  <html><body>Sign in", "a page or a document"),
        (b"PK\x03\x04", "a page or a document"),
        (b'{"error": "denied"}', "a page or a document"),
    ],
)
def test_what_is_refused(content: bytes, words: str) -> None:
    """Another kind of file, and one whose columns are others."""
    with pytest.raises(UnreachableError, match=words):
        read_csv(content, None, WANTED)


def test_rows_of_another_length() -> None:
    """They are not filled up: a row that is too short may be the end of a file that was cut."""
    rows = read_csv(b"Id,Name,Mail\n7,Ann,a@b.c\n8,Bo\n9,Cy,c@b.c,x\n", None, WANTED)
    assert [(one.number, one.fault) for one in rows] == [
        (2, None),
        (3, "has 2 cells, and the header has 3: the file may have been cut"),
        (4, "has 4 cells, and the header has 3: the file may have been cut"),
    ]
