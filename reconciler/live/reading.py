"""Reads the catalogue, presets and people lists with the fewest requests; it never reads what nobody named."""

from __future__ import annotations

import datetime
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import msgspec

from reconciler.clock import in_files
from reconciler.errors import AnswerError, RequestRefusedError, UnreachableError
from reconciler.live.answers import TooLong, decode_answer, refuse_twice
from reconciler.live.pages import PEOPLE, PROJECTS, USERS, WORKFLOWS, read_pages
from reconciler.live.paths import company_path, directory_path, projects_path, scope_path, tool_query
from reconciler.live.wire import (
    ListedPreset,
    PresetAnswer,
    ProjectItem,
    TemplateItem,
    UserItem,
    VersionAnswer,
    project_value,
)
from reconciler.model.live import (
    Catalogue,
    OtherPreset,
    Pacing,
    PeopleList,
    Person,
    Place,
    Preset,
    Project,
    Template,
    Unreadable,
    Version,
)
from reconciler.model.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconciler.live.client import ServiceClient
    from reconciler.live.pages import Paging
    from reconciler.model.live import NamedPreset, Wanted

__all__ = ["Reader"]

THREADS = 3
_REQUESTS_A_PLACE = 2  # one list of presets and, as a rule, one preset on it

Input = TypeVar("Input")
Output = TypeVar("Output")


class _Data(msgspec.Struct):
    data: PresetAnswer


class _VersionData(msgspec.Struct):
    data: VersionAnswer


