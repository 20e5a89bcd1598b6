"""Warns of each guard that a request loosens, also if nobody moves by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.policy import LIMITS
from reconciler.planning.guards.case import finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.diagnostics import Diagnostic, Origin
    from reconciler.model.exclusion import Exclusion
    from reconciler.model.member import Member
    from reconciler.model.policy import Override, Policy, RoleRule

__all__ = ["judge_loosening"]

_CODE = "policy/loosened"


def judge_loosening(
    base: Policy, now: Policy, revision: str, *, exclude_then: Exclusion, exclude_now: Exclusion
) -> list[Diagnostic]:
    """Return a warning for each guard of the base that the policy of now weakens.

    ``exclude_then`` and ``exclude_now`` are what the settings leave out at the base and now, as they are written. If a
    line is gone, the warning names the policy document that held it, or else any other.
    """
    at = f"at {revision[:12]}"
    return [
        *_limits(base, now, at),
        *_roles(base, now, at),
        *_people(base.protected, now.protected, "protected no longer names", now, at),
        *_separations(base, now, at),
        *_freezes(base, now, at),
        *_overrides(base, now),
        *_files(base, now, at, exclude_then, exclude_now),
    ]


def _loosened(message: str, origin: Origin | None) -> Diagnostic:
    return finding("warning", _CODE, message, origin=origin)


def _place(then: Origin | None, now: Policy) -> Origin | None:
    """Return where a reader of the request looks: the policy document of the same file, or else the first one."""
    same = (one for one in now.documents if then is not None and one.path == then.path)
    return next(same, now.documents[0] if now.documents else None)


def _was(then: Origin | None, at: str) -> str:
    return f"({then} {at})" if then is not None else f"(the default {at})"


def _limits(base: Policy, now: Policy, at: str) -> Iterator[Diagnostic]:
    for name in LIMITS:
        then, here = getattr(base, name), getattr(now, name)
        place = here.origin or _place(then.origin, now)
        if name.endswith("additions") and then.origin is not None and here.origin is None:
            message = f"{name} no longer stops a plan above {then}: the default {here} only warns"
            yield _loosened(f"{message} {_was(then.origin, at)}", place)
        elif here.count > then.count or here.percent > then.percent:
            yield _loosened(f"{name} is raised from {then} to {here} {_was(then.origin, at)}", place)


def _roles(base: Policy, now: Policy, at: str) -> Iterator[Diagnostic]:
    for rule in base.roles:
        same = [one for one in now.roles if one.role == rule.role]
        yield from _minimum(rule, same, now, at)
        required = [one for other in same for one in other.must_include]
        yield from _people(rule.must_include, required, f"'{rule.role}' no longer requires", now, at)


def _minimum(rule: RoleRule, same: Sequence[RoleRule], now: Policy, at: str) -> Iterator[Diagnostic]:
    if rule.min_members is None:
        return
    here = max((one for one in same if one.min_members is not None), key=lambda one: one.min_members or 0, default=None)
    if here is None:
        message = f"'{rule.role}' no longer has min_members: {rule.min_members} {_was(rule.minimum_origin, at)}"
        yield _loosened(message, _place(rule.minimum_origin, now))
    elif (here.min_members or 0) < rule.min_members:
        yield _loosened(
            f"min_members of '{rule.role}' goes from {rule.min_members} to {here.min_members} "
            f"{_was(rule.minimum_origin, at)}",
            here.minimum_origin,
        )


def _people(then: Sequence[Member], here: Sequence[Member], words: str, now: Policy, at: str) -> Iterator[Diagnostic]:
    named = {one.key for one in here}
    for one in then:
        if one.key not in named:
            yield _loosened(f"{words} {one} {_was(one.origin, at)}", _place(one.origin, now))


def _separations(base: Policy, now: Policy, at: str) -> Iterator[Diagnostic]:
    for then in base.separate:
        if not any(set(then.roles) <= set(here.roles) for here in now.separate):
            names = " and ".join(f"'{role}'" for role in then.roles)
            yield _loosened(f"{names} are no longer kept apart {_was(then.origin, at)}", _place(then.origin, now))


def _freezes(base: Policy, now: Policy, at: str) -> Iterator[Diagnostic]:
    if base.frozen and not now.frozen:
        (then, *_) = base.frozen
        message = f"applying is no longer frozen, as it was for '{then.reason}' {_was(then.origin, at)}"
        yield _loosened(message, None if then.origin is None else _place(then.origin, now))


def _overrides(base: Policy, now: Policy) -> Iterator[Diagnostic]:
    known = {_subject(one): one for one in base.overrides}
    for here in now.overrides:
        then = known.get(_subject(here))
        if then is None:
            message = (
                f"an override is added: up to {here.allow_removals:,} removals at {here.address} until {here.until}"
            )
            yield _loosened(message, here.origin)
            continue
        if here.allow_removals > then.allow_removals:
            message = f"the override for {here.address} grows from {then.allow_removals:,} to {here.allow_removals:,}"
            yield _loosened(f"{message} removals", here.size_origin)
        if here.until > then.until:
            message = f"the override for {here.address} runs until {here.until} instead of {then.until}"
            yield _loosened(message, here.until_origin)


def _subject(override: Override) -> tuple[str, str | None, tuple[str, str] | None]:
    return (override.address, override.role, None if override.person is None else override.person.key)


def _files(base: Policy, now: Policy, at: str, exclude_then: Exclusion, exclude_now: Exclusion) -> Iterator[Diagnostic]:
    here = {one.path for one in now.documents}
    for path in dict.fromkeys(one.path for one in base.documents):
        if path not in here:
            others = ", ".join(sorted(here)) or "no file"
            message = f"{path} held a policy {at} and holds none now; policies stand in {others}"
            yield _loosened(message, now.documents[0] if now.documents else None)
    for one in now.documents:
        if exclude_now.hides(one.path) and not exclude_then.hides(one.path):
            message = f"exclude leaves out the policy in {one.path}: it ends with this request"
            yield _loosened(message, one)
