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


class Named(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A project or template by id and name.

    ``distinction`` is a number, a tool or an id that tells it from others of the same name, absent where it has no
    namesake.
    """

    id: str
    name: str
    distinction: str | None = None

    @property
    def title(self) -> str:
        """The name, with what tells it apart behind it: ``Harbor Bridge (24-017)``."""
        return self.name if self.distinction is None else f"{self.name} ({self.distinction})"


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
        marks = [named[key][1] for key in keys]
        for key in keys:
            name, mark = named[key]
            own = mark if mark and mark.strip() and marks.count(mark) == 1 else f"id {key}"
            found[key] = Named(key, name, own)
    return found


def _as_read(name: str) -> str:
    """Return what people see of a name: neither case nor blanks tell projects apart on a page."""
    folded = name.lower() if name.isascii() else unicodedata.normalize("NFKC", name).casefold()
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
