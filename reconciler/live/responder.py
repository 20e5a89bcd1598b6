"""Sends the response to a step, or more assignees for it; what to send is decided elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from reconciler.live.paths import scope_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.live.client import ServiceClient
    from reconciler.model.live import Place

__all__ = ["Responder"]


class Responder:
    """Responds with a client that was made for writing, as the account that signs in."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def respond(
        self, place: Place, instance_id: str, *, occurrence_id: str, option_id: str, comment: str | None, token: str
    ) -> None:
        """POST a response (docs/service.md section 3): the same arguments make the same bytes.

        Raises AnswerLostError when it may have been stored all the same, RequestRefusedError or another ServiceError
        when it was not.
        """
        response: dict[str, Any] = {
            "current_step_occurrence_id": occurrence_id,
            "selected_response_option_id": option_id,
            "attachments": {},
        }
        if comment is not None:
            response["comment"] = comment
        content = msgspec.json.encode({"response": response})
        self._client.post(f"{self._path(place, instance_id)}/responses", content, f"responding to {instance_id}", token)

    def add_assignees(
        self, place: Place, instance_id: str, *, occurrence_id: str, login_ids: Sequence[str], reason: str
    ) -> None:
        """POST more assignees of a running step, once: the service knows no token for it.

        Raises AnswerLostError when they may have been added all the same, another ServiceError when not.
        """
        body = {
            "step_occurrence_id": occurrence_id,
            "assignee_ids": list(login_ids),
            "required": True,
            "reason": reason,
        }
        path = f"{self._path(place, instance_id)}/additional_assignees"
        self._client.post_once(path, body, f"adding assignees to {instance_id}")

    def _path(self, place: Place, instance_id: str) -> str:
        scope = scope_path(self._client.service.company_id, place.project_id)
        return f"{scope}/instances/{quote(instance_id, safe='')}"
