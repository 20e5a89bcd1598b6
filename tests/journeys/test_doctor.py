"""A set-up that is well, and the ways in which one is broken: each is named, with what to do, and 6."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.operations.doctor import CHECKS
from tests.support.account import INVOICE, company_seed, write_seed
from tests.support.formats import SCHEMAS
from tests.support.sandbox import running_sandbox
from tests.support.terminal import answer as on_terminal
from tests.support.trial import Trial, committed
from tests.support.wire import answer, serving

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.support.github_stub import GitHubStub
    from tests.support.gitlab_stub import GitLabStub
    from tests.support.sandbox import RunningSandbox

SETTINGS = 'kind: settings\nversion: 1\ncompany_id: "4211"\n'
NO_SERVICE = {"RECONCILER_API_URL": "", "RECONCILER_AUTH_URL": ""}
STORES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_DIR")
SCHEMA = Draft202012Validator(json.loads((SCHEMAS / "doctor.schema.json").read_text(encoding="utf-8")))
V2 = "/rest/v2.0/companies/4211/workflows"


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """A set-up that is well."""
    return committed(tmp_path / "approvals", sandbox, {"assignments/invoice.yaml": INVOICE})


class Found:
    """The checks of one run, by name."""

    def __init__(self, trial: Trial, *arguments: str, **environment: str) -> None:
        ran = trial.ran("doctor", "--format", "json", *arguments, **environment)
        document = json.loads(ran.stdout)
        SCHEMA.validate(document)
        assert ran.stderr == ""
        assert ran.code == (0 if document["healthy"] else 6)
        self.code = ran.code
        self.requests: int = document["requests"]
        self.checks: dict[str, dict[str, Any]] = {one["name"]: one for one in document["checks"]}
        assert tuple(self.checks) == CHECKS
        for one in self.checks.values():
            assert (one["remedy"] is not None) == (one["mark"] in {"failed", "warning"}), one
            assert (one["because"] is not None) == (one["mark"] == "blocked"), one

    def marked(self, mark: str) -> list[str]:
        """Return the names of the checks with a mark."""
        return [name for name, one in self.checks.items() if one["mark"] == mark]

    def of(self, name: str) -> tuple[str, str, str]:
        """Return mark, finding and remedy of a check."""
        one = self.checks[name]
        return one["mark"], one["found"], one["remedy"] or ""

    def blocked_by(self, name: str) -> list[str]:
        """Return the checks that were not made because of one."""
        return [one["name"] for one in self.checks.values() if one["because"] == name]


def broken(found: Found, *names: str) -> None:
    """Check that just these checks failed, and the exit code with it."""
    assert (found.code, found.marked("failed")) == (6, [*names]), found.checks


def test_01_a_set_up_that_is_well(trial: Trial, whole: SnapshotAssertion) -> None:
    """A line a check, 0, and a request for each thing that is to be seen: one without credentials, nine with."""
    shown = trial.ends(0, "doctor")
    assert shown.replace(trial.git("rev-parse", "--short=12", "HEAD"), "<revision>") == whole
    asked = [(one["method"], one["path"]) for one in trial.sandbox.log()]
    place = "/rest/v2.0/companies/4211/projects/1042/workflows"  # of the project that a document names, not the first
    assert asked == [
        ("GET", "/"),
        ("GET", "/rest/v1.0/me"),
        ("GET", "/rest/v1.0/companies"),
        ("GET", f"{V2}/tools"),
        ("GET", f"{V2}/templates"),
        ("GET", "/rest/v1.1/projects"),
        ("GET", f"{place}/presets"),
        ("GET", f"{place}/possible_assignees"),
        ("GET", f"{place}/workflow_managers"),
        ("GET", "/rest/v1.0/companies/4211/users/inactive"),
    ]
    assert "; 10 requests" in shown


def test_02_it_writes_nothing(trial: Trial, github: GitHubStub) -> None:
    """No file changes, also none of git; the service and the forge get nothing but GET."""

    def files() -> dict[str, tuple[int, bytes]]:
        paths = (path for path in trial.folder.rglob("*") if path.is_file())
        return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in paths}

    before = files()
    Found(trial, **github.environment)
    assert files() == before
    assert {one["method"] for one in trial.sandbox.log()} == {"GET"}
    assert (len(github.asked) > 0, github.writes()) == (True, [])


def test_03_no_settings(trial: Trial) -> None:
    """Git, addresses and credentials are checked all the same, and the companies shown that they see."""
    (trial.folder / "reconciler.yaml").unlink()
    found = Found(trial)
    broken(found, "settings", "company")
    assert found.of("settings")[1].startswith("no reconciler.yaml in ")
    assert "name it with --config, or start one with" in found.of("settings")[2]
    assert found.of("company")[1] == "no settings name one; they see Acme Construction (4211)"
    assert found.blocked_by("settings") == ["documents", "committed"]
    assert found.of("sign-in")[0] == "ok"
    named = Found(trial, RECONCILER_COMPANY_ID="4211")
    broken(named, "settings")
    assert named.of("tools")[0] == "ok"


def test_04_settings_that_cannot_be_read(trial: Trial) -> None:
    """The first problem has its place; they may name other addresses, so none is asked that they do not decide."""
    (trial.folder / "reconciler.yaml").write_text("kind: settings\nversion: 1\ncompany_id: [\n")
    trial.sandbox.log(forget=True)
    found = Found(trial, **NO_SERVICE)
    broken(found, "settings")
    assert "reconciler.yaml:4:1: " in found.of("settings")[1]
    assert found.of("settings")[2] == "correct reconciler.yaml: 'reconciler validate' shows all of its problems"
    assert trial.sandbox.log() == []
    assert {"documents", "addresses", "connection", "sign-in", "limits"} <= {*found.blocked_by("settings")}
    assert Found(trial).of("sign-in")[0] == "ok", "the environment names the addresses"
    (trial.folder / "reconciler.yaml").write_text(SETTINGS)
    broken(Found(trial, RECONCILER_COMPANY_ID="9"), "settings")


def test_05_documents_with_problems(trial: Trial) -> None:
    """Their number, and the command that shows them; everything else is checked."""
    trial.write_only({"assignments/invoice.yaml": INVOICE.replace("groups:", "group:"), "x.yaml": "kind: x\n"})
    found = Found(trial)
    broken(found, "documents")
    assert found.of("documents")[1:] == (
        "2 problems in 2 files",
        "run 'reconciler validate', which shows each problem with its place",
    )
    assert found.of("committed")[::2] == (
        "warning",
        "commit them, so that a plan names the revision it is of ('git status')",
    )
    assert found.marked("blocked") == []


def test_06_a_host_that_nobody_trusts(trial: Trial) -> None:
    """Nothing is sent there, not even a knock."""
    with serving(lambda _asked: answer("{}")) as thief:
        (trial.folder / "reconciler.yaml").write_text(f"{SETTINGS}auth_url: {thief.address}\n")
        found = Found(trial, RECONCILER_AUTH_URL="")
        assert thief.asked == []
    broken(found, "addresses")
    assert "auth_url names 127.0.0.1:" in found.of("addresses")[1]
    assert "or set RECONCILER_TRUSTED_HOSTS=127.0.0.1:" in found.of("addresses")[2]
    assert found.of("credentials")[0] == "ok"
    assert found.blocked_by("addresses")[:4] == ["proxy", "names", "certificates", "connection"]
    broken(Found(trial, RECONCILER_TRUSTED_HOSTS="a@b"), "addresses")
    found = Found(trial, RECONCILER_API_URL="https://us:hunter2@api.test")
    assert "hunter2" not in json.dumps(found.checks)
    broken(found, "addresses")


def test_07_a_host_without_an_address(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, before anything is asked."""
    looked_up = socket.getaddrinfo

    def unknown(host: Any, *arguments: Any, **more: Any) -> Any:
        if host == "api.acme.test":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return looked_up(host, *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    found = Found(trial, RECONCILER_API_URL="https://api.acme.test")
    broken(found, "names")
    assert found.of("names")[1] == "api.acme.test has no address here (Name or service not known)"
    assert "look at the name server of this machine; a proxy is named in HTTPS_PROXY" in found.of("names")[2]
    assert "connection" in found.blocked_by("names")


def test_08_a_host_that_refuses(trial: Trial) -> None:
    """It is named, with what the machine says; a connection that ends without an answer too."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    found = Found(trial, RECONCILER_AUTH_URL=address)
    broken(found, "connection")
    assert found.of("connection")[1:] == (
        "127.0.0.1 does not answer (Connection refused)",
        "look at the address, the network and the firewall; a proxy is named in HTTPS_PROXY",
    )
    assert found.of("clock")[0] == "ok", "the other address answers"
    assert "sign-in" in found.blocked_by("connection")
    with serving(lambda _asked: b"not HTTP\r\n\r\n") as wire:
        broken(Found(trial, RECONCILER_API_URL=wire.address), "connection")


@pytest.mark.parametrize(
    ("value", "said", "todo"),
    [
        ("us:hunter2@127.0.0.1:1", "HTTPS_PROXY has no scheme", "write it as http://host:port"),
        ("http://us:hunter2@127.0.0.1:FREE", "which does not answer", "or name the service in NO_PROXY"),
    ],
)
def test_09_a_broken_proxy(trial: Trial, value: str, said: str, todo: str) -> None:
    """The variable is named, and its login never shown; a certificate file that is not there is told beside it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    environment = {**NO_SERVICE, "HTTPS_PROXY": value.replace("FREE", port), "SSL_CERT_FILE": "none.pem"}
    found = Found(trial, **environment)
    broken(found, "proxy", "certificates")
    assert said in found.of("proxy")[1]
    assert todo in found.of("proxy")[2]
    assert "SSL_CERT_FILE names none.pem, which cannot be read" in found.of("certificates")[1]
    assert {"names", "connection", "sign-in"} <= {*found.blocked_by("proxy")}
    for arguments in ((), ("--verbose",), ("--format", "json")):
        assert "hunter2" not in trial.ends(6, "doctor", *arguments, **environment)


def test_10_a_proxy_that_asks_for_a_login(trial: Trial) -> None:
    """The proxy answers and lets nothing through: that is said, and how to give it a login."""
    with serving(lambda _asked: answer(status=407)) as proxy:
        environment = {**NO_SERVICE, "HTTPS_PROXY": proxy.address, "SSL_CERT_FILE": ""}
        found = Found(trial, **environment)
        assert proxy.asked == ["CONNECT api.procore.com:443", "CONNECT login.procore.com:443"]
    broken(found, "connection")
    assert found.of("proxy")[1] == f"HTTPS_PROXY names {proxy.address.removeprefix('http://')}, which answers"
    assert found.of("names")[1] == "the proxy looks them up"
    assert found.of("connection")[1] == "api.procore.com does not answer (the proxy refuses the connection (407))"
    assert "http://user:password@host:port" in found.of("connection")[2]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl")
def test_11_a_certificate_that_is_refused(trial: Trial, tmp_path: Path) -> None:
    """By which store, and how to name another; with that one named it is accepted."""
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    files = (str(tmp_path / "key.pem"), str(tmp_path / "cert.pem"))
    made = [*command.split(), "-keyout", files[0], "-out", files[1]]
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files[1], files[0])
    with serving(lambda _asked: answer("{}", 404), context) as wire:
        service = {"RECONCILER_API_URL": wire.address, "RECONCILER_AUTH_URL": wire.address}
        found = Found(trial, **dict.fromkeys(STORES, ""), **service)
        assert wire.asked == []
        broken(found, "certificates")
        assert "is refused by the store of the operating system (self" in found.of("certificates")[1]
        assert "name the file of its certificate in SSL_CERT_FILE" in found.of("certificates")[2]
        assert "connection" in found.blocked_by("certificates")
        found = Found(trial, SSL_CERT_FILE=files[1], **service)
    assert found.of("certificates")[:2] == ("ok", f"accepted by SSL_CERT_FILE ({files[1]})")
    assert found.of("connection")[0] == "ok"
    assert found.of("sign-in")[0] == "failed"


