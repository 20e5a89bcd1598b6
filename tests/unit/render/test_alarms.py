"""What an issue, a chat and a monitoring system are told of a report."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.model.drift import Notice
from reconciler.model.plan import LiveSource
from reconciler.render.messages.drift_issue import ISSUE_CHARACTERS, drift_issue
from reconciler.render.messages.drift_message import drift_message
from reconciler.render.messages.drift_metrics import drift_metrics
from tests.support.cases import change, group, manager
from tests.support.drifts import Hidden, ending, entry, report
from tests.support.scenarios import HOSTILE

if TYPE_CHECKING:
    from reconciler.model.drift import DriftReport

DAY = datetime.date(2026, 11, 24)


def before() -> DriftReport:
    """Two added in Procore, one removed in Procore."""
    return report([change(group(remove=[2, 3], add=[9]))])


def after() -> DriftReport:
    """One of them still, one acknowledged, one new of each direction, a manager."""
    return report(
        [change(group(remove=[2, 4], add=[5]), group("Legal", remove=[6]), manager=manager(None, 7))],
        before(),
        DAY,
        [entry(6)],
        notices=[Notice(kind="inactive", address="projects/1042/templates/12", message="P1 left")],
    )


def figures(one: DriftReport) -> dict[str, float]:
    """Return what is not zero, by name and labels."""
    return {
        " ".join((metric.name.removeprefix("reconciler_drift_"), *figure.labels)): figure.value
        for metric in drift_metrics(one, 2.34567)
        for figure in metric.figures
        if figure.value
    }


def test_figures() -> None:
    """Each state and direction, the age of the oldest, what it cost; zeros are told too."""
    assert figures(after()) == {
        "presets": 120,
        "differences new live-only": 1,
        "differences new git-only": 2,
        "differences known live-only": 1,
        "differences acknowledged live-only": 1,
        "notices inactive": 1,
        "resolved": 2,
        "oldest_age_seconds": 86_400,
        "requests": 9,
        "seconds": 2.346,
        "last_run_timestamp_seconds": 1_795_507_200,
        "live_timestamp_seconds": 1_795_507_200,
    }
    counts = {one.name: len(one.figures) for one in drift_metrics(report([]), 0) if one.labels}
    assert counts == {"reconciler_drift_differences": 6, "reconciler_drift_unseen": 3, "reconciler_drift_notices": 7}


def test_figures_of_no_drift_from_a_snapshot() -> None:
    """No age, no requests, and when live was really read."""
    live = LiveSource(observed_at="2026-11-22T08:00:00Z", source="snapshot")
    told = figures(msgspec.structs.replace(report([]), live=live))
    assert told == {
        "presets": 120,
        "seconds": 2.346,
        "last_run_timestamp_seconds": 1_795_420_800,
        "live_timestamp_seconds": 1_795_334_400,
    }


def test_what_an_issue_tells() -> None:
    """What is not acknowledged, the new before the known, additions first; the keys stay the same from day to day."""
    issue = drift_issue(after(), "https://ci.test/7")
    assert issue.title == "Drift: Acme (4211)"
    assert [(one.text.replace("\\", "").split(" (")[0], one.new) for one in issue.lines] == [
        ("added in Procore: P4", True), ("removed in Procore: P7", True), ("removed in Procore: P5", True),
        ("added in Procore: P2", False),
    ]  # fmt: skip
    first = drift_issue(before(), None)
    assert {one.key for one in issue.lines} & {one.key for one in first.lines} == {issue.lines[-1].key}
    assert issue.body.startswith(f"{issue.marker}\n<!-- told all: {' '.join(one.key for one in issue.lines)} -->\n### ")
    assert issue.link == "<https://ci.test/7>"
    assert "requests" not in issue.body, "what it cost would change the body every day"
    assert drift_issue(after(), None) == drift_issue(msgspec.structs.replace(after(), created_at="later"), None)


def test_an_issue_that_is_over() -> None:
    """It says whether what is left is acknowledged."""
    over = drift_issue(report([], before()), None)
    assert (over.lines, over.closing, over.link) == ((), "Nothing is left: live is what git says.", "")
    rest = drift_issue(report([change(group(remove=[2]))], before(), DAY, [entry(2)]), None)
    assert (rest.lines, rest.closing) == ((), "Nothing is left but what is acknowledged (1).")


def test_an_issue_too_large_for_a_forge() -> None:
    """It fits, what is left out is counted, and it says that it could not note everything that it told."""
    changes = [change(group(f"{number} {HOSTILE}", remove=[1, 2, 3]), project=str(number)) for number in range(600)]
    issue = drift_issue(report(changes), "https://ci.test/7")
    assert ISSUE_CHARACTERS * 0.8 < len(issue.body) <= ISSUE_CHARACTERS
    assert len(issue.lines) == 1_000
    assert "<!-- told in part: " in issue.body
    assert "**Left out here: " in issue.body
    assert "The whole of it:** <https://ci.test/7>" in issue.body


def test_a_message() -> None:
    """What is new, added in Procore first, and how much was known."""
    message = drift_message(after(), before(), "https://ci.test/(7)")
    assert message is not None
    assert (message.title, message.alarming) == ("Drift: Acme (4211)", True)
    assert message.body.replace("\u200b", "") == (
        "3 new (1 added in Procore, 2 removed in Procore), 1 known before\n\n"
        "- added in Procore: P4 (p4@acme.test), Accounting, Template 12 · Project 1042\n"
        "- removed in Procore: P7 (p7@acme.test), workflow manager, Template 12 · Project 1042\n"
        "- removed in Procore: P5 (p5@acme.test), Accounting, Template 12 · Project 1042\n\n"
        "[All of it](https://ci.test/%287%29)"
    )


def test_no_message_where_all_is_known() -> None:
    """Nor where there was nothing before, or nothing but what is acknowledged."""
    assert drift_message(report([change(group(remove=[2, 3], add=[9]))], before(), DAY), before(), None) is None
    assert drift_message(report([]), None, None) is None
    answered = report([change(group(remove=[2]))], acknowledged=[entry(2)])
    assert drift_message(report([], answered), answered, None) is None


@pytest.mark.parametrize(("entries", "words"), [((), "live is what git says"), ((2,), "what is acknowledged (1)")])
def test_a_message_that_it_is_over(entries: tuple[int, ...], words: str) -> None:
    """It is no alarm."""
    now = report([change(group(remove=entries))] if entries else [], before(), DAY, [entry(one) for one in entries])
    message = drift_message(now, before(), None)
    assert message is not None
    assert (message.title, message.alarming) == ("Drift is resolved: Acme (4211)", False)
    assert message.body.endswith(words)


def test_a_message_stays_short() -> None:
    """Ten lines whatever there is, and no name becomes two lines or is longer than a cell."""
    changes = [change(group(f"{number}\n{HOSTILE * 9}", remove=[1]), project=str(number)) for number in range(30)]
    message = drift_message(msgspec.structs.replace(report(changes), company_name=None), None, None)
    assert message is not None
    assert message.title == "Drift: company 4211"
    lines = message.body.splitlines()
    assert (lines[0], lines[-1]) == ("30 new (30 added in Procore)", "- … and 20 more")
    assert len([one for one in lines if one.startswith("- added in Procore")]) == 10
    assert max(map(len, lines)) < 400


HERE = "projects/1042/templates/12"


def hidden() -> DriftReport:
    """The report after ``before()``, with its preset out of sight, one of it acknowledged, and one new elsewhere."""
    return report([change(group(remove=[8]), project="7")], before(), DAY, [entry(3)], sight=Hidden(HERE))


def test_figures_of_what_is_unseen() -> None:
    """A gauge of its own by state; the age of the oldest goes on; nothing is resolved."""
    told = figures(hidden())
    assert {name: value for name, value in told.items() if "unseen" in name} == {
        "unseen known": 2, "unseen acknowledged": 1,
    }  # fmt: skip
    assert (told["oldest_age_seconds"], told.get("resolved"), told["differences new live-only"]) == (86_400, None, 1)
    ended = report([], hidden(), DAY, sight=Hidden(HERE), released=[ending()])
    assert figures(ended)["released"] == 3


def test_an_issue_stays_open_while_something_is_unseen() -> None:
    """The same keys, so that nothing is said twice; the line says why; only acknowledged ones leave it closed."""
    first, gone = drift_issue(before(), None), drift_issue(report([], before(), DAY, sight=Hidden(HERE)), None)
    assert {one.key for one in gone.lines} == {one.key for one in first.lines}
    assert (
        gone.lines[0]
        .text.replace("\\", "")
        .endswith("Project 1042 (unseen: the project is not in the list of projects)")
    )
    assert not any(one.new for one in gone.lines)
    mixed = drift_issue(hidden(), None)
    assert [one.text.replace("\\", "").split(" (")[0] for one in mixed.lines] == [
        "added in Procore: P8", "added in Procore: P2", "removed in Procore: P9",
    ]  # fmt: skip
    quiet = report([], before(), DAY, [entry(2), entry(3), entry(9)], sight=Hidden(HERE))
    closed = drift_issue(quiet, None)
    assert (closed.lines, closed.closing) == (
        (), "Nothing is left but what is acknowledged (3, 3 of them unseen).",
    )  # fmt: skip


def test_an_issue_of_what_was_released() -> None:
    """It never says that live is what git says."""
    ended = report([], before(), DAY, sight=Hidden(HERE), released=[ending()])
    assert drift_issue(ended, None).closing == "Nothing is left: 3 released unseen."
    known = report([change(group(remove=[8]), project="7")], before(), DAY)
    rest = report([change(group(remove=[8]), project="7")], hidden(), DAY, [entry(8)], sight=Hidden(HERE),
                  released=[ending(HERE)])  # fmt: skip
    assert known.summary.resolved == 3
    assert drift_issue(rest, None).closing == "Nothing is left but what is acknowledged (1), and 3 released unseen."


def test_a_message_of_what_went_out_of_sight() -> None:
    """Once; it is no end of drift, and while it stays away nothing more is said."""
    gone = report([], before(), DAY, sight=Hidden(HERE))
    message = drift_message(gone, before(), None)
    assert message is not None
    assert (message.title, message.alarming) == ("Drift: Acme (4211)", True)
    lines = message.body.replace("\u200b", "").splitlines()
    assert (lines[0], len(lines)) == ("3 unseen", 5)
    assert lines[2] == (
        "- added in Procore: P2 (p2@acme.test), Accounting, Template 12 · Project 1042 (unseen: the project is not in "
        "the list of projects)"
    )
    still = report([], gone, DAY, sight=Hidden(HERE))
    assert drift_message(still, gone, None) is None
    back = report([change(group(remove=[2, 3], add=[9]))], still, DAY)
    assert drift_message(back, still, None) is None
    over = drift_message(report([], still, DAY), still, None)
    assert over is not None
    assert (over.title, over.body) == ("Drift is resolved: Acme (4211)", "nothing is left: live is what git says")


def test_a_message_of_what_is_new_beside_what_is_unseen() -> None:
    """Each is counted; what is acknowledged is not."""
    message = drift_message(hidden(), before(), None)
    assert message is not None
    assert message.body.startswith("1 new (1 added in Procore), 2 unseen\n\n- added in Procore: P8")
