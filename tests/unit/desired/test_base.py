"""The documents of another revision, read out of real git repositories without touching the work tree."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from reconciler.desired.git.base_revision import Base, same_documents
from reconciler.desired.git.checkout import describe_source
from reconciler.desired.git.losses import emptied_folders, judge_losses
from reconciler.desired.git.revision import SUBMODULE
from reconciler.desired.git.tree import Tree
from reconciler.desired.repository import read_settings_document
from reconciler.errors import UsageError
from reconciler.model.exclusion import Exclusion
from reconciler.operations.dated_documents import read_base, read_repository
from tests.support.account import INVOICE, write_documents
from tests.support.cases import TODAY
from tests.support.traps import git

if TYPE_CHECKING:
    from pathlib import Path


def commit(folder: Path, message: str = "x") -> str:
    """Commit everything there is."""
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", message)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a configuration repository in a folder of a git repository, with one commit."""
    git(tmp_path, "init", "-q", "-b", "main")
    folder = tmp_path / "approvals"
    write_documents(folder, {"assignments/invoice.yaml": INVOICE, "drafts/x.yaml": "not: [good", ".hidden/a.yaml": "["},
                    'kind: settings\nversion: 1\ncompany_id: "4211"\nexclude: [drafts/]\n')  # fmt: skip
    (tmp_path / "outside.yaml").write_text("kind: assignments\n")
    (folder / "linked.yaml").symlink_to("notes.txt")
    (folder / "away.yaml").symlink_to("../outside.yaml")
    (folder / "notes.txt").write_text("kind: teams\nteams: {west: [ann@acme.test]}\n")
    (folder / "tëam.yaml").write_text("kind: teams\nteams: {eäst: [bo@acme.test]}\n")
    commit(tmp_path)
    return folder


def test_documents_of_a_revision(repository: Path) -> None:
    """What is excluded, hidden or outside stays out; links within the tree are followed; the work tree may differ."""
    first = git(repository, "rev-parse", "HEAD")
    (repository / "assignments/invoice.yaml").write_text("broken: [")
    (repository / "reconciler.yaml").unlink()
    base = read_base(repository / "reconciler.yaml", "main", TODAY)
    assert base.revision == first
    assert base.settings is not None
    assert base.settings.company_id == "4211"
    assert base.documents is not None
    assert [str(one.template) for one in base.documents.assignments] == ["'Invoice Approval'"]
    assert sorted(base.documents.teams) == ["eäst", "west"]
    assert base.documents.files == 4
    assert [(one.code, str(one.origin)) for one in base.errors] == [("documents/link", "away.yaml:1:1")]
    assert git(repository, "status", "--porcelain") == "M assignments/invoice.yaml\n D reconciler.yaml".replace(
        "assignments", "approvals/assignments"
    ).replace(" D reconciler", " D approvals/reconciler")


def test_an_older_revision_by_any_name(repository: Path) -> None:
    """A branch, a tag, a short name, a relative one."""
    first = git(repository, "rev-parse", "HEAD")
    git(repository, "tag", "v1")
    (repository / "teams.yaml").write_text("kind: teams\nteams: {north: [ann@acme.test]}\n")
    second = commit(repository)
    for name in ("v1", "HEAD~1", first[:10]):
        base = read_base(repository / "reconciler.yaml", name, TODAY)
        assert base.documents is not None
        assert (base.revision, "north" in base.documents.teams) == (first, False)
    assert read_base(repository / "reconciler.yaml", "HEAD", TODAY).revision == second


@pytest.mark.parametrize("name", ["nowhere", "-x", "--all", "main:approvals/reconciler.yaml", "HEAD~9"])
def test_a_revision_that_is_none(repository: Path, name: str) -> None:
    """Wrong usage, with what to do; nothing that looks like an option is taken for one."""
    with pytest.raises(UsageError, match="fetch it first where the checkout is shallow"):
        read_base(repository / "reconciler.yaml", name, TODAY)


