"""A new configuration repository, started through the real command line, with what it prints as the instructions."""

from __future__ import annotations

import errno
import os
import re
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest

from reconciler.operations.init import DEVELOPER_SANDBOX
from tests.support.command_line import reconciler
from tests.support.pipelines import CALLERS, GITLAB, ROOT, load
from tests.support.terminal import answer_in, interrupt_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.support.command_line import Ran
    from tests.support.sandbox import RunningSandbox

SETTINGS = 'kind: settings\nversion: 1\ncompany_id: "4211"\n'
ALWAYS = ["reconciler.yaml", ".gitignore", "drafts/assignments.yaml"]
ON_GITHUB = [
    ".github/CODEOWNERS", ".github/dependabot.yml",
    ".github/workflows/apply.yml", ".github/workflows/drift.yml", ".github/workflows/plan.yml",
]  # fmt: skip
QUESTION = "Company id"


def files(folder: Path) -> list[str]:
    """Return every file and link below a folder, hidden ones too, without git's own."""
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted(name for path in found if not (name := path.relative_to(folder).as_posix()).startswith(".git/"))


def fates(shown: str) -> dict[str, str]:
    """Return what became of each file, from the lines that say so."""
    return {name: fate for fate, name in re.findall(r"^(written|kept) +(\S+)", shown, re.MULTILINE)}


def steps(shown: str) -> list[str]:
    """Return the commands of the numbered steps: of each one the last line."""
    numbered = shown.partition("up to the first plan:\n")[2].partition("\n\n")[0]
    return [step.splitlines()[-1].strip() for step in re.split(r"^  \d+\. ", numbered, flags=re.MULTILINE)[1:]]


def follow(folder: Path, commands: Sequence[str]) -> list[Ran]:
    """Run commands as a shell in a folder does, with nothing in the environment but what they set."""
    environment: dict[str, str] = {}
    ran = []
    for command in commands:
        program, *arguments = shlex.split(command.replace("…", "sandbox"))
        if program == "export":
            environment.update({name: value for name, _, value in (one.partition("=") for one in arguments)})
        elif program == "cd":
            folder /= arguments[0]
        else:
            assert program == "reconciler"
            ran.append(reconciler(folder, *arguments, environment=environment))
    return ran


def refused(folder: Path, *arguments: str, code: int = 64, **environment: str) -> str:
    """Run init, which is to end with a code and to write nothing; return what it said."""
    before = files(folder)
    ran = reconciler(folder, "init", *arguments, environment=environment)
    assert (ran.code, ran.stdout, files(folder)) == (code, "", before), ran.shown
    return ran.stderr


@pytest.mark.parametrize("place", [(), ("our approvals",)], ids=["here", "elsewhere"])
def test_01_from_an_empty_folder_to_the_first_plan(
    tmp_path: Path, sandbox: RunningSandbox, place: tuple[str, ...]
) -> None:
    """Five commands, each but the first as the first one prints it: nothing is looked up, nothing is written there."""
    here = tmp_path / "here"
    here.mkdir()
    where = ("--api-url", sandbox.address, "--auth-url", f"{sandbox.address}/")
    ran = reconciler(here, "init", *place, "--company", "4211", *where)
    assert (ran.code, ran.stderr) == (0, "")
    assert fates(ran.stdout) == dict.fromkeys(ALWAYS, "written")
    commands = steps(ran.stdout)
    assert len(commands) == 4 + len(place)
    assert [one.split()[:2] for one in commands[-3:]] == [["reconciler", name] for name in ("doctor", "export", "plan")]
    done = follow(here, commands)
    assert [one.code for one in done[-2:]] == [0, 0], done
    assert "company 4211      3 presets, nothing to change" in done[-1].stdout
    assert {one["method"] for one in sandbox.log()} == {"GET"}
    repository = here.joinpath(*place)
    assert {"assignments/budget.yaml", *ALWAYS} <= set(files(repository))
    assert reconciler(repository, "validate").code == 0


