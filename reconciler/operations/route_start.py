"""Starts routing: documents, the own account, the lease, the journal, and the templates that documents name."""

from __future__ import annotations

import datetime
import hashlib
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import msgspec

from reconciler.clock import in_files
from reconciler.errors import CredentialsError, DocumentsError, RefusedError, UsageError
from reconciler.journal.route_file import RouteJournal, route_folder
from reconciler.journal.route_records import DAYS, read_route_lines
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.routed import RouteStarted
from reconciler.model.suggestions import did_you_mean
from reconciler.operations.route_round import RoutedStepRules, Router
from reconciler.operations.route_service import in_words_of_routing, open_route_service
from reconciler.operations.workspace import journal_folder, open_workspace, problems, read_documents, source_of
from reconciler.planning.guards import judge_frozen
from reconciler.routing.lease import hold_lease
from reconciler.routing.ledger import Ledger
from reconciler.routing.programs import named_folders
from reconciler.settings import read_freeze

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from reconciler.model.documents import Documents, Source
    from reconciler.model.instances import RoutedTemplate
    from reconciler.model.live import Person
    from reconciler.model.routing import Routing
    from reconciler.operations.route_service import RouteService
    from reconciler.operations.run import Run
    from reconciler.operations.workspace import Workspace

__all__ = ["forget_old", "open_router", "routing_digest"]

LEFT_DAYS: Final = 90


@contextmanager
def open_router(
    run: Run,
    settings_file: Path | None,
    journal_at: Path | None,
    *,
    sends: bool = True,
    pulse: Callable[[], None] = lambda: None,
    opened: Callable[[Callable[[], None]], None] = lambda _stop: None,
) -> Iterator[Router]:
    """Yield what routes, once it is certain that it may.

    With ``sends`` false nothing is answered, journalled or leased. ``pulse`` is called about every minute of a long
    wait for the service. ``opened`` receives a function that ends its requests, before the first is made.

    Raises UsageError, before anything is sent, if the account is the integration of no routing. Raises it too if
    another process routes for the account. Raises RefusedError for a freeze, and DocumentsError for documents that
    cannot be used, or that are not committed while a routing answers.
    """
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
    with open_route_service(workspace.service, run, answers=answers, pulse=pulse) as service:
        opened(service.stop)
        try:
            me = service.me()
        except CredentialsError as error:
            raise in_words_of_routing(error, run.environment) from None
        mine = _mine(documents.routings, me, run)
        folder = route_folder(journal_folder(workspace.root, journal_at))
        rules = _with_templates(mine, service)
        projects = service.projects() if any(one.by_project for one in rules) else {}
        _require_fields(mine, projects)
        made = (workspace, service, me, rules, source, projects)
        if not sends:
            yield _router(made, _ledger(folder, workspace, me), None)
            return
        with hold_lease(folder, me.id) as require_lease:
            ledger = _ledger(folder, workspace, me)
            _warn_unobserved(rules, ledger, run)
            with RouteJournal(folder, run.clock.now, ledger.carried, require_lease) as journal:
                router = _router(made, ledger, journal)
                journal.record(_started(router, dirty=source.dirty))
                yield router


def _ledger(folder: Path, workspace: Workspace, me: Person) -> Ledger:
    ledger = Ledger(read_route_lines(folder), company_id=workspace.service.company_id, login_id=me.id)
    forget_old(ledger, workspace.run.clock.now())
    return ledger


def forget_old(ledger: Ledger, now: datetime.datetime) -> None:
    """Forget what no start would read, and responses that were left to people long ago."""
    before, left_before = (in_files(now - datetime.timedelta(days=days)) for days in (DAYS, LEFT_DAYS))
    ledger.forget(before, left_before)


