"""Text for the log of a runner, whole and piece by piece."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from reconciler.render.text.logs import LogText, log_text
from tests.support.forges import Command, commands_of, run_line

HOSTILE = [
    "::add-mask::x",
    "  ::error::z",
    "\u3000\ufeff::stop-commands::w",
    "a\r::set-output name=x::y",
    "x ##[add-mask]x",
    "##[group]",
    "##vso[task.setvariable variable=x]y",
    "\x1b[0Ksection_start:1700000000:plan\r\x1b[0K",
    "section_end:1700000000:plan\r\x1b[0K",
    "\n\n::debug::x",
    "###[x]",
    ":::x::",
]


def test_how_a_runner_reads() -> None:
    """The reader of these tests finds each command, so that finding none means something."""
    assert [bool(commands_of(one)) for one in HOSTILE] == [True] * len(HOSTILE)
    assert run_line("::warning title=a%3A%252C::b%0A") == Command("warning", {"title": "a:%2C"}, "b\n")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_command_is_left_and_nothing_is_lost(text: str) -> None:
    """A zero-width space breaks each command, and a lone carriage return is shown."""
    quiet = log_text(f"a\n{text}\nb\r\n")
    assert commands_of(quiet) == []
    assert quiet.replace("\u200b", "").replace("\\u000d", "\r") == f"a\n{text}\nb\r\n"


@pytest.mark.parametrize("text", HOSTILE)
def test_it_makes_no_difference_where_pieces_are_cut(text: str) -> None:
    """Letter by letter as well: streams are written in pieces."""
    log = LogText()
    assert "".join(map(log.add, text)) + log.finish() == log_text(text)
    blanks = LogText()
    assert commands_of(blanks.add("\xa0" * 99) + blanks.add(":") + blanks.add(":x::")) == []


def test_what_is_no_command_stays_as_it_is() -> None:
    """Headings, times, double colons inside a line, and line ends of Windows."""
    text = "## A heading\n# one\n10:30\na::b::c\n: x\nline\r\nsection_start of a chapter\n"
    assert log_text(text) == text


def test_json_means_the_same() -> None:
    """Commands become escapes of JSON."""
    value = {"name": "##[add-mask]x", "other": ["##vso[a]b", "section_start:1:a", "::x::\r"]}
    text = log_text(json.dumps(value, indent=2), "json")
    assert commands_of(text) == []
    assert json.loads(text) == value


def test_markup_means_the_same() -> None:
    """Commands become references of XML and HTML."""
    text = log_text("<a name='##[x]y'>\n::error::z\rsection_end:1:b</a>", "markup")
    assert commands_of(text) == []
    element = ET.fromstring(text)  # noqa: S314 - our own output
    assert (element.get("name"), element.text) == ("##[x]y", "\n::error::z\rsection_end:1:b")