@pytest.mark.parametrize(
    ("credentials", "said", "todo"),
    [
        ({"RECONCILER_CLIENT_ID": "", "RECONCILER_CLIENT_SECRET": ""}, "there are none", "or RECONCILER_ACCESS_TOKEN"),
        (
            {"RECONCILER_CLIENT_SECRET": ""},
            "RECONCILER_CLIENT_ID is set and RECONCILER_CLIENT_SECRET is not",
            "set RECONCILER_CLIENT_SECRET in the environment",
        ),
        ({"RECONCILER_ACCESS_TOKEN": "hunter2 hunter2"}, "RECONCILER_ACCESS_TOKEN holds characters", "set it again"),
    ],
)
def test_12_credentials_that_are_missing(trial: Trial, credentials: dict[str, str], said: str, todo: str) -> None:
    """None, half of them, or what cannot be any; the way to the service is checked without them."""
    found = Found(trial, **credentials)
    broken(found, "credentials")
    assert said in found.of("credentials")[1]
    assert todo in found.of("credentials")[2]
    assert found.of("connection")[0] == "ok"
    assert found.blocked_by("credentials")[0] == "sign-in"
    assert [one["path"] for one in trial.sandbox.log()] == ["/"]
    assert "hunter2" not in json.dumps(found.checks)


