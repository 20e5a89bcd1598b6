"""Starts routing: documents, the own account, the lease, the journal, and the templates that documents name."""

from __future__ import annotations

import datetime
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from reconciler.clock import in_files
from reconciler.errors import CredentialsError, DocumentsError, RefusedError, UsageError
from reconciler.journal.route_file import RouteJournal, route_folder
from reconciler.journal.route_records import DAYS, read_route_lines
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.routed import RouteStarted
from reconciler.operations.route_round import RoutedStepRules, Router
from reconciler.operations.route_service import in_words_of_routing, open_route_service
from reconciler.operations.routed_templates import require_fields, with_templates
from reconciler.operations.workspace import journal_folder, open_workspace, read_documents, source_of
from reconciler.planning.guards.frozen import judge_frozen
from reconciler.routing.lease import hold_lease
from reconciler.routing.ledger import Ledger
from reconciler.routing.programs import named_folders
from reconciler.settings import read_freeze

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from reconciler.model.documents import Documents, Source
    from reconciler.model.live import Person
    from reconciler.model.routing import Routing
    from reconciler.operations.route_service import RouteService
    from reconciler.operations.run import Run
    from reconciler.operations.workspace import Workspace

__all__ = ["forget_old", "open_router"]

LEFT_DAYS: Final = 90


@contextmanager
def open_router(
    run: Run,
    settings_file: Path | None,
    journal_at: Path | None,
    *,
    sends: bool = True,
    pulse: Callable[[], None] = lambda: None,
    opened: Callable[[Callable[[float], None]], None] = lambda _stop: None,
) -> Iterator[Router]:
    """Yield what routes, once it is certain that it may.

    With ``sends`` false nothing is answered, journalled or leased. ``pulse`` is called about every minute of a long
    wait for the service. ``opened`` receives a function that ends its requests, before the first is made.

    Raises UsageError, before anything is sent, if the account is the integration of no routing. Raises it too if
    another process routes for the account. Raises RefusedError for a freeze, and DocumentsError for documents that
    cannot be used, or that are not committed while a routing answers.
    """
    usable = _usable(run, settings_file, sends=sends)
    workspace = usable.workspace
    with open_route_service(workspace.service, run, answers=usable.answers, pulse=pulse) as service:
        opened(service.stop)
        ready = _ready(usable, service)
        folder = route_folder(journal_folder(workspace.root, journal_at))
        if not sends:
            yield _router(ready, _ledger(folder, workspace, ready.me), None)
            return
        with hold_lease(folder, ready.me.id) as require_lease:
            ledger = _ledger(folder, workspace, ready.me)
            _warn_unobserved(ready.rules, ledger, run)
            with RouteJournal(folder, run.clock.now, ledger.carried, require_lease) as journal:
                router = _router(ready, ledger, journal)
                journal.record(_started(router, dirty=usable.source.dirty))
                yield router


class _Usable(NamedTuple):
    """Documents that may be used; ``answers`` says whether anything may be sent by them."""

    workspace: Workspace
    routings: tuple[Routing, ...]
    source: Source
    answers: bool


class _Ready(NamedTuple):
    """Documents with what the service has of them."""

    usable: _Usable
    service: RouteService
    me: Person
    rules: tuple[RoutedStepRules, ...]
    projects: dict[str, dict[str, Any]]


def _usable(run: Run, settings_file: Path | None, *, sends: bool) -> _Usable:
    workspace = open_workspace(run, settings_file)
    documents, diagnostics = read_documents(workspace)
    run.reporter.diagnose(diagnostics)
    if not documents.routings:
        raise UsageError("no document of kind routing: write one (docs/routing.md), then run 'reconciler validate'")
    _require_unfrozen(run, documents)
    answers = sends and any(one.mode == "answer" for one in documents.routings)
    source = source_of(workspace)
    if answers and (source.revision is None or source.dirty):
        raise DocumentsError(
            "a routing answers, and the documents are not committed as they are: commit them, so that the journal can "
            "say which rules decided"
        )
    return _Usable(workspace, documents.routings, source, answers)


