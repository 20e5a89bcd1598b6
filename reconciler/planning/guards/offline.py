"""What can be judged of a policy by the documents alone; live may hold more, so what is uncertain only warns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.documents import DesiredGroup
from reconciler.model.globs import fits
from reconciler.model.suggestions import did_you_mean
from reconciler.planning.guards.case import finding
from reconciler.planning.guards.frozen import judge_frozen
from reconciler.planning.guards.people import roles_named

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from reconciler.model.diagnostics import Diagnostic, Severity
    from reconciler.model.documents import Assignments, Documents, Entry
    from reconciler.model.member import Member
    from reconciler.model.policy import Policy

__all__ = ["judge_documents"]


class _Scope(msgspec.Struct, frozen=True):
    """Groups that documents give to one place; ``certain`` where nothing else in them can give others."""

    place: str
    groups: dict[str, DesiredGroup]
    certain: bool

    @property
    def severity(self) -> Severity:
        return "error" if self.certain else "warning"


def judge_documents(documents: Documents, today: datetime.date, *, own_account: Member | None) -> list[Diagnostic]:
    """Judge a policy against the documents: unknown roles, ended overrides, members that break a rule.

    Somebody in two roles that are kept apart is an error where nothing else in the documents can speak for the
    place. Minimums and required people only warn: a plan stops for them only where something changes, so that a rule
    can be brought in step by step.
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
    """Give what each entry leads to: a project's own groups with the defaults that no ``where`` can replace."""
    replaceable: dict[tuple[str, str], set[str]] = {}
    for document in documents:
        names = replaceable.setdefault(_template(document), set())
        names.update(name for entry in document.entries if entry.where is not None for name in entry.groups)
    own: dict[tuple[str, str, str], dict[str, DesiredGroup]] = {}
    places: dict[tuple[str, str, str], str] = {}
    for document in documents:
        defaults = {
            name: group for name, group in document.groups.items() if name not in replaceable[_template(document)]
        }
        for entry in document.entries:
            if entry.where is not None:
                place = f"{document.template} · projects selected at {entry.origin}"
                yield _Scope(place, {**document.groups, **entry.groups}, certain=False)
                continue
            key = (*_template(document), _place(entry))  # entries of other files may be about the same project
            merged = own.setdefault(key, {})
            for name, group in defaults.items():
                merged.setdefault(name, group)
            merged.update(entry.groups)
            places[key] = f"{document.template} · {_place(entry)}"
    for key, groups in own.items():
        yield _Scope(places[key], groups, certain=True)


def _template(document: Assignments) -> tuple[str, str]:
    return (str(document.template), document.tool or "")


def _place(entry: Entry) -> str:
    return "company" if entry.project is None else str(entry.project)


def _unknown_roles(policy: Policy, scopes: list[_Scope]) -> Iterator[Diagnostic]:
    known = {name for scope in scopes for name in scope.groups}
    for role, origin in roles_named(policy):
        if not any(fits(role, name) for name in known):
            hint = did_you_mean(role, known)
            message = (
                f"no document names a role '{role}', so this line may guard nothing{hint}; if templates have such a "
                "role and it is only not managed here, leave it"
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
                        yield finding(scope.severity, "policy/separation", message, origin=member.origin)


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
