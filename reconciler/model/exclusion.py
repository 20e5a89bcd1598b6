"""Which files below the settings are left out, by the globs under ``exclude``; it reads no folder."""

from __future__ import annotations

import fnmatch

import msgspec

__all__ = ["Exclusion"]


class Exclusion(msgspec.Struct, frozen=True):
    """The excluded paths: those that every one of these lists of globs names."""

    lists: tuple[tuple[str, ...], ...] = ((),)

    @classmethod
    def of(cls, *globs: str) -> Exclusion:
        """Return what one list of globs leaves out."""
        return cls((globs,))

    def covers(self, path: str) -> bool:
        """Return whether a path below the settings is left out; that of a folder ends with a slash."""
        return all(
            any(path in {glob, f"{glob}/"} or fnmatch.fnmatchcase(path, glob) for glob in globs) for globs in self.lists
        )

    def hides(self, path: str) -> bool:
        """Return whether a file below the settings is left out, itself or with a folder that it is in."""
        parts = path.split("/")
        return self.covers(path) or any(self.covers("/".join(parts[:depth]) + "/") for depth in range(1, len(parts)))