def test_no_revision_and_no_repository(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A variable that is not set, and a folder that git knows nothing of."""
    with pytest.raises(UsageError, match=r"--base is empty \(a variable that is not set\?\)"):
        read_base(repository / "reconciler.yaml", "", TODAY)
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with pytest.raises(UsageError, match="is not in a git repository"):
        read_base(elsewhere / "reconciler.yaml", "main", TODAY)


def test_a_revision_without_usable_settings(repository: Path) -> None:
    """No settings there, or none that can be read: no documents, so that nothing counts as managed."""
    settings = repository / "reconciler.yaml"
    text = settings.read_text()
    settings.write_text("kind: settings\n")
    commit(repository)
    settings.unlink()
    commit(repository)
    settings.symlink_to("../outside.yaml")
    commit(repository)
    settings.unlink()
    settings.write_text(text)
    for name, problems in (("HEAD", 0), ("HEAD~1", 0), ("HEAD~2", 1)):
        base = read_base(settings, name, TODAY)
        assert (base.settings, base.documents, len(base.errors)) == (None, None, problems)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("broken.yaml", "kind: [", "documents/syntax"),
        ("unknown.yaml", "kind: assignment\n", "documents/kind"),
        ("teams.yaml", "kind: teams\nteams: {west: [team:gone]}\n", "documents/unknown-team"),
        ("bell\a.yaml", "kind: teams\nteams: {west: [ann@acme.test]}\n", "documents/name"),
    ],
)
def test_what_could_not_be_understood_is_kept(repository: Path, name: str, content: str, told: str) -> None:
    """Half a base is told from a whole one; the other half is there all the same."""
    (repository / "away.yaml").unlink()
    commit(repository)
    assert read_base(repository / "reconciler.yaml", "HEAD", TODAY).errors == ()
    (repository / "notes.txt").write_text("")
    (repository / name).write_text(content)
    commit(repository)
    base = read_base(repository / "reconciler.yaml", "HEAD", TODAY)
    assert [one.code.startswith(told) for one in base.errors] == [True]
    assert base.documents is not None
    assert len(base.documents.assignments) == 1


def test_without_git_and_without_its_objects(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are said; half a tree is never taken for a whole one."""
    blob = git(repository, "rev-parse", "HEAD:approvals/assignments/invoice.yaml")
    (repository.parent / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(UsageError, match="does not have all files of the base revision"):
        read_base(repository / "reconciler.yaml", "main", TODAY)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="--base needs git"):
        read_base(repository / "reconciler.yaml", "main", TODAY)


def test_a_tree_that_cannot_be_listed(repository: Path) -> None:
    """The commit is there and its tree is not."""
    tree = git(repository, "rev-parse", "HEAD^{tree}")
    (repository.parent / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(UsageError, match="cannot show the base revision"):
        read_base(repository / "reconciler.yaml", "main", TODAY)


def test_a_repository_inside_the_reviewed_folder_runs_nothing(repository: Path) -> None:
    """A folder that looks like a bare repository, with settings that start a program, is not a repository to us."""
    trap = repository / "trap"
    subprocess.run(["git", "init", "-q", "--bare", str(trap)], check=True)
    marker = repository.parent / "ran"
    settings = f"[core]\n\tbare = false\n\tworktree = {trap}\n\tfsmonitor = touch {marker}\n"
    (trap / "config").write_text(f"[core]\n\trepositoryformatversion = 0\n{settings}")
    write_documents(trap, {"a.yaml": INVOICE})
    assert describe_source(trap).revision is None
    with pytest.raises(UsageError):
        read_base(trap / "reconciler.yaml", "HEAD", TODAY)
    git_settings = repository.parent / ".git" / "config"
    git_settings.write_text(f"{git_settings.read_text()}[core]\n\tfsmonitor = touch {marker}\n")
    assert describe_source(repository).revision is not None
    assert not marker.exists()


POLICY = (
    "kind: policy\nlimits: {group_removals: {count: 1, percent: 5}}\nroles: {Accounting: {min_members: 2}}\n"
    "protected: [ann@acme.test]\nseparate: [[A, B]]\noverrides:\n"
    "  - {reason: x, address: '*', allow_removals: 1, until: 2031-01-01}\n"
)
TEAMS = "kind: teams\nteams: {west: [ann@acme.test]}\n"


def test_the_same_documents(repository: Path) -> None:
    """A commit read back, and the work tree it came from, whatever order their files are walked in."""
    file = repository / "reconciler.yaml"
    (repository / "away.yaml").unlink()
    for name in ("z.yaml", "a/policy.yaml", "assignments/a.yaml"):
        (repository / name).parent.mkdir(exist_ok=True)
    (repository / "z.yaml").write_text(POLICY)
    (repository / "a" / "policy.yaml").write_text("kind: policy\nprotected: [bo@acme.test]\n")
    (repository / "assignments" / "a.yaml").write_text(INVOICE.replace("Harbor Bridge", "Cedar Tower"))
    (repository / "zz.yaml").write_text(INVOICE.replace("Harbor Bridge", "Old Library"))
    commit(repository)
    base = read_base(file, "HEAD", TODAY)
    here, _ = read_repository(file, read_settings_document(file), TODAY)
    assert base.documents is not None
    assert len(here.assignments) == 3
    assert [one.origin for one in here.assignments] != [one.origin for one in base.documents.assignments]
    assert same_documents(base.documents, here)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("count: 1,", "count: 2,"),
        ("percent: 5", "percent: 6"),
        ("min_members: 2", "min_members: 1"),
        ("protected: [ann@", "protected: [bo@"),
        ("[A, B]", "[A, C]"),
        ("allow_removals: 1", "allow_removals: 2"),
        ("separate:", "frozen: year end\nseparate:"),
        ("west: [ann@", "west: [bo@"),
        ("ann@acme.test, cy@", "ann@acme.test, bo@"),
    ],
)
def test_documents_that_differ(tmp_path: Path, old: str, new: str) -> None:
    """One word in a policy, a team or a list makes them others."""
    texts = {"policy.yaml": POLICY, "teams.yaml": TEAMS, "invoice.yaml": INVOICE}
    other = {name: text.replace(old, new) for name, text in texts.items()}
    assert other != texts
    read = []
    for folder, documents in (("one", texts), ("other", other)):
        file = write_documents(tmp_path / folder, documents)
        read.append(read_repository(file, read_settings_document(file), TODAY)[0])
    assert same_documents(read[0], read[0])
    assert not same_documents(*read)