@pytest.mark.parametrize(
    ("credentials", "said"),
    [
        ({"RECONCILER_CLIENT_SECRET": "hunter2"}, "RECONCILER_CLIENT_ID and RECONCILER_CLIENT_SECRET (401)"),
        ({"RECONCILER_ACCESS_TOKEN": "hunter2"}, "RECONCILER_ACCESS_TOKEN (401): it may have expired"),
    ],
)
def test_13_credentials_that_are_refused(trial: Trial, credentials: dict[str, str], said: str) -> None:
    """The service refuses them: of which kind they are, and never what they are."""
    found = Found(trial, **credentials)
    broken(found, "sign-in")
    assert said in found.of("sign-in")[1]
    assert found.of("sign-in")[2]
    assert {"company", "tools", "writing"} <= {*found.blocked_by("sign-in")}
    for arguments in ((), ("--verbose",)):
        assert "hunter2" not in trial.ends(6, "doctor", *arguments, **credentials)
    trial.sandbox.fail({"path": "v1.0/me", "status": 403})
    found = Found(trial)
    broken(found, "sign-in")
    assert found.of("sign-in")[2] == "connect the app to the company, and see that its account is active"


def test_14_a_company_that_the_credentials_do_not_see(trial: Trial) -> None:
    """Those that they see are named, so that nobody has to search for the number."""
    (trial.folder / "reconciler.yaml").write_text(SETTINGS.replace("4211", "9999"))
    found = Found(trial)
    broken(found, "company")
    assert found.of("company")[1:] == (
        "the credentials do not see company 9999; they see Acme Construction (4211)",
        "correct company_id in reconciler.yaml, or let an administrator connect the app to that company",
    )
    assert found.blocked_by("company")[0] == "tools"


