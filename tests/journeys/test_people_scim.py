"""People from a SCIM server of others, a process, through the real command line."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.errors import UnreachableError
from reconciler.live.source_client import SourceClient
from reconciler.model.diagnostics import Origin
from reconciler.model.service import Secret
from reconciler.model.source_access import SourceAccess
from reconciler.model.sources import Column, ScimSource, Status
from reconciler.sources.scim_source import read_scim_source, still_in_scim
from tests.support.rules import RULED
from tests.support.scim_server import ENTERPRISE, TOKEN, running_scim_server, scim_user
from tests.support.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox
    from tests.support.scim_server import ScimServer

SOURCE = f"""\
kind: source
source: idp
type: scim
url: https://scim.acme.test/v2
columns:
  id: "{ENTERPRISE}:employeeNumber"
  login: emails[type eq "work"].value
  name: displayName
  department: "{ENTERPRISE}:department"
status: {{column: active, active: ["true"], left: ["false"]}}
"""
TEAMS = """\
kind: teams
teams:
  ap-west: {members: [{from: idp, where: {department: Accounts Payable}}], max: 5000}
"""
NAMES = ("ann", "bo", "cy", "dee", "eli", "fay", "gus", "hal")
NOW = datetime.datetime(2026, 11, 28, tzinfo=datetime.UTC)


def people(number: int) -> list[dict[str, Any]]:
    """Return the company's own people, and others of another department."""
    own = [scim_user(at, name, "Accounts Payable" if at < 4 else "Field") for at, name in enumerate(NAMES)]
    return [*own, *(scim_user(at, f"other{at}", "Field") for at in range(len(NAMES), number))]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ScimServer]:
    """Run a server that answers 300 of 1,300 people a page at most."""
    with running_scim_server(tmp_path, most=300) as one:
        yield one


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Return a trial with a rule for the server."""
    one = Trial(tmp_path / "approvals", sandbox)
    ruled = RULED.replace("[{from: hr, where: {title: Accountant}}]", "[cy@acme.test, dee@acme.test]")
    one.write({"assignments/invoice.yaml": ruled, "teams.yaml": TEAMS, "people.yaml": SOURCE})
    return one


def access(server: ScimServer) -> dict[str, str]:
    """Return the environment that names the server."""
    return {"RECONCILER_SOURCE_IDP_URL": server.address, "RECONCILER_SOURCE_IDP_TOKEN": TOKEN}


def test_01_people_of_a_server(server: ScimServer, trial: Trial) -> None:
    """1,300 people in pages of 300: whom the rule finds is in the lock, with no value of any attribute."""
    server.add(people(1300))
    shown = trial.run("people", **access(server))
    assert "idp: 1,300 people (the first reading" in shown
    lock = "".join(path.read_text() for path in (trial.folder / "people.lock").rglob("*.yaml"))
    assert [name for name in NAMES if f'- "{name}@acme.test"' in lock] == ["ann", "bo", "cy", "dee"]
    assert '"id": "idp:000001"' in lock
    for text in (lock, shown):
        assert "MARK" not in text
        assert "home.test" not in text
        assert TOKEN not in text
    assert "is up to date" in trial.run("people", **access(server))


def test_02_a_leaver_and_somebody_who_is_gone(server: ScimServer, trial: Trial) -> None:
    """Who is not active any more left; who is deleted is gone at once, as the server says so when asked."""
    ids = server.add(people(40))
    trial.run("people", **access(server))
    server.change(ids[0], active=False)
    server.remove(ids[1])
    shown = trial.run("people", **access(server))
    assert "− Ann Oh   ann@acme.test   left (idp)" in shown
    assert "− Bo Oh   bo@acme.test" in shown
    team = (trial.folder / "people.lock" / "teams" / "ap-west.yaml").read_text()
    assert team.count("@acme.test") == 2


def test_03_cursors(tmp_path: Path, trial: Trial) -> None:
    """A server that pages by cursor alone is read by cursor."""
    with running_scim_server(tmp_path, most=100, by_cursor=True) as server:
        server.add(people(250))
        assert "idp: 250 people" in trial.run("people", **access(server))


@pytest.mark.parametrize(
    ("environment", "code", "words"),
    [
        ({"RECONCILER_SOURCE_IDP_TOKEN": TOKEN}, 7, "scim.acme.test:443, which only a document names"),
        ({"RECONCILER_SOURCE_IDP_URL": "URL"}, 6, "no credentials for the source idp: set RECONCILER_SOURCE_IDP_TOKEN"),
        ({"RECONCILER_SOURCE_IDP_URL": "URL", "RECONCILER_SOURCE_IDP_TOKEN": "wrong"}, 6, "refuses the credentials"),
        ({"RECONCILER_SOURCE_IDP_URL": "URL/none", "RECONCILER_SOURCE_IDP_TOKEN": TOKEN}, 6, "has no list of users"),
        ({"RECONCILER_SOURCE_IDP_URL": "http://a.test/?x", "RECONCILER_SOURCE_IDP_TOKEN": TOKEN}, 7, "plain http"),
    ],
)  # fmt: skip
def test_04_what_it_refuses(
    server: ScimServer, trial: Trial, environment: dict[str, str], code: int, words: str
) -> None:
    """Hosts that only documents name get no credentials; what goes wrong has words, and nothing is written."""
    environment = {name: text.replace("URL", server.address) for name, text in environment.items()}
    shown = trial.ran("people", **environment)
    assert (shown.code, words in shown.shown) == (code, True), shown.shown
    assert TOKEN not in shown.shown
    assert not (trial.folder / "people.lock").exists()


def source(**columns: str) -> ScimSource:
    """Return a source for reading without the command line."""
    found = {"id": f"{ENTERPRISE}:employeeNumber", "login": "emails.value", **columns}
    return ScimSource(
        name="idp",
        origin=Origin("people.yaml", 1, 1),
        url="",
        columns={name: Column(name=path) for name, path in found.items()},
        status=Status(column="active", states={"true": "active", "false": "left"}),
    )


def test_05_a_list_that_changes_between_pages(server: ScimServer) -> None:
    """Somebody is deleted and somebody added between pages: the total is equal, and the missed one is found by id."""
    server.add(people(1000))
    client = SourceClient("idp", SourceAccess(url=server.address, variables="X_", token=Secret(TOKEN)))
    pages: list[str] = []
    removed: list[str] = []

    def get(path: str) -> dict[str, Any] | None:
        found = client.get(path)
        pages.append(path)
        if len(pages) == 2:
            assert found is not None
            first = found["Resources"][0]
            removed.append(first[ENTERPRISE]["employeeNumber"])
            server.remove(first["id"])
            # the server sorts by ids that it draws: one behind this page leaves the page behind it shifted
            (new,) = server.add([scim_user(5000, "new", "Field")])
            while new < found["Resources"][-1]["id"]:
                server.remove(new)
                (new,) = server.add([scim_user(5000, "new", "Field")])
        return found

    with client:
        reading = read_scim_source(source(), ["manager"], get, NOW)
        listed = {one.id for one in reading.records}
        missed = sorted({f"{at:06}" for at in range(1000)} - listed)
        assert len(listed) == 1000
        assert missed, "the page moved, so somebody was missed"
        assert list(still_in_scim(source(), [*missed, *removed], client.get)) == missed


def test_06_a_list_that_changes_twice(server: ScimServer) -> None:
    """A list that is another one at each look is an error, not a reading."""
    server.add(people(700))
    with SourceClient("idp", SourceAccess(url=server.address, variables="X_", token=Secret(TOKEN))) as client:

        def get(path: str) -> dict[str, Any] | None:
            found = client.get(path)
            server.add([scim_user(9000 + len(path) + found["totalResults"], f"n{found['totalResults']}", "Field")]
                       if found and "totalResults" in found else [])  # fmt: skip
            return found

        with pytest.raises(UnreachableError, match="changed while it was read, twice"):
            read_scim_source(source(), [], get, NOW)


def test_07_the_primary_mail_counts(server: ScimServer) -> None:
    """Of two mails without a type the primary one counts, wherever it is; without one it is an error of the entry."""
    ids = server.add([scim_user(1, "ann", "Field")])
    with SourceClient("idp", SourceAccess(url=server.address, variables="X_", token=Secret(TOKEN))) as client:
        (ann,) = read_scim_source(source(), [], client.get, NOW).records
        assert ann.login == "ann@acme.test"
        server.change(ids[0], emails=[{"value": "a@x.test"}, {"value": "b@x.test"}])
        with pytest.raises(Exception, match="cannot be used") as raised:
            read_scim_source(source(), [], client.get, NOW)
        assert "entry 1 of idp has several values in 'emails.value'" in raised.value.diagnostics[0].message  # type: ignore[attr-defined]
