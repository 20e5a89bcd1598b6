"""Reads and answers running workflows of the service itself; it is loaded only where somebody routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.live.client import ServiceClient
from reconciler.live.instance_reader import InstanceReader
from reconciler.live.responder import Responder
from reconciler.live.steps import Steps

if TYPE_CHECKING:
    from reconciler.operations.run import Run

__all__ = ["LiveRouteService", "ServiceClient"]


class LiveRouteService:
    """The service itself, by one client."""

    def __init__(self, client: ServiceClient, run: Run) -> None:
        self._client = client
        self.stop = client.stop
        reader = InstanceReader(Steps(client, lambda _progress: None, now=run.clock.now))
        self.me = reader.me
        self.providers = reader.providers
        self.templates = reader.templates
        self.step_names = reader.step_names
        self.projects = reader.projects
        self.waiting = reader.waiting
        self.instance = reader.instance
        self.item = reader.item
        self.possible_assignees = reader.possible_assignees
        responder = Responder(client)
        self.respond = responder.respond
        self.add_assignees = responder.add_assignees

    @property
    def requests(self) -> int:
        """The number of requests so far."""
        return self._client.requests
