"""Paths of SCIM attributes (RFC 7644 section 3.10), as far as columns need them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ScimPath", "asked_names", "is_scim_path", "parse_path"]

_PATH = re.compile(
    r"(?:(?P<urn>urn:[A-Za-z0-9:._-]+):)?(?P<attribute>[A-Za-z$][A-Za-z0-9$_-]*)"
    r'(?:\[(?P<key>[A-Za-z]+) eq "(?P<text>[^"\\]*)"\])?(?:\.(?P<sub>[A-Za-z$][A-Za-z0-9$_-]*))?'
)


class ScimPath(NamedTuple):
    """An attribute, perhaps of an extension (``urn``).

    ``key`` and ``text`` choose among its values, and ``sub`` is the part that counts.
    """

    urn: str | None
    attribute: str
    key: str | None
    text: str | None
    sub: str | None

    @property
    def asked(self) -> str:
        """The name to ask a server for."""
        return self.attribute if self.urn is None else f"{self.urn}:{self.attribute}"


def is_scim_path(text: str) -> bool:
    """Return whether a text is a path that can be read."""
    return _PATH.fullmatch(text) is not None


def parse_path(text: str) -> ScimPath:
    """Return the parts of a path; raises ValueError for another text."""
    found = _PATH.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return ScimPath(found["urn"], found["attribute"], found["key"], found["text"], found["sub"])


def asked_names(paths: Iterable[ScimPath]) -> list[str]:
    """Return the names to ask a server for, each once."""
    return sorted({one.asked for one in paths})
