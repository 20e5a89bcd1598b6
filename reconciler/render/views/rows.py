"""The lines of a plan or report, by template and preset, and how they are counted; it contains no markup."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

import msgspec

from reconciler.model.drift import Side
from reconciler.model.phrases import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Half", "PresetView", "RowView", "SectionView", "Sign"]

Sign = Literal["−", "+", "→"]
_PEOPLE_SIGNS: tuple[Sign, ...] = ("−", "+")
_SIDES: dict[Side, Sign] = {"added in Procore": "+", "removed in Procore": "−"}
Half = Literal["requested", "drift", "withheld", "new", "known", "acknowledged", "resolved", "unseen", "released"]


class RowView(msgspec.Struct, frozen=True, kw_only=True):
    """One line: who gains or loses what, and why. ``label`` is the role, or the workflow manager.

    ``sign`` ranks it: "−" is the dangerous half. A difference shows its ``side`` instead, since what happened is the
    reverse of what would correct it. ``over`` means that it is resolved.
    """

    label: str
    sign: Sign
    name: str
    login: str
    reason: str
    side: Side | None = None
    over: bool = False

    @property
    def shown(self) -> str:
        """The event, or the side on which it happened."""
        if self.side is None:
            return self.sign
        return f"was {self.side}" if self.over else f"{_SIDES[self.side]} {self.side}"

    @property
    def kind(self) -> Sign | Side:
        """The kind it is counted as."""
        return self.side or self.sign


class PresetView(msgspec.Struct, frozen=True, kw_only=True):
    """One preset; ``same`` names others that change in just the same way, ``addresses`` are of all of them.

    ``address`` is shown behind the name where people are to copy it.
    """

    name: str
    addresses: tuple[str, ...]
    rows: tuple[RowView, ...]
    same: tuple[str, ...]
    address: str = ""

    @property
    def presets(self) -> int:
        """How many presets change like this."""
        return 1 + len(self.same)

    @property
    def counts(self) -> str:
        """The counts of changes or differences, for all presets that change like this."""
        kinds = Counter(row.kind for row in self.rows)
        return _shown_counts({kind: number * self.presets for kind, number in kinds.items()})

    @property
    def alike(self) -> str:
        """How much is the same in how many presets."""
        noun = "change" if self.rows[0].side is None else "difference"
        return f"the same {counted(len(self.rows), noun)} in {self.presets:,} presets"

    @property
    def others(self) -> str:
        """How many more are like it."""
        number = len(self.same)
        one = self.rows[0]
        verb = "differed" if one.over else f"{'change' if one.side is None else 'differ'}{'s' if number == 1 else ''}"
        return f"{counted(number, 'more preset')} {verb} in the same way"


class SectionView(msgspec.Struct, frozen=True, kw_only=True):
    """One template and one half: the changes that are asked for, drifted, or withheld.

    ``alone`` means that this is the only half. ``left_out`` says what had no room.
    """

    name: str
    half: Half
    alone: bool = False
    presets: tuple[PresetView, ...]
    left_out: str = ""

    @property
    def title(self) -> str:
        """The template with what half this is."""
        words = {"requested": "", "drift": "drift, undone: " if self.alone else "drift, undone as well: "}
        return f"{words.get(self.half, f'{self.half}: ')}{self.name}"

    @property
    def counts(self) -> str:
        """The counts of the whole section."""
        number = sum(preset.presets for preset in self.presets)
        kinds: Counter[Sign | Side] = Counter()
        for preset in self.presets:
            for row in preset.rows:
                kinds[row.kind] += preset.presets
        return f"{counted(number, 'preset')}, {_shown_counts(kinds)}"


def _shown_counts(kinds: Mapping[Sign | Side, int]) -> str:
    """Return counts in words, such as "−2 +1, 1 workflow manager", or "2 added in Procore"."""
    parts = [f"{sign}{kinds[sign]:,}" for sign in _PEOPLE_SIGNS if kinds.get(sign)]
    managers = kinds.get("→", 0)
    manager = counted(managers, "workflow manager") if managers else ""
    sides = [f"{kinds[side]:,} {side}" for side in _SIDES if kinds.get(side)]
    return ", ".join(part for part in (" ".join(parts), manager, *sides) if part)
