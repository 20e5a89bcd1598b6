"""Reads the rights of a GitLab token: its role in the project, and its scopes if it may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gitlab

from reconciler.model.review import ForgeRights

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["read_rights"]

_ROLES = {
    5: "Minimal Access",
    10: "Guest",
    15: "Planner",
    20: "Reporter",
    30: "Developer",
    40: "Maintainer",
    50: "Owner",
}
_SCOPE = "api"  # what comments, statuses and issues need alike


def read_rights(client: gitlab.Gitlab, project: Mapping[str, Any], name: str) -> ForgeRights:
    """Return the rights of a token from an answer for a project; ``name`` is used if that has none."""
    permissions = project.get("permissions") or {}
    levels = [access["access_level"] for access in permissions.values() if access]
    role = _ROLES.get(max(levels)) if levels else None
    scopes = _scopes(client)
    rights = [f"role {role}"] if role else []
    if scopes:
        rights.append(f"scopes {', '.join(scopes)}")
    missing = f"scope '{_SCOPE}'" if scopes and _SCOPE not in scopes else None
    return ForgeRights(
        repository=str(project.get("path_with_namespace") or name), rights=tuple(rights), missing=missing
    )


def _scopes(client: gitlab.Gitlab) -> list[str]:
    """Return the scopes of the token; none if it may not read them."""
    try:
        token = client.personal_access_tokens.get("self")
    except gitlab.GitlabError:
        return []
    return [str(one) for one in token.attributes.get("scopes") or ()]
