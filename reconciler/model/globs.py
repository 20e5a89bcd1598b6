"""Globs over addresses and role names, in which ``*`` matches ``/`` too; it looks at texts alone."""

from __future__ import annotations

import re
from fnmatch import translate
from functools import lru_cache

__all__ = ["fits"]


def fits(glob: str, text: str) -> bool:
    """Return whether a text is the glob itself or matches it: a role may be called ``Manager [West]``."""
    return glob == text or _compiled(glob).match(text) is not None


@lru_cache(maxsize=20_000)  # as many overrides as documents can reasonably hold, each asked for every removal
def _compiled(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob))
