"""People from a real LDAP server, a process, through the real command line."""

from __future__ import annotations

import datetime
import itertools
import socket
import subprocess
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from tests.support.ldap_server import BASE, GROUPS, PASSWORD, READER, find_slapd, running_slapd
from tests.support.rules import RULED
from tests.support.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox

pytest.importorskip("ldap", reason="python-ldap is not installed: the extra ldap")
pytestmark = pytest.mark.skipif(find_slapd() is None, reason="there is no slapd: Debian's package slapd")

NOW = datetime.datetime(2026, 11, 28, tzinfo=datetime.UTC)
SOURCE = f"""\
kind: source
source: ad
type: ldap
url: ldaps://ldap.acme.test
base: "{BASE}"
filter: (objectClass=inetOrgPerson)
groups: {{base: "{GROUPS}", filter: (objectClass=groupOfNames)}}
columns:
  id: {{column: employeeNumber, width: 6}}
  login: mail
  name: displayName
  department: departmentNumber
  manager: manager
status: {{column: employeeType, active: [Active], left: [Terminated]}}
"""
TEAMS = """\
kind: teams
teams:
  ap-west: {members: [{from: ad, where: {department: Accounts Payable}}], max: 5000}
  cost: [{from: ad, group: Cost West}]
"""
NAMES = ("ann", "bo", "cy", "dee", "eli", "fay", "gus", "hal")


def person(at: int, name: str, department: str, state: str = "Active") -> dict[str, list[str]]:
    """Return an entry."""
    return {
        "objectClass": ["inetOrgPerson"],
        "cn": [name],
        "sn": ["Oh"],
        "displayName": [f"{name.title()} Oh"],
        "mail": [f"{name}@acme.test"],
        "employeeNumber": [str(at)],
        "employeeType": [state],
        "departmentNumber": [department],
        "title": ["MARK-title"],
        "homePhone": ["MARK-phone"],
    }


def name_of(name: str) -> str:
    """Return the name of an entry."""
    return f"cn={name},{BASE}"


