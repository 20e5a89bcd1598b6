"""Turns live into the texts of documents, one for each template; it writes no file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.desired.exporting.live_lists import gather
from reconciler.desired.exporting.repeated_lists import find_teams, lift, slug
from reconciler.desired.exporting.yaml_templates import yaml_templates
from reconciler.desired.names import Names
from reconciler.desired.yaml.scalars import comment_text
from reconciler.model.diagnostics import Diagnostic

if TYPE_CHECKING:
    from jinja2 import Environment

    from reconciler.desired.exporting.repeated_lists import Lifted
    from reconciler.model.live import LiveState

__all__ = ["Exported", "export_documents"]

# names that no file may have on some machines that a repository is checked out on
_DEVICES = frozenset(("con", "prn", "aux", "nul", *(f"{port}{one}" for port in ("com", "lpt") for one in range(1, 10))))


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """The texts of documents by path below the root; ``left_out`` says what no document can express."""

    files: dict[str, str]
    presets: int
    teams: int
    left_out: tuple[Diagnostic, ...]


def export_documents(state: LiveState) -> Exported:
    """Return documents whose plan is empty: they name everything that can be managed, also roles without people."""
    found, left_out = gather(state)
    lifted = [lift(one) for one in found]
    teams = find_teams(lifted)
    environment = _environment(Names(state.catalogue, state.everybody()))
    document = environment.get_template("assignments.yaml.j2")
    files: dict[str, str] = {}
    if teams:
        files["teams.yaml"] = environment.get_template("teams.yaml.j2").render(teams=teams)
    for one in lifted:
        company = one.presets[0] if one.presets[0].project is None else None
        files[_path(one, files)] = document.render(lifted=one, company=company, teams=teams)
    return Exported(
        files=files,
        presets=sum(len(one.presets) for one in lifted),
        teams=len(teams),
        left_out=tuple(left_out),
    )


def _path(lifted: Lifted, taken: dict[str, str]) -> str:
    name = slug(lifted.template.name) or "template"
    if name in _DEVICES:
        name = f"{name}-template"
    path = f"assignments/{name}.yaml"
    while path in taken:
        name = f"{name}-{lifted.template.id}"
        path = f"assignments/{name}.yaml"
    return path


def _environment(names: Names) -> Environment:
    environment = yaml_templates()
    environment.globals["names"] = names
    environment.globals["called"] = _called
    environment.globals["behind"] = lambda person: _called(person.name or "")
    return environment


def _called(name: str) -> str:
    """Return a comment that says what something is called, for people."""
    shown = comment_text(name)
    return f"   # {shown}" if shown else ""