def test_02_a_second_time(tmp_path: Path) -> None:
    """What is there stays and counts; a pipeline can be added; the steps are those of a repository with documents."""
    assert reconciler(tmp_path, "init", "--company", "4211", "--developer-sandbox").code == 0
    (tmp_path / "drafts").rename(tmp_path / "assignments")
    ran = reconciler(tmp_path, "init", "--forge", "gitlab", "--company", "4211")
    new = {"drafts/assignments.yaml": "written", ".gitlab-ci.yml": "written"}
    assert (ran.code, fates(ran.stdout)) == (0, {"reconciler.yaml": "kept", ".gitignore": "kept", **new})
    assert load(tmp_path / ".gitlab-ci.yml")["variables"]["RECONCILER_API_URL"] == DEVELOPER_SANDBOX.api_url
    assert [one.split()[1] for one in steps(ran.stdout)[1:]] == ["doctor", "validate", "plan"]
    assert follow(tmp_path, [one for one in steps(ran.stdout) if "validate" in one])[0].code == 0
    third = reconciler(tmp_path, "init", "--forge", "gitlab", "--quiet")
    assert (third.code, third.stderr, set(fates(third.stdout).values())) == (0, "", {"kept"})
    assert "\n\n" not in third.stdout, "the files alone"
    assert "The pipeline needs" not in reconciler(tmp_path, "init", "--forge", "gitlab").stdout
    assert "names company 4211 already: leave out --company" in refused(tmp_path, "--company", "1")
    where = ("--api-url", "https://api.procore.com", "--auth-url", "https://login.procore.com")
    assert "says already where the service is" in refused(tmp_path, *where)


def test_02b_settings_that_exclude_nothing(tmp_path: Path) -> None:
    """The draft would be a document there: it is left out, and the settings stay as they are."""
    (tmp_path / "reconciler.yaml").write_text(SETTINGS)
    ran = reconciler(tmp_path, "init", "--forge", "github")
    assert (ran.code, fates(ran.stdout)["reconciler.yaml"]) == (0, "kept")
    assert not (tmp_path / "drafts").exists()
    assert "drafts/" not in ran.stdout
    assert (tmp_path / "reconciler.yaml").read_text() == SETTINGS


@pytest.mark.parametrize("addresses", [(), DEVELOPER_SANDBOX], ids=["production", "developer sandbox"])
def test_03_the_pipeline_on_github(tmp_path: Path, addresses: tuple[str, ...]) -> None:
    """The files of the example, but for the addresses."""
    ran = reconciler(
        tmp_path, "init", "--company", "4211", "--forge", "github", *["--developer-sandbox"] * bool(addresses)
    )
    assert ran.code == 0
    assert fates(ran.stdout) == dict.fromkeys([*ALWAYS, *ON_GITHUB], "written")
    example = ROOT / "examples" / "acme" / "repository"
    assert sorted(ON_GITHUB) == [name for name in files(example) if name.startswith(".github/")]
    for name in ON_GITHUB:
        expected = (example / name).read_text()
        for one, other in zip(("https://api.procore.com", "https://login.procore.com"), addresses, strict=False):
            expected = expected.replace(one, other)
        assert (tmp_path / name).read_text() == expected, name
    api_url, auth_url = addresses or ("https://api.procore.com", "https://login.procore.com")
    for path in CALLERS:
        (job,) = load(tmp_path / ".github" / "workflows" / path.name)["jobs"].values()
        assert (job["with"]["api-url"], job["with"]["auth-url"]) == (api_url, auth_url)
    assert "PLAN_CLIENT_ID, PLAN_CLIENT_SECRET" in ran.stdout
    assert ('api_url: "https://sandbox.procore.com"' in (tmp_path / "reconciler.yaml").read_text()) == bool(addresses)


