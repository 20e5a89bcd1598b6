"""Checks the credentials: whose they are, which company they see, and how many requests they have left."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from reconciler.errors import CredentialsError, DocumentsError, RateLimitError, RequestRefusedError, ServiceError
from reconciler.live.first_pages import read_companies, read_own_account
from reconciler.model.checkup import Check, blocked, failed, passed, skipped, split_remedy, warned
from reconciler.settings import read_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.live.first_pages import FirstPage
    from reconciler.live.probe import Probe
    from reconciler.model.member import Member
    from reconciler.model.service import Credentials, Service

__all__ = ["check_company", "check_credentials", "check_limits", "check_sign_in"]

_TOKEN = "RECONCILER_ACCESS_TOKEN"  # noqa: S105 - names of variables
_PAIR = ("RECONCILER_CLIENT_ID", "RECONCILER_CLIENT_SECRET")
_FEW = 5


def check_credentials(environment: Mapping[str, str], service: Service | None) -> tuple[Check, Credentials | None]:
    """Check that the environment holds credentials of one kind; none of them is shown."""
    has = [name for name in _PAIR if environment.get(name)]
    if not environment.get(_TOKEN) and len(has) == 1:
        (missing,) = set(_PAIR) - set(has)
        return failed("credentials", f"{has[0]} is set and {missing} is not", f"set {missing} in the environment"), None
    if not environment.get(_TOKEN) and not has:
        remedy = f"set {' and '.join(_PAIR)}, or {_TOKEN}, in the environment"
        return failed("credentials", "there are none in the environment", remedy), None
    kind = f"an access token ({_TOKEN})" if environment.get(_TOKEN) else f"a client id and its secret ({_PAIR[0]})"
    if environment.get(_TOKEN) and has:
        kind = f"{kind}, which wins over {' and '.join(has)}"
    if service is None:
        return passed("credentials", kind), None
    try:
        return passed("credentials", kind), read_credentials(environment, service)
    except (CredentialsError, DocumentsError) as error:
        return failed("credentials", *split_remedy(error.message)), None


def check_sign_in(probe: Probe, credentials: Credentials, expected: Member | None) -> Check:
    """Check that the service accepts the credentials, and that they are those of the account the settings name."""
    probe.sign_in_with(credentials)
    try:
        account = read_own_account(probe)
    except RateLimitError:
        return blocked("sign-in", "limits")
    except CredentialsError as error:
        found, _, remedy = error.message.partition("; ")
        return failed("sign-in", found, remedy or "check the credentials, and set new ones")
    except RequestRefusedError as error:
        remedy = "connect the app to the company, and see that its account is active"
        return failed("sign-in", error.message, remedy)
    except ServiceError as error:
        return failed("sign-in", error.message, "run it again, and look at the network where it stays")
    who = str(account) if account.login in {None, str(account)} else f"{account} ({account.login})"
    if expected is not None and not expected.names(account.id, account.login):
        found = f"accepted as {who}, and the settings name {expected} as service_account"
        return warned(
            "sign-in", found, "correct service_account: guards never let the account be removed that it names"
        )
    return passed("sign-in", f"accepted as {who}")


def check_company(probe: Probe, file_name: str) -> Check:
    """Check that the credentials see the company of the settings; else the check names those that they see."""
    company_id = probe.service.company_id
    try:
        seen = read_companies(probe)
    except RateLimitError:
        return blocked("company", "limits")
    except ServiceError as error:
        remedy = "look at the lists below, which show whether the company can be read"
        return warned("company", error.message, remedy)
    name = dict(seen.items).get(company_id)
    if name is not None:
        return passed("company", f"{name} ({company_id})")
    if not seen.is_whole:
        return skipped(
            "company", f"the account sees more than {len(seen.items)} companies; the lists below show the rest"
        )
    if not company_id:
        return failed("company", f"no settings name one; {_shown(seen)}", "write its company_id into the settings")
    remedy = f"correct company_id in {file_name}, or let an administrator connect the app to that company"
    return failed("company", f"the credentials do not see company {company_id}; {_shown(seen)}", remedy)


def _shown(seen: FirstPage[tuple[str, str]]) -> str:
    if not seen.items:
        return "they see none"
    named = [f"{name} ({one})" for one, name in seen.items[:_FEW]]
    more = len(seen.items) - len(named)
    return f"they see {', '.join(named)}{f' and {more} more' if more else ''}"


def check_limits(probe: Probe, now: datetime.datetime) -> Check:
    """Check how many requests are left in the window that the newest answer shows."""
    rate = probe.rate
    if rate is None:
        return skipped("limits", "no answer shows a request limit")
    wait = datetime.timedelta(seconds=max(round(rate.reset_in), 0))
    window = "the window of ten seconds" if rate.is_spike else "the window of an hour"
    if rate.remaining > 0 and not probe.is_limited:
        found = f"{rate.remaining:,} of {rate.limit:,} requests are left in {window}, which ends in {wait}"
        return passed("limits", f"{found}; an answer shows only the window that is nearer to its end")
    all_of_them = f"all {rate.limit:,} requests of {window} are" if rate.limit else f"{window} is"
    found = f"{all_of_them} used up; it ends in {wait}"
    remedy = f"wait until {now + wait:%H:%M:%S} UTC, and find out what else uses this app"
    if rate.is_spike and not probe.is_limited:
        return warned("limits", found, remedy)
    return failed("limits", found, remedy)
