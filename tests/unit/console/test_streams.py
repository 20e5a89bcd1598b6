"""Guarded streams, as commands and libraries use them."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import click
import pytest

from reconciler.console.log_streams import guarded_streams
from reconciler.console.streams import emit

if TYPE_CHECKING:
    from pathlib import Path


def streams(monkeypatch: pytest.MonkeyPatch) -> tuple[io.StringIO, io.StringIO]:
    """Return this process streams that remember what was written."""
    both = (io.StringIO(), io.StringIO())
    monkeypatch.setattr(sys, "stdout", both[0])
    monkeypatch.setattr(sys, "stderr", both[1])
    return both


def test_what_is_written_in_every_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """In pieces, as lines, by click; a carriage return at the end is not lost; afterwards all is as before."""
    before = streams(monkeypatch)
    with guarded_streams(None):
        assert sys.stdout.write(":") == 1
        sys.stdout.writelines([":a::\n", "##", "[b]\r"])
        sys.stdout.flush()
        click.echo("\n::c::")
        click.echo("::d::\r", err=True, nl=False)
        assert sys.stdout.isatty() is False
    assert before[0].getvalue() == ":\u200b:a::\n##\u200b[b]\\u000d\n:\u200b:c::\n"
    assert before[1].getvalue() == ":\u200b:d::\\u000d"
    assert (sys.stdout, sys.stderr) == before


def test_annotations_that_are_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stdout is theirs, stderr is not."""
    before = streams(monkeypatch)
    with guarded_streams("github"):
        sys.stdout.write("::error::a\n")
        sys.stderr.write("::error::a\n")
    assert [one.getvalue() for one in before] == ["::error::a\n", ":\u200b:error::a\n"]


def test_nobody_writes_bytes_past_it() -> None:
    """There is no buffer behind it, and bytes are refused."""
    with guarded_streams(None):
        assert not hasattr(sys.stdout, "buffer")
        with pytest.raises(TypeError, match="text is written here, not bytes"):
            sys.stdout.write(b"")  # type: ignore[arg-type]


class Gone(io.StringIO):
    """A pipe whose reader went away."""

    def flush(self) -> None:
        """Fail."""
        raise BrokenPipeError


def test_a_reader_that_went_away(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is no failure, and stdout is not given back to the broken pipe."""
    broken = Gone()
    monkeypatch.setattr(sys, "stdout", broken)
    monkeypatch.setattr(sys, "stderr", Gone())
    with guarded_streams(None):
        emit("a\n")
        assert sys.stdout is not broken
        emit("a\n", tmp_path / "file")
    assert sys.stdout is not broken
    sys.stdout.close()