@pytest.mark.parametrize(
    ("path", "name", "todo", "blocked"),
    [
        ("workflows/tools", "tools", "read the company's Workflows tool", ["presets", "assignees", "managers"]),
        ("workflows/templates", "templates", "read the company's Workflows", ["presets", "assignees", "managers"]),
        ("v1.1/projects", "projects", "permitted projects of the app", ["presets", "assignees", "managers"]),
        ("workflows/presets", "presets", "let the account read the tool", []),
        ("possible_assignees", "assignees", "let the account read the tool", []),
        ("workflow_managers", "managers", "let the account read the tool", []),
    ],
)
def test_15_a_list_that_cannot_be_read(trial: Trial, path: str, name: str, todo: str, blocked: list[str]) -> None:
    """What is refused is named with the right that it takes; all that can still be read is."""
    trial.sandbox.fail({"path": path, "status": 403, "times": 9})
    found = Found(trial)
    broken(found, name)
    assert "refused with 403: made to fail" in found.of(name)[1]
    assert todo in found.of(name)[2]
    assert found.blocked_by(name) == blocked
    assert found.of("directory")[0] == "ok"


def test_16_a_directory_that_cannot_be_read(trial: Trial) -> None:
    """Plans work without it, so that it is a warning, with what is missing in them."""
    trial.sandbox.fail({"path": "users/inactive", "status": 403, "times": 9})
    found = Found(trial)
    assert (found.code, found.marked("warning")) == (0, ["directory"])
    assert found.of("directory")[1] == "the directory: refused with 403: made to fail"
    assert "until then plans work, and do not see who became inactive" in found.of("directory")[2]


def test_17_one_project_without_the_tool(trial: Trial) -> None:
    """A tool that is turned off in one project is no lack of a right: the next project shows it."""
    trial.sandbox.fail({"path": "projects/1042/workflows/presets", "status": 403, "times": 9})
    found = Found(trial)
    assert found.code == 0
    assert found.of("presets")[1] == "1 can be read in Invoice Approval · Cedar Tower"


