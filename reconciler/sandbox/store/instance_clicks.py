"""Running workflows as other people change them in the web interface: start, respond, restart, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.sandbox.refusal import Refusal, short
from reconciler.sandbox.request_bodies import ResponseGiven
from reconciler.sandbox.store.instance_rows import current_moment
from reconciler.sandbox.store.step_rules import begin_instance, enter_step, step_options

if TYPE_CHECKING:
    from reconciler.sandbox.store.catalogue_tables import Catalogue
    from reconciler.sandbox.store.company import Company
    from reconciler.sandbox.store.instance_rows import InstanceRows
    from reconciler.sandbox.store.instance_tables import Instances

__all__ = ["InstanceClicks"]


class InstanceClicks:
    """Clicks on instances of any place, by id; a response obeys the rules of ``instances``."""

    def __init__(self, rows: InstanceRows, company: Company, catalogue: Catalogue, instances: Instances) -> None:
        self._rows = rows
        self._company = company
        self._catalogue = catalogue
        self._instances = instances

    def start(self, started: dict[str, Any], position: int | None = None) -> str:
        """Start a workflow on an item as the seed has it, or as a person would; return its id.

        ``position`` is its place in lists, null the last one. Raises Refusal for an id that leads nowhere, and for one
        that another instance has or had.
        """
        project = None if started.get("project_id") is None else str(started["project_id"])
        template, version = self._started_version(started)
        if project is not None and not self._company.has_project(project):
            raise Refusal(422, f"unknown project {short(project)}")
        if str(started["created_by"]) not in self._company.people:
            raise Refusal(422, f"unknown login {short(str(started['created_by']))}")
        identifier = self._rows.new_id() if started.get("id") is None else str(started["id"])
        if self._rows.is_taken(identifier):
            raise Refusal(422, f"the id {short(identifier)} is taken")
        now = str(started.get("started_at") or current_moment())
        preset = self._rows.preset(template["id"], project)
        body = begin_instance({**started, "id": identifier}, template, version, preset, now)
        self._rows.add(body, position)
        return identifier

    def _started_version(self, started: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the template to start from and its version, the published one unless another is named."""
        template_id = str(started["template_id"])
        if not self._catalogue.has_template(template_id):
            raise Refusal(422, f"unknown template {short(template_id)}")
        template = self._catalogue.template(template_id)
        if started.get("template_version_id") is None:
            if template["latest_published_version"] is None:
                raise Refusal(422, f"template {template_id} has no published version")
            return template, self._catalogue.published(template_id)
        version_id = str(started["template_version_id"])
        version = self._catalogue.version_with_options(version_id)
        if version is None or version_id not in {one["id"] for one in template["versions"]}:
            raise Refusal(422, f"template {template_id} has no version {short(version_id)}")
        return template, version

    def delete(self, instance_id: str) -> None:
        """Remove an instance, as a click in the web interface does."""
        self._rows.anywhere(instance_id)
        self._rows.remove(instance_id)

    def restart(self, instance_id: str) -> None:
        """Begin again at the first step, as a click in the web interface does."""
        body = self._rows.anywhere(instance_id)
        enter_step(body, self._catalogue.version_of_instance(body), None, current_moment())
        self._rows.keep(body, current_moment())

    def respond_as(self, instance_id: str, login_id: str, option: str, comment: str | None) -> None:
        """Respond as somebody else would in the web interface, with an option by its name."""
        body = self._running(instance_id)
        occurrence = body["occurrence"]
        options = step_options(occurrence, self._catalogue.version_of_instance(body))
        named = [one["id"] for one in options if one["name"] == option]
        (found,) = named[:1] or [option]
        given = ResponseGiven(occurrence["id"], found, {}, comment)
        self._instances.respond(body["project_id"], instance_id, login_id, given, None)

    def remove_assignee(self, instance_id: str, login_id: str) -> None:
        """Take somebody out of the current step, as replacing people in the web interface does."""
        body = self._running(instance_id)
        responses = body["occurrence"]["responses"]
        body["occurrence"]["responses"] = [one for one in responses if one["login_id"] != login_id]
        self._rows.keep(body, current_moment())

    def _running(self, instance_id: str) -> dict[str, Any]:
        body = self._rows.anywhere(instance_id)
        if body["occurrence"] is None:
            raise Refusal(422, "the instance has ended")
        return body
