"""What git tells: where in a work tree a folder stands, which commits there are, what they changed."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reconciler.desired.git import program as git_module
from reconciler.desired.git.checkout import describe_source, find_unseen
from reconciler.desired.git.program import ask_git
from reconciler.desired.git.revision import (
    folder_in_work_tree,
    read_changed_documents,
    read_history,
    require_whole_history,
)
from reconciler.errors import UsageError
from reconciler.operations.dated_documents import read_base
from tests.support.traps import SECRETS, arm, git, recording_git


@pytest.mark.parametrize("name", ["approvals", "teams/approvals", " ünder, 100% \n", "-x"])
def test_a_folder_below_the_root(tmp_path: Path, name: str) -> None:
    """Its way from the root, as it is, with a slash at the end."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    folder = tmp_path / name
    folder.mkdir(parents=True)
    assert folder_in_work_tree(folder) == f"{name}/"


def test_a_link_is_followed(tmp_path: Path) -> None:
    """What counts is where the files are, because there the forge shows them."""
    subprocess.run(["git", "init", "-q", str(tmp_path / "work")], check=True)
    (tmp_path / "work" / "approvals").mkdir()
    (tmp_path / "link").symlink_to("work/approvals")
    assert folder_in_work_tree(tmp_path / "link") == "approvals/"


