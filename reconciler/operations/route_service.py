"""Joins what routing reads and sends into one service, so that a simulated one can take its place."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from reconciler.errors import CredentialsError
from reconciler.settings import read_credentials
from reconciler.settings.network import read_network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from reconciler.model.instances import Instance, ListedInstance, RoutedTemplate
    from reconciler.model.live import Person, Place, Tool
    from reconciler.model.service import Credentials, Service
    from reconciler.operations.run import Run

__all__ = ["RouteService", "in_words_of_routing", "open_route_service", "route_environment"]

_OWN = (("RECONCILER_ROUTE_CLIENT_ID", "RECONCILER_CLIENT_ID"),
        ("RECONCILER_ROUTE_CLIENT_SECRET", "RECONCILER_CLIENT_SECRET"))  # fmt: skip


class RouteService(Protocol):
    """The calls of routing."""

    @property
    def requests(self) -> int:
        """The number of requests so far."""
        ...

    def me(self) -> Person:
        """Return the account that signs in."""
        ...

    def stop(self, seconds: float = 0.0) -> None:
        """End waits and requests of this process, from any thread; in ``seconds``, no request is under way."""
        ...

    def providers(self) -> dict[Tool, str]:
        """Return ``Project`` or ``Company`` for each tool."""
        ...

    def templates(self) -> list[RoutedTemplate]:
        """Return all templates with their versions."""
        ...

    def step_names(self, version_id: str) -> dict[str, str]:
        """Return the names of steps by uuid."""
        ...

    def projects(self) -> dict[str, dict[str, Any]]:
        """Return the fields of the active projects by id."""
        ...

    def waiting(self, place: Place, login_id: str) -> list[ListedInstance]:
        """Return the active instances that wait for somebody."""
        ...

    def instance(self, place: Place, instance_id: str) -> Instance:
        """Return one instance."""
        ...

    def item(self, path: str) -> dict[str, Any]:
        """Return an item."""
        ...

    def respond(
        self, place: Place, instance_id: str, *, occurrence_id: str, option_id: str, comment: str | None, token: str
    ) -> None:
        """Respond to a step."""
        ...

    def possible_assignees(self, place: Place) -> list[Person]:
        """Return who may be assigned."""
        ...

    def add_assignees(
        self, place: Place, instance_id: str, *, occurrence_id: str, login_ids: Sequence[str], reason: str
    ) -> None:
        """Add people to a running step."""
        ...


@contextmanager
def open_route_service(
    service: Service, run: Run, *, answers: bool, pulse: Callable[[], None] = lambda: None
) -> Iterator[RouteService]:
    """Yield the service, with the credentials of routing; a client that only observes cannot write.

    ``pulse`` is called when a long wait begins, and about every minute of it.
    """
    from reconciler.operations.live_route_service import LiveRouteService, ServiceClient  # noqa: PLC0415 - heavy

    credentials = _credentials(run.environment, service)
    network = read_network(run.environment, service.api_url, service.auth_url)

    def waits(seconds: float) -> None:
        run.reporter.wait(seconds)
        pulse()

    with (
        ServiceClient(
            service,
            credentials,
            writes=answers,
            network=network,
            windows=run.windows,
            waits=waits,
            differs=run.clock.correct,
        ) as client,
        run.reporter.watch(lambda: client.heard_at),
    ):
        yield LiveRouteService(client, run)


def _credentials(environment: Mapping[str, str], service: Service) -> Credentials:
    given = [name for name, _ in _OWN if environment.get(name)]
    if len(given) == 1:
        missing = next(name for name, _ in _OWN if name not in given)
        raise CredentialsError(f"{given[0]} is set, and {missing} is not: set both, or neither for the usual ones")
    return read_credentials(route_environment(environment), service)


def in_words_of_routing(error: CredentialsError, environment: Mapping[str, str]) -> CredentialsError:
    """Return an error about credentials that names the variables that were read."""
    message = error.message
    for name, usual in _OWN if route_environment(environment) is not environment else ():
        message = message.replace(usual, name)
    return CredentialsError(message)


def route_environment(environment: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment with the credentials of routing in place of the usual ones, if it has any."""
    own = {usual: environment[name] for name, usual in _OWN if environment.get(name)}
    if not own:
        return environment
    # half of them is reported as half, and a token of the usual account is not used in their place
    without = {"RECONCILER_ACCESS_TOKEN", *(usual for _, usual in _OWN)}
    return {**{name: value for name, value in environment.items() if name not in without}, **own}
