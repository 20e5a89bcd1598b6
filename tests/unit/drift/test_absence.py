"""What a report had and the next run does not find: resolved, unseen, or released."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import msgspec

from reconciler.drift import decode_report, encode_report
from reconciler.model.drift import Notice, TemplateGroups
from tests.support.cases import change, group, manager
from tests.support.drifts import Hidden, ending, entry, report

if TYPE_CHECKING:
    from reconciler.model.drift import DriftReport

ONE = change(group(remove=[2]))
OTHER = change(group(add=[4]), project="7")
HERE = "projects/1042/templates/12"
THERE = "projects/7/templates/12"
DAYS = [datetime.date(2026, 11, 23) + datetime.timedelta(days) for days in range(6)]


def unseen(one: DriftReport) -> list[tuple[str, str, str, str]]:
    """Return who is unseen, in what state, why, and since when."""
    return [(each.drift.person.id, each.drift.state, each.reason, each.last_seen[:10]) for each in one.unseen]


def test_out_of_sight_and_back() -> None:
    """It is unseen with its age for as long as nobody looks, and known when it comes back; only then it can end."""
    first = report([ONE, OTHER], None, DAYS[0])
    gone = report([OTHER], first, DAYS[1], sight=Hidden(HERE))
    assert (unseen(gone), gone.resolved) == ([("2", "known", "project-gone", "2026-11-23")], ())
    still = report([OTHER], gone, DAYS[2], sight=Hidden(HERE, reason="project-inactive"))
    assert unseen(still) == [("2", "known", "project-inactive", "2026-11-23")]
    assert (still.summary.unseen, still.summary.known, still.summary.oldest) == (1, 1, "2026-11-23T08:00:00Z")
    back = report([ONE, OTHER], still, DAYS[3])
    assert [(each.person.id, each.state, each.since[:10]) for each in back.drifts] == [
        ("2", "known", "2026-11-23"), ("4", "known", "2026-11-23"),
    ]  # fmt: skip
    assert (back.unseen, back.resolved) == ((), ())
    equal = report([OTHER], still, DAYS[3])
    assert ([each.person.id for each in equal.resolved], equal.unseen) == (["2"], ())


def test_what_is_unseen_in_a_report_of_an_older_release() -> None:
    """A report without the new fields is read as one where everything was in sight."""
    old = msgspec.json.decode(encode_report(report([ONE], None, DAYS[0])))
    for name in ("unseen", "unseen_notices", "released", "released_notices"):
        del old[name]
    for name in ("unseen", "unseen_acknowledged", "released"):
        del old["summary"][name]
    previous = decode_report(msgspec.json.encode(old), "r.json", "4211")
    assert unseen(report([], previous, DAYS[1], sight=Hidden(HERE))) == [("2", "known", "project-gone", "2026-11-23")]


def test_an_acknowledged_difference_out_of_sight() -> None:
    """It stays acknowledged, its line is in use, and it alarms again on the day after the last."""
    lines = [entry(2, "2026-11-24")]
    first = report([ONE], None, DAYS[0], lines)
    gone = report([], first, DAYS[1], lines, sight=Hidden(HERE))
    assert unseen(gone) == [("2", "acknowledged", "project-gone", "2026-11-23")]
    assert (gone.unseen[0].drift.owner, gone.summary.unseen_acknowledged) == ("kim@acme.test", 1)
    assert [each.code for each in gone.diagnostics] == ["drift/unseen"], "no line is called unused"
    over = report([], gone, DAYS[2], lines, sight=Hidden(HERE))
    assert unseen(over) == [("2", "new", "project-gone", "2026-11-23")], "it was never told before"
    assert (over.unseen[0].drift.owner, over.unseen[0].drift.until) == (None, None)
    assert unseen(report([], over, DAYS[3], sight=Hidden(HERE))) == [("2", "known", "project-gone", "2026-11-23")]


def test_a_workflow_manager_out_of_sight() -> None:
    """Both halves."""
    first = report([change(manager=manager(6, 7))], None, DAYS[0])
    gone = report([], first, DAYS[1], sight=Hidden(HERE, reason="unmanaged"))
    assert [each.drift.person.id for each in gone.unseen] == ["6", "7"]


def test_a_line_in_git_ends_what_is_unseen_and_nothing_else() -> None:
    """Once, in a list of its own; what is in sight there goes on, and what comes back afterwards is new."""
    first = report([ONE, OTHER], None, DAYS[0])
    gone = report([OTHER], first, DAYS[1], sight=Hidden(HERE), released=[ending(THERE)])
    assert (len(gone.unseen), [each.code for each in gone.diagnostics]) == (
        1,
        ["documents/release-unused", "drift/unseen"],
    )
    ended = report([OTHER], gone, DAYS[2], sight=Hidden(HERE), released=[ending("projects/1042/*")])
    assert ([each.person.id for each in ended.released], ended.unseen, ended.resolved) == (["2"], (), ())
    assert (ended.summary.released, ended.summary.known, ended.diagnostics) == (1, 1, ())
    later = report([OTHER], ended, DAYS[3], sight=Hidden(HERE), released=[ending("projects/1042/*")])
    assert (later.released, [each.message for each in later.diagnostics]) == (
        (), ["nothing unseen at projects/1042/* is left to release: remove the line"],
    )  # fmt: skip
    back = report([ONE, OTHER], later, DAYS[4])
    assert [(each.person.id, each.state) for each in back.drifts] == [("2", "new"), ("4", "known")]


def test_a_release_names_a_role_or_has_ended() -> None:
    """A glob with a group ends that role alone; after its last day a line ends nothing, and says so."""
    first = report([change(group(remove=[2]), group("Legal", remove=[3]))], None, DAYS[0])
    one = report([], first, DAYS[1], sight=Hidden(HERE), released=[ending(f"{HERE}/groups/legal")])
    assert ([each.person.id for each in one.released], unseen(one)[0][0]) == (["3"], "2")
    over = report([], first, DAYS[1], sight=Hidden(HERE), released=[ending(HERE, "2026-11-23")])
    assert (over.released, len(over.unseen)) == ((), 2)
    assert over.diagnostics[0].message == f"this release of {HERE} ended on 2026-11-23: remove the line"
    assert str(over.diagnostics[0].origin) == "known.yaml:20:5"


def test_a_live_state_of_before_resolves_nothing() -> None:
    """A snapshot of the day before a difference was seen says nothing of it."""
    first = report([ONE], None, DAYS[1], notices=[Notice(kind="invalid-preset", address=HERE, message="m")])
    old = report([], first, DAYS[2], sight=Hidden(observed_at="2026-11-23T08:00:00Z"))
    assert unseen(old) == [("2", "known", "older", "2026-11-24")]
    assert [each.reason for each in old.unseen_notices] == ["older"]
    same = report([], first, DAYS[2], sight=Hidden(observed_at="2026-11-24T08:00:00Z"))
    assert (same.unseen, len(same.resolved)) == ((), 1)


def test_notices_out_of_sight_and_back() -> None:
    """They are kept too, known when they come back, over when looked at, and released with the rest."""
    notices = [
        Notice(kind="inactive", address=HERE, message="m"),
        Notice(kind="invalid-preset", address=THERE, message="n"),
    ]
    first = report([], None, DAYS[0], notices=notices)
    gone = report([], first, DAYS[1], sight=Hidden(HERE))
    assert [(each.notice.message, each.notice.state, each.last_seen[:10]) for each in gone.unseen_notices] == [
        ("m", "known", "2026-11-23"),
    ]  # fmt: skip
    assert [each.message for each in gone.resolved_notices] == ["n"]
    still = report([], gone, DAYS[2], sight=Hidden(HERE))
    assert [each.last_seen[:10] for each in still.unseen_notices] == ["2026-11-23"]
    back = report([], still, DAYS[3], notices=notices[:1])
    assert [(each.state, each.since[:10]) for each in back.notices] == [("known", "2026-11-23")]
    assert [each.message for each in report([], still, DAYS[3]).resolved_notices] == ["m"]
    ended = report([], still, DAYS[3], sight=Hidden(HERE), released=[ending()])
    assert ([each.message for each in ended.released_notices], ended.unseen_notices) == (["m"], ())


def test_templates_out_of_sight_are_remembered() -> None:
    """So that a new version is noticed when the template is managed again."""
    one = TemplateGroups(id="11", name="Invoice", version_id="1", groups={"pm": "Manager"})
    two = TemplateGroups(id="12", name="Budget", version_id="1", groups={})
    newer = msgspec.structs.replace(two, version_id="2")
    first = report([], None, DAYS[0], templates=[one, two])
    assert report([], first, DAYS[1], templates=[newer]).templates == (one, newer)


def test_one_finding_for_each_reason() -> None:
    """A warning while something of it is newly unseen, then a note; it names places and how to end it."""
    changes = [change(group(remove=[2]), project=str(number)) for number in range(7)]
    company = change(group(remove=[2]), project=None)
    first = report([*changes, company], None, DAYS[0])
    hidden = [f"projects/{number}/templates/12" for number in range(7)]
    gone = report([company], first, DAYS[1], sight=Hidden(*hidden))
    assert [(each.severity, each.code) for each in gone.diagnostics] == [("warning", "drift/unseen")]
    assert gone.diagnostics[0].message == (
        "7 known differences were not looked at, because the project is not in the list of projects (Template 12 · "
        "Project 0, Template 12 · Project 1, Template 12 · Project 2, Template 12 · Project 3, Template 12 · Project 4 "
        "and 2 more): neither resolved nor confirmed. Bring it back into sight, or end it with a line below 'released:'"
        " in a document of kind acknowledgements, such as {address: projects/0/*, owner: …, reason: …, until: …}"
    )
    still = report([company], gone, DAYS[2], sight=Hidden(*hidden))
    assert [each.severity for each in still.diagnostics] == ["note"]
    everything = report([], still, DAYS[3], sight=Hidden("company/templates/12", *hidden))
    assert [each.severity for each in everything.diagnostics] == ["warning"]
    alone = report([], report([company], None, DAYS[0]), DAYS[1], sight=Hidden("company/templates/12"))
    assert "1 known difference was not looked at" in alone.diagnostics[0].message
    assert "such as {address: company/templates/12, owner" in alone.diagnostics[0].message


def test_moments_that_cannot_be_compared() -> None:
    """A live state whose moment nobody can read is taken at its word."""
    first = report([ONE], None, DAYS[0])
    for moment in ("yesterday", "2026-01-01T00:00:00"):
        assert len(report([], first, DAYS[1], sight=Hidden(observed_at=moment)).resolved) == 1
