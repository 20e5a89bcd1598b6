"""Which forge, which repository, which pull request."""

from __future__ import annotations

import pytest

from reconciler.errors import DocumentsError, UsageError
from reconciler.model.service import Secret
from reconciler.settings.forge import read_forge, read_pull_request

GITHUB = {"GITHUB_REPOSITORY": "acme/approvals", "GITHUB_TOKEN": "t0ken"}
GITLAB = {"CI_PROJECT_PATH": "acme/site/approvals", "GITLAB_TOKEN": "t0ken"}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        (GITHUB, ("github", "https://api.github.com", "acme/approvals")),
        (
            {**GITHUB, "GITHUB_API_URL": "https://git.acme.test/api/v3/"},
            ("github", "https://git.acme.test/api/v3", "acme/approvals"),
        ),
        ({**GITHUB, "GITHUB_REPOSITORY": "acme/.github"}, ("github", "https://api.github.com", "acme/.github")),
        (GITLAB, ("gitlab", "https://gitlab.com", "acme/site/approvals")),
        (
            {**GITLAB, "CI_SERVER_URL": "http://127.0.0.1:8080"},
            ("gitlab", "http://127.0.0.1:8080", "acme/site/approvals"),
        ),
        ({**GITHUB, "GITHUB_TOKEN": "", "GH_TOKEN": "t0ken"}, ("github", "https://api.github.com", "acme/approvals")),
    ],
)
def test_a_pipeline_says_where_it_runs(environment: dict[str, str], expected: tuple[str, str, str]) -> None:
    """By the variables that each forge sets; a number alone is enough then."""
    place, number = read_pull_request("5", environment)
    assert (place.kind, place.url, place.repository) == expected
    assert number == 5
    assert place.token.reveal() == "t0ken"
    assert "t0ken" not in repr(place)
    assert isinstance(place.token, Secret)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://github.com/acme/approvals/pull/12", ("github", "https://api.github.com", "acme/approvals", 12)),
        (
            "https://github.com/acme/approvals/pull/12/files#x",
            ("github", "https://api.github.com", "acme/approvals", 12),
        ),
        ("https://GitHub.com/acme/approvals/pull/12", ("github", "https://api.github.com", "acme/approvals", 12)),
        ("HTTPS://www.github.com/acme/a/pull/12", ("github", "https://api.github.com", "acme/a", 12)),
        ("https://acme.ghe.com/a/b/pull/1", ("github", "https://api.acme.ghe.com", "a/b", 1)),
        ("https://Acme.GHE.com/a/b/pull/1", ("github", "https://api.acme.ghe.com", "a/b", 1)),
        ("https://git.acme.test/a/b/pull/1", ("github", "https://git.acme.test/api/v3", "a/b", 1)),
        ("https://lab.acme.test/a/b/c/-/merge_requests/34", ("gitlab", "https://lab.acme.test", "a/b/c", 34)),
    ],
)
def test_an_address_says_it_all(address: str, expected: tuple[str, str, str, int]) -> None:
    """Wherever it is looked at."""
    place, number = read_pull_request(address, {"GITHUB_TOKEN": "a", "GITLAB_TOKEN": "b"})
    assert (place.kind, place.url, place.repository, number) == expected


def test_an_enterprise_server_may_have_its_api_elsewhere() -> None:
    """The runner knows; for any other server it is where Enterprise servers have it."""
    environment = {
        "GITHUB_TOKEN": "a",
        "GITHUB_SERVER_URL": "https://acme.ghe.test",
        "GITHUB_API_URL": "https://api.acme.ghe.test",
    }
    assert read_pull_request("https://acme.ghe.test/a/b/pull/1", environment)[0].url == "https://api.acme.ghe.test"
    assert read_pull_request("https://other.test/a/b/pull/1", environment)[0].url == "https://other.test/api/v3"
    del environment["GITHUB_API_URL"]
    assert read_pull_request("https://acme.ghe.test/a/b/pull/1", environment)[0].url == "https://acme.ghe.test/api/v3"


@pytest.mark.parametrize("given", ["", "x", "-1", "1234567890", "٣", "https://github.com/acme/approvals/issues/1",
                                   "https:///a/b/pull/1", "https://github.com/../x/pull/1"])  # fmt: skip
def test_what_is_no_pull_request(given: str) -> None:
    """Said with what would be one."""
    with pytest.raises(UsageError, match="give its number, or its address on GitHub or GitLab"):
        read_pull_request(given, GITHUB)


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({}, "which forge"),
        ({"GITHUB_REPOSITORY": "acme/approvals"}, "set GITHUB_TOKEN or GH_TOKEN in the environment"),
        ({"CI_PROJECT_PATH": "acme/approvals"}, "set GITLAB_TOKEN in the environment"),
        ({**GITHUB, "GITHUB_TOKEN": "a b"}, "GITHUB_TOKEN holds characters that no token has"),
        ({**GITHUB, "GITHUB_REPOSITORY": "acme/site/approvals"}, "'acme/site/approvals' is not a repository"),
        ({**GITLAB, "CI_PROJECT_PATH": "../x"}, "'../x' is not a repository"),
    ],
)
def test_what_is_missing(environment: dict[str, str], message: str) -> None:
    """One sentence that says what to set."""
    with pytest.raises(UsageError, match=message):
        read_forge(environment)


@pytest.mark.parametrize("url", ["http://git.acme.test/api/v3", "https://a.test/api?x=1", "https://a.test/../b", "git"])
def test_addresses_that_would_give_the_token_away(url: str) -> None:
    """Plain http to another machine, and what is no address."""
    with pytest.raises(DocumentsError):
        read_forge({**GITHUB, "GITHUB_API_URL": url})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GITHUB_API_URL", "https://a.test/api?token=hunter2"),
        ("GITHUB_API_URL", "https://me:hunter2@a.test/api"),
        ("GITHUB_API_URL", "https://a.test/#hunter2"),
        ("GITHUB_API_URL", "hunter2"),
        ("GITHUB_REPOSITORY", "https://me:hunter2@github.com/acme/approvals"),
        ("GITHUB_REPOSITORY", "acme/approvals?token=hunter2"),
    ],
)
def test_what_can_hold_a_secret_is_not_shown(name: str, value: str) -> None:
    """An address, and what was put where another text belongs."""
    with pytest.raises((DocumentsError, UsageError)) as raised:
        read_forge({**GITHUB, name: value})
    assert "hunter2" not in raised.value.message


@pytest.mark.parametrize(
    "given",
    ["https://github.com/a/b/issues/1?private_token=hunter2", "https://me:hunter2@github.com/a/b/pull/1", "x?hunter2"],
)
def test_an_address_of_no_pull_request_is_not_shown(given: str) -> None:
    """Its query or its login can be a secret."""
    with pytest.raises((DocumentsError, UsageError)) as raised:
        read_pull_request(given, GITHUB)
    assert "hunter2" not in raised.value.message