class Reader:
    """Reads with one client and keeps account of the fewest requests that could have done it.

    ``report`` is told after each step how far the reading is, and ``now`` returns the moment (UTC). ``others`` are the
    presets on the lists read so far whose templates nobody asked for.
    """

    def __init__(
        self,
        client: ServiceClient,
        report: Callable[[Progress], None],
        *,
        now: Callable[[], datetime.datetime],
        threads: int = THREADS,
    ) -> None:
        self.client = client
        self.lower_bound = 0
        self.others: list[OtherPreset] = []
        self._report = report
        self._threads = threads
        self._lock = Lock()
        self._known: dict[Person, Person] = {}
        self._started = time.monotonic()
        self._now = now
        self._company_id = client.service.company_id
        self._company = company_path(self._company_id)

    @property
    def observed_at(self) -> str:
        """Return the moment before the first request, UTC, by the clock as it is known by now."""
        return in_files(self._now() - datetime.timedelta(seconds=time.monotonic() - self._started))

    @property
    def pacing(self) -> Pacing:
        """Return what reading has cost so far."""
        seconds = round(time.monotonic() - self._started, 3)
        return Pacing(requests=self.client.requests, lower_bound=self.lower_bound, seconds=seconds)

    def catalogue(self, *, with_projects: bool, fields: frozenset[str] | None) -> Catalogue:
        """Read all templates, and all projects where any document names one (each list once)."""
        self._tell("templates", 0, 0)
        templates = self._list(f"{self._company}/workflows/templates", list[TemplateItem], "the list of templates")
        refuse_twice((item.id for item in templates), "the list of templates")
        projects: list[Project] = []
        if with_projects:
            self._tell("projects", 0, 0)
            projects = self._projects(fields)
        return Catalogue(templates=tuple(item.value() for item in templates), projects=tuple(projects))

    def _projects(self, fields: frozenset[str] | None) -> list[Project]:
        what = "the list of projects"
        raw = self._list(projects_path(self._company_id), list[dict[str, Any]], what, PROJECTS)
        try:
            items = msgspec.convert(raw, list[ProjectItem])
        except msgspec.ValidationError as error:
            raise AnswerError(f"{what}: the answer is not what the service documents: {error}") from None
        refuse_twice((str(item.id) for item in items), what)
        return [project_value(one, item, fields) for one, item in zip(raw, items, strict=True)]

    def versions(self, templates: Sequence[Template]) -> list[Version]:
        """Read the latest published version of each template, once."""
        return self.versions_by_id([template.version_id for template in templates if template.version_id])

    def versions_by_id(self, version_ids: Sequence[str]) -> list[Version]:
        """Read these versions: a template may be published while presets are being read."""
        return self._side_by_side("template versions", self._version, version_ids)

    def _version(self, version_id: str) -> Version:
        what = f"template version {version_id}"
        path = f"{self._company}/workflows/templates/versions/{quote(version_id, safe='')}"
        response = self._get(path, what)
        self._count(1)
        version = decode_answer(response, _VersionData, what).data.value()
        refuse_twice((group.uuid for group in version.groups), what)
        return version

    def presets(self, wanted: Sequence[Wanted]) -> tuple[list[Preset], list[Unreadable]]:
        """Read the presets of the wanted templates: one list a (project, tool), one read a preset.

        What the service refuses to show one by one is given as unreadable; any other failure raises.
        """
        presets: list[Preset] = []
        unreadable: list[Unreadable] = []
        for found, missing in self._side_by_side("presets", self._presets_of, wanted):
            presets.extend(found)
            unreadable.extend(missing)
        return presets, unreadable

    def _presets_of(self, wanted: Wanted) -> tuple[list[Preset], list[Unreadable]]:
        tool = wanted.place.tool
        scope = scope_path(self._company_id, wanted.project_id)
        place = f"project {wanted.project_id}" if wanted.project_id else "the company"
        what = f"the list of {tool} presets of {place}"
        query = tool_query(tool, "filters[tool_type]", "filters[tool_subtype]")
        try:
            listed = self._list(f"{scope}/presets?{query}", list[ListedPreset], what)
        except RequestRefusedError as error:
            return [], [_unreadable(wanted, None, error.message)]
        refuse_twice((item.id for item in listed), what)
        presets: list[Preset] = []
        unreadable: list[Unreadable] = []
        others: list[OtherPreset] = []
        seen: set[str] = set()
        for item in listed:
            template_id = item.template.id
            if template_id not in wanted.template_ids:
                others.append(_other(item, wanted.place))
                continue
            if template_id in seen:
                reason = f"{what} shows template {template_id} twice"
                unreadable.append(_unreadable(wanted, template_id, reason))
                continue
            seen.add(template_id)
            try:
                preset = self.preset(wanted.project_id, item.id)
            except RequestRefusedError as error:
                unreadable.append(_unreadable(wanted, template_id, error.message))
                continue
            self._count(1)
            if preset.template_id != template_id:
                raise AnswerError(f"preset {item.id} of {place} changed its template while it was read; run again")
            presets.append(preset)
        with self._lock:
            self.others.extend(others)
        return presets, unreadable

    def preset(self, project_id: str | None, preset_id: str) -> Preset:
        """Read one preset; raises RequestRefusedError when the service refuses it."""
        what = f"preset {preset_id}" + (f" of project {project_id}" if project_id else "")
        scope = scope_path(self._company_id, project_id)
        response = self._get(f"{scope}/presets/{quote(preset_id, safe='')}", what)
        answer = decode_answer(response, _Data, what).data
        if answer.id != preset_id:
            raise AnswerError(f"{what}: the answer is about preset {answer.id}")
        refuse_twice((item.responsible_group_uuid for item in answer.responsible_group_memberships), what)
        return answer.value(project_id, self._known)

    def presets_by_id(self, wanted: Sequence[NamedPreset]) -> tuple[list[Preset], list[Unreadable]]:
        """Read these presets without any list: one request each.

        One that the service refuses to show, or that is another template's by now, is given as unreadable.
        """
        results = self._side_by_side("presets", self._named_preset, wanted)
        presets = [one for one in results if isinstance(one, Preset)]
        return presets, [one for one in results if isinstance(one, Unreadable)]

    def _named_preset(self, named: NamedPreset) -> Preset | Unreadable:
        key = named.key
        try:
            preset = self.preset(key.project_id, named.id)
        except RequestRefusedError as error:
            reason = error.message
        else:
            self._count(1)
            if preset.template_id == key.template_id:
                return preset
            reason = f"preset {named.id} belongs to template {preset.template_id} now"
        place = Place(key.project_id, named.tool)
        return Unreadable(place=place, template_id=key.template_id, reason=reason)

    def assignees(self, wanted: Sequence[Place]) -> list[PeopleList]:
        """Read who may be assigned in each place."""
        return self._side_by_side("possible assignees", lambda one: self._people("possible_assignees", one), wanted)

    def managers(self, wanted: Sequence[Place]) -> list[PeopleList]:
        """Read who may be workflow manager in each place."""
        return self._side_by_side("workflow managers", lambda one: self._people("workflow_managers", one), wanted)

    def _people(self, endpoint: str, place: Place) -> PeopleList:
        where = f"project {place.project_id}" if place.project_id else "the company"
        what = f"the {endpoint.replace('_', ' ')} of {place.tool} in {where}"
        query = tool_query(place.tool, "tool_type", "tool_subtype")
        scope = scope_path(self._company_id, place.project_id)
        people = self._list(f"{scope}/{endpoint}?{query}", list[Person], what, PEOPLE)
        refuse_twice((person.id for person in people), what)
        unique = tuple(self._known.setdefault(person, person) for person in people)
        return PeopleList(place=place, people=unique)

    def inactive_logins(self) -> frozenset[str] | None:
        """Read the inactive half of the directory: e-mails in lower case, or null when the service refuses it."""
        return self._directory("v1.0", "users/inactive", "the directory's inactive users")

    def active_logins(self) -> frozenset[str] | None:
        """Read the active half of the directory: e-mails in lower case, or null when the service refuses it."""
        return self._directory("v1.3", "users", "the directory's active users")

    def _directory(self, version: str, path: str, what: str) -> frozenset[str] | None:
        self._tell(what, 0, 0)
        try:
            users = self._list(directory_path(self._company_id, version, path), list[UserItem], what, USERS)
        except RequestRefusedError:
            # not every service account may read the directory; whoever judges by it says that it could not
            self._count(1)
            return None
        refuse_twice((str(user.id) for user in users), what)
        return frozenset(user.email_address.lower() for user in users if user.email_address)

    def _count(self, requests: int) -> None:
        with self._lock:
            self.lower_bound += requests

    def _get(self, path: str, what: str) -> Any:
        try:
            return self.client.get(path, what)
        except TooLong:
            raise UnreachableError(f"{what}: the service took too long (408); try again later") from None

    def _list(self, path: str, shape: type[list[Output]], what: str, paging: Paging = WORKFLOWS) -> list[Output]:
        items, listing = read_pages(self.client, path, shape, what, paging)
        self._count(listing.requests)
        return items

    def _side_by_side(self, step: str, read: Callable[[Input], Output], wanted: Sequence[Input]) -> list[Output]:
        """Read everything wanted with a few threads; the order of results is that of what is wanted."""
        results: list[Output] = []
        self._tell(step, 0, len(wanted))
        if not wanted:
            return results
        executor = ThreadPoolExecutor(max_workers=min(self._threads, len(wanted)), thread_name_prefix="read")
        try:
            for result in executor.map(read, wanted):
                results.append(result)
                self._tell(step, len(results), len(wanted))
        except BaseException:
            self.client.stop()
            raise
        finally:
            executor.shutdown(wait=True, cancel_futures=True)
        return results

    def _tell(self, step: str, done: int, total: int) -> None:
        client = self.client
        ahead = (total - done) * (_REQUESTS_A_PLACE if step == "presets" else 1)
        rate_seconds = client.windows.seconds_for(ahead, time.monotonic())
        self._report(
            Progress(
                step=step,
                done=done,
                total=total,
                requests=client.requests,
                rate_left=client.windows.left(),
                rate_seconds=rate_seconds,
            )
        )


def _unreadable(wanted: Wanted, template_id: str | None, reason: str) -> Unreadable:
    return Unreadable(place=wanted.place, template_id=template_id, reason=reason)


def _other(item: ListedPreset, place: Place) -> OtherPreset:
    return OtherPreset(id=item.id, place=place, template_id=item.template.id, template_name=item.template.name)
