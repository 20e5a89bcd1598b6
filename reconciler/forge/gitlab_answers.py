"""Who and what GitLab's answers name, and what its refusals say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["author_of", "name_of", "words_of"]


def author_of(of: Mapping[str, Any]) -> int | None:
    """Return whose a note or status is; nobody's, where the account is gone."""
    author = of.get("author")
    return author["id"] if author else None


def name_of(of: Mapping[str, Any]) -> str | None:
    """Return the user name of whose a note or status is; null where the account is gone."""
    author = of.get("author")
    return str(author["username"]) if author and author.get("username") else None


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