def directory(number: int) -> dict[str, dict[str, list[str]]]:
    """Return people, groups inside groups with a circle, and a member that is not there."""
    own = {name_of(one): person(at, one, "Accounts Payable" if at <= 4 else "Field") for at, one in enumerate(NAMES, 1)}
    others = {name_of(f"other{at}"): person(at, f"other{at}", "Field") for at in range(len(NAMES) + 1, number + 1)}
    group = {"objectClass": ["groupOfNames"]}
    west, inner = f"cn=Cost West,{GROUPS}", f"cn=inner,{GROUPS}"
    return {
        **own,
        **others,
        west: {**group, "cn": ["Cost West"], "member": [name_of("gus"), inner]},
        inner: {**group, "cn": ["inner"], "member": [name_of("hal"), west, "cn=nobody,ou=elsewhere,dc=acme,dc=test"]},
    }


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Return a trial with rules for the directory."""
    one = Trial(tmp_path / "approvals", sandbox)
    ruled = RULED.replace("[{from: hr, where: {title: Accountant}}]", "[team:cost]")
    one.write({"assignments/invoice.yaml": ruled, "teams.yaml": TEAMS, "people.yaml": SOURCE})
    return one


def access(address: str, **more: str) -> dict[str, str]:
    """Return the environment that names the server."""
    names = {"URL": address, "USER": READER, "PASSWORD": PASSWORD, **more}
    return {f"RECONCILER_SOURCE_AD_{name}": text for name, text in names.items()}


def team(trial: Trial, name: str) -> list[str]:
    """Return the people of a team in the lock."""
    text = (trial.folder / "people.lock" / "teams" / f"{name}.yaml").read_text()
    return [line[3:-1].partition("@")[0] for line in text.splitlines() if line.startswith('- "')]


def test_01_three_thousand_people(tmp_path: Path, trial: Trial) -> None:
    """Pages are halved down to what the server allows; groups are resolved downwards, circles end."""
    with running_slapd(tmp_path / "slapd", directory(3000)) as server:
        shown = trial.run("people", **access(server.address))
        assert "ad: 3,000 people (the first reading" in shown
        assert team(trial, "ap-west") == ["ann", "bo", "cy", "dee"]
        assert team(trial, "cost") == ["gus", "hal"]
        assert "members of groups outside of its base were skipped (1)" in shown
        for text in (shown, *(path.read_text() for path in (trial.folder / "people.lock").rglob("*.yaml"))):
            assert "MARK" not in text
            assert PASSWORD not in text
        assert "is up to date" in trial.run("people", **access(server.address))


def test_02_a_size_limit_that_pages_do_not_lift(tmp_path: Path, trial: Trial) -> None:
    """500 of 3,000 are no reading."""
    limits = "size=500 size.pr=500 size.prtotal=500"
    with running_slapd(tmp_path / "slapd", directory(3000), limits=limits) as server:
        shown = trial.ran("people", **access(server.address))
    assert (shown.code, "the source ad cannot be read" in shown.shown) == (6, True), shown.shown
    assert not (trial.folder / "people.lock").exists()


def test_03_an_attribute_that_the_account_cannot_see(tmp_path: Path, trial: Trial) -> None:
    """A hidden status finds nobody and everybody: it is an error of every entry."""
    hidden = "access to attrs=employeeType by * none"
    with running_slapd(tmp_path / "slapd", directory(20), access=hidden) as server:
        shown = trial.ran("people", **access(server.address))
    assert shown.code == 7
    assert "has no status in 'employeeType'" in shown.shown


@pytest.mark.parametrize(
    ("environment", "document", "code", "words"),
    [
        ({"PASSWORD": ""}, "", 6, "no credentials for the source ad"),
        ({"PASSWORD": "wrong"}, "", 6, "the source ad refuses the credentials"),
        ({}, SOURCE.replace(f'base: "{BASE}"', 'base: "ou=none,dc=acme,dc=test"'), 6, "has no 'ou=none"),
        ({}, SOURCE.replace("(objectClass=inetOrgPerson)", "((broken"), 6, "the source ad cannot be read"),
        ({}, SOURCE.replace("(objectClass=inetOrgPerson)", "(objectClass=device)"), 6, "has nobody in it"),
        ({"URL": "ldap://127.0.0.1:1"}, "", 6, "the source ad cannot be reached"),
        ({"URL": "http://127.0.0.1"}, "", 7, "write an address such as ldaps://"),
        ({"URL": ""}, "", 7, "ldap.acme.test:636, which only a document names"),
    ],
)  # fmt: skip
def test_04_what_it_refuses(
    tmp_path: Path, trial: Trial, environment: dict[str, str], document: str, code: int, words: str
) -> None:
    """Each has its words, and nothing is written."""
    if document:
        trial.write_only({"people.yaml": document})
    with running_slapd(tmp_path / "slapd", directory(10)) as server:
        shown = trial.ran(
            "people",
            **{
                **access(server.address),
                **{f"RECONCILER_SOURCE_AD_{name}": text for name, text in environment.items()},
            },
        )
    assert (shown.code, words in shown.shown) == (code, True), shown.shown
    assert not (trial.folder / "people.lock").exists()


def test_05_certificates(tmp_path: Path, trial: Trial) -> None:
    """A certificate that nobody signed is refused; with 'ca:' the connection is encrypted and read."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    tls = f"TLSCertificateFile {certificate}\nTLSCertificateKeyFile {key}"
    with running_slapd(tmp_path / "slapd", directory(10), tls=tls) as server:
        shown = trial.ran("people", **access(server.encrypted))
        assert (shown.code, "cannot be reached" in shown.shown) == (6, True), shown.shown
        trial.write_only({"people.yaml": f"{SOURCE}ca: {certificate}\n"})
        assert "ad: 10 people" in trial.run("people", **access(server.encrypted))


