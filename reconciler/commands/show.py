"""``reconciler show``: a saved plan or drift report once more; what it shows comes from that file and nothing else."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from reconciler.commands.files import require_writable
from reconciler.commands.options import common_options, emit, out_option
from reconciler.commands.showing import Showing, plan_exit_code, plan_text, showing_options
from reconciler.errors import DocumentsError, FileError, ReconcilerError
from reconciler.model.drift import DRIFT_FORMAT
from reconciler.model.failure import FAILURE_FORMAT, Failure
from reconciler.planning import decode_plan

if TYPE_CHECKING:
    from reconciler.commands.options import Common
    from reconciler.model.plan import Plan

__all__ = ["read_plan", "show"]


_CODES = (1, 3, 4, 5, 6, 7, 64, 130)


class _Head(msgspec.Struct):
    format: str = ""


def read_plan(path: Path) -> Plan:
    """Read a plan file; raises FileError, DocumentsError or StaleError when it cannot be used."""
    return decode_plan(_content(path, "the plan "), str(path))


def _content(path: Path, what: str = "") -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileError(
            f"cannot read {what}{path}: {error.strerror}; plans are saved with: reconciler plan --out FILE"
        ) from error


def _format_of(content: bytes) -> str:
    try:
        return msgspec.json.decode(content, type=_Head).format
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""  # reading it as a plan says why it is none


def _recorded(failure: Failure, path: Path) -> ReconcilerError:
    """Return what ends this command as the one ended that wrote the failure."""
    if failure.code not in _CODES:
        return DocumentsError(f"{path} names the exit code {failure.code}, with which no command fails")

    class RecordedError(ReconcilerError):
        exit_code = failure.code

    return RecordedError(failure.message, diagnostics=failure.diagnostics)


def _read_failure(content: bytes, path: Path) -> Failure:
    try:
        return msgspec.json.decode(content, type=Failure)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentsError(f"{path} is not {FAILURE_FORMAT}: {error}; write it with --format json") from None


@click.command(
    epilog="Examples: reconciler show plan.json --by person; reconciler show plan.json --format html --out report.html"
)
@common_options
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@showing_options
@out_option
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
def show(common: Common, plan_file: Path, out: Path | None, *, detailed_exitcode: bool, **shown: Any) -> int:
    """Show a saved plan again, in any format; or a drift report, which 'drift --format json' wrote.

    A plan that would do something else than was planned is refused (exit code 5); names are not covered by the digest.
    It also shows what a command wrote that failed with --format json, and ends with its exit code: so a plan that could
    not be made is annotated by its own problems.

    Exit codes are those of 'plan'; for a report 0, or 2 with --detailed-exitcode as 'drift' has it.
    """
    if out is not None:
        require_writable(out)
    content = _content(plan_file)
    color = out is None and common.color(sys.stdout)
    found = _format_of(content)
    if found == FAILURE_FORMAT:
        raise _recorded(_read_failure(content, plan_file), plan_file)
    if found == DRIFT_FORMAT:
        return _show_report(content, plan_file, Showing(**shown), out, color=color, detailed=detailed_exitcode)
    plan = decode_plan(content, str(plan_file))
    emit(plan_text(plan, Showing(**shown), color=color, config=common.config), out)
    return plan_exit_code(plan, detailed=detailed_exitcode)


def _show_report(content: bytes, path: Path, showing: Showing, out: Path | None, *, color: bool, detailed: bool) -> int:
    from reconciler.commands.reporting import drift_exit_code, report_text  # noqa: PLC0415 - only for reports
    from reconciler.drift import decode_report  # noqa: PLC0415 - the same

    report = decode_report(content, str(path))
    emit(report_text(report, showing, color=color), out)
    return drift_exit_code(report) if detailed else 0