def _router(
    made: tuple[Workspace, RouteService, Person, tuple[RoutedStepRules, ...], Source, dict[str, dict[str, Any]]],
    ledger: Ledger,
    journal: RouteJournal | None,
) -> Router:
    workspace, service, me, rules, source, projects = made
    run = workspace.run
    return Router(
        run=run,
        company_id=workspace.service.company_id,
        run_id=f"{run.clock.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
        service=service,
        me=me,
        rules=rules,
        revision=source.revision,
        changed=lambda: source_of(workspace) != source,
        ledger=ledger,
        journal=journal,
        folders=named_folders(run.environment),
        projects=projects,
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


def _with_templates(routings: Sequence[Routing], service: RouteService) -> tuple[RoutedStepRules, ...]:
    """Return routings with their templates; raises DocumentsError for templates and steps that are not there."""
    templates = service.templates()
    providers = service.providers()
    wrong: list[Diagnostic] = []
    found: list[RoutedStepRules] = []
    for routing in routings:
        fitting = _fitting(routing, templates)
        if len(fitting) != 1:
            wrong.append(_not_one(routing, fitting, templates))
            continue
        (template,) = fitting
        names = service.step_names(template.published) if template.published else {}
        if template.published and routing.step not in names.values():
            hint = did_you_mean(routing.step, names.values(), "Procore") or f"; its steps: {', '.join(names.values())}"
            message = f"template {routing.template} has no step '{routing.step}'{hint}"
            wrong.append(_error("routing/unknown-step", message, routing.step_origin))
            continue
        twice = [one for one in found if (one.template.id, one.routing.step) == (template.id, routing.step)]
        if twice:
            message = f"{routing.title} is routed at {twice[0].routing.step_origin} too; keep one document"
            wrong.append(_error("documents/conflict", message, routing.step_origin))
        by_project = providers.get(template.place.tool) != "Company"
        found.append(RoutedStepRules(routing, routing_digest(routing), template, by_project))
    if wrong:
        raise problems(wrong)
    return tuple(found)


def _require_fields(routings: Sequence[Routing], projects: Mapping[str, dict[str, Any]]) -> None:
    """Raise DocumentsError for a field that no project has: its rule would leave every step to people."""
    there = dict.fromkeys(name for one in projects.values() for name in one)
    wrong = []
    for condition in (one for routing in routings for rule in routing.rules for one in rule.where):
        root, _, name = condition.field.partition(".")
        first = name.partition(".")[0]
        if there and root == "project" and first not in there:
            hint = did_you_mean(first, there, "Procore") or f"; their fields: {', '.join(sorted(there))}"
            wrong.append(_error("routing/field", f"no project has a field '{first}'{hint}", condition.origin))
    if wrong:
        raise problems(wrong)


def _fitting(routing: Routing, templates: Sequence[RoutedTemplate]) -> list[RoutedTemplate]:
    named = routing.template
    return [
        one
        for one in templates
        if (one.id == named.id if named.id is not None else one.name == named.name)
        and (routing.tool is None or one.place.tool.type == routing.tool)
    ]


def _not_one(routing: Routing, fitting: Sequence[RoutedTemplate], templates: Sequence[RoutedTemplate]) -> Diagnostic:
    if fitting:
        tools = ", ".join(sorted({str(one.place.tool) for one in fitting}))
        message = (
            f"{len(fitting)} templates are named {routing.template} (tools: {tools}): add 'tool:', or use {{id: …}}"
        )
    else:
        hint = did_you_mean(routing.template.name or "", (one.name for one in templates), "Procore")
        message = f"no template {routing.template} in this company{hint}"
    return _error("routing/unknown-template", message, routing.template.origin)


def _error(code: str, message: str, origin: object) -> Diagnostic:
    return Diagnostic(severity="error", code=code, message=message, origin=origin)  # type: ignore[arg-type]


def routing_digest(routing: Routing) -> str:
    """Return the digest of what a routing says, wherever it is written."""
    rules = [(one.name, [(c.field, c.operator, c.operands) for c in one.where], one.respond, one.comment, one.decide)
             for one in routing.rules]  # fmt: skip
    limits = routing.limits
    said = (str(routing.template), routing.tool, routing.step, routing.integration.key, routing.mode, rules,
            routing.item_path, routing.own_items, limits.answers_per_hour, limits.same_option_in_a_row)  # fmt: skip
    return f"sha256:{hashlib.sha256(msgspec.json.encode(said)).hexdigest()}"


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