def test_18_lists_that_are_empty(tmp_path: Path) -> None:
    """No template, no project, nobody who could be assigned: as bad as a list that is refused, and told apart."""
    nothing = {**company_seed(), "templates": [], "presets": [], "projects": []}
    alone = {**company_seed(), "eligible": [{"list": "workflow_managers", "people": []}]}
    founds = []
    for name, seed in (("nothing", nothing), ("alone", alone)):
        with running_sandbox(write_seed(tmp_path / f"{name}-seed", seed)) as sandbox:
            founds.append(Found(committed(tmp_path / name, sandbox, {"assignments/invoice.yaml": INVOICE})))
    first, second = founds
    broken(first, "templates", "projects")
    assert first.of("projects")[1] == "the account sees no active project"
    assert first.blocked_by("templates") == ["presets", "assignees", "managers"]
    assert (second.code, second.marked("warning")) == (0, ["managers"])
    assert second.of("managers")[1] == "nobody could be workflow manager in Invoice Approval · Harbor Bridge"


@pytest.mark.parametrize(
    ("hourly", "first", "statuses"),
    [(1, "sign-in", [404, 429]), (2, "company", [404, 200, 429]), (3, "tools", [404, 200, 200, 429])],
)
def test_19_a_limit_that_is_used_up(tmp_path: Path, hourly: int, first: str, statuses: list[int]) -> None:
    """It is told at once, with the end of the window; nothing more is asked, and nobody waits an hour."""
    with running_sandbox(write_seed(tmp_path / "seed", company_seed()), "--rate-limit", f"{hourly},100") as sandbox:
        trial = committed(tmp_path / "approvals", sandbox, {"assignments/invoice.yaml": INVOICE})
        found = Found(trial)
        asked = [one["status"] for one in sandbox.log()]
    broken(found, "limits")
    assert found.of("limits")[1].startswith(f"all {hourly} requests of the window of an hour are used up; it ends in ")
    assert " UTC, and find out what else uses this app" in found.of("limits")[2]
    assert found.blocked_by("limits")[0] == first
    assert {"templates", "presets", "managers", "directory"} <= {*found.blocked_by("limits")}
    assert asked == statuses


@pytest.mark.parametrize(
    ("limits", "mark", "said"),
    [
        ("20,2000", "ok", "10 of 20 requests are left in the window of an hour, which ends in "),
        ("2000,20", "ok", "10 of 20 requests are left in the window of ten seconds, which ends in "),
        ("2000,10", "warning", "all 10 requests of the window of ten seconds are used up; it ends in "),
    ],
)
def test_20_what_is_left_of_the_limit(tmp_path: Path, limits: str, mark: str, said: str) -> None:
    """The window that an answer shows is named, with its end; a short one that is used up is no failure."""
    with running_sandbox(write_seed(tmp_path / "seed", company_seed()), "--rate-limit", limits) as sandbox:
        trial = committed(tmp_path / "approvals", sandbox, {"assignments/invoice.yaml": INVOICE})
        found = Found(trial)
    assert (found.code, found.of("limits")[0]) == (0, mark)
    assert found.of("limits")[1].startswith(said)


@pytest.mark.parametrize(("seconds", "mark", "code"), [(900, "failed", 6), (-900, "failed", 6), (150, "warning", 0)])
def test_21_a_clock_that_is_wrong(tmp_path: Path, seconds: int, mark: str, code: int) -> None:
    """Above five minutes it fails, as last days end roles; above one it is a warning."""
    with running_sandbox(write_seed(tmp_path / "seed", company_seed()), "--clock-ahead", str(seconds)) as sandbox:
        found = Found(committed(tmp_path / "approvals", sandbox, {"assignments/invoice.yaml": INVOICE}))
    assert (found.code, found.of("clock")[0]) == (code, mark)
    assert f"is {'behind' if seconds > 0 else 'ahead of'} Procore's".removeprefix("is ") in found.of("clock")[1]
    assert found.of("clock")[2] == "set the clock: last days end roles"


