"""Reads people from a directory that speaks LDAP, always in pages; groups are resolved downwards here."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import ldap
from ldap.controls import SimplePagedResultsControl
from ldap.filter import escape_filter_chars

from reconciler.errors import CredentialsError, UnreachableError
from reconciler.model.rules import GROUP, GROUP_IN_CHAIN
from reconciler.model.spelling import comparable
from reconciler.sources.attribute_texts import joined
from reconciler.sources.ldap_bounds import ANSWER_SECONDS, CONNECT_SECONDS, PAGE_SIZE, SMALLEST_PAGE
from reconciler.sources.ldap_groups import members_of_groups, names_in_range
from reconciler.sources.ldap_names import entry_key, with_groups, with_managers
from reconciler.sources.record_reader import RecordReader
from reconciler.sources.table_rows import Row

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from ldap.ldapobject import LDAPObject

    from reconciler.model.readings import Reading
    from reconciler.model.source_access import SourceAccess
    from reconciler.model.sources import LdapSource

__all__ = ["LdapReader"]

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_IN_CHAIN = "1.2.840.113556.1.4.1941"
_TOO_LARGE = (ldap.SIZELIMIT_EXCEEDED, ldap.ADMINLIMIT_EXCEEDED, ldap.UNWILLING_TO_PERFORM)

_Entry = tuple[str, dict[str, list[bytes]]]


class LdapReader:
    """One connection to the directory of a source, signed in. ``seconds`` limits each answer.

    Raises CredentialsError where the directory refuses the credentials, and UnreachableError where it cannot be
    reached.
    """

    def __init__(self, source: LdapSource, access: SourceAccess, *, seconds: float = ANSWER_SECONDS) -> None:
        self._source = source
        self._access = access
        self._seconds = seconds
        self._page_size = PAGE_SIZE
        self._referrals = 0
        self._connection = self._sign_in()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.unbind_s()

    def read(self, wanted: Iterable[str], now: datetime.datetime) -> Reading:
        """Return everybody below the base, with the wanted attributes alone.

        Raises UnreachableError where the directory cannot be read as a whole, and DocumentsError with every entry that
        cannot be used.
        """
        source = self._source
        wanted = list(wanted)
        reader = RecordReader(source, [one for one in wanted if one in source.columns], now.date(), noun="entry")
        entries = list(self._search(source.base, source.filter, reader.needed))
        notes = []
        if self._referrals:
            notes.append(f"{source.name}: referrals to other directories were skipped ({self._referrals:,})")
        rows = [
            Row(number, tuple(self._text(entry, name) for name in reader.needed))
            for number, (_, entry) in enumerate(entries, start=1)
        ]
        reading = reader.reading(rows, digest=now.date().isoformat(), as_of=now.date())
        groups: dict[str, Mapping[str, frozenset[str]]] = {}
        people = {entry_key(name) for name, _ in entries}
        if GROUP in wanted:
            groups[GROUP], outside = self._groups(people)
            if outside:
                notes.append(f"{source.name}: members of groups outside of its base were skipped ({outside:,})")
        if GROUP_IN_CHAIN in wanted:
            groups[GROUP_IN_CHAIN] = self._groups_in_chain()
        by_row = {f"entry {number}": entry_key(name) for number, (name, _) in enumerate(entries, start=1)}
        return with_groups(with_managers(reading, by_row), by_row, groups, notes)

    def still_there(self, ids: Iterable[str]) -> Iterator[str]:
        """Yield the ids of people whom the directory has anywhere below the base, by any filter."""
        column = self._source.columns["id"]
        for one in ids:
            forms = dict.fromkeys((one, one.lstrip("0") or "0") if column.width is not None else (one,))
            for form in forms:
                condition = f"({column.name}={escape_filter_chars(form)})"
                if any(True for _ in self._search(self._source.base, condition, ["1.1"])):
                    yield one
                    break

    def _sign_in(self) -> LDAPObject:
        url, name = self._access.url, self._source.name
        plain = urlsplit(url).scheme == "ldap"
        connection = ldap.initialize(url)
        connection.set_option(ldap.OPT_PROTOCOL_VERSION, ldap.VERSION3)
        connection.set_option(ldap.OPT_REFERRALS, 0)
        connection.set_option(ldap.OPT_NETWORK_TIMEOUT, CONNECT_SECONDS)
        connection.set_option(ldap.OPT_TIMEOUT, self._seconds)
        connection.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
        if self._source.ca is not None:
            connection.set_option(ldap.OPT_X_TLS_CACERTFILE, self._source.ca)
        connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        password = self._access.password
        try:
            if plain and urlsplit(url).hostname not in _LOOPBACK:
                connection.start_tls_s()
            connection.simple_bind_s(self._access.user, "" if password is None else password.reveal())
        except (ldap.INVALID_CREDENTIALS, ldap.INAPPROPRIATE_AUTH, ldap.INVALID_DN_SYNTAX):
            raise CredentialsError(
                f"the source {name} refuses the credentials: check {self._access.variables}USER and "
                f"{self._access.variables}PASSWORD"
            ) from None
        except ldap.LDAPError as error:
            raise UnreachableError(
                f"the source {name} cannot be reached at {url}: {_words(error)}; check the address, the network and, "
                "for ldaps, the certificate ('ca:')"
            ) from None
        return connection

    def _search(self, base: str, condition: str, attributes: Sequence[str]) -> Iterator[_Entry]:
        """Yield every entry, page by page; pages are halved where the server refuses their size."""
        while True:
            try:
                yield from self._pages(base, condition, attributes)
            except _TOO_LARGE as error:
                if self._page_size <= SMALLEST_PAGE:
                    raise self._failed(base, error) from None
                self._page_size = max(self._page_size // 2, SMALLEST_PAGE)
            except ldap.LDAPError as error:
                raise self._failed(base, error) from None
            else:
                return

    def _pages(self, base: str, condition: str, attributes: Sequence[str]) -> list[_Entry]:
        found: list[_Entry] = []
        cookie = b""
        self._referrals = 0
        while True:
            control = SimplePagedResultsControl(criticality=True, size=self._page_size, cookie=cookie)
            number = self._connection.search_ext(
                base, ldap.SCOPE_SUBTREE, condition, list(attributes), serverctrls=[control], timeout=int(self._seconds)
            )
            _, data, _, controls = self._connection.result3(number, all=1, timeout=self._seconds)
            for name, entry in data:
                if name is None:
                    self._referrals += 1
                else:
                    found.append((name, self._whole(name, entry)))
            paged = [one for one in controls if one.controlType == SimplePagedResultsControl.controlType]
            if not paged:
                raise UnreachableError(
                    f"the source {self._source.name} does not answer in pages, so nobody knows whether it is whole"
                )
            cookie = paged[0].cookie
            if not cookie:
                return found

    def _whole(self, name: str, entry: dict[str, list[bytes]]) -> dict[str, list[bytes]]:
        """Return an entry by attribute in lower case, with the values that a server gives in ranges."""
        whole: dict[str, list[bytes]] = {}
        for attribute, values in entry.items():
            plain, start = names_in_range(attribute)
            whole.setdefault(plain.lower(), []).extend(values)
            while start is not None:
                asked = f"{plain};range={start}-*"
                more = self._connection.search_ext_s(name, ldap.SCOPE_BASE, "(objectClass=*)", [asked])
                found = [(key, several) for _, one in more if one for key, several in one.items()]
                if not found:
                    raise UnreachableError(f"the source {self._source.name} ended a list of {plain} in the middle")
                for key, several in found:
                    _, start = names_in_range(key)
                    whole[plain.lower()].extend(several)
        return whole

    def _text(self, entry: Mapping[str, list[bytes]], name: str) -> str:
        return joined(self._decoded(name, one) for one in entry.get(name.lower(), ()))

    def _decoded(self, name: str, value: bytes) -> str:
        try:
            return comparable(value.decode("utf-8")).strip()
        except UnicodeDecodeError:
            raise UnreachableError(
                f"the source {self._source.name} has a value of '{name}' that is not text: map another attribute"
            ) from None

    def _groups(self, people: set[str]) -> tuple[dict[str, frozenset[str]], int]:
        """Return the groups of everybody, nested ones too, by entry; and how many members are outside of the base."""
        groups = self._source.groups
        if groups is None:
            return {}, 0
        found = {}
        for name, entry in self._search(groups.base, groups.filter, ["cn", "member", "uniqueMember"]):
            members = [*entry.get("member", ()), *entry.get("uniquemember", ())]
            title = self._text(entry, "cn")
            found[entry_key(name)] = (title, [entry_key(self._decoded("member", one)) for one in members])
        return members_of_groups(found, people)

    def _groups_in_chain(self) -> dict[str, frozenset[str]]:
        """Return the groups of everybody as Active Directory resolves them, by entry."""
        groups, found = self._source.groups, dict[str, set[str]]()
        if groups is None:
            return {}
        for name, entry in list(self._search(groups.base, groups.filter, ["cn", "member"])):
            title = self._text(entry, "cn")
            condition = f"(memberOf:{_IN_CHAIN}:={escape_filter_chars(name)})"
            both = f"(&{self._source.filter}{condition})"
            number = 0
            for person, _ in self._search(self._source.base, both, ["1.1"]):
                found.setdefault(entry_key(person), set()).add(title)
                number += 1
            if not number and entry.get("member"):
                raise UnreachableError(
                    f"the source {self._source.name} finds nobody in the group '{title}' by in_chain, and it has "
                    "members: leave in_chain out, as this server does not know it"
                )
        return {name: frozenset(titles) for name, titles in found.items()}

    def _failed(self, base: str, error: ldap.LDAPError) -> UnreachableError:
        name = self._source.name
        if isinstance(error, ldap.NO_SUCH_OBJECT):
            return UnreachableError(f"the source {name} has no '{base}': correct 'base:'")
        if isinstance(error, ldap.TIMEOUT):
            return UnreachableError(f"the source {name} did not answer within {self._seconds:g} seconds")
        return UnreachableError(f"the source {name} cannot be read: {_words(error)}")


def _words(error: ldap.LDAPError) -> str:
    """Return what an error says, without what was sent."""
    about = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    words = [str(about[key]) for key in ("desc", "info") if about.get(key)]
    return "; ".join(words) or type(error).__name__