def test_06_somebody_who_is_gone(tmp_path: Path, trial: Trial) -> None:
    """Who is not listed is asked for: gone for sure, or still there behind a filter that is too narrow."""
    everybody = directory(40)
    with running_slapd(tmp_path / "one", everybody) as server:
        trial.run("people", **access(server.address))
        narrow = SOURCE.replace("(objectClass=inetOrgPerson)", "(&(objectClass=inetOrgPerson)(!(cn=ann)))")
        trial.write_only({"people.yaml": narrow})
        shown = trial.ran("people", **access(server.address))
        assert (shown.code, "was read by half" in shown.shown) == (6, True), shown.shown
    trial.write_only({"people.yaml": SOURCE})
    del everybody[name_of("ann")]
    with running_slapd(tmp_path / "two", everybody) as server:
        assert "− Ann Oh   ann@acme.test" in trial.run("people", **access(server.address))


class Relay:
    """Passes bytes on to a server; ``spoil`` sees each answer's connection and number, and returns whether to end."""

    def __init__(self, port: int, spoil: Callable[[socket.socket, int], bool]) -> None:
        self.port = port
        self.spoil = spoil
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.connections = [self.listening]
        self.threads = [threading.Thread(target=self.serve, daemon=True)]
        self.threads[0].start()

    @property
    def address(self) -> str:
        """The address of the relay."""
        return f"ldap://127.0.0.1:{self.listening.getsockname()[1]}"

    def serve(self) -> None:
        """Take connections, until the relay ends."""
        with suppress(OSError):
            while True:
                one, _ = self.listening.accept()
                other = socket.create_connection(("127.0.0.1", self.port))
                self.connections.extend((one, other))
                for pair in ((one, other, False), (other, one, True)):
                    self.threads.append(threading.Thread(target=self.pump, args=pair, daemon=True))
                    self.threads[-1].start()

    def pump(self, source: socket.socket, target: socket.socket, answers: bool) -> None:  # noqa: FBT001 - of a thread
        """Pass on what comes."""
        with suppress(OSError):
            for number in itertools.count(1):
                data = source.recv(65536)
                if not data or (answers and self.spoil(target, number)):
                    target.shutdown(socket.SHUT_RDWR)
                    return
                target.sendall(data)

    def end(self) -> None:
        """End all connections, and wait for the threads."""
        for one in self.connections:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for each in self.threads:
            each.join(10)
        for one in self.connections:
            one.close()


@contextmanager
def relay(port: int, spoil: Callable[[socket.socket, int], bool]) -> Iterator[str]:
    """Run a relay."""
    running = Relay(port, spoil)
    try:
        yield running.address
    finally:
        running.end()


@pytest.mark.parametrize("kind", ["cut", "stalled"])
def test_07_a_connection_that_ends_between_pages(tmp_path: Path, kind: str) -> None:
    """A connection that is cut, or that falls silent, in the middle of the pages is an error within its time."""
    from reconciler.errors import UnreachableError  # noqa: PLC0415 - behind the skip
    from reconciler.model.service import Secret  # noqa: PLC0415 - the same
    from reconciler.model.source_access import SourceAccess  # noqa: PLC0415 - the same
    from reconciler.sources.ldap_source import LdapReader  # noqa: PLC0415 - the same
    from tests.unit.sources.test_ldap_groups import ldap_source  # noqa: PLC0415 - the same

    silent = threading.Event()

    def spoil(_target: socket.socket, number: int) -> bool:
        if number < 4:
            return False
        if kind == "stalled":
            silent.wait(20)
        return True

    with running_slapd(tmp_path / "slapd", directory(2000)) as server, relay(server.port, spoil) as address:
        way = SourceAccess(url=address, variables="X_", user=READER, password=Secret(PASSWORD))
        with LdapReader(ldap_source(), way, seconds=2) as reader, pytest.raises(UnreachableError):
            reader.read(["department"], NOW)
        silent.set()
