"""``reconciler sandbox``: the service on loopback, seeded from a folder; for trials and tests."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.console.options import plain_options
from reconciler.console.streams import emit
from reconciler.errors import FileError, UsageError
from reconciler.operations.examples import example_folder
from reconciler.sandbox.limits import parse_rate_limit
from reconciler.sandbox.seed import read_seed
from reconciler.sandbox.store import Store

if TYPE_CHECKING:
    from reconciler.console.options import Common
    from reconciler.sandbox.limits import RateLimit

__all__ = ["sandbox"]


def _rate_limit(_context: object, _parameter: object, text: str) -> RateLimit:
    try:
        return parse_rate_limit(text)
    except ValueError:
        raise click.BadParameter("write HOURLY,SPIKE as in 3600,25, or 'off'") from None


@click.command(
    epilog="Example: reconciler sandbox --port 8080 --rate-limit 3600,25, then in another terminal: "
    "RECONCILER_API_URL=http://127.0.0.1:8080 RECONCILER_AUTH_URL=http://127.0.0.1:8080 "
    "RECONCILER_CLIENT_ID=sandbox RECONCILER_CLIENT_SECRET=sandbox reconciler plan"
)
@plain_options
@click.option(
    "--seed",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with the company to start from [default: the example company].",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free one.")
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep the company in this file (SQLite), so that it survives a restart.",
)
@click.option(
    "--rate-limit",
    callback=_rate_limit,
    default="3600,25",
    show_default=True,
    help="Requests an hour and in ten seconds, or 'off'.",
)
@click.option(
    "--large-pages",
    type=click.Choice(("cap", "refuse")),
    default="cap",
    show_default=True,
    help="What a list does that is asked for larger pages than it allows: smaller ones, or 400.",
)
@click.option(
    "--latency",
    type=click.FloatRange(0, 60),
    default=0.0,
    show_default=True,
    help="Seconds added to every answer.",
)
@click.option(
    "--lag",
    type=click.FloatRange(0, 60),
    default=0.0,
    show_default=True,
    help="Seconds for which a write is not yet read.",
)
@click.option(
    "--token-seconds",
    type=click.FloatRange(1, 86400),
    default=5400.0,
    show_default=True,
    help="How long a token lives.",
)
@click.option(
    "--clock-ahead",
    type=click.IntRange(-(10**8), 10**8),
    default=0,
    show_default=True,
    help="Seconds that its clock is ahead of this machine's.",
)
def sandbox(  # noqa: PLR0913, PLR0917 - one parameter an option
    common: Common,  # noqa: ARG001 - every command takes the common options
    seed: Path | None,
    host: str,
    port: int,
    state: Path | None,
    rate_limit: RateLimit,
    large_pages: str,
    latency: float,
    lag: float,
    token_seconds: float,
    clock_ahead: int,
) -> int:
    """Run the service on loopback, as far as the other commands need it.

    Its address is the first line on stdout. Ctrl-C ends it. Any client id and secret of the seed are taken,
    'sandbox' and 'sandbox' where it names none.
    """
    try:
        from reconciler.sandbox import app, fresh_start, server  # noqa: PLC0415 - an extra, and heavy
    except ImportError as error:
        raise UsageError(
            f"{error.name} is not installed: install procore-reconciler[sandbox] from where reconciler came from "
            "(in its checkout: pip install '.[sandbox]')"
        ) from None
    with closing(server.open_socket(host, port)) as listening, closing(_open_store(state, lag)) as store:
        if store.is_empty:
            store.seed(read_seed(seed if seed is not None else example_folder() / "sandbox"))
        make = partial(
            app.create_app,
            latency=latency,
            token_seconds=token_seconds,
            clock_ahead=clock_ahead,
            refuse_large_pages=large_pages == "refuse",
        )
        with closing(
            fresh_start.FreshStart(lambda kept: make(kept, rate_limit=rate_limit.anew()), store, lag)
        ) as service:
            server.serve(service, listening, lambda address: emit(f"{address}\n"))
    return 0


def _open_store(state: Path | None, lag: float) -> Store:
    try:
        return Store(str(state) if state is not None else ":memory:", lag=lag)
    except sqlite3.Error as error:
        raise FileError(f"cannot keep the company in {state}: {error}; name another file with --state") from None
