"""Checks references between the parts of a seed: every id is there, and once; shapes were checked before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.sandbox.store.catalogue_tables import CORRESPONDENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.sandbox.seed.seed_files import SeedFile, Steps

    Find = Callable[["_Item"], Iterator[Diagnostic]]

__all__ = ["find_mistakes"]

_PERSON = "person of the seed"
_PROJECT = "project of the seed"


class _Item:
    """One item of a part, with its place."""

    def __init__(self, file: SeedFile, steps: Steps, value: dict[str, Any]) -> None:
        self.value = value
        self._file = file
        self._steps = steps

    def problem(self, *further: str | int, message: str) -> Diagnostic:
        return self._file.problem((*self._steps, *further), message)

    def refer(self, key: str, known: set[str], kind: str) -> Iterator[Diagnostic]:
        """Find an id under a key that nothing has."""
        one = self.value.get(key)
        if one is not None and str(one) not in known:
            yield self.problem(key, message=_missing(one, kind))

    def refer_each(self, steps: Steps, ids: Sequence[object], known: set[str], kind: str) -> Iterator[Diagnostic]:
        """Find ids of a list that nothing has."""
        for index, one in enumerate(ids):
            if str(one) not in known:
                yield self.problem(*steps, index, message=_missing(one, kind))

    def each_once(self, steps: Steps, values: Sequence[object], key: str) -> Iterator[Diagnostic]:
        """Find values of a key that another item of the same list has."""
        seen: set[str] = set()
        for index, one in enumerate(values):
            if str(one) in seen:
                yield self.problem(*steps, index, key, message=_twice(one, key))
            seen.add(str(one))


def _missing(one: object, kind: str) -> str:
    return f"no {kind} has the id {one}: write one that is there, or add it"


def _twice(one: object, key: str) -> str:
    return f"{one} is there twice: give each its own {key}"


def find_mistakes(files: Sequence[SeedFile]) -> list[Diagnostic]:
    """Find ids that stand twice and ids that lead nowhere, in the order of the files."""
    checks = _Checks(files)
    return [problem for part, check in checks.by_part.items() for item in checks.items(part) for problem in check(item)]


class _Checks:
    """Facts known of all files, and the checks by part."""

    def __init__(self, files: Sequence[SeedFile]) -> None:
        self._files = files
        self._people = self._ids("people")
        self._projects = self._ids("projects")
        self._templates = {str(item.value["id"]): item.value for item in self.items("templates")}
        self._tools = {(one.value["type"], one.value.get("subtype")): one.value for one in self.items("tools")}
        self._seen: set[tuple[str, str]] = set()
        self.by_part: dict[str, Find] = {
            "company": self._company,
            "people": self._person,
            "projects": lambda item: self._own_id(item, "projects"),
            "tools": self._tool,
            "templates": self._template,
            "presets": self._preset,
            "instances": self._instance,
            "items": self._item,
            "eligible": self._eligible,
        }

    def items(self, part: str) -> Iterator[_Item]:
        """Yield every item of a part; of the company, itself."""
        for file in self._files:
            found = file.content.get(part, [])
            if part == "company" and found:
                yield _Item(file, (part,), found)
            elif part != "company":
                yield from (_Item(file, (part, index), one) for index, one in enumerate(found))

    def _ids(self, part: str) -> set[str]:
        return {str(item.value["id"]) for item in self.items(part)}

    def _once(self, item: _Item, part: str, *further: str | int, one: object, message: str) -> Iterator[Diagnostic]:
        """Yield a problem for a value that the part already had."""
        if (part, str(one)) in self._seen:
            yield item.problem(*further, message=message)
        self._seen.add((part, str(one)))

    def _own_id(self, item: _Item, part: str) -> Iterator[Diagnostic]:
        one = item.value["id"]
        yield from self._once(item, part, "id", one=one, message=_twice(one, "id"))

    def _company(self, item: _Item) -> Iterator[Diagnostic]:
        for client, one in item.value.get("accounts", {}).items():
            if str(one) not in self._people:
                yield item.problem("accounts", client, message=_missing(one, _PERSON))

    def _person(self, item: _Item) -> Iterator[Diagnostic]:
        found = [*self._own_id(item, "people")]
        yield from found
        if not found:
            user_id = int(item.value.get("user_id") or item.value["id"])
            yield from self._once(item, "users", one=user_id, message=_twice(user_id, "user_id"))
        yield from item.refer_each(("projects",), item.value.get("projects", []), self._projects, _PROJECT)

    def _tool(self, item: _Item) -> Iterator[Diagnostic]:
        tool = item.value["type"], item.value.get("subtype")
        yield from _subtype(item, *tool, "subtype")
        yield from self._once(item, "tools", "type", one=tool, message="a second tool of this type: remove one")

    def _template(self, item: _Item) -> Iterator[Diagnostic]:
        template = item.value
        yield from self._own_id(item, "templates")
        yield from item.refer("project_id", self._projects, _PROJECT)
        tool = template["tool_type"], template.get("tool_subtype")
        yield from _subtype(item, *tool, "tool_subtype")
        if tool not in self._tools:
            subtype = "" if tool[1] is None else f" and subtype {tool[1]}"
            yield item.problem("tool_type", message=f"no tool of the seed has the type {tool[0]}{subtype}: add it")
        published = template.get("latest_published_version")
        if published is not None and str(published["id"]) not in {str(one["id"]) for one in template["versions"]}:
            message = _missing(published["id"], "version of this template")
            yield item.problem("latest_published_version", "id", message=message)
        for index, version in enumerate(template["versions"]):
            one = version["id"]
            yield from self._once(item, "versions", "versions", index, "id", one=one, message=_twice(one, "id"))
            yield from self._version(item, ("versions", index), version)

    def _version(self, item: _Item, steps: Steps, version: dict[str, Any]) -> Iterator[Diagnostic]:
        uuids = [one["uuid"] for one in version["responsible_groups"]]
        groups = set(uuids)
        yield from item.each_once((*steps, "responsible_groups"), uuids, "uuid")
        uuids = [one["uuid"] for one in version.get("steps", [])]
        known = set(uuids)
        yield from item.each_once((*steps, "steps"), uuids, "uuid")
        for index, step in enumerate(version.get("steps", [])):
            place = (*steps, "steps", index)
            in_step = step.get("responsible_groups", [])
            yield from item.refer_each((*place, "responsible_groups"), in_step, groups, "group of this version")
            options = step.get("response_options", [])
            yield from item.each_once((*place, "response_options"), [one["id"] for one in options], "id")
            for number, option in enumerate(options):
                target = option.get("goes_to")
                if target is not None and target not in known:
                    message = _missing(target, "step of this version")
                    yield item.problem(*place, "response_options", number, "goes_to", message=message)

    def _preset(self, item: _Item) -> Iterator[Diagnostic]:
        preset = item.value
        yield from self._own_id(item, "presets")
        yield from item.refer("template_id", set(self._templates), "template of the seed")
        yield from item.refer("project_id", self._projects, _PROJECT)
        yield from item.refer("workflow_manager_id", self._people, _PERSON)
        for uuid, ids in preset.get("groups", {}).items():
            yield from item.refer_each(("groups", uuid), ids, self._people, _PERSON)
        template = self._templates.get(str(preset["template_id"]))
        if template is not None:
            yield from self._placed(item, preset, template)
            yield from self._within(item, preset, template["versions"])

    def _placed(self, item: _Item, preset: dict[str, Any], template: dict[str, Any]) -> Iterator[Diagnostic]:
        tool = self._tools.get((template["tool_type"], template.get("tool_subtype")), {"provider": None})
        place = preset.get("project_id")
        if tool["provider"] == "Project" and place is None:
            yield item.problem(message=f"{template['tool_type']} is a tool of projects: write project_id")
        if tool["provider"] == "Company" and place is not None:
            message = f"{template['tool_type']} is a tool of the company: remove project_id"
            yield item.problem("project_id", message=message)

    def _within(self, item: _Item, preset: dict[str, Any], versions: Sequence[dict[str, Any]]) -> Iterator[Diagnostic]:
        groups = {group["uuid"] for version in versions for group in version["responsible_groups"]}
        for uuid in preset.get("groups", {}):
            if uuid not in groups:
                message = "no version of the template has a group with this uuid: write one that is there, or add it"
                yield item.problem("groups", uuid, message=message)
        known = {one["uuid"] for each in versions for one in (*each.get("steps", []), *each.get("dynamic_steps", []))}
        for index, step in enumerate(preset.get("individual_assignees", [])):
            place = ("individual_assignees", index)
            if step["step_uuid"] not in known:
                message = "no version of the template has a step with this uuid: write one that is there, or add it"
                yield item.problem(*place, "step_uuid", message=message)
            ids = [one["id"] for one in step["logins"]]
            yield from item.refer_each((*place, "logins"), ids, self._people, _PERSON)

    def _instance(self, item: _Item) -> Iterator[Diagnostic]:
        instance = item.value
        if instance.get("id") is not None:
            yield from self._own_id(item, "instances")
        yield from item.refer("template_id", set(self._templates), "template of the seed")
        yield from item.refer("project_id", self._projects, _PROJECT)
        yield from item.refer("created_by", self._people, _PERSON)
        template = self._templates.get(str(instance["template_id"]))
        if template is None:
            return
        yield from self._placed(item, instance, template)
        versions = {str(one["id"]) for one in template["versions"]}
        yield from item.refer("template_version_id", versions, "version of this template")
        if instance.get("template_version_id") is None and template.get("latest_published_version") is None:
            message = "its template has no published version: write template_version_id"
            yield item.problem("template_id", message=message)

    def _item(self, item: _Item) -> Iterator[Diagnostic]:
        path = item.value["path"]
        yield from self._once(item, "items", "path", one=path, message=_twice(path, "path"))

    def _eligible(self, item: _Item) -> Iterator[Diagnostic]:
        eligible = item.value
        yield from item.refer_each(("people",), eligible["people"], self._people, _PERSON)
        yield from item.refer("project_id", self._projects, _PROJECT)
        tool_type = eligible.get("tool_type")
        if tool_type is not None and tool_type not in {one for one, _ in self._tools}:
            yield item.problem("tool_type", message=f"no tool of the seed has the type {tool_type}: add it")
        place = eligible["list"], str(eligible.get("project_id")), tool_type, eligible.get("tool_subtype")
        message = "a second list for the same project and tool: make one of both"
        yield from self._once(item, "eligible", "list", one=place, message=message)


def _subtype(item: _Item, tool_type: str, subtype: int | None, key: str) -> Iterator[Diagnostic]:
    if tool_type == CORRESPONDENCE and subtype is None:
        yield item.problem(message=f"{key} is required where the type is {CORRESPONDENCE}: write a whole number")
    if tool_type != CORRESPONDENCE and subtype is not None:
        yield item.problem(key, message=f"only {CORRESPONDENCE} has subtypes: remove it")