def test_links_are_followed_as_in_the_work_tree(tmp_path: Path) -> None:
    """Over several steps and through folders; a circle, a way out and a link to a folder are errors in both."""
    git(tmp_path, "init", "-q", "-b", "main")
    documents = {"a.yaml": INVOICE, "v1/texts/teams.txt": TEAMS, "up.txt": TEAMS.replace("west", "up")}
    file = write_documents(tmp_path, documents)
    links = {
        "one.yaml": "two", "two": ".latest/texts/../texts/teams.txt", ".latest": "v1", "v1/up.yaml": "./../up.txt",
        "circle.yaml": "circle.yaml", "out.yaml": "../../etc/hosts", "far.yaml": "/etc/hosts", "gone.yaml": "nothing",
        "folder": "v1", "folder.yaml": "v1", ".hidden": "v1", "drafts": "v1",
    }  # fmt: skip
    for name, target in links.items():
        (tmp_path / name).symlink_to(target)
    file.write_text(file.read_text() + "exclude: [drafts/]\n")
    commit(tmp_path)
    base = read_base(file, "HEAD", TODAY)
    here, problems = read_repository(file, read_settings_document(file), TODAY)
    assert base.documents is not None
    assert sorted(base.documents.teams) == sorted(here.teams) == ["up", "west"]
    refused = [str(one.origin) for one in base.errors]
    assert refused == [str(one.origin) for one in problems]
    wrong = ("circle.yaml", "far.yaml", "folder", "folder.yaml", "gone.yaml", "out.yaml")
    assert refused == [f"{name}:1:1" for name in wrong]


@pytest.mark.parametrize("target", ["x" * 5000, "v/" * 2048, "loop/loop"])
def test_links_that_lead_too_far(target: str) -> None:
    """A link in a tree may say anything; following it has an end."""
    tree = Tree({}, {"loop": target}, {})
    assert tree.resolve("loop" + "/x" * 3000) is None


@pytest.fixture
def outer(tmp_path: Path) -> Path:
    """Return a configuration repository whose teams are in a submodule."""
    for name in ("inner", "outer"):
        git(tmp_path, "init", "-q", "-b", "main", name)
    (tmp_path / "inner" / "teams.yaml").write_text(TEAMS)
    (tmp_path / "inner" / "linked.yaml").symlink_to("../up.txt")
    commit(tmp_path / "inner")
    write_documents(tmp_path / "outer", {"a.yaml": INVOICE, "up.txt": TEAMS.replace("west", "up")})
    git(tmp_path / "outer", "submodule", "--quiet", "add", str(tmp_path / "inner"), "sub")
    commit(tmp_path / "outer")
    return tmp_path / "outer"


def test_documents_in_a_submodule(outer: Path) -> None:
    """They are read as of then, out of the submodule, which may be elsewhere by now."""
    (outer / "sub" / "teams.yaml").write_text(TEAMS.replace("west", "east"))
    commit(outer / "sub")
    base = read_base(outer / "reconciler.yaml", "HEAD", TODAY)
    assert (base.errors, base.absent) == ((), ())
    assert base.documents is not None
    assert sorted(base.documents.teams) == ["up", "west"]
    assert base.files == ("a.yaml", "sub/linked.yaml", "sub/teams.yaml")
    assert judge_losses(base, outer, Exclusion()) == []
    commit(outer)
    later = read_base(outer / "reconciler.yaml", "HEAD", TODAY)
    assert later.documents is not None
    assert sorted(later.documents.teams) == ["east", "up"]


