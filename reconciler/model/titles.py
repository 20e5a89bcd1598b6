"""Names projects and templates so that people tell those of one name apart."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.live import Project, Template

__all__ = ["COMPANY", "Named", "name_projects", "name_templates", "place_phrase", "place_title", "preset_title"]

COMPANY = "company"
_LONGEST_NAME = 76  # with a distinction: the end of a name may be cut, and what tells it apart may not
_LONGEST_MARK = 30
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")


class Named(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A project or template by id and name.

    ``distinction`` is a number, a tool or an id that tells it from others of the same name. It is absent where no other
    has that name.
    """

    id: str
    name: str
    distinction: str | None = None

    @property
    def title(self) -> str:
        """The name, with what tells it apart behind it: ``Harbor Bridge (24-017)``."""
        if self.distinction is None:
            return self.name
        room = _LONGEST_NAME - len(self.distinction) - 3
        name = self.name if len(self.name) <= room else f"{self.name[: max(room - 1, 0)]}…"
        return f"{name} ({self.distinction})"


def name_projects(projects: Iterable[Project]) -> dict[str, Named]:
    """Return the names of all projects by id: those of one name have their number, or id, behind it."""
    return _told_apart({one.id: (one.name, one.number) for one in projects})


def name_templates(templates: Iterable[Template]) -> dict[str, Named]:
    """Return the names of all templates by id: those of one name have their tool, or id, behind it."""
    return _told_apart({one.id: (one.name, str(one.tool)) for one in templates})


def _told_apart(named: Mapping[str, tuple[str, str | None]]) -> dict[str, Named]:
    alike: dict[str, list[str]] = {}
    for key, (name, _) in named.items():
        alike.setdefault(_as_read(name), []).append(key)
    found = {}
    for keys in alike.values():
        if len(keys) == 1:
            found[keys[0]] = Named(keys[0], named[keys[0]][0])
            continue
        marks = [_as_read(named[key][1] or "") for key in keys]
        for key, mark in zip(keys, marks, strict=True):
            name, shown = named[key]
            is_own = bool(mark) and len(mark) <= _LONGEST_MARK and marks.count(mark) == 1
            found[key] = Named(key, name, shown if is_own else f"id {key}")
    return _with_ids(found) if len(alike) < len(named) else found


def _with_ids(found: dict[str, Named]) -> dict[str, Named]:
    """Return names whose titles differ: a project may be called just as the title of another."""
    titles: dict[str, list[str]] = {}
    for key, one in found.items():
        titles.setdefault(_as_read(one.title), []).append(key)
    for keys in titles.values():
        for key in keys if len(keys) > 1 else ():
            one = found[key]
            mark = f"id {key}" if one.distinction in {None, f"id {key}"} else f"{one.distinction}, id {key}"
            found[key] = Named(key, one.name, mark)
    return found


def _as_read(name: str) -> str:
    """Return a name as people read it: without case, repeated blanks, and variants of letters and dashes."""
    folded = name.lower() if name.isascii() else unicodedata.normalize("NFKC", name).casefold().translate(_DASHES)
    return " ".join(folded.split())


def place_title(project: Named | None) -> str:
    """Return where a preset is: the title of its project, or the company."""
    return COMPANY if project is None else project.title


def preset_title(template: Named, project: Named | None) -> str:
    """Return the title of a preset: ``Invoice Approval · Harbor Bridge``."""
    return f"{template.title} · {place_title(project)}"


def place_phrase(project: Named | None) -> str:
    """Return where a preset is, within a sentence: ``project 'Harbor Bridge'``, or ``the company``."""
    if project is None:
        return "the company"
    behind = "" if project.distinction is None else f" ({project.distinction})"
    return f"project '{project.name}'{behind}"
