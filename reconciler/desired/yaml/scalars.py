"""Writes single texts and lines of lists as YAML that the strict reader reads back unchanged."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from reconciler.model.member import Member

__all__ = ["comment_text", "member_text", "scalar"]

_PLAIN = re.compile(r"[^\W\d_](?:[\w .@/&()+'-]*[\w.)+'-])?")
# texts in YAML 1.2, and something else to many a tool that reads 1.1
_KEYWORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_LONGEST_COMMENT = 80


@lru_cache(maxsize=50_000)  # the same roles and people stand in thousands of lists
def scalar(text: str) -> str:
    """Return a text plain where no reader can mistake it, also inside brackets, and in double quotes else."""
    if _PLAIN.fullmatch(text) and text.lower() not in _KEYWORDS:
        return text
    # what nobody sees, such as another direction of writing, is written as an escape
    quoted: str = yaml.safe_dump(text, default_style='"', allow_unicode=text.isprintable(), width=10**9)
    return quoted.rstrip("\n")


def comment_text(text: str) -> str:
    """Return a text for the end of a line: always one line, and not too long."""
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in text).strip()
    return shown if len(shown) <= _LONGEST_COMMENT else f"{shown[: _LONGEST_COMMENT - 1]}…"


def member_text(member: Member) -> str:
    """Return a line of a list as it is written, for a list of any style."""
    if member.team is not None:
        plain = scalar(member.team)
        return f"team:{plain}" if plain == member.team else scalar(f"team:{member.team}")
    if member.login is None:
        return f'{{login_id: "{member.login_id}"}}'
    login = scalar(member.login)
    if member.until is None and member.reason is None:
        return login
    until = "" if member.until is None else f", until: {member.until}"
    reason = "" if member.reason is None else f", reason: {scalar(member.reason)}"
    return f"{{person: {login}{until}{reason}}}"
