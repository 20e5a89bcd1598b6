"""Checks a set-up, from the settings file to the rights of the account; it writes nothing."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from reconciler.live.probe import Probe
from reconciler.model.checkup import Check, Checkup, blocked
from reconciler.model.progress import Progress
from reconciler.operations.checks.account_checks import check_company, check_credentials, check_limits, check_sign_in
from reconciler.operations.checks.forge_checks import check_forge
from reconciler.operations.checks.git_checks import check_git
from reconciler.operations.checks.network_checks import check_clock, check_doors, check_way
from reconciler.operations.checks.rights_checks import RIGHTS, check_rights
from reconciler.operations.checks.settings_checks import check_addresses, check_documents, check_settings
from reconciler.settings import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from reconciler.model.documents import SettingsDocument
    from reconciler.model.service import Credentials, Service
    from reconciler.operations.run import Run

__all__ = ["CHECKS", "examine_setup"]

_OF_SERVICE = (
    "proxy", "names", "certificates", "connection", "clock", "sign-in", "company", *RIGHTS, "limits",
)  # fmt: skip
# in the order in which they are shown
CHECKS = (
    "settings", "documents", "git", "committed", "history", "base branch", "addresses", "credentials", *_OF_SERVICE,
    "forge",
)  # fmt: skip


class _Account(NamedTuple):
    """Who looks at the service, and where: null without credentials, or without the settings."""

    credentials: Credentials | None
    settings: SettingsDocument | None
    file_name: str
    named: frozenset[str]


class _Findings:
    """The checks so far; ``report`` receives which one is next."""

    def __init__(self, report: Callable[[Progress], None]) -> None:
        self.requests = 0
        self._report = report
        self._checks: dict[str, Check] = {}

    def begin(self, name: str) -> None:
        """Report that a check begins."""
        progress = Progress(step=name, done=len(self._checks), total=len(CHECKS), requests=self.requests)
        self._report(progress)

    def add(self, *checks: Check) -> None:
        """Keep checks."""
        self._checks |= {one.name: one for one in checks}

    def failure(self, *names: str) -> str | None:
        """Return the first of these checks that failed, or what blocked it; null where all of them passed."""
        for name in names:
            check = self._checks.get(name)
            if check is not None and check.mark in {"failed", "blocked"}:
                return check.because or check.name
        return None

    def block_missing(self, names: Iterable[str], because: str) -> None:
        """Keep that those of these checks which are not there yet were not made."""
        self.add(*(blocked(name, because) for name in names if name not in self._checks))

    def checkup(self) -> Checkup:
        """Return all of them, in order."""
        checks = tuple(self._checks[name] for name in CHECKS)
        healthy = not any(one.mark in {"failed", "blocked"} for one in checks)
        return Checkup(healthy=healthy, requests=self.requests, checks=checks)


def examine_setup(run: Run, given: Path | None) -> Checkup:
    """Check a set-up: the settings file that is given (or its folder), or else the nearest from the run's folder.

    A check that fails blocks those alone that cannot be made without it. Requests are GET, and the token call.
    """
    with run.reporter.follow() as report:
        found = _Findings(report)
        found.begin("settings")
        settings_check, settings = check_settings(run, given)
        address_check, service = check_addresses(settings, run.environment)
        credentials_check, credentials = check_credentials(run.environment, service)
        found.add(settings_check, address_check, credentials_check)
        named = _examine_documents(found, run, given)
        found.begin("git")
        found.add(*check_git(settings, run.environment))
        name = FILE_NAME if settings.file is None else settings.file.name
        _examine_service(found, run, service, _Account(credentials, settings.document, name, named))
        found.begin("forge")
        found.add(check_forge(run))
        return found.checkup()


def _examine_documents(found: _Findings, run: Run, given: Path | None) -> frozenset[str]:
    """Check the documents; return the projects that they name."""
    failure = found.failure("settings")
    if failure is not None:
        found.block_missing(["documents"], failure)
        return frozenset()
    found.begin("documents")
    check, named = check_documents(run, given, found.failure("addresses"))
    found.add(check)
    return named


def _examine_service(found: _Findings, run: Run, service: Service | None, account: _Account) -> None:
    """Check the way to the service, and what it says to the account."""
    found.begin("proxy")
    way = None if service is None else check_way(service, run.environment)
    found.add(*(() if way is None else way.checks))
    if service is None or way is None or way.network is None:
        found.block_missing(_OF_SERVICE, found.failure("addresses", "proxy", "names", "certificates") or "addresses")
        return
    network = way.network
    with closing(Probe(service, network, run.reporter.wait)) as probe:
        found.begin("connection")
        found.add(*check_doors(probe, way.certificates))
        _examine_account(found, probe, account)
        found.requests = probe.requests
        if probe.ahead is not None or found.failure("connection") is None:
            found.add(check_clock(probe.ahead))
        if probe.rate is not None or found.failure("connection", "sign-in") is None:
            found.add(check_limits(probe, run.clock.now()))
    found.block_missing(_OF_SERVICE, found.failure("connection", "credentials", "sign-in", "company") or "limits")


def _examine_account(found: _Findings, probe: Probe, account: _Account) -> None:
    """Check who the account is, what company it sees, and what it may read there."""
    if account.credentials is None or found.failure("connection") is not None:
        return
    found.begin("sign-in")
    expected = None if account.settings is None else account.settings.service_account
    found.add(check_sign_in(probe, account.credentials, expected))
    if found.failure("sign-in") is not None:
        return
    found.begin("company")
    found.add(check_company(probe, account.file_name))
    if found.failure("company") is None:
        for check in check_rights(probe, account.named, found.begin):
            found.requests = probe.requests
            found.add(check)
