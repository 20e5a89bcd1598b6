"""``reconciler doctor``: checks a set-up and says what to do; it writes nothing, here or anywhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

import click
import msgspec

from reconciler.console.options import common_options, text_or_json
from reconciler.console.streams import emit
from reconciler.operations.doctor import examine_setup
from reconciler.render.formats.checkup_page import render_checkup

if TYPE_CHECKING:
    from reconciler.console.options import Common

__all__ = ["doctor"]

_UNHEALTHY = 6


@click.command(epilog="Examples: reconciler doctor; reconciler doctor --config ./approvals --format json")
@common_options
@text_or_json
def doctor(common: Common, shown_as: Literal["terminal", "json"]) -> int:
    """Check the set-up: settings, documents, git, network, credentials, rights, limits, clock and forge.

    Each check is a line, and a line that fails says what to do. A failure stops only the checks that need what failed.
    It sends about a dozen requests, all of them GET but for the token, and shows no secret.

    Exit codes: 0 nothing failed (warnings do not count), 6 something did.
    """
    checkup = examine_setup(common.run, common.config)
    if shown_as == "json":
        emit(msgspec.json.format(msgspec.json.encode(checkup), indent=2).decode() + "\n")
    else:
        emit(render_checkup(checkup, color=common.color(sys.stdout)))
    return 0 if checkup.healthy else _UNHEALTHY
