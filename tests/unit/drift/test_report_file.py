"""A report comes back as it was written, and only for its company."""

from __future__ import annotations

import pytest

from reconciler.drift import decode_report, encode_report
from reconciler.errors import DocumentsError, StaleError
from tests.support.cases import change, group, manager
from tests.support.drifts import entry, report

WHOLE = report([change(group(remove=[2], add=[4]), manager=manager(6, 7))], acknowledged=[entry(2)])


def test_it_comes_back_as_it_was() -> None:
    """Every value."""
    assert decode_report(encode_report(WHOLE), "r.json", "4211") == WHOLE


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 100_000, encode_report(WHOLE)[:-9]])
def test_what_is_no_report(content: bytes) -> None:
    """Told with its name and the format."""
    with pytest.raises(DocumentsError, match=r"r\.json is not a report of format reconciler/drift/1"):
        decode_report(content, "r.json", "4211")


def test_one_of_another_company() -> None:
    """It says nothing about this one."""
    with pytest.raises(StaleError, match="is of company 4211, the settings are for 7"):
        decode_report(encode_report(WHOLE), "r.json", "7")


def test_the_counts() -> None:
    """By direction and state; presets once each."""
    summary = WHOLE.summary
    assert (summary.presets, summary.drifted, summary.live_only, summary.git_only) == (120, 1, 2, 2)
    assert (summary.new, summary.known, summary.acknowledged, summary.resolved) == (3, 0, 1, 0)