def _ready(usable: _Usable, service: RouteService) -> _Ready:
    run = usable.workspace.run
    try:
        me = service.me()
    except CredentialsError as error:
        raise in_words_of_routing(error, run.environment) from None
    mine = _mine(usable.routings, me, run)
    rules = with_templates(mine, service)
    projects = service.projects() if any(one.by_project for one in rules) else {}
    require_fields(mine, projects)
    return _Ready(usable, service, me, rules, projects)


def _ledger(folder: Path, workspace: Workspace, me: Person) -> Ledger:
    ledger = Ledger(read_route_lines(folder), company_id=workspace.service.company_id, login_id=me.id)
    forget_old(ledger, workspace.run.clock.now())
    return ledger


def forget_old(ledger: Ledger, now: datetime.datetime) -> None:
    """Forget what no start would read, and responses that were left to people long ago."""
    before, left_before = (in_files(now - datetime.timedelta(days=days)) for days in (DAYS, LEFT_DAYS))
    ledger.forget(before, left_before)


def _router(ready: _Ready, ledger: Ledger, journal: RouteJournal | None) -> Router:
    workspace, source = ready.usable.workspace, ready.usable.source
    run = workspace.run
    return Router(
        run=run,
        company_id=workspace.service.company_id,
        run_id=f"{run.clock.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
        service=ready.service,
        me=ready.me,
        rules=ready.rules,
        revision=source.revision,
        changed=lambda: source_of(workspace) != source,
        ledger=ledger,
        journal=journal,
        folders=named_folders(run.environment),
        projects=ready.projects,
    )


def _warn_unobserved(rules: Sequence[RoutedStepRules], ledger: Ledger, run: Run) -> None:
    """Warn of routings that answer and never observed: nobody saw what they would have answered."""
    for one in rules:
        if one.routing.mode == "answer" and not ledger.has_observed(one.routing.title):
            run.reporter.diagnose(
                [
                    Diagnostic(
                        severity="warning",
                        code="routing/never-observed",
                        message=f"{one.routing.title} answers, and this journal has no run in which it observed: set "
                        "'mode: observe' first, run 'reconciler route --once', and look at what it would answer",
                        origin=one.routing.step_origin,
                    )
                ]
            )


def _require_unfrozen(run: Run, documents: Documents) -> None:
    by_environment = read_freeze(run.environment)
    freezes = (*documents.policy.frozen, *((by_environment,) if by_environment else ()))
    if freezes:
        raise RefusedError("nothing is answered at present", diagnostics=judge_frozen(freezes, "error"))


def _mine(routings: Sequence[Routing], me: Person, run: Run) -> list[Routing]:
    """Return the routings of the account; others are skipped, and a note says so."""
    mine = [one for one in routings if one.integration.names(me.id, me.login)]
    others = sorted({str(one.integration) for one in routings if one not in mine})
    if not mine:
        raise UsageError(
            f"these credentials are of {me.login} (login id {me.id}), and no routing has it as its integration "
            f"({', '.join(others)}): set RECONCILER_ROUTE_CLIENT_ID and RECONCILER_ROUTE_CLIENT_SECRET, nothing was "
            "sent"
        )
    if others:
        run.reporter.note(f"routings of {', '.join(others)} are skipped: these credentials are of {me.login}")
    return mine


def _started(router: Router, *, dirty: bool) -> RouteStarted:
    modes = {mode: tuple(one.routing.title for one in router.rules if one.routing.mode == mode)
             for mode in ("observe", "answer")}  # fmt: skip
    return RouteStarted(
        at=router.run.clock.moment(),
        run_id=router.run_id,
        company_id=router.company_id,
        login_id=router.me.id,
        revision=router.revision,
        dirty=dirty,
        observing=modes["observe"],
        answering=modes["answer"],
    )