def test_no_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of git, at the root of a work tree, in a folder that is gone, and without git."""
    assert folder_in_work_tree(tmp_path) == ""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert folder_in_work_tree(tmp_path) == ""
    assert folder_in_work_tree(tmp_path / "gone") == ""
    monkeypatch.setenv("PATH", "")
    (tmp_path / "approvals").mkdir()
    assert folder_in_work_tree(tmp_path / "approvals") == ""


def commit(folder: Path, **files: str) -> str:
    """Commit files (a name's two underscores are a dot, one is a slash), and give the commit."""
    for name, text in files.items():
        path = folder / name.replace("__", ".").replace("_", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x")
    return git(folder, "rev-parse", "HEAD")


def test_history(tmp_path: Path) -> None:
    """The newest first, a merge with its first parent alone, from a revision on, or so many."""
    git(tmp_path, "init", "-q", "-b", "main")
    first = commit(tmp_path, a__yaml="1")
    git(tmp_path, "checkout", "-qb", "side")
    commit(tmp_path, b__yaml="1")
    git(tmp_path, "checkout", "-q", "main")
    second = commit(tmp_path, a__yaml="2")
    git(tmp_path, "merge", "-q", "--no-ff", "-m", "m", "side")
    merged = git(tmp_path, "rev-parse", "HEAD")
    assert read_history(tmp_path, None) == (merged, second, first)
    assert read_history(tmp_path, first) == (merged, second)
    assert read_history(tmp_path, None, most=1) == (merged,)
    assert read_history(tmp_path, "HEAD") == ()
    with pytest.raises(UsageError, match="git knows no commit '--all' here"):
        read_history(tmp_path, "--all")


def test_no_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of git, and without it: said with what to do."""
    with pytest.raises(UsageError, match="git has no history in"):
        read_history(tmp_path, None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="this needs git"):
        read_history(tmp_path, None)
    assert read_changed_documents(tmp_path, "HEAD")


def test_what_changes_documents(tmp_path: Path) -> None:
    """Any YAML below the folder that is not hidden, also one that goes; a merge counts against its first parent."""
    git(tmp_path, "init", "-q", "-b", "main")
    root = tmp_path / "approvals"
    first = commit(tmp_path, approvals_a__yaml="1", README__md="x")
    words = commit(tmp_path, README__md="y")
    hidden = commit(tmp_path, __github_x__yml="1")
    below = commit(tmp_path, approvals___github_x__yml="1")
    elsewhere = commit(tmp_path, other_b__yaml="1")
    git(tmp_path, "checkout", "-qb", "side")
    commit(tmp_path, approvals_deep_c__yml="1")
    git(tmp_path, "checkout", "-q", "main")
    git(tmp_path, "merge", "-q", "--no-ff", "-m", "m", "side")
    merged = git(tmp_path, "rev-parse", "HEAD")
    (root / "a.yaml").unlink()
    gone = commit(tmp_path)
    changing = {
        one: read_changed_documents(root, one) for one in (first, words, hidden, below, elsewhere, merged, gone)
    }
    assert [changing[one] for one in (first, merged, gone)] == [True, True, True]
    assert [changing[one] for one in (words, hidden, below, elsewhere)] == [False, False, False, False]
    assert read_changed_documents(root, "f" * 40), "in doubt it did"


def test_a_document_that_is_a_link(tmp_path: Path) -> None:
    """Where it leads to may be called anything, so any file counts."""
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "a.yaml").symlink_to("data.txt")
    commit(tmp_path, data__txt="1")
    assert read_changed_documents(tmp_path, commit(tmp_path, data__txt="2"))


def test_a_link_that_is_no_document(tmp_path: Path) -> None:
    """Where no document is a link, other files do not count, and hidden files never do; a link itself may."""
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "AGENTS.md").symlink_to("README.md")
    commit(tmp_path, a__yaml="1", README__md="x", __hidden__yml="1")
    assert not read_changed_documents(tmp_path, commit(tmp_path, README__md="y"))
    assert not read_changed_documents(tmp_path, commit(tmp_path, __hidden__yml="2"))
    (tmp_path / "roles").symlink_to("elsewhere")
    assert read_changed_documents(tmp_path, commit(tmp_path)), "it may lead to a folder"
    (tmp_path / ".roles").symlink_to("elsewhere")
    assert not read_changed_documents(tmp_path, commit(tmp_path))


def test_a_tree_that_is_not_whole(tmp_path: Path) -> None:
    """Whether a document is a link cannot be told, so the commit may have changed one."""
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, deep_a__yaml="1", README__md="x")
    last = commit(tmp_path, README__md="y")
    assert not read_changed_documents(tmp_path, last)
    tree = git(tmp_path, "rev-parse", "HEAD:deep")
    (tmp_path / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    assert read_changed_documents(tmp_path, last)


def test_a_link_in_a_submodule(tmp_path: Path) -> None:
    """It may lead to any file of the outer repository; a submodule without links, or that is not there, to none."""
    outer = tmp_path / "outer"
    for folder in (tmp_path / "inner", outer):
        folder.mkdir()
        git(folder, "init", "-q", "-b", "main")
        commit(folder, plain__yaml="kind: teams")
    git(outer, "submodule", "-q", "add", str(tmp_path / "inner"), "sub")
    commit(outer, data__txt="2")
    assert not read_changed_documents(outer, commit(outer, data__txt="3"))
    (outer / "sub" / "teams.yaml").symlink_to("../data.txt")
    commit(outer / "sub", more__txt="1")
    commit(outer, data__txt="4")
    last = commit(outer, data__txt="5")
    assert read_changed_documents(outer, last)
    git(outer, "submodule", "-q", "deinit", "-f", "--all")
    assert not read_changed_documents(outer, last), "what is not checked out cannot be read"


def test_settings_that_are_a_link(tmp_path: Path) -> None:
    """They may lead out of their folder, so every file of the repository counts."""
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, common_settings__txt="kind: settings", f_a__yaml="kind: teams")
    (tmp_path / "f" / "reconciler.yaml").symlink_to("../common/settings.txt")
    commit(tmp_path, README__md="1")
    assert read_changed_documents(tmp_path / "f", commit(tmp_path, common_settings__txt="kind: settings # 2"))
    assert read_changed_documents(tmp_path / "f", commit(tmp_path, README__md="2"))
    (tmp_path / "f" / "reconciler.yaml").unlink()
    commit(tmp_path, f_reconciler__yaml="kind: settings")
    assert not read_changed_documents(tmp_path / "f", commit(tmp_path, README__md="3"))


def test_a_document_that_becomes_a_link_or_executable(tmp_path: Path) -> None:
    """Its mode counts, and so does a settings file of another name."""
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, a__yaml="b.yaml", b__yaml="1", settings__conf="1")
    (tmp_path / "b.yaml").chmod(0o755)
    assert read_changed_documents(tmp_path, commit(tmp_path))
    (tmp_path / "a.yaml").unlink()
    (tmp_path / "a.yaml").symlink_to("b.yaml")
    assert read_changed_documents(tmp_path, commit(tmp_path))
    (tmp_path / "a.yaml").unlink()
    commit(tmp_path)
    last = commit(tmp_path, settings__conf="2")
    assert not read_changed_documents(tmp_path, last)
    assert read_changed_documents(tmp_path, last, settings="settings.conf")


@pytest.mark.parametrize(("folder", "counts"), [("roles", True), (".tools", False)])
def test_a_submodule_that_moves(tmp_path: Path, folder: str, counts: bool) -> None:  # noqa: FBT001 - a parameter
    """Documents may be in it, also where .gitmodules says that git is to ignore it."""
    git(tmp_path, "init", "-q", "-b", "main", "inner")
    git(tmp_path, "init", "-q", "-b", "main", "outer")
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    commit(inner, a__yaml="1")
    git(outer, "submodule", "--quiet", "add", str(inner), folder)
    assert read_changed_documents(outer, commit(outer)) == counts
    git(outer, "config", "-f", ".gitmodules", f"submodule.{folder}.ignore", "all")
    commit(outer)
    commit(outer / folder, a__yaml="2")
    git(outer, "add", "--force", folder)
    assert read_changed_documents(outer, commit(outer)) == counts


@pytest.fixture
def shallow(tmp_path: Path) -> tuple[Path, list[str]]:
    """Return a clone with the last two of four commits, and all four."""
    git(tmp_path, "init", "-q", "-b", "main", "whole")
    commits = [commit(tmp_path / "whole", a__yaml=str(number)) for number in range(4)]
    git(tmp_path, "clone", "-q", "--depth", "2", f"file://{tmp_path}/whole", "clone")
    return tmp_path / "clone", commits


def test_a_shallow_clone_that_ends_too_early(shallow: tuple[Path, list[str]]) -> None:
    """Not the beginning of the history: said with the remedy, which works."""
    clone, commits = shallow
    first, second, third, last = commits
    assert read_history(clone, third) == (last,)
    listed = read_history(clone, None, most=9)
    assert listed == (last, third)
    for refused in (lambda: require_whole_history(clone, listed), lambda: read_history(clone, None)):
        with pytest.raises(UsageError, match=rf"ends at {third[:12]}: fetch the whole .*--unshallow.*fetch-depth: 0"):
            refused()
    with pytest.raises(UsageError, match="git knows no commit"):
        read_history(clone, first)
    git(clone, "fetch", "-q", "--depth", "1", "origin", first)
    with pytest.raises(UsageError, match="this clone is shallow"):
        read_history(clone, first)
    git(clone, "fetch", "-q", "--depth", "1", "origin", second)
    assert read_history(clone, second) == (last, third), "nothing is missing between them"
    assert read_changed_documents(clone, third)
    git(clone, "fetch", "-q", "--unshallow")
    assert read_history(clone, None) == (last, third, second, first)
    require_whole_history(clone, read_history(clone, None, most=9))


def test_a_history_that_cannot_be_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit that is gone is said; nothing is asked where there is not a commit, or no git."""
    git(tmp_path, "init", "-q", "-b", "main")
    require_whole_history(tmp_path, ())
    with pytest.raises(UsageError, match="git cannot show the commit ffffffffffff"):
        require_whole_history(tmp_path, ("f" * 40,))
    monkeypatch.setenv("PATH", "")
    require_whole_history(tmp_path, ("f" * 40,))


def ask_everything(root: Path) -> None:
    """Ask git all that this package asks it."""
    assert describe_source(root).revision is not None
    find_unseen(root)
    folder_in_work_tree(root)
    for one in read_history(root, None):
        read_changed_documents(root, one)
    read_base(root / "reconciler.yaml", "HEAD", datetime.date(2030, 1, 1))


def test_no_program_of_the_repository_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Filters, hooks, monitors, external diffs and pagers that its settings and attributes name, in submodules too."""
    marker, program = tmp_path / "marker", tmp_path / "programs" / "trap"
    program.parent.mkdir()
    git(tmp_path, "init", "-q", "-b", "main", "inner")
    commit(tmp_path / "inner", b__yaml="1")
    git(tmp_path, "init", "-q", "-b", "main", "outer")
    outer = tmp_path / "outer"
    commit(outer, reconciler__yaml="kind: settings\nversion: 1\ncompany_id: 1\n", a__yaml="1")
    git(outer, "submodule", "--quiet", "add", str(tmp_path / "inner"), "sub")
    commit(outer, c__yaml="1")
    for repository in (outer, outer / "sub"):
        arm(repository, program, marker)
    for name in ("a.yaml", "sub/b.yaml"):
        (outer / name).write_text("2")
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    ask_everything(outer)
    assert not marker.exists(), marker.read_text()
    assert describe_source(outer).dirty
    subprocess.run(["git", "-C", str(outer), "status"], check=False, capture_output=True)
    assert "s3cret" in marker.read_text(), "the trap works"


@pytest.mark.parametrize("url", ["ssh://host.test/x", "ext::{program} x", "https://127.0.0.1:9/x"])
def test_a_partial_clone_fetches_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """What it lacks stays away, and is said: fetching would start what its settings name, with credentials."""
    marker, program = tmp_path / "marker", tmp_path / "programs" / "trap"
    program.parent.mkdir()
    git(tmp_path, "init", "-q", "-b", "main", "whole")
    whole = tmp_path / "whole"
    git(whole, "config", "uploadpack.allowFilter", "true")
    commit(whole, reconciler__yaml="kind: settings\nversion: 1\ncompany_id: 1\n", a__yaml="1")
    commit(whole, a__yaml="2")
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{whole}", "clone")
    clone = tmp_path / "clone"
    arm(clone, program, marker)
    git(clone, "config", "protocol.ext.allow", "always")
    git(clone, "config", "remote.origin.url", url.format(program=program))
    monkeypatch.setenv("GITHUB_TOKEN", "s3cret")
    ask_everything(clone)
    with pytest.raises(UsageError, match=r"does not have all files of the base revision.*--refetch --no-filter"):
        read_base(clone / "reconciler.yaml", "HEAD~1", datetime.date(2030, 1, 1))
    for older_git in (False, True):
        if older_git:
            monkeypatch.setitem(git_module._FIXED, "GIT_NO_LAZY_FETCH", "0")
        with pytest.raises(UsageError):
            read_base(clone / "reconciler.yaml", "HEAD~1", datetime.date(2030, 1, 1))
    assert not marker.exists(), marker.read_text()


def test_git_gets_no_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment holds what git needs, and nothing that a pipeline keeps secret."""
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, reconciler__yaml="kind: settings\nversion: 1\ncompany_id: 1\n")
    record = tmp_path / "record"
    path = f"{recording_git(tmp_path / 'bin', record)}:/usr/bin:/bin"
    for name, value in {**SECRETS, "PATH": path, "LC_TIME": "C", "GIT_DIR": "/x", "MY_OWN": "s3cret-other"}.items():
        monkeypatch.setenv(name, value)
    ask_everything(tmp_path)
    names = {line.partition("=")[0] for line in record.read_text().splitlines()}
    assert "s3cret" not in record.read_text()
    assert {"PATH", "HOME", "LC_TIME", "GIT_NO_LAZY_FETCH"} <= names
    assert "GIT_DIR" not in names


def program(folder: Path, text: str) -> str:
    """Write a program that answers in place of git."""
    file = folder / "answers"
    file.write_text(f"#!{sys.executable}\n{text}")
    file.chmod(0o755)
    return str(file)


@pytest.mark.parametrize("name", ["\0", "HEAD\0", "\ud800", "x" * 3_000_000])
def test_a_name_that_no_argument_can_hold(tmp_path: Path, name: str) -> None:
    """A plan file can name such a revision: git does not know it, and that is no defect."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    with pytest.raises(UsageError, match="git knows no commit"):
        read_history(tmp_path, name)


def test_git_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In time, also where what it started keeps its output open, and in what it answers; nothing is left running."""
    assert ask_git(str(tmp_path / "none"), tmp_path, "x") is None
    assert ask_git(program(tmp_path, "print('x')"), tmp_path) == b"x\n"
    echo = program(tmp_path, "import sys; sys.stdout.write(sys.stdin.read())")
    assert ask_git(echo, tmp_path, told=b"y" * 3_000_000) == b"y" * 3_000_000
    monkeypatch.setattr(git_module, "_PATIENCE_SECONDS", 3.0)
    monkeypatch.setattr(git_module, "_LARGEST_ANSWER", 1_000_000)
    assert ask_git(program(tmp_path, "while True: print('x' * 10_000)"), tmp_path) is None
    started = time.monotonic()
    with monkeypatch.context() as impatient:
        impatient.setattr(git_module, "_PATIENCE_SECONDS", 0.3)
        assert ask_git(program(tmp_path, "import time; time.sleep(60)"), tmp_path) is None
    child = "import subprocess, sys; subprocess.Popen(['sleep', '60']); print('x')"
    assert ask_git(program(tmp_path, child), tmp_path) == b"x\n"
    assert time.monotonic() - started < 30


def test_git_is_started_in_one_place() -> None:
    """What isolates it stands once; other modules start this program itself, and programs that decide."""
    package = Path(git_module.__file__).parents[2]
    starting = {path.relative_to(package).as_posix() for path in package.rglob("*.py") if "Popen" in path.read_text()
                or "subprocess.run" in path.read_text()}  # fmt: skip
    assert starting == {"desired/git/program.py", "commands/demo.py", "routing/programs.py"}
    assert '"-C"' not in (package / "commands" / "demo.py").read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
@pytest.mark.parametrize("in_memory", [True, False])
def test_questions_that_git_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: bool) -> None:  # noqa: FBT001
    """More than a pipe holds arrives whole, on systems with files in memory and on others."""
    if not in_memory:
        monkeypatch.delattr(os, "memfd_create", raising=False)
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text("*.json\n")
    names = [f"./{'x' * 100}{number}.json" for number in range(3000)]
    told = "\0".join([*names, "./kept.yaml"]).encode()
    answer = git_module.ask_git("git", tmp_path, "check-ignore", "-z", "--stdin", told=told)
    assert answer is not None
    assert answer.decode().split("\0")[:-1] == names


def test_a_folder_of_somebody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git does not trust it: that is said, with its own remedy, which the environment may bring as well."""
    folder = tmp_path / "work"
    git(tmp_path, "init", "-q", "work")
    commit(folder, a__yaml="x: 1\n")
    for path in (folder, folder / ".git"):
        os.chown(path, 12345, 12345)
    said = "git config --global --add safe.directory"
    with pytest.raises(UsageError, match="dubious ownership") as raised:
        read_history(folder, None)
    assert said in raised.value.message
    (folder / "reconciler.yaml").write_text("x\n")
    with pytest.raises(UsageError, match="dubious ownership"):
        read_base(folder / "reconciler.yaml", "HEAD", datetime.date(2026, 1, 1))
    (warning,) = find_unseen(folder)
    assert (warning.code, said in warning.message) == ("documents/unknown-checkout", True)
    for name, value in (("COUNT", "2"), ("KEY_0", "core.hooksPath"), ("VALUE_0", "x"), ("KEY_1", "safe.directory"),
                        ("VALUE_1", str(folder))):  # fmt: skip
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    assert len(read_history(folder, None)) == 1
    assert find_unseen(folder) == []
