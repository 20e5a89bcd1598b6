"""Reads whom GitLab's answers name, and what its refusals say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import gitlab

__all__ = ["author_of", "is_own_refusal", "name_of", "words_of"]

_REFUSALS = (403, 404)


def author_of(of: Mapping[str, Any]) -> int | None:
    """Return the id of the author of a note or status; null if the account is gone."""
    author = of.get("author")
    return author["id"] if author else None


def name_of(of: Mapping[str, Any]) -> str | None:
    """Return the user name of the author of a note or status; null if the account is gone."""
    author = of.get("author")
    return str(author["username"]) if author and author.get("username") else None


def is_own_refusal(error: gitlab.GitlabError) -> bool:
    """Return whether GitLab itself says that an account may not do this; a page of a proxy does not count."""
    try:
        answer = json.loads(error.response_body or b"")
    except ValueError:
        return False
    code = error.response_code
    return code in _REFUSALS and isinstance(answer, dict) and str(answer.get("message", "")).startswith(str(code))


def words_of(error: Exception) -> tuple[int | None, str]:
    """Return the status of a refusal, and what GitLab says."""
    code = getattr(error, "response_code", None)
    return code, f"{code or ''} {_reasons(getattr(error, 'error_message', ''))}".strip()


def _reasons(message: object) -> str:
    """Return what GitLab says as text; for what is wrong with fields it is a mapping of lists."""
    if isinstance(message, dict):
        return "; ".join(f"{key}: {_reasons(one)}" for key, one in message.items())
    if isinstance(message, list):
        return ", ".join(map(_reasons, message))
    return str(message)
