"""``reconciler init``: starts a configuration repository; it replaces no file and asks no service."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.console.next_steps import next_steps
from reconciler.console.options import common_options
from reconciler.console.questions import ask_choice, ask_text, somebody_is_there
from reconciler.console.streams import emit
from reconciler.errors import UsageError
from reconciler.operations.init import (
    DEVELOPER_SANDBOX,
    Addresses,
    checked_address,
    choose_settings,
    prepare,
    require_company_id,
    survey,
    write_start,
)
from reconciler.render.text.visible import printable

if TYPE_CHECKING:
    from reconciler.console.options import Common
    from reconciler.operations.init import Ground, Written

__all__ = ["init"]

_FORGES: Any = {"github": "github", "gitlab": "gitlab", "none": None}


@click.command(
    epilog="Examples: reconciler init; reconciler init approvals --company 4211 --forge github; "
    "reconciler init --company 4211 --developer-sandbox; reconciler init --forge gitlab (adds a pipeline later)"
)
@common_options
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--company", metavar="ID", help="The company: the number in the address of its pages in Procore.")
@click.option("--developer-sandbox", is_flag=True, help="For Procore's developer sandbox instead of production.")
@click.option("--api-url", metavar="URL", help="For another address of the API; needs --auth-url.")
@click.option("--auth-url", metavar="URL", help="The address of the logins that goes with --api-url.")
@click.option("--forge", type=click.Choice([*_FORGES]), help="Also write the pipeline for it [default: none].")
def init(  # noqa: PLR0913 - one parameter an option
    common: Common,
    *,
    folder: Path,
    company: str | None,
    developer_sandbox: bool,
    api_url: str | None,
    auth_url: str | None,
    forge: str | None,
) -> int:
    """Start a configuration repository in DIR (default: here), and print the commands up to the first plan.

    It writes settings, a .gitignore, a draft of a document, and with --forge the pipeline. Files that exist stay as
    they are. On a terminal it asks for the answers that no option gives. Elsewhere --company is required, where no
    settings name it yet.

    Exit codes: 0 done, 7 there are settings that cannot be used, 64 wrong usage, or a file cannot be written.
    """
    if common.config is not None:
        raise UsageError("init writes the settings itself: leave out --config, and name their folder as DIR")
    given = _given_addresses(api_url, auth_url, developer_sandbox=developer_sandbox)
    ground = survey(folder)
    is_new = ground.settings is None
    asks = somebody_is_there()
    if company is not None:
        require_company_id(company)
    elif is_new and asks:
        company = ask_text("Company id (the number in the address of its pages in Procore)", require_company_id)
    if given is None and is_new and asks:
        given = _ask_addresses()
    settings = choose_settings(ground, company, given)
    start = prepare(ground, settings, _FORGES[_forge(ground, forge, asks=asks)], common.run.environment)
    done = []
    for one in write_start(start):
        emit(_line(one))
        done.append(one)
    if not common.quiet:
        emit(next_steps(start, done))
    return 0


def _given_addresses(api_url: str | None, auth_url: str | None, *, developer_sandbox: bool) -> Addresses | None:
    """Return the addresses that options give; null where none does."""
    if api_url is None and auth_url is None:
        return DEVELOPER_SANDBOX if developer_sandbox else None
    if developer_sandbox:
        raise UsageError("--developer-sandbox has its own addresses: leave out --api-url and --auth-url")
    if api_url is None or auth_url is None:
        raise UsageError(f"{'--api-url' if api_url is None else '--auth-url'} is missing: give both addresses")
    return Addresses(checked_address("--api-url", api_url), checked_address("--auth-url", auth_url))


def _ask_addresses() -> Addresses | None:
    """Ask which service it is; null is Procore's production."""
    question = "Which Procore: production, its developer sandbox, or another address"
    answer = ask_choice(question, ["production", "sandbox", "other"], "production")
    if answer == "sandbox":
        return DEVELOPER_SANDBOX
    if answer == "production":
        return None
    api_url = ask_text("Address of the API", lambda text: checked_address("api_url", text))
    return Addresses(api_url, ask_text("Address of the logins", lambda text: checked_address("auth_url", text)))


def _forge(ground: Ground, forge: str | None, *, asks: bool) -> str:
    """Return the forge that is given, or ask for it where it would find a pipeline here."""
    if forge is not None:
        return forge
    return ask_choice("Pipeline for", [*_FORGES], "none") if asks and ground.may_hold_pipeline else "none"


def _line(written: Written) -> str:
    lacks = f"  (add {written.lacks} to it)" if written.lacks else ""
    return printable(f"{'written' if written.is_new else 'kept   '}  {written.path}{lacks}") + "\n"