def test_04_the_pipeline_on_gitlab(tmp_path: Path) -> None:
    """The file of the example, but for the addresses; the settings say whose plans count."""
    where = ("--api-url", "https://procore.acme.test:8443", "--auth-url", "https://login.acme.test")
    trusted = {"RECONCILER_TRUSTED_HOSTS": "other.acme.test"}
    ran = reconciler(tmp_path, "init", "--company", "4211", "--forge", "gitlab", *where, environment=trusted)
    assert fates(ran.stdout) == dict.fromkeys([*ALWAYS, ".gitlab-ci.yml"], "written")
    text = GITLAB.read_text()
    assert text.count("https://api.procore.com") == text.count("https://login.procore.com") == 1
    expected = text.replace("https://api.procore.com", where[1]).replace("https://login.procore.com", where[3])
    assert (tmp_path / ".gitlab-ci.yml").read_text() == expected
    assert "\n# forge: {trusted: [" in (tmp_path / "reconciler.yaml").read_text()
    # hosts that the environment names already are trusted still
    hosts = "other.acme.test,procore.acme.test:8443,login.acme.test"
    assert steps(ran.stdout)[0].startswith(f"export RECONCILER_TRUSTED_HOSTS={hosts} RECONCILER_CLIENT_ID=")
    named = {"RECONCILER_API_URL": where[1], "RECONCILER_AUTH_URL": where[3]}
    again = reconciler(tmp_path, "init", environment=named)
    assert "TRUSTED_HOSTS" not in again.stdout, "the environment names them"


def test_05_nothing_is_overwritten(tmp_path: Path) -> None:
    """A file that exists stays, and so does one in another place or spelling where the forge looks too."""
    theirs = {
        ".gitignore": "*.pyc\n",
        "CODEOWNERS": "* @us\n",
        ".github/dependabot.yml": "version: 2\n",
        ".github/workflows/plan.yaml": "name: ours\n",
    }
    for name, text in theirs.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    ran = reconciler(tmp_path, "init", "--company", "4211", "--forge", "github")
    assert (ran.code, {name: (tmp_path / name).read_text() for name in theirs}) == (0, theirs)
    assert [name for name, fate in fates(ran.stdout).items() if fate == "kept"] == [*theirs]
    assert "kept     .gitignore  (add .reconciler/ to it)\n" in ran.stdout
    assert not {".github/CODEOWNERS", ".github/workflows/plan.yml"} & set(files(tmp_path))
    (tmp_path / ".gitignore").write_text("/.reconciler\n")
    assert "add .reconciler/" not in reconciler(tmp_path, "init").stdout
    (tmp_path / ".gitignore").write_text("/.reconciler\n!.reconciler/\n")
    assert "add .reconciler/" in reconciler(tmp_path, "init").stdout


def test_06_links(tmp_path: Path) -> None:
    """None is followed: one in the place of a file stays, and one on the way ends it before the first file."""
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    (here / ".github").mkdir(parents=True)
    elsewhere.mkdir()
    (here / ".github" / "workflows").symlink_to(elsewhere)
    told = refused(here, "--company", "4211", "--forge", "github")
    assert "workflows is a symbolic link, which init does not follow: replace it by a folder" in told
    (here / ".gitignore").symlink_to(elsewhere / "none")
    ran = reconciler(here, "init", "--company", "4211")
    assert (ran.code, fates(ran.stdout)[".gitignore"]) == (0, "kept")
    assert "(add .reconciler/ to it)" in ran.stdout
    assert files(elsewhere) == []
    (tmp_path / "link").symlink_to(here)
    assert set(fates(reconciler(tmp_path, "init", "link").stdout).values()) == {"kept"}
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "add", "link"], check=True)
    assert "is a symbolic link that git tracks" in refused(tmp_path, "link")


def test_06b_pipes_in_the_place_of_files(tmp_path: Path) -> None:
    """A pipe is neither read nor replaced: one in the place of the settings is refused, any other is kept."""
    os.mkfifo(tmp_path / "reconciler.yaml")
    assert "is not a regular file: move it, and run init again" in refused(tmp_path, "--company", "4211")
    (tmp_path / "reconciler.yaml").unlink()
    os.mkfifo(tmp_path / ".gitignore")
    ran = reconciler(tmp_path, "init", "--company", "4211")
    assert (ran.code, fates(ran.stdout)[".gitignore"]) == (0, "kept")
    assert "(add .reconciler/ to it)" in ran.stdout


