"""A change of files that a pull request proposes; it is sent by nobody here."""

from __future__ import annotations

import hashlib

import msgspec

__all__ = ["Proposal", "ProposedFile"]


class ProposedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file by its path below the root of the repository.

    ``text`` is null where the file goes. ``is_there`` says whether the base has it.
    """

    path: str
    text: str | None
    is_there: bool


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """One branch on top of the commit ``base``, and the one pull request of it; without files there is none.

    ``body`` (Markdown) is that of the request. Its title is made once something has to be sent.
    """

    branch: str
    base: str
    body: str
    files: tuple[ProposedFile, ...]

    @property
    def marker(self) -> str:
        """A hidden line of the body that tells this content from another."""
        content = msgspec.json.encode((self.base, self.files))
        return f"<!-- reconciler people {hashlib.sha256(content).hexdigest()[:32]} -->"

    @property
    def marked_body(self) -> str:
        """The body with its marker."""
        return f"{self.body}\n\n{self.marker}"