def test_documents_in_a_submodule_that_is_not_here(outer: Path, tmp_path: Path) -> None:
    """They are never silently absent: an error of the base, and a warning; what is excluded is not asked for."""
    git(tmp_path, "clone", "-q", str(outer), "clone")
    clone = tmp_path / "clone"
    at = git(outer, "rev-parse", "HEAD:sub")[:12]
    base = read_base(clone / "reconciler.yaml", "HEAD", TODAY)
    assert [(one.code, one.severity, str(one.origin)) for one in base.errors] == [
        ("documents/not-checked-out", "error", "sub:1:1")
    ]
    assert f"at the base ({at}) cannot be read: run 'git submodule update --init --recursive'" in base.errors[0].message
    assert base.absent == ("sub",)
    (warning,) = judge_losses(base, clone, Exclusion())
    assert (warning.code, warning.severity) == ("documents/not-checked-out", "warning")
    assert "the submodule sub cannot be read at the base" in warning.message
    (clone / "reconciler.yaml").write_text('kind: settings\nversion: 1\ncompany_id: "4211"\nexclude: [sub/]\n')
    commit(clone)
    excluded = read_base(clone / "reconciler.yaml", "HEAD", TODAY)
    assert (excluded.errors, excluded.absent) == ((), ())


def test_a_submodule_without_the_commit_of_then(outer: Path) -> None:
    """It is here, and does not have what the base names, nor may the outer repository answer in its place."""
    head = git(outer, "rev-parse", "HEAD")
    for commit_of_it in ("1" * 40, head):
        git(outer, "update-index", "--cacheinfo", f"{SUBMODULE},{commit_of_it},sub")
        git(outer, "commit", "-qm", "x")
        assert read_base(outer / "reconciler.yaml", "HEAD", TODAY).absent == ("sub",)
    git(outer, "submodule", "--quiet", "deinit", "--force", "sub")
    (outer / "sub" / ".git").mkdir()
    assert read_base(outer / "reconciler.yaml", "HEAD", TODAY).absent == ("sub",), "git finds the outer one there"


def test_link_texts_that_git_does_not_have(repository: Path) -> None:
    """A link that is not here leads nowhere; other documents are read all the same."""
    blob = git(repository, "rev-parse", "HEAD:approvals/linked.yaml")
    (repository.parent / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    base = read_base(repository / "reconciler.yaml", "HEAD", TODAY)
    assert [str(one.origin) for one in base.errors] == ["away.yaml:1:1", "linked.yaml:1:1"]


def losses(base: Base, root: Path, *exclude: str) -> list[str]:
    """Return what a plan says of folders, without the revision."""
    return [
        f"{one.code} {one.message}".replace(base.revision[:12], "REV")
        for one in judge_losses(base, root, Exclusion((exclude,)))
    ]


def test_a_folder_that_held_documents(repository: Path) -> None:
    """Emptied, moved, renamed to what is no document, or excluded since: said once, with what it held."""
    text = "kind: policy\n"
    more = {"sites/west/a.yaml": text, "sites/west/b.yaml": text, "sites/c.yaml": text, "sites/notes.md": text}
    for name, content in more.items():
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text(content)
    (repository / "away.yaml").unlink()
    commit(repository)
    base = read_base(repository / "reconciler.yaml", "HEAD", TODAY)
    assert losses(base, repository, "drafts/") == []
    told = "now, so nothing there is managed any more: if that is a mistake, restore the folder from REV"
    excluded = [f"documents/emptied-folder sites/ held 3 documents at the base REV and holds none {told}"]
    assert losses(base, repository, "drafts/", "sites/") == excluded
    (repository / "sites" / "west" / "a.yaml").rename(repository / "a.yaml")
    (repository / "sites" / "west" / "b.yaml").rename(repository / "sites" / "west" / "b.YAML")
    assert losses(base, repository, "drafts/") == [
        f"documents/emptied-folder sites/west/ held 2 documents at the base REV and holds none {told}"
    ]
    assert losses(Base("0" * 40, None, None), repository) == []


def test_emptied_folders() -> None:
    """Only the outermost is told, and the root never."""
    then = ["a.yaml", "b/c.yaml", "b/d/e.yaml", "f/g/h.yaml", "f/i.yaml"]
    assert emptied_folders(then, []) == {"b": 2, "f": 2}
    assert emptied_folders(then, ["f/new.yaml"]) == {"b": 2, "f/g": 1}
    assert emptied_folders(["b\n/c.yaml"], ["x/y.yaml"]) == {"b\n": 1}