def test_07_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in its place or on the way, and a folder that is read-only: told before the first file is written."""
    (tmp_path / "file").write_text("")
    assert "is a file" in refused(tmp_path, "file", "--company", "4211")
    assert "is not a folder" in refused(tmp_path, "file/x", "--company", "4211")
    (tmp_path / "drafts").write_text("")
    assert "drafts is not a folder, and drafts/assignments.yaml goes there" in refused(tmp_path, "--company", "4211")
    monkeypatch.setattr(os, "access", lambda _path, mode: not mode & os.W_OK)
    assert "may not be written by this account, or is read-only" in refused(tmp_path, "--company", "4211")


def test_08_a_full_disk_half_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what is written, leaves no half of a file, and init again does the rest."""
    link = os.link
    left = 2

    def fill(source: Path, target: Path) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        link(source, target)

    monkeypatch.setattr(os, "link", fill)
    ran = reconciler(tmp_path, "init", "--company", "4211")
    assert (ran.code, fates(ran.stdout)) == (64, dict.fromkeys(ALWAYS[:2], "written"))
    assert (
        "drafts/assignments.yaml: No space left on device (written: reconciler.yaml, .gitignore): correct that, and "
        "run init again"
    ) in ran.stderr
    assert files(tmp_path) == sorted(ALWAYS[:2])
    monkeypatch.undo()
    again = fates(reconciler(tmp_path, "init").stdout)
    assert [again[name] for name in ALWAYS] == ["kept", "kept", "written"]


