"""Judges a policy by the documents alone: findings that live may refute are only warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.documents import DesiredGroup
from reconciler.model.globs import fits
from reconciler.model.suggestions import did_you_mean
from reconciler.planning.guards.case import finding
from reconciler.planning.guards.frozen import judge_frozen
from reconciler.planning.guards.possible_people import HINTS_GIVEN, roles_named

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from reconciler.model.diagnostics import Diagnostic, Severity
    from reconciler.model.documents import Assignments, Documents, Entry
    from reconciler.model.member import Member
    from reconciler.model.policy import Policy

__all__ = ["judge_documents"]


class _Scope(msgspec.Struct, frozen=True):
    """Groups that documents give to one place; ``certain`` are those that nothing else in them can replace."""

    place: str
    groups: dict[str, DesiredGroup]
    certain: frozenset[str] = frozenset()

    def severity(self, *names: str) -> Severity:
        return "error" if self.certain.issuperset(names) else "warning"


def judge_documents(documents: Documents, today: datetime.date, *, own_account: Member | None) -> list[Diagnostic]:
    """Judge a policy against the documents: unknown roles, ended overrides, members that break a rule.

    Somebody in two roles that are kept apart is an error if nothing else in the documents can apply to the place.
    Minimums and required people only warn. A plan stops for them only in presets that change, so that rules can be
    introduced step by step.
    """
    policy = documents.policy
    scopes = list(_scopes(documents.assignments))
    found = [*judge_frozen(policy.frozen, "warning"), *_unknown_roles(policy, scopes), *_expired(policy, today)]
    for scope in scopes:
        found.extend(_separated(policy, scope))
        found.extend(_too_few(policy, scope))
        found.extend(_missing(policy, scope))
    if own_account is None:
        message = (
            "reconciler.yaml names no service_account, so nothing keeps a plan from removing the account this tool "
            "signs in with"
        )
        found.append(finding("note", "policy/own-account", message))
    return found


def _scopes(documents: tuple[Assignments, ...]) -> Iterator[_Scope]:
    """Yield the groups of each entry.

    Groups in a project's own entries are certain. Defaults are not: a ``where``, or an entry that names the same
    project in another way, may come before them.
    """
    own: dict[tuple[str, str, str], dict[str, DesiredGroup]] = {}
    defaults: dict[tuple[str, str, str], dict[str, DesiredGroup]] = {}
    for document in documents:
        for entry in document.entries:
            if entry.where is not None:
                place = f"{document.template} · projects selected at {entry.origin}"
                yield _Scope(place, {**document.groups, **entry.groups})
                continue
            # entries of other files may be about the same project
            key = (str(document.template), document.tool or "", _place(entry))
            own.setdefault(key, {}).update(entry.groups)
            defaults.setdefault(key, {}).update(document.groups)
    for key, groups in own.items():
        yield _Scope(f"{key[0]} · {key[2]}", {**defaults[key], **groups}, frozenset(groups))


def _place(entry: Entry) -> str:
    return "company" if entry.project is None else str(entry.project)


def _unknown_roles(policy: Policy, scopes: list[_Scope]) -> Iterator[Diagnostic]:
    known = {name for scope in scopes for name in scope.groups}
    missing = [(role, origin) for role, origin in roles_named(policy) if not any(fits(role, name) for name in known)]
    for number, (role, origin) in enumerate(missing):
        hint = did_you_mean(role, known) if number < HINTS_GIVEN else ""
        message = (
            f"no document names a role '{role}', so this line may guard nothing (leave it if templates have such a "
            f"role that is not managed here){hint}"
        )
        yield finding("warning", "policy/unknown-role", message, origin=origin)


def _expired(policy: Policy, today: datetime.date) -> Iterator[Diagnostic]:
    for one in policy.overrides:
        if one.until < today:
            message = (
                f"the last day of this override is over ({one.until}), so it lifts nothing; give it a new one if it is "
                "still needed, else remove it"
            )
            yield finding("warning", "policy/override-expired", message, origin=one.until_origin)


def _separated(policy: Policy, scope: _Scope) -> Iterator[Diagnostic]:
    for rule in policy.separate:
        seen: dict[tuple[str, str], tuple[str, str]] = {}
        for glob in rule.roles:
            for name, group in scope.groups.items():
                if not fits(glob, name):
                    continue
                for member in group.members:
                    first_glob, first = seen.setdefault(member.key, (glob, name))
                    if first_glob != glob and first != name:
                        message = (
                            f"{scope.place}: {member} is in both {first} and {name}, which {rule.origin} keeps apart; "
                            "take them out of one"
                        )
                        yield finding(scope.severity(first, name), "policy/separation", message, origin=member.origin)


def _too_few(policy: Policy, scope: _Scope) -> Iterator[Diagnostic]:
    for rule in policy.roles:
        for name, group in scope.groups.items():
            count = len({member.key for member in group.members})
            if rule.min_members is not None and count < rule.min_members and fits(rule.role, name):
                message = (
                    f"{scope.place} · {name} names {count:,}, and at least {rule.min_members:,} must be in it "
                    f"({rule.minimum_origin}); name more people, or lower min_members"
                )
                yield finding("warning", "policy/below-minimum", message, origin=group.origin)


def _missing(policy: Policy, scope: _Scope) -> Iterator[Diagnostic]:
    for rule in policy.roles:
        for name, group in scope.groups.items():
            if not fits(rule.role, name):
                continue
            there = {member.key for member in group.members}
            kinds = {kind for kind, _ in there}
            for wanted in rule.must_include:
                # a login and a login id may be the same person, which only the service can tell
                comparable = kinds <= {wanted.key[0]}
                if wanted.key not in there and comparable:
                    message = (
                        f"{scope.place} · {name} is without {wanted}, who must be in it ({wanted.origin}); "
                        "add them, or take them out of must_include"
                    )
                    yield finding("warning", "policy/missing-required", message, origin=group.origin)
