"""Checks what an account may read: one request a list, each of a list that plans and applies need."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from reconciler.errors import RateLimitError, RequestRefusedError, ServiceError
from reconciler.live.first_pages import (
    read_inactive_users,
    read_people,
    read_presets,
    read_projects,
    read_templates,
    read_tools,
)
from reconciler.model.checkup import Check, blocked, failed, passed, skipped, warned
from reconciler.model.live import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from reconciler.live.first_pages import FirstPage
    from reconciler.live.probe import Probe
    from reconciler.model.live import Project, Template, Tool

__all__ = ["RIGHTS", "check_rights"]

_IN_PLACES = ("presets", "assignees", "managers")
RIGHTS = ("tools", "templates", "projects", *_IN_PLACES, "directory", "writing")

_MOST_PLACES = 3  # a healthy account may meet a project in which the tool is disabled
_WORKFLOWS = "connect the app to the company, and let its account read the company's Workflows tool"
_PERMITTED = "an administrator adds projects to the permitted projects of the app, again after each of its updates"
_TOOL = "let the account read the tool, or turn the tool on in the project"
_AGAIN = "run it again, and look at the network where it stays"
_DIRECTORY = "let the account read the company's directory; until then plans work, and do not see who became inactive"
_WRITING = (
    "only a write shows the right to write, and this makes none: it takes 'Configure Workflow Templates' and Admin on "
    "the tool"
)

Found = TypeVar("Found")


class _Spot(NamedTuple):
    """A place to look at, and how people call it."""

    place: Place
    words: str


def check_rights(probe: Probe, named: AbstractSet[str], begin: Callable[[str], None]) -> Iterator[Check]:
    """Yield a check for each of ``RIGHTS``.

    ``named`` are names, numbers and ids of projects in documents: those are looked at first. ``begin`` receives the
    name of each check before its request.
    """
    begin("tools")
    tools = _read("tools", _WORKFLOWS, partial(read_tools, probe))
    tools_check = tools if isinstance(tools, Check) else passed("tools", f"{len(tools):,} can be read")
    begin("templates")
    templates = _read("templates", _WORKFLOWS, partial(read_templates, probe))
    templates_check = _judge_templates(templates)
    begin("projects")
    projects = _read("projects", _PERMITTED, partial(read_projects, probe))
    projects_check = _judge_projects(projects, {} if isinstance(tools, Check) else tools)
    yield from (tools_check, templates_check, projects_check)
    failure = _first_failed(tools_check, templates_check, projects_check)
    if isinstance(tools, Check) or isinstance(templates, Check) or isinstance(projects, Check):
        yield from (blocked(name, failure or "tools") for name in _IN_PLACES)
    else:
        yield from _check_spots(probe, _spots(tools, templates.items, projects.items, named), failure, begin)
    begin("directory")
    yield _check_directory(probe)
    yield skipped("writing", _WRITING)


def _read(name: str, remedy: str, read: Callable[[], Found]) -> Found | Check:
    """Read a list; return the check that failed where it cannot be read."""
    try:
        return read()
    except RateLimitError:
        return blocked(name, "limits")
    except RequestRefusedError as error:
        return failed(name, error.message, remedy)
    except ServiceError as error:
        return failed(name, error.message, _AGAIN)


def _judge_templates(page: FirstPage[Template] | Check) -> Check:
    if isinstance(page, Check):
        return page
    if not page.items:
        return failed("templates", "the list is empty, so there is nothing to plan", _WORKFLOWS)
    return passed("templates", f"{page.size} can be read")


def _judge_projects(page: FirstPage[Project] | Check, tools: Mapping[Tool, str]) -> Check:
    if isinstance(page, Check):
        return page
    if not page.items and "Project" in tools.values():
        return failed("projects", "the account sees no active project", _PERMITTED)
    return passed("projects", f"{page.size} active {'one' if page.size == '1' else 'ones'} can be read")


def _check_directory(probe: Probe) -> Check:
    """Check the directory; plans work without it, so that it fails nothing."""
    page = _read("directory", _DIRECTORY, partial(read_inactive_users, probe))
    if not isinstance(page, Check):
        return passed(
            "directory", f"can be read, {page.size} of its people {'is' if page.size == '1' else 'are'} inactive"
        )
    return warned("directory", page.found, _DIRECTORY) if page.mark == "failed" else page


def _spots(
    tools: Mapping[Tool, str], templates: Sequence[Template], projects: Sequence[Project], named: AbstractSet[str]
) -> list[_Spot]:
    """Return places with a published template: those in projects that documents name come first."""
    ordered = sorted(projects, key=lambda one: named.isdisjoint({one.id, one.name, one.number}))
    found: list[_Spot] = []
    for template in templates:
        if template.version_id is None or template.archived:
            continue
        if tools.get(template.tool) == "Project":
            found += [_Spot(Place(one.id, template.tool), f"{template.name} · {one.name}") for one in ordered]
        elif template.tool in tools:
            found.append(_Spot(Place(None, template.tool), f"{template.name}, a tool of the company"))
    # a project's place before a company's: that is where most documents look
    return sorted(found, key=lambda one: one.place.project_id is None)[:_MOST_PLACES]


def _first_failed(*checks: Check) -> str | None:
    return next((one.because or one.name for one in checks if one.mark in {"failed", "blocked"}), None)


def _check_spots(
    probe: Probe, spots: Sequence[_Spot], failure: str | None, begin: Callable[[str], None]
) -> Iterator[Check]:
    """Yield checks of presets and people in the first place that lets them be read."""
    if not spots:
        words = "no template is published, so there is no place to look at"
        yield from (skipped(name, words) if failure is None else blocked(name, failure) for name in _IN_PLACES)
        return
    begin("presets")
    presets, spot = _check_presets(probe, spots)
    yield presets
    for name, endpoint in (("assignees", "possible_assignees"), ("managers", "workflow_managers")):
        begin(name)
        yield _check_people(probe, spot, name, endpoint)


def _check_presets(probe: Probe, spots: Sequence[_Spot]) -> tuple[Check, _Spot]:
    """Return the check of the first place whose presets can be read, and that place.

    If all refuse, the first place is returned. A blocked check ends the search.
    """
    refused: list[Check] = []
    for spot in spots:
        page = _read("presets", _TOOL, partial(read_presets, probe, spot.place))
        if not isinstance(page, Check):
            return passed("presets", f"{page.size} can be read in {spot.words}"), spot
        if page.mark == "blocked":
            return page, spot
        refused.append(page)
    first = refused[0]
    return msgspec.structs.replace(first, found=f"{first.found} ({spots[0].words})"), spots[0]


def _check_people(probe: Probe, spot: _Spot, name: str, endpoint: str) -> Check:
    who = "may be assigned" if name == "assignees" else "could be workflow manager"
    page = _read(name, _TOOL, partial(read_people, probe, spot.place, endpoint))
    if isinstance(page, Check):
        return page
    if not page.items:
        return warned(name, f"nobody {who} in {spot.words}", "give people the tool in the project's directory")
    return passed(name, f"{page.size} {'person' if page.size == '1' else 'people'} {who} in {spot.words}")
