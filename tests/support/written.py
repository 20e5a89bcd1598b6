"""Documents as different hands write them: brackets and lines, quotes, indents, comments, drawn by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.support.account import PEOPLE, login

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["documents", "items", "teams"]

ROLES = ("Project Manager", "Accounting")
_ids = sorted(PEOPLE)


class _Hand:
    """Writes the way chance says."""

    def __init__(self, draw: Callable[..., Any]) -> None:
        self.draw = draw
        self.comments = 0
        self.remarks = 0

    def chance(self, *ways: Any) -> Any:
        """Choose one way."""
        return self.draw(st.sampled_from(ways))

    def remark(self) -> str:
        """Perhaps a comment behind a line."""
        self.remarks += 1
        return str(self.chance("", "", f"   # remark {self.remarks}."))

    def own_line(self, indent: str) -> list[str]:
        """Perhaps a comment on a line of its own, or an empty line."""
        self.comments += 1
        return self.chance([], [], [], [f"{indent}# note {self.comments}, 'it''s' [a, b]"], [""])  # type: ignore[no-any-return]

    def person(self, one: str) -> str:
        """A person in one of the ways that documents know."""
        who = login(PEOPLE[one])
        ways = (
            who,
            who,
            f'"{who}"',
            f"'{who}'",
            who.upper(),
            f'{{login_id: "{one}"}}',
            f"{{ person: {who},  until: 2099-01-31 }}",
        )
        return str(self.chance(*ways))

    def member(self, one: str) -> str:
        """A person, or a team."""
        return str(self.chance(one, f'"{one}"')) if one.startswith("team:") else self.person(one)

    def list_below(self, key: str, members: list[str], indent: str, *, group: bool = True) -> list[str]:
        """A key with a list below it."""
        if not members:
            return [f"{indent}{key}: {'{members: [], allow_empty: true}' if group else '[]'}{self.remark()}"]
        texts = [self.member(one) for one in members]
        way = (
            self.chance("line", "line", "lines", "lines", "hanging", "one a line", "mapping")
            if group
            else self.chance("line", "lines", "one a line")
        )
        if way == "line":
            return [
                f"{indent}{key}: [{self.chance(', ', ',  ').join(texts)}{self.chance('', ' ', ',')}]{self.remark()}"
            ]
        if way == "hanging":
            first, *more = texts
            lines = [f"{indent}{key}: [{first}"]
            for text in more:
                lines[-1] += ","
                lines.append(f"{indent}    {text}")
            lines[-1] += f"]{self.remark()}"
            return lines
        if way == "one a line":
            inner = [f"{indent}    {text}," + self.remark() for text in texts]
            return [f"{indent}{key}: [{self.remark()}", *inner, f"{indent}]"]
        if way == "mapping":
            return [
                f"{indent}{key}:", f"{indent}    members:", *(f"{indent}    - {text}" for text in texts),
                f"{indent}    allow_empty: {self.chance('true', 'false')}",
            ]  # fmt: skip
        dash = self.chance("- ", "  - ", "  -   ")
        lines = [f"{indent}{key}:{self.remark()}"]
        for text in texts:
            lines += self.own_line(indent)
            lines.append(f"{indent}{dash}{text}{self.remark()}")
        return lines

    def groups(self, found: dict[str, list[str]], indent: str) -> list[str]:
        """A mapping of groups with its key."""
        if not found:
            return []
        step = self.chance("  ", "    ")
        lines = [f"{indent}groups:{self.remark()}"]
        for name, members in found.items():
            key = self.chance(name, f'"{name}"')
            lines += self.own_line(indent) + self.list_below(key, members, indent + step)
        return lines


items = st.lists(st.sampled_from([*_ids, "team:west", "team:all"]), unique=True, max_size=4)
found_groups = st.dictionaries(st.sampled_from(ROLES), items, max_size=2)
teams = st.fixed_dictionaries({
    "west": st.lists(st.sampled_from(_ids), unique=True, min_size=1, max_size=3),
    "all": st.lists(st.sampled_from([*_ids, "team:west"]), unique=True, min_size=1, max_size=3),
})  # fmt: skip


@st.composite
def documents(draw: Callable[..., Any], projects: tuple[str, ...]) -> dict[str, str]:
    """Return a file of teams and one of assignments, with defaults, a rule, and entries of projects, as chance says."""
    hand = _Hand(draw)
    defaults = draw(found_groups)
    lines = ["# assignments", "kind: assignments", f"template: Invoice Approval{hand.remark()}"]
    if draw(st.booleans()):
        lines.append(f"workflow_manager: {draw(st.sampled_from(('ann@acme.test', 'bo@acme.test')))}{hand.remark()}")
    lines += hand.groups(defaults, "")
    lines += ["projects:"]
    dash = hand.chance("", "  ")
    named = draw(st.lists(st.sampled_from(projects), unique=True))
    rule = draw(st.booleans()) or not named
    if rule:
        lines += hand.own_line(dash)
        lines.append(f"{dash}- where: {{state_code: [WA, OR]}}{hand.remark()}")
        lines += hand.groups(draw(found_groups), f"{dash}  ")
    for name in named:
        lines += hand.own_line(dash)
        lines.append(f"{dash}- project: {name}{hand.remark()}")
        if draw(st.booleans()):
            lines.append(f"{dash}  workflow_manager: {hand.chance('cy@acme.test', '{login_id: 4}')}{hand.remark()}")
        lines += hand.groups(draw(found_groups), f"{dash}  ")
    lines += hand.own_line("")
    end = hand.chance("\n", "\r\n")
    text = end.join(lines) + hand.chance(end, "")
    team_lines = ["kind: teams", "teams:"]
    for name, members in draw(teams).items():
        team_lines += hand.own_line("  ") + hand.list_below(name, members, "  ", group=False)
    return {"assignments.yaml": text, "teams.yaml": "\n".join(team_lines) + "\n"}
