"""Makes the next people lock from readings and the lock before it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.people_lock import LockedEach, LockedPerson, LockedResult, LockedSource, PeopleLock
from reconciler.model.people_report import HeldTeam, PersonChange
from reconciler.model.phrases import counted
from reconciler.model.rule_digests import RuleDigests
from reconciler.model.spelling import login_key
from reconciler.people.each_project import find_each
from reconciler.people.held_teams import why_held
from reconciler.people.identities import judge_identities
from reconciler.people.known_people import KnownPeople
from reconciler.people.needed_sources import needed_sources
from reconciler.people.rule_search import Directory, RuleSearch, members_of
from reconciler.people.ruled import Ruled, told_changes, told_renames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from reconciler.model.diagnostics import Origin
    from reconciler.model.documents import Documents
    from reconciler.model.member import Member
    from reconciler.model.people_lock import PersonState
    from reconciler.model.readings import Reading, Record

__all__ = ["NewLock", "make_lock"]

DEFAULT_MOST, DEFAULT_FEWEST = 50, 1


class NewLock(NamedTuple):
    """The next lock, who comes and goes, the teams that keep their people, and errors of rules and identities."""

    lock: PeopleLock
    changes: tuple[PersonChange, ...]
    held: tuple[HeldTeam, ...]
    diagnostics: tuple[Diagnostic, ...]


def make_lock(
    documents: Documents,
    readings: Sequence[Reading],
    today: datetime.date = datetime.date.min,
    *,
    keyed: Callable[[str], str] = str,
    names: bool = True,
    joined: tuple[str, ...] = (),
) -> NewLock:
    """Return the lock of documents (teams by their names) for these readings, one for each source.

    Somebody who left is in no team. Somebody whom a source lacks stays where they were, until a reading of a later file
    lacks them too. A team that would lose more than the larger of 3 people and 25 % keeps its people, and so does one
    whose rules find fewer than its minimum, unless a policy accepts that on the day ``today`` (UTC).

    ``keyed`` returns an id as the lock holds it. Without ``names`` the lock holds none. ``joined`` are sources that an
    order joins.
    """
    return _Maker(documents, readings, today, keyed, names=names, joined=joined).make()


class _Maker:
    def __init__(
        self,
        documents: Documents,
        readings: Sequence[Reading],
        today: datetime.date,
        keyed: Callable[[str], str],
        *,
        names: bool,
        joined: tuple[str, ...],
    ) -> None:
        self._joined = joined
        self._documents = documents
        self._today = today
        self._names = names
        self._before = documents.lock
        self._known = KnownPeople(self._before, {one.source: Directory(one, keyed) for one in readings})
        self._search = RuleSearch(documents.teams, self._known.directories)
        self._digests = RuleDigests(documents.teams, documents.sources)
        self._held: list[HeldTeam] = []
        self._changes: list[PersonChange] = []
        self._errors: list[Diagnostic] = []

    def make(self) -> NewLock:
        known = self._known
        self._errors.extend(judge_identities(known.directories, known.before, known.people, self._joined))
        teams = {one.team: self._result(one) for one in self._ruled_teams() if one.team is not None}
        rules = {one.rule: self._result(one) for one in self._ruled_groups()}
        each = {digest: self._each(member, digest) for member, digest in self._each_rules()}
        found = [login for one in (*teams.values(), *rules.values()) for login in one.members]
        found += [login for one in each.values() for line in one.lines for login in line.members]
        people = tuple(self._locked_people(found))
        # of those whom 'except' finds, nobody else is written: a list of all of them would be an attribute
        written = {one.login for one in people}
        teams = {
            name: msgspec.structs.replace(one, left_out=tuple(login for login in one.left_out if login in written))
            for name, one in teams.items()
        }
        kept = {one.id for one in people}
        lock = PeopleLock(
            people=people,
            teams=teams,
            rules=rules,
            each=each,
            sources=tuple(
                LockedSource(source=one.reading.source, people=one.reading.there, filled=one.reading.filled)
                for one in self._known.directories.values()
            )
            + tuple(one for one in self._before.sources if self._is_unread(one.source)),
            missing=tuple(one for one in self._known.missing.values() if one.id in kept),
        )
        self._changes.extend(told_renames(people, self._known))
        # a rule with a slip finds too few: that is said once
        errors = [one for one in self._errors if one.code != "people/too-few" or not self._search.diagnostics]
        return NewLock(lock, tuple(self._changes), tuple(self._held), (*errors, *self._search.diagnostics))

    def _is_unread(self, source: str) -> bool:
        return source in self._documents.sources and source not in self._known.directories

    def _unread(self, members: Iterable[Member]) -> list[str]:
        """Return the sources that rules need, that documents define, and that were not read."""
        return sorted(filter(self._is_unread, needed_sources(members, self._documents.teams)))

    def _error(self, code: str, message: str, origin: Origin | None = None) -> None:
        self._errors.append(Diagnostic(severity="error", code=code, message=message, origin=origin))

    def _ruled_teams(self) -> Iterator[Ruled]:
        for name, team in self._documents.teams.items():
            if team.has_rules:
                fewest = DEFAULT_FEWEST if team.fewest is None else team.fewest
                most = DEFAULT_MOST if team.most is None else team.most
                before = self._before.teams.get(name)
                title = f"the team '{name}'"
                yield Ruled(
                    title,
                    name,
                    team.origin,
                    self._digests.of_team(team),
                    team.members,
                    team.left_out,
                    before,
                    fewest,
                    most,
                )

    def _ruled_groups(self) -> Iterator[Ruled]:
        seen = set()
        for member in members_of(self._documents, teams=False):
            is_of_group = member.rule is not None and not member.rule.is_by_project
            digest = self._digests.of_rule(member.rule) if member.rule is not None and is_of_group else ""
            if digest and digest not in seen:
                seen.add(digest)
                before, title = self._before.rules.get(digest), str(member.rule)
                yield Ruled(title, None, member.origin, digest, (member,), (), before, DEFAULT_FEWEST, DEFAULT_MOST)

    def _result(self, ruled: Ruled) -> LockedResult:
        """Return the people of rules, or those of before where too many would go; record who comes and goes."""
        unread = self._unread((*ruled.members, *ruled.left_out))
        if unread:
            if ruled.before is not None and ruled.before.rule == ruled.rule:
                return ruled.before
            words = f"{ruled.title} needs the source {', '.join(unread)} too: run it without --source"
            self._error("people/unread-source", words, ruled.origin)
        same = ruled.before is not None and ruled.before.rule == ruled.rule
        had, had_left_out = self._had(ruled.before)
        found, excluded = self._found(ruled, had, had_left_out, same=same)
        self._check_numbers(ruled, len(found), same=same)
        lost = self._not_left(had - found)
        numbers = len(had), len(found)
        reason = why_held(len(lost), numbers, fewest=ruled.fewest, same=same, accepted=self._accepted(ruled.team))
        if reason is not None:
            held = HeldTeam(team=ruled.team or ruled.title, removals=len(lost), members=len(had), reason=reason)
            self._held.append(held)
            found, excluded = self._not_left(had), had_left_out
        self._changes.extend(told_changes(ruled, had, found, self._known))
        return LockedResult(rule=ruled.rule, members=tuple(sorted(found)), left_out=tuple(sorted(excluded)))

    def _had(self, before: LockedResult | None) -> tuple[set[str], set[str]]:
        """Return the people that rules had, and those that they left out, by the logins of now."""
        if before is None:
            return set(), set()
        renamed = self._known.renamed
        return {renamed.get(one, one) for one in before.members}, {renamed.get(one, one) for one in before.left_out}

    def _found(self, ruled: Ruled, had: set[str], had_left_out: set[str], *, same: bool) -> tuple[set[str], set[str]]:
        """Return whom rules find, without people who left, and whom they leave out.

        Somebody whom the reading lacks stays where they were, and so do people who are found through them.
        """
        lacking, lines = self._known.lacking, (*ruled.members, *ruled.left_out)
        found = set(self._search.found(ruled.members)) | (had & lacking)
        excluded = set(self._search.found(ruled.left_out)) | (had_left_out & lacking)
        if same and lacking and any(one.rule is not None and one.rule.needs_managers for one in lines):
            found |= self._not_left(had)
            excluded |= had_left_out
        return self._not_left(found - excluded), excluded

    def _not_left(self, logins: set[str]) -> set[str]:
        return {one for one in logins if login_key(one) not in self._known.left}

    def _check_numbers(self, ruled: Ruled, found: int, *, same: bool) -> None:
        """Report a rule that finds too many people, and a new one that finds too few."""
        if found > ruled.most:
            words = f"{ruled.title} finds {found:,} people, max {ruled.most:,}: correct the rule, or raise 'max:'"
            self._error("people/too-many", words, ruled.origin)
        if not same and ruled.before is not None and found < ruled.fewest:
            people = counted(found, "person", "people")
            self._error(
                "people/too-few", f"{ruled.title} finds {people}, min {ruled.fewest}: correct the rule", ruled.origin
            )

    def _accepted(self, team: str | None) -> int:
        """Return how many people a policy lets a team lose today."""
        good = [one for one in self._documents.policy.accepted if one.team == team and one.until >= self._today]
        return max((one.removals for one in good), default=0)

    def _each_rules(self) -> Iterator[tuple[Member, str]]:
        seen = set()
        for member in members_of(self._documents, teams=False):
            if member.rule is not None and member.rule.each_attribute is not None:
                digest = self._digests.of_rule(member.rule)
                if digest not in seen:
                    seen.add(digest)
                    yield member, digest

    def _each(self, member: Member, digest: str) -> LockedEach:
        """Return the people of a rule by project; record who comes and goes."""
        unread, before = self._unread((member,)), self._before.each.get(digest)
        if unread and before is not None:
            return before
        found, rule = self._search.found((member,)), member.rule
        directory = None if rule is None else self._known.directories.get(rule.source)
        if rule is None or directory is None:
            return LockedEach(rule=digest, lines=())
        made = find_each(rule, found, directory, before, self._known)
        if made.reason is not None and before is not None:
            members = sum(map(len, made.had.values()))
            self._held.append(HeldTeam(team=str(rule), removals=made.lost, members=members, reason=made.reason))
        for value in sorted({*made.had, *made.found}):
            people = made.found.get(value, set())
            ruled = Ruled(f"{rule} for {value}", None, member.origin, digest, (), (), None, 1, DEFAULT_MOST)
            if len(people) > DEFAULT_MOST:
                words = f"{ruled.title} finds {len(people):,} people, more than {DEFAULT_MOST}: correct the rule"
                self._error("people/too-many", words, member.origin)
            self._changes.extend(told_changes(ruled, made.had.get(value, set()), people, self._known))
        return made.locked(digest)

    def _locked_people(self, found: Iterable[str]) -> Iterator[LockedPerson]:
        """Yield everybody whom rules found or documents name, as the sources or the lock before know them."""
        wanted = {login_key(login) for login in found}
        wanted |= {login_key(one.login) for one in members_of(self._documents) if one.login is not None}
        for id_, record in self._known.people.items():
            before = self._known.before.get(id_)
            was = None if before is None else before.was if before.login == record.login else before.login
            if was is not None and self._known.holder(was) not in {None, id_}:
                was = None  # it is the login of somebody else now
            # whom the lock knew and who left stays in it: plans say so of the roles that they still hold in Procore
            left = before is not None and record.state == "left"
            if left or {login_key(record.login), login_key(was)} & wanted:
                manager = self._manager(id_, record) if record.state == "left" else None
                yield LockedPerson(
                    login=record.login,
                    id=id_,
                    name=record.name if self._names else None,
                    state=record.state,
                    was=was,
                    manager=manager,
                )
        for id_, one in self._known.before.items():
            if id_ in self._known.people or login_key(one.login) in self._known.there:
                continue  # the second is the same person under another id
            # who left stays in it, or another source could bring them back once theirs does not list them any more
            if one.state == "left" or {login_key(one.login), login_key(one.was)} & wanted:
                read = id_.partition(":")[0] in self._known.directories  # of one that no rule needs, nothing is new
                state: PersonState = "missing" if read and one.state != "left" else one.state
                manager = one.manager if not read or login_key(one.manager) in self._known.there else None
                yield msgspec.structs.replace(one, state=state, name=one.name if self._names else None, manager=manager)

    def _manager(self, id_: str, record: Record) -> str | None:
        """Return the login of the manager of somebody who left, who may have to hold their roles."""
        manager = self._known.directories[id_.partition(":")[0]].manager(record)
        return None if manager is None or manager.state == "left" else manager.login or None