def test_09_an_interrupt_half_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C between the content of a file and its name: 130, the file before is whole, and nothing else is left."""
    link = os.link

    def interrupt(source: Path, target: Path) -> None:
        if target.name == ".gitignore":
            raise KeyboardInterrupt
        link(source, target)

    monkeypatch.setattr(os, "link", interrupt)
    ran = reconciler(tmp_path, "init", "--company", "4211")
    assert (ran.code, ran.stdout) == (130, "written  reconciler.yaml\n")
    assert "each file named above is whole: run init again to write the others" in ran.stderr
    assert files(tmp_path) == ["reconciler.yaml"]


BOTH = ("--api-url", "https://a.test", "--auth-url", "https://b.test")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "the company id is missing, and there is no terminal to ask on: add --company"),
        (("--company", "Acme"), "--company 'Acme' is not a company id; give its digits, such as 4211"),
        (("--company", ""), "--company '' is not a company id"),
        (("--company", "٤٢١١"), "is not a company id"),
        (("--company", "4211", "--api-url", "https://a.test"), "--auth-url is missing: give both addresses"),
        (("--company", "4211", "--auth-url", "https://a.test"), "--api-url is missing: give both addresses"),
        (("--company", "4211", "--developer-sandbox", *BOTH), "--developer-sandbox has its own addresses"),
        (("--company", "4211", *BOTH, "--api-url", "http://a.test"), "plain http would send the token in the open"),
        (("--company", "4211", *BOTH, "--api-url", "https://u:p@a.test"), "--api-url holds a login; credentials come"),
        (("--company", "4211", *BOTH, "--auth-url", "a.test"), "--auth-url is not just scheme, host and port"),
        (("--company", "4211", "--config", "x"), "leave out --config, and name their folder as DIR"),
        (("--company", "4211", "--forge", "bitbucket"), "'bitbucket' is not one of 'github', 'gitlab', 'none'"),
    ],
)  # fmt: skip
def test_10_wrong_answers(tmp_path: Path, arguments: Sequence[str], message: str) -> None:
    """64, the option by its name, and nothing is written."""
    assert message in refused(tmp_path, *arguments)


def test_11_settings_that_cannot_be_used(tmp_path: Path) -> None:
    """Those that are there, and those that the environment contradicts: 7, and nothing is written."""
    company = {"RECONCILER_COMPANY_ID": "7"}
    told = refused(tmp_path, "--company", "4211", code=7, **company)
    assert "company_id is 4211 and RECONCILER_COMPANY_ID is '7': correct one of the two" in told
    (tmp_path / "reconciler.yaml").write_text("kind: settings\nversion: 1\n")
    assert "reconciler.yaml cannot be used" in refused(tmp_path, code=7)


def test_12_around_and_within_another_repository(tmp_path: Path) -> None:
    """Its documents would be read twice: refused, unless the settings above exclude the folder."""
    outer, inner = tmp_path / "outer", tmp_path / "outer" / "west" / "inner"
    inner.mkdir(parents=True)
    (outer / "reconciler.yaml").write_text(SETTINGS)
    told = refused(inner, "--company", "4211")
    assert f"is below {outer / 'reconciler.yaml'}, whose documents would be here" in told.replace(
        "<folder>", str(inner)
    )
    assert "outer/reconciler.yaml: name another folder as DIR" in refused(tmp_path, "--company", "4211")
    (outer / "reconciler.yaml").write_text(f"{SETTINGS}exclude: [west/]\n")
    assert reconciler(inner, "init", "--company", "4212").code == 0
    assert reconciler(outer, "init", "../beside", "--company", "4213").code == 0


def test_13_git(tmp_path: Path) -> None:
    """Without a work tree it says what needs one, and makes none; below its root it writes no pipeline."""
    assert "git init -b main" in reconciler(tmp_path, "init", "--company", "4211").stdout
    assert not (tmp_path / ".git").exists()
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert "git init" not in reconciler(tmp_path, "init").stdout
    below = tmp_path / ".below"
    below.mkdir()
    told = refused(below, "--company", "4211", "--forge", "github")
    assert f"GitHub finds a pipeline at the root of the git work tree alone, which is {tmp_path}" in told
    assert reconciler(below, "init", "--company", "4211").code == 0


def test_14_a_terminal_is_asked(tmp_path: Path) -> None:
    """A wrong answer is explained and asked again; options answer before; Enter takes what is usual."""
    typed = "Acme\n4211\nother\nhttp://a.test\nhttps://a.test\nhttps://b.test/\ngithub\n"
    code, shown = answer_in(tmp_path, "init", "one", typed=typed)
    assert code == 0, shown
    assert "'Acme' is not a company id" in shown
    assert "plain http would send the token in the open" in shown
    assert (tmp_path / "one" / ".github" / "workflows" / "plan.yml").is_file()
    text = (tmp_path / "one" / "reconciler.yaml").read_text()
    assert 'company_id: "4211"' in text
    assert 'api_url: "https://a.test"\nauth_url: "https://b.test"\n' in text
    code, shown = answer_in(tmp_path, "init", "two", "--company", "4212", typed="sandbox\n\n")
    assert (code, QUESTION in shown) == (0, False), shown
    assert sorted(files(tmp_path / "two")) == sorted(ALWAYS)
    assert DEVELOPER_SANDBOX.api_url in (tmp_path / "two" / "reconciler.yaml").read_text()
    code, shown = answer_in(tmp_path, "init", "three", "--company", "4213", "--forge", "none", typed="\n")
    assert (code, "\n# api_url: https://api.procore.com" in (tmp_path / "three" / "reconciler.yaml").read_text()) == (
        0,
        True,
    )
    code, shown = answer_in(tmp_path, "init", "three", typed="gitlab\n")
    assert (code, "Which Procore" in shown, "Pipeline for" in shown) == (0, False, True), "the settings answer the rest"


def test_15_ctrl_c_at_a_question(tmp_path: Path) -> None:
    """130 and nothing is written; the end of the input is the same."""
    code, shown = interrupt_in(tmp_path, "init", at=QUESTION)
    assert (code, "interrupted" in shown, "Traceback" in shown) == (130, True, False)
    code, shown = answer_in(
        tmp_path, "init", typed="\x04", at=f"{QUESTION} (the number in the address of its pages in Procore): "
    )
    assert (code, "interrupted" in shown) == (130, True)
    assert files(tmp_path) == []
