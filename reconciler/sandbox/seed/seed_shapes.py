"""The shapes of what a seed holds, item by item; what refers to what is checked in references."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from reconciler.sandbox.page_queries import PAGED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.sandbox.seed.seed_files import SeedFile, Steps

__all__ = ["PARTS", "misshapen"]

_DIGITS = r"^[0-9]{1,18}$"
_LETTERS = r"^[A-Za-z0-9_-]{1,64}$"
_MOMENT = r"^[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"
_PATH = r"^/rest/v[0-9.]+/[A-Za-z0-9_./-]+$"
_PATTERNS = {
    _DIGITS: "an id of digits, such as 1042",
    _LETTERS: "an id of letters, digits, '-' and '_'",
    _MOMENT: "a moment as YYYY-MM-DDTHH:MM:SSZ, such as 2026-12-31T08:00:00Z",
    _PATH: "a path of the service, such as /rest/v1.0/projects/1042/requisitions/501",
}
_LATEST_DUE = 10**9  # some thirty years: any date plus these is still a date

# v1.x shows these as whole numbers
_Number = Annotated[str, Meta(pattern=_DIGITS)] | Annotated[int, Meta(ge=0, lt=10**18)]
_Id = Annotated[str, Meta(pattern=_LETTERS)] | Annotated[int, Meta(ge=0, lt=10**18)]
_Name = Annotated[str, Meta(min_length=1)]
_People = list[_Number]
_Subtype = Annotated[int, Meta(ge=0, lt=10**18)] | None


class _Strict(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    pass


class _Company(_Strict):
    id: _Number
    name: _Name
    clients: dict[str, str] = {}
    accounts: dict[str, _Number] = {}
    page_caps: dict[str, Annotated[int, Meta(ge=1)]] = {}
    lists_project_instances: bool = False
    replays_tokens: bool = False

    def __post_init__(self) -> None:
        unknown = sorted(self.page_caps.keys() - {*PAGED, "tools"})  # tools were paged once
        if unknown:
            raise ValueError(f"page_caps has no list '{unknown[0]}': write one of {', '.join(PAGED)}")


class _Person(_Strict):
    id: _Number
    login: _Name
    name: _Name
    active: bool = True
    user_id: _Number | None = None
    employee_id: str | None = None
    is_employee: bool = True
    job_title: str | None = None
    projects: list[_Number] = []


class _Project(msgspec.Struct, kw_only=True):  # any other field of the project list may be here too
    id: _Number
    name: _Name
    display_name: str | None = None
    project_number: str | None = None
    active: bool = True


class _Tool(_Strict):
    name: _Name
    type: _Name
    provider: Literal["Project", "Company"]
    subtype: _Subtype = None


class _Reference(_Strict):
    id: _Id
    version: str | int | float


class _Group(_Strict):
    uuid: _Name
    name: str
    type: str


class _Option(_Strict):
    id: _Id
    name: str
    response_type: Literal["approve", "reject", "revise", "other"] = "approve"
    goes_to: str | None = None


class _Step(_Strict):
    uuid: _Name
    name: str
    type: str = "STANDARD"
    responsible_groups: list[str] = []
    response_options: list[_Option] = []
    due_in: Annotated[int, Meta(ge=0, le=_LATEST_DUE)] | None = None
    first_response_decides: bool = False


class _DynamicStep(_Strict):
    uuid: _Name
    name: str
    type: str
    configuration: dict[str, Any] | None = None


class _Version(_Strict):
    id: _Id
    version: str | int | float
    responsible_groups: list[_Group]
    steps: list[_Step] = []
    dynamic_steps: list[_DynamicStep] = []
    created_at: str = ""
    updated_at: str = ""
    format: str = ""
    flow_visualizer_settings: dict[str, Any] | None = None


class _Template(_Strict):
    id: _Id
    name: _Name
    tool_type: _Name
    versions: list[_Version]
    tool_subtype: _Subtype = None
    project_id: _Number | None = None
    assigned_projects_count: Annotated[int, Meta(ge=0)] = 0
    archived_at: str | None = None
    created_at: str = ""
    updated_at: str = ""
    format: Literal["diagram", "linear"] = "linear"
    latest_published_version: _Reference | None = None


class _Login(_Strict):
    id: _Number
    required: bool = True
    role_type: Literal["responder", "commenter"] = "responder"


class _Individual(_Strict):
    step_uuid: _Name
    logins: list[_Login]


class _Preset(_Strict):
    id: _Id
    template_id: _Id
    project_id: _Number | None = None
    workflow_manager_id: _Number | None = None
    default: bool = False
    valid: bool = True
    groups: dict[str, list[_Number]] = {}
    individual_assignees: list[_Individual] = []
    created_at: str = ""
    updated_at: str = ""


class _Instance(_Strict):
    template_id: _Id
    item_id: _Number
    created_by: _Number
    id: _Id | None = None
    project_id: _Number | None = None
    template_version_id: _Id | None = None
    started_at: Annotated[str, Meta(pattern=_MOMENT)] | None = None

    def __post_init__(self) -> None:
        if self.started_at is not None:
            try:
                datetime.datetime.fromisoformat(self.started_at)
            except ValueError:
                raise ValueError(f"started_at {self.started_at} does not exist: write another date") from None


class _Item(_Strict):
    path: Annotated[str, Meta(pattern=_PATH)]
    body: dict[str, Any]


class _Eligible(_Strict):
    list: Literal["possible_assignees", "workflow_managers"]
    people: _People
    project_id: _Number | None = None
    tool_type: str | None = None
    tool_subtype: _Subtype = None


_SHAPES: dict[str, type[msgspec.Struct]] = {
    "people": _Person,
    "projects": _Project,
    "tools": _Tool,
    "templates": _Template,
    "presets": _Preset,
    "instances": _Instance,
    "items": _Item,
    "eligible": _Eligible,
}
PARTS = tuple(_SHAPES)
_PHRASES = (
    ("Object missing required field", "missing"),
    ("Object contains unknown field", "unknown key"),
    ("Invalid enum value", "not one of its values:"),
    ("Expected", "expected"),
    (", got", ", found"),
)
_AT = re.compile(r" - at `\$?(.*)`\Z")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_WORDS = {
    "str": "text", "int": "a whole number", "float": "a number", "bool": "true or false", "null": "nothing",
    "object": "a mapping", "array": "a list",
}  # fmt: skip


def misshapen(file: SeedFile) -> Iterator[Diagnostic]:
    """Yield what in a file has not the shape that docs/sandbox.md shows, at most one mistake an item."""
    content = file.content
    known = ("company", *PARTS)
    if not isinstance(content, dict):
        yield file.problem((), f"a seed file is a mapping: write {', '.join(known)} as its keys")
        return
    for part, value in content.items():
        if part not in known:
            yield file.problem((str(part),), f"no part of a seed: write one of {', '.join(known)}")
        elif part == "company":
            yield from _mistakes(file, (part,), value, _Company)
        elif not isinstance(value, list):
            yield file.problem((part,), "write a list, each item behind '- '")
        else:
            for index, item in enumerate(value):
                yield from _mistakes(file, (part, index), item, _SHAPES[part])


def _mistakes(file: SeedFile, steps: Steps, value: Any, shape: type[msgspec.Struct]) -> Iterator[Diagnostic]:
    try:
        msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        text = str(error)
        at = _AT.search(text)
        found = _STEP.finditer(at[1].partition("[...]")[0]) if at else ()
        further = tuple(one[1] if one[1] is not None else int(one[2]) for one in found)
        message = _worded(_AT.sub("", text))
        yield file.problem((*steps, *further), f"{message} (docs/sandbox.md shows the shape of '{steps[0]}')")


def _worded(message: str) -> str:
    """Describe what msgspec says in the words of documents."""
    for pattern, expected in _PATTERNS.items():
        if f"matching regex {pattern!r}" in message:
            return f"expected {expected}"
    for technical, plain in _PHRASES:
        message = message.replace(technical, plain)
    named = re.sub(r"`([a-z |]+)`", lambda found: _types(found[1]), message)
    return named.replace("`", "'")


def _types(names: str) -> str:
    words = [_WORDS.get(name) for name in names.split(" | ")]
    return " or ".join(word for word in words if word) if all(words) else f"'{names}'"
