"""Bounds of what an LDAP server may take; they are known without its library."""

from __future__ import annotations

from typing import Final

__all__ = ["ANSWER_SECONDS", "CONNECT_SECONDS", "PAGE_SIZE", "SMALLEST_PAGE"]

ANSWER_SECONDS: Final = 60
CONNECT_SECONDS: Final = 10
PAGE_SIZE: Final = 1000
SMALLEST_PAGE: Final = 10
