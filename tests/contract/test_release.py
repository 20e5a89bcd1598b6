"""A release: refused where tag, version and changelog disagree, built whole, and drafted from its tag alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from reconciler import __version__
from tests.support import release
from tests.support.pipelines import ROOT, WORKFLOWS, load
from tests.support.runner import Runner

if TYPE_CHECKING:
    from pathlib import Path

(WORKFLOW,) = [path for path in WORKFLOWS if path.stem == "release"]
ATTEST = "actions/attest-build-provenance"
SDIST = f"procore_reconciler-{__version__}.tar.gz"
WHEEL = f"procore_reconciler-{__version__}-py3-none-any.whl"
ABOUT = f"procore_reconciler-{__version__}.dist-info"
METADATA = (
    f"Metadata-Version: 2.4\nName: procore-reconciler\nVersion: {__version__}\n"
    "Description-Content-Type: text/markdown\n\nText"
)


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder, as somebody who is nobody."""
    who = ["-c", "user.name=a", "-c", "user.email=a@acme.test", "-c", "core.hooksPath=/dev/null"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, timeout=60)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a repository of what is distributed, with one commit."""
    folder = tmp_path / "checkout"
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    for name in ("pyproject.toml", *build["targets"]["sdist"]["include"]):
        source, target = ROOT / name.lstrip("/"), folder / name.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    git(folder, "init", "-q")
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    """Commit everything as it is."""
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "a")


def run(checkout: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the script of a checkout with this Python."""
    path = f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"  # noqa: PTH120 - a venv's own folder, not what it links to
    return subprocess.run(
        [checkout / ".ci" / "release", *arguments], env={**os.environ, "PATH": path},
        capture_output=True, text=True, check=False, timeout=500,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("edit", "tag", "said"),
    [
        (("README.md", "", ""), "v9.9.9", f"the tag is 'v9.9.9' and the version is '{__version__}': tag the commit"),
        (("README.md", "", ""), __version__, f"the tag is '{__version__}' and the version is"),
        (
            ("reconciler/__init__.py", __version__, "7.0.0"),
            "v7.0.0",
            "CHANGELOG.md has no section '7.0.0 - YYYY-MM-DD'",
        ),
        (("CHANGELOG.md", f"## {__version__} - ", f"## {__version__} of "), "", "write 'VERSION - YYYY-MM-DD'"),
        (("CHANGELOG.md", f"## {__version__} - 2", f"## {__version__} - 9"), "", ": use the day of the release"),
    ],
)
def test_what_does_not_agree(checkout: Path, tmp_path: Path, edit: tuple[str, str, str], tag: str, said: str) -> None:
    """Tag, version and changelog are compared before anything is installed or built."""
    file, before, after = edit
    path = checkout / file
    path.write_text(path.read_text(encoding="utf-8").replace(before, after) + "\n", encoding="utf-8")
    commit(checkout)
    done = run(checkout, "build", tmp_path / "files", tag)
    assert done.returncode == 1
    assert said in done.stderr
    assert [one.name for one in (tmp_path / "files").iterdir() if one.suffix in {".gz", ".whl"}] == []


def test_a_part_that_does_not_exist(tmp_path: Path) -> None:
    """The script shows its two lines of usage."""
    done = run(ROOT, "publish", tmp_path)
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr.count(".ci/release ") == 2


@pytest.mark.slow
def test_a_release(checkout: Path, tmp_path: Path) -> None:
    """Built from what is committed, checked, installed by itself, and run."""
    (checkout / "reconciler" / "stray.py").write_text("not committed", encoding="utf-8")
    built = run(checkout, "build", tmp_path / "files", f"v{__version__}")
    assert built.returncode == 0, built.stderr
    files = tmp_path / "files"
    assert sorted(one.name for one in files.iterdir()) == sorted([SDIST, WHEEL, "notes.md"])
    assert "### " in (files / "notes.md").read_text(encoding="utf-8")
    with zipfile.ZipFile(files / WHEEL) as wheel:
        assert "reconciler/stray.py" not in wheel.namelist()
    checked = run(checkout, "check", files)
    assert checked.returncode == 0, checked.stderr
    assert "What was done so far, from the journal." in checked.stdout


