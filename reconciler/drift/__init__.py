"""Finds the differences between live and git, and which of them are new; it changes neither."""

from reconciler.drift.absence import Absence, find_absent, release
from reconciler.drift.found import find_drifts
from reconciler.drift.notices import find_notices, template_groups
from reconciler.drift.report_file import build_report, decode_report, encode_report, slice_report
from reconciler.drift.sight import LiveSight, Sight
from reconciler.drift.states import Acknowledged, acknowledge, compare_with

__all__ = [
    "Absence",
    "Acknowledged",
    "LiveSight",
    "Sight",
    "acknowledge",
    "build_report",
    "compare_with",
    "decode_report",
    "encode_report",
    "find_absent",
    "find_drifts",
    "find_notices",
    "release",
    "slice_report",
    "template_groups",
]