def test_22_no_git_repository(trial: Trial) -> None:
    """Plans work without one, and comparisons do not: a warning; no git at all on the machine is a failure."""
    shutil.rmtree(trial.folder / ".git")
    found = Found(trial)
    assert (found.code, found.marked("warning")) == (0, ["git"])
    assert "is not in a git repository, which 'plan --base' and a pipeline need" in found.of("git")[1]
    assert found.of("git")[2] == "run 'git init -b main', and commit the documents"
    assert {found.of(name)[0] for name in ("committed", "history", "base branch")} == {"skipped"}
    trial.git("init", "-q")
    found = Found(trial)
    assert (found.code, found.of("committed")[1]) == (0, "nothing is committed yet")
    found = Found(trial, PATH=str(trial.folder))
    broken(found, "git")
    assert found.blocked_by("git") == ["committed", "history", "base branch"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_23_a_folder_that_git_does_not_trust(trial: Trial) -> None:
    """With git's own remedy."""
    for path in (trial.folder, trial.folder / ".git"):
        os.chown(path, 12345, 12345)
    found = Found(trial)
    broken(found, "git")
    assert "git does not trust" in found.of("git")[1]
    assert "git config --global --add safe.directory" in found.of("git")[2]


def test_24_a_shallow_clone_without_its_base(trial: Trial, tmp_path: Path) -> None:
    """Two warnings, each with the command that fetches what is missing; with the branch there is none."""
    trial.git("commit", "-q", "--allow-empty", "-m", "more")
    trial.git("branch", "release")
    clone = tmp_path / "clone"
    trial.git("clone", "-q", "--depth=1", "--single-branch", f"file://{trial.folder}", str(clone))
    trial.folder = clone
    found = Found(trial, GITHUB_BASE_REF="release")
    assert (found.code, found.marked("warning")) == (0, ["history", "base branch"])
    assert "git fetch --unshallow" in found.of("history")[2]
    assert found.of("base branch")[2] == "run 'git fetch origin release:refs/remotes/origin/release'"
    trial.git("fetch", "-q", "--unshallow", "origin", "release:refs/remotes/origin/release")
    found = Found(trial, GITHUB_BASE_REF="release")
    assert found.marked("warning") == []
    assert found.of("base branch")[1] == "origin/release is here: plan --base origin/release"


def test_25_another_account_than_the_settings_name(trial: Trial) -> None:
    """Guards protect the account that the settings name, so that another one is a warning."""
    (trial.folder / "reconciler.yaml").write_text(f"{SETTINGS}service_account: gus@acme.test\n")
    trial.commit()
    found = Found(trial)
    assert (found.code, found.marked("warning")) == (0, ["sign-in"])
    assert "and the settings name gus@acme.test as service_account" in found.of("sign-in")[1]


def test_26_a_token_of_github(trial: Trial, github: GitHubStub) -> None:
    """Accepted with what it may do, missing, or refused; the token is never shown."""
    github.permissions = {"pull": True, "push": True, "admin": False}
    found = Found(trial, **github.environment)
    assert found.of("forge")[:2] == ("ok", "GitHub accepts the token for acme/approvals: pull, push")
    found = Found(trial, **{**github.environment, "GITHUB_TOKEN": ""})
    broken(found, "forge")
    assert found.of("forge")[1:] == ("no token for the forge", "set GITHUB_TOKEN or GH_TOKEN in the environment")
    found = Found(trial, **{**github.environment, "GITHUB_TOKEN": "hunter2"})
    broken(found, "forge")
    assert "GitHub refuses the repository acme/approvals: 401 Bad credentials" in found.of("forge")[1]
    assert found.of("forge")[2] == "set a token of an account that may read the repository"
    assert "hunter2" not in json.dumps(found.checks)


def test_27_a_token_of_gitlab(trial: Trial, gitlab: GitLabStub) -> None:
    """Its role and scopes; without the scope that comments and statuses need it fails."""
    gitlab.access_level, gitlab.scopes = 40, ["api", "read_repository"]
    found = Found(trial, **gitlab.environment)
    assert found.of("forge")[1] == (
        "GitLab accepts the token for acme/site/approvals: role Maintainer, scopes api, read_repository"
    )
    gitlab.scopes = ["read_api"]
    found = Found(trial, **gitlab.environment)
    broken(found, "forge")
    assert found.of("forge")[1] == "GitLab accepts the token, which lacks the scope 'api'"
    gitlab.scopes = None
    assert Found(trial, **gitlab.environment).of("forge")[1].endswith("role Maintainer")
    assert Found(trial, GITLAB_TOKEN="hunter2").of("forge")[1].endswith("GITLAB_TOKEN is set, and not used without it")


def test_28_on_a_terminal(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """Colours and a bar on a terminal alone; Ctrl-C ends it as it ends every command."""
    code, shown = on_terminal(trial, "doctor", typed="", kind="xterm")
    assert (code, "\x1b[32m✓ settings" in shown, "reading" in shown) == (0, True, True)
    assert "\x1b" not in trial.run("doctor")

    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("reconciler.operations.doctor.check_addresses", interrupted)
    assert "interrupted; nothing was written to the service" in trial.ends(130, "doctor")


def test_29_wrong_usage(trial: Trial) -> None:
    """An option that is not there is wrong usage still; what an answer holds that nobody documents is a finding."""
    assert "No such option" in trial.ends(64, "doctor", "--out", "x")
    trial.sandbox.fail({"path": "workflows/tools", "status": 200, "body": "<html>", "content_type": "text/html"})
    found = Found(trial)
    broken(found, "tools")
    assert "the answer is not JSON but 'text/html" in found.of("tools")[1]


def test_30_companies_that_cannot_be_listed(trial: Trial) -> None:
    """The lists of the company decide then, as they do where the list of companies is too long to be looked through."""
    trial.sandbox.fail({"path": "v1.0/companies", "status": 403})
    found = Found(trial)
    assert (found.code, found.marked("warning"), found.of("tools")[0]) == (0, ["company"], "ok")
    body = json.dumps([{"id": number, "name": f"c{number}"} for number in range(100)])
    trial.sandbox.fail({"path": "v1.0/companies", "status": 200, "body": body, "headers": {"Total": "1000"}})
    found = Found(trial)
    assert (found.code, found.of("company")[0], found.of("tools")[0]) == (0, "skipped", "ok")
    few = json.dumps([{"id": number, "name": f"c{number}"} for number in range(7)])
    for body, said in ((few, "they see c0 (0), c1 (1), c2 (2), c3 (3), c4 (4) and 2 more"), ("[]", "they see none")):
        trial.sandbox.fail({"path": "v1.0/companies", "status": 200, "body": body})
        found = Found(trial)
        broken(found, "company")
        assert found.of("company")[1].endswith(said)


def test_31_an_answer_that_does_not_come(trial: Trial) -> None:
    """A connection that ends is a finding like any other."""
    for path, name in (("v1.0/me", "sign-in"), ("workflows/templates", "templates")):
        trial.sandbox.fail({"path": path, "status": 0})
        found = Found(trial)
        broken(found, name)
        assert "the connection ended within the answer" in found.of(name)[1]
        assert found.of(name)[2] == "run it again, and look at the network where it stays"


def test_32_two_kinds_of_credentials(trial: Trial) -> None:
    """It says which of them count; the token does."""
    found = Found(trial, RECONCILER_ACCESS_TOKEN=trial.sandbox.token)
    assert found.of("credentials")[1] == (
        "an access token (RECONCILER_ACCESS_TOKEN), which wins over RECONCILER_CLIENT_ID and RECONCILER_CLIENT_SECRET"
    )
    assert found.of("sign-in")[0] == "ok"


def test_33_a_remote_without_branches(trial: Trial) -> None:
    """Nothing was fetched from it yet: that is said, and how to."""
    trial.git("remote", "add", "origin", str(trial.folder))
    found = Found(trial)
    assert found.of("base branch")[1:] == (
        "no default branch of origin is here, so plans cannot be compared with it",
        "run 'git fetch origin', and name the branch with --base",
    )


def test_34_after_init(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """The steps that init prints: nothing failed in a folder that has just begun, and the first plan follows."""
    trial = Trial(tmp_path / "approvals", sandbox)
    shutil.rmtree(trial.folder)
    trial.folder.mkdir()
    broken(Found(trial), "settings", "company")
    trial.ends(0, "init", "--company", "4211")
    found = Found(trial)
    assert (found.code, found.marked("warning")) == (0, ["documents", "git"])
    assert "reconciler export --out ." in found.of("documents")[2]
    trial.ends(0, "export", "--out", ".")
    assert "nothing to change" in trial.ends(0, "plan")
