"""Writes the assignees of one preset, all at once; when and what to write is decided elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from reconciler.live.paths import scope_path

if TYPE_CHECKING:
    from reconciler.live.client import ServiceClient
    from reconciler.model.live import Preset

__all__ = ["Writer"]


class Writer:
    """Replaces assignees with a client that was made for writing."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def replace_assignees(self, preset: Preset, groups: dict[str, tuple[str, ...]], manager_id: str | None) -> None:
        """PATCH the whole array: every group given, and what else the last read showed (docs/service.md section 2).

        ``preset`` is that last read. Raises AnswerLostError when the write may have happened all the same,
        RequestRefusedError or another ServiceError when it did not.
        """
        body: dict[str, Any] = {
            "responsible_group_memberships": [
                {"uuid": uuid, "login_ids": list(login_ids)} for uuid, login_ids in groups.items()
            ]
        }
        if manager_id is not None:
            body["workflow_manager_id"] = manager_id
        if preset.individual_assignees is not None:
            body["individual_assignees"] = [
                {"step_uuid": step.step_uuid, "logins": [_chosen(login) for login in step.logins]}
                for step in preset.individual_assignees
            ]
        scope = scope_path(self._client.service.company_id, preset.project_id)
        path = f"{scope}/presets/{quote(preset.id, safe='')}/assignees"
        self._client.patch(path, body, f"writing preset {preset.id}")


def _chosen(login: Any) -> dict[str, Any]:
    given = {"id": login.id, "required": login.required, "role_type": login.role_type}
    return {key: value for key, value in given.items() if value is not None}