def files_of_a_release(folder: Path, metadata: str = METADATA, **changed: bool) -> Path:
    """Write the files of a release as they are to be; ``changed`` leaves something out or adds it."""
    folder.mkdir()
    (folder / "notes.md").write_text("- a\n", encoding="utf-8")
    names = [path.name for path in ROOT.glob("*.md")] + ["pyproject.toml"]
    names += release._committed("reconciler", "schemas", "examples", "tests", "benchmarks", "docs", ".ci", ".github")
    with tarfile.open(folder / SDIST, "w:gz") as sdist:
        for name in names:
            if not (changed.get("short") and name == "tests/conftest.py"):
                sdist.addfile(tarfile.TarInfo(f"procore_reconciler-{__version__}/{name}"))
    with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
        wheel.writestr(f"{ABOUT}/METADATA", metadata)
        wheel.writestr(f"{ABOUT}/licenses/LICENSE", "")
        for name in release._committed("reconciler"):
            wheel.writestr(name, "")
        for name in release._committed("examples", *([] if changed.get("plain") else ["schemas"])):
            wheel.writestr(f"reconciler/{name}", "")
        if changed.get("stray"):
            wheel.writestr("tests/__init__.py", "")
    if changed.get("other"):
        (folder / "other.whl").touch()
    return folder


def test_files_that_are_whole(tmp_path: Path) -> None:
    """Nothing is wrong with a release that holds what it is to hold."""
    assert release.find_problems(files_of_a_release(tmp_path / "files"), __version__) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"short": True}, f"{SDIST} lacks tests/conftest.py: look at"),
        ({"plain": True}, "the wheel lacks reconciler/schemas/"),
        ({"stray": True}, f"the wheel installs {ABOUT}, reconciler, tests: expected reconciler and"),
        ({"other": True}, "the folder holds notes.md, other.whl, procore_reconciler-"),
        ({"metadata": METADATA.replace("procore-reconciler", "reconciler")}, "the metadata name reconciler 0."),
        ({"metadata": METADATA.replace("markdown", "plain")}, "no description in Markdown"),
    ],
)
def test_files_that_are_not(tmp_path: Path, given: dict[str, Any], said: str) -> None:
    """One thing left out, or one too many, is one problem."""
    (problem,) = release.find_problems(files_of_a_release(tmp_path / "files", **given), __version__)
    assert said in problem


def runner_at(folder: Path, kind: str, name: str) -> Runner:
    """Return a machine on which the workflow was started on a branch or a tag, with the files of a release."""
    runner = Runner(folder)
    runner.context["github"] |= {"ref_type": kind, "ref_name": name}
    files_of_a_release(runner.temporary / "release")
    return runner


@pytest.mark.parametrize(("kind", "name", "drafted"), [("tag", "v0.1.0", True), ("branch", "main", False)])
def test_only_a_tag_is_drafted(tmp_path: Path, kind: str, name: str, *, drafted: bool) -> None:
    """A start on a branch builds and checks, and hands the script no tag."""
    runner = runner_at(tmp_path, kind, name)
    assert list(load(WORKFLOW)["on"]) == ["workflow_dispatch"]
    assert [runner.takes_job(WORKFLOW, job) for job in ("build", "check", "draft")] == [True, True, drafted]
    (runner.workspace / ".ci").mkdir()
    script = runner.workspace / ".ci" / "release"
    script.write_text('#!/bin/sh\nprintf "%s|" "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    assert (runner.run_job(WORKFLOW, "build"), runner.run_job(WORKFLOW, "check")) == (0, 0)
    folder = runner.temporary / "release"
    assert runner.log == f"build|{folder}|{name if drafted else ''}|check|{folder}|"


def test_what_is_drafted(tmp_path: Path) -> None:
    """Both files are attested, and go into a draft of an existing tag, with the notes of the changelog."""
    runner = runner_at(tmp_path, "tag", "v0.1.0")
    assert runner.run_job(WORKFLOW, "draft") == 0
    (attested,) = [given for name, given in runner.used if name == ATTEST]
    assert attested["subject-path"].split() == [f"{runner.temporary}/release/*.{one}" for one in ("tar.gz", "whl")]
    assert [call for call in runner.calls if call.startswith("gh ")] == [
        f"gh release create v0.1.0 --draft --verify-tag --title v0.1.0 --notes-file notes.md -- {SDIST} {WHEEL}"
    ]


def test_who_may_write() -> None:
    """The job that drafts runs nothing of the checkout; those that run it may only read."""
    jobs = load(WORKFLOW)["jobs"]
    assert [jobs[job]["permissions"] for job in ("build", "check")] == [{"contents": "read"}] * 2
    draft = jobs["draft"]
    assert draft["permissions"] == dict.fromkeys(("contents", "id-token", "attestations"), "write")
    assert draft["needs"] == ["build", "check"]
    assert [one["uses"].split("@")[0] for one in draft["steps"] if "uses" in one] == [
        "actions/download-artifact",
        ATTEST,
    ]
    assert "environment" in draft
