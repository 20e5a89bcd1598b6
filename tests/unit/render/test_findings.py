"""What formats for people show of diagnostics: alike ones together, with the places of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic, Origin
from reconciler.render.formats.github_annotations import render_annotations
from reconciler.render.views.findings import each, findings

if TYPE_CHECKING:
    from reconciler.model.diagnostics import Severity


def unknown(line: int, who: str = "x", address: str | None = None, severity: Severity = "error") -> Diagnostic:
    """Return a problem at a line."""
    return Diagnostic(
        severity=severity,
        code="documents/unknown-person",
        message=f"nobody has '{who}'",
        origin=Origin("a.yaml", line, 3),
        address=address,
    )


def test_fifty_alike_are_one_with_a_count() -> None:
    """In failures as in plans; the first place is that of the line, and a few of the others are named."""
    fifty = [unknown(line) for line in range(1, 51)]
    for shown in (list(each(fifty)), list(findings(fifty))):
        (one,) = shown
        assert one.place == "a.yaml:1:3"
        assert one.what == (
            "nobody has 'x' (and in 49 more places: a.yaml:2:3, a.yaml:3:3, a.yaml:4:3, a.yaml:5:3, a.yaml:6:3, "
            "a.yaml:7:3, a.yaml:8:3, a.yaml:9:3 and 41 more)"
        )


def test_two_alike_are_two_lines() -> None:
    """Both places are shown, which takes no more room than a count."""
    for shown in (list(each([unknown(1), unknown(2)])), list(findings([unknown(1), unknown(2)]))):
        assert [(one.place, one.what) for one in shown] == [
            ("a.yaml:1:3", "nobody has 'x'"),
            ("a.yaml:2:3", "nobody has 'x'"),
        ]


def test_others_keep_their_place_between_them() -> None:
    """The order is that of the first of each, and another severity is another message."""
    mixed = [unknown(1), unknown(2, "y"), unknown(3), unknown(4), unknown(5, "y"), unknown(6, severity="note")]
    for shown in (list(each(mixed)), list(findings(mixed))):
        assert [one.what for one in shown] == [
            "nobody has 'x' (and in 2 more places: a.yaml:3:3, a.yaml:4:3)",
            "nobody has 'y'",
            "nobody has 'y'",
            "nobody has 'x'",
        ]


def test_one_line_that_is_the_reason_of_many_is_still_one() -> None:
    """Families of one line and families of one message do not get into each other's way."""
    many = [unknown(1, str(number), f"projects/{number}/templates/1") for number in range(5)]
    shown = list(findings([*many, *(unknown(line) for line in range(2, 6))]))
    assert [one.what.partition(" (and")[0] for one in shown] == [
        "nobody has '0'; likewise in 4 more: projects/1/templates/1, projects/2/templates/1, projects/3/templates/1, "
        "projects/4/templates/1",
        "nobody has 'x'",
    ]
    assert shown[1].what.endswith("(and in 3 more places: a.yaml:3:3, a.yaml:4:3, a.yaml:5:3)")


def test_programs_get_each_by_itself() -> None:
    """A forge shows each at its line."""
    assert render_annotations([unknown(line) for line in range(1, 6)]).count("::error") == 5
