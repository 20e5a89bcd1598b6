"""Reading a configuration repository: which files, and every problem of every file in one run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.desired.repository import document_names, is_document, read_settings_document
from reconciler.errors import DocumentsError
from reconciler.model.exclusion import Exclusion
from reconciler.operations.dated_documents import read_repository
from tests.support.account import INVOICE, write_documents
from tests.support.values import TODAY

if TYPE_CHECKING:
    from reconciler.model.documents import Documents

TEAMS = "kind: teams\nteams:\n  west: [ann@acme.test, bo@acme.test]\n"


def read(folder: Path, documents: dict[str, str], settings: str = "") -> tuple[Documents, list[str]]:
    """Read a repository; problems come as ``place code message``."""
    file = write_documents(folder, documents, settings)
    found, diagnostics = read_repository(file, read_settings_document(file), TODAY)
    return found, [f"{one.origin} {one.code} {one.message}" for one in diagnostics]


def test_hidden_excluded_and_other_files_are_no_documents(tmp_path: Path) -> None:
    """Hidden folders, what exclude names, and other endings are skipped; .yml counts."""
    documents = {
        "a.yaml": INVOICE,
        "b.yml": TEAMS,
        ".hidden/c.yaml": "nonsense",
        ".d.yaml": "nonsense",
        "drafts/e.yaml": "nonsense",
        "deep/drafts/e.yaml": TEAMS.replace("west", "east"),
        "old-f.yaml": "nonsense",
        "notes.txt": "nonsense",
    }
    settings = 'kind: settings\nversion: 1\ncompany_id: "4211"\nexclude: [drafts/, "old-*"]\n'
    found, problems = read(tmp_path, documents, settings)
    assert problems == []
    assert (found.files, len(found.assignments), sorted(found.teams)) == (3, 1, ["east", "west"])


def test_all_problems_of_all_files_come_together(tmp_path: Path) -> None:
    """Nothing hides behind the first mistake, and the order is that of places."""
    documents = {
        "b.yaml": "kind: teams\nteams:\n  west: [nobody]\n",
        "a.yaml": "kind: assignments\ntemplat: X\nprojects: []\n---\nkind: polic\n",
        "c.yaml": "a: [",
    }
    _, problems = read(tmp_path, documents)
    assert [one.split(" ", 2)[:2] for one in problems] == [
        ["a.yaml:1:1", "documents/schema"],
        ["a.yaml:2:1", "documents/schema"],
        ["a.yaml:3:1", "documents/schema"],
        ["a.yaml:5:1", "documents/kind"],
        ["b.yaml:3:10", "documents/schema"],
        ["c.yaml:2:1", "documents/syntax"],
    ]


def test_no_assignments_is_a_mistake_and_not_nobody(tmp_path: Path) -> None:
    """An emptied folder stops everything."""
    _, problems = read(tmp_path, {"teams.yaml": TEAMS})
    assert problems == [
        "None documents/none no 'kind: assignments' document (1 other file read); an empty folder is taken for a "
        "mistake, never for 'remove everybody': restore deleted documents from git, write the first ones "
        "(reconciler export --out .), or name another folder with --config"
    ]


def test_a_link_out_of_the_repository_is_not_followed(tmp_path: Path) -> None:
    """A pull request cannot make the tool read files elsewhere; a link inside is read."""
    (tmp_path / "secret.yaml").write_text("token: abc\n")
    repository = tmp_path / "repository"
    write_documents(repository, {"a.yaml": INVOICE})
    (repository / "out.yaml").symlink_to(tmp_path / "secret.yaml")
    found, problems = read(repository, {})
    assert [one.split(" ", 2)[:2] for one in problems] == [["out.yaml:1:1", "documents/link"]]
    assert "abc" not in "".join(problems)
    assert found.files == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_a_problem(tmp_path: Path) -> None:
    """What cannot be read is never left out in silence."""
    write_documents(tmp_path, {"a.yaml": INVOICE, "b.yaml": TEAMS})
    (tmp_path / "b.yaml").chmod(0)
    _, problems = read(tmp_path, {})
    assert "documents/unreadable" in problems[0]


def test_a_broken_link_is_a_problem(tmp_path: Path) -> None:
    """A link to nothing inside the repository cannot be read."""
    write_documents(tmp_path, {"a.yaml": INVOICE})
    (tmp_path / "b.yaml").symlink_to("missing.yaml")
    _, problems = read(tmp_path, {})
    assert problems == ["b.yaml:1:1 documents/unreadable cannot be read: No such file or directory"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("kind: settings\nversion: 1\n", "reconciler.yaml:1:1 missing 'company_id'"),
        ("kind: settings\nversion: 2\ncompany_id: '1'\n", "reconciler.yaml:2:1 expected 1, found 2"),
        ("kind: settings\nversion: 1\ncompany_id: acme\n", "reconciler.yaml:3:1 expected the company's id in digits"),
        ("kind: settings\nversion: 1\ncompany_id: 1\napi_url: ftp://x\n", "reconciler.yaml:4:1 expected an address"),
        ("kind: settings\nversion: 1\ncompany_id: 1\nclient_secret: x\n", "reconciler.yaml:4:1 unknown key"),
        ("kind: settings\nversion: 1\ncompany_id: 1\nself_heal: [1042]\n", "reconciler.yaml:4:13 expected an address"),
        ("kind: settings\nversion: 1\ncompany_id: 1\nself_heal: all\n", "reconciler.yaml:4:1 expected a list"),
        ("kind: settings\n---\nkind: settings\n", "reconciler.yaml:1:1 expected one document"),
        ("", "reconciler.yaml:1:1 expected one document"),
        ("a: [", "reconciler.yaml:2:1 not valid YAML"),
    ],
)
def test_settings_that_cannot_be_used(tmp_path: Path, text: str, problem: str) -> None:
    """Each mistake in the settings has its place and its words."""
    file = tmp_path / "reconciler.yaml"
    file.write_text(text)
    with pytest.raises(DocumentsError, match="cannot be used") as raised:
        read_settings_document(file)
    assert f"{raised.value.diagnostics[0].origin} {raised.value.diagnostics[0].message}".startswith(problem)


def test_settings_with_everything(tmp_path: Path) -> None:
    """Whole numbers are taken for ids, and addresses lose their slash."""
    text = "kind: settings\nversion: 1\ncompany_id: 4211\ncompany_name: Acme\napi_url: https://a.test/\nauth_url: https://b.test\n"
    text += "self_heal: [projects/1042/*, company/templates/12/groups/x]\n"
    file = tmp_path / "reconciler.yaml"
    file.write_text(text)
    settings = read_settings_document(file)
    assert (settings.company_id, settings.company_name) == ("4211", "Acme")
    assert (settings.api_url, settings.auth_url, settings.exclude) == ("https://a.test", "https://b.test", ())
    assert settings.self_heal == ("projects/1042/*", "company/templates/12/groups/x")


def test_missing_settings(tmp_path: Path) -> None:
    """The remedy is named."""
    with pytest.raises(DocumentsError, match="name the file with --config"):
        read_settings_document(tmp_path / "reconciler.yaml")


def test_links_to_folders_and_in_circles_are_problems(tmp_path: Path) -> None:
    """A folder that is linked would be skipped in silence, and its narrower entries with it."""
    write_documents(tmp_path, {"a.yaml": INVOICE, "drafts/x.yaml": "nonsense"})
    (tmp_path / "more").symlink_to(tmp_path / "drafts")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    settings = 'kind: settings\nversion: 1\ncompany_id: "4211"\nexclude: [drafts/]\n'
    _, problems = read(tmp_path, {}, settings)
    assert [one.split(" ", 2)[:2] for one in problems] == [
        ["loop.yaml:1:1", "documents/unreadable"],
        ["more:1:1", "documents/link"],
    ]


def test_a_name_that_cannot_be_shown_is_a_problem(tmp_path: Path) -> None:
    """Bytes that are no text, and control characters."""
    write_documents(tmp_path, {"a.yaml": INVOICE, "b\n.yaml": TEAMS})
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/c\xff.yaml"))).write_text(TEAMS)
    _, problems = read(tmp_path, {})
    assert [one.split(" ")[1] for one in problems] == ["documents/name", "documents/name"]
    "".join(problems).encode()


NEARLY = (
    "A.YAML", "b.Yml", "c.yml.txt", "d.yaml~", "e.yaml.bak", "f.yaml.orig", "g.yaml.j2", "h.yaml.1", "i.yaml (copy)",
    "j.yml.disabled", "#k.yaml#", "l.yaml ", "m.ymal", "n.yam", "o.YAML.TXT", "p.yaml_old",
)  # fmt: skip
OTHERS = ("q.txt", "r.yamllint", ".s.yaml.swp", "yaml", "t.json", "u.yamlish")


def test_files_that_are_nearly_documents(tmp_path: Path) -> None:
    """They are not read, and that is said: whoever wrote them thinks otherwise. What is hidden or excluded is not."""
    documents = {"roles/a.yaml": INVOICE} | {f"roles/{name}": "nonsense" for name in (*NEARLY, *OTHERS)}
    hidden = {".old/a.yaml~": "x", "drafts/b.yaml~": "x", "roles/c.yaml.skip": "x"}
    settings = 'kind: settings\nversion: 1\ncompany_id: "4211"\nexclude: [drafts/, "*.skip"]\n'
    found, problems = read(tmp_path, documents | hidden, settings)
    assert found.files == 1
    words = "this file is not read, because documents end in .yaml or .yml (lower case): rename, move or exclude it"
    assert problems == [f"roles/{name}:1:1 documents/not-a-document {words}" for name in sorted(NEARLY)]


@pytest.mark.parametrize(("more", "words"), [(1, "1 more file is"), (2, "2 more files are")])
def test_many_files_that_are_nearly_documents(tmp_path: Path, more: int, words: str) -> None:
    """Twenty are named, and the rest are counted; a name that cannot be shown is shown otherwise."""
    names = {f"x{number:02}\n.yaml.j2": "x" for number in range(20 + more)}
    _, problems = read(tmp_path, {"a.yaml": INVOICE, **names})
    assert problems[0] == (
        f"None documents/not-a-document {words} not read, with names that nearly end in .yaml or .yml: exclude them"
    )
    assert problems[1].startswith(r"'x00\n.yaml.j2':1:1 documents/not-a-document")
    assert len(problems) == 21


def test_walking_and_naming_agree(tmp_path: Path) -> None:
    """What is read here is what is taken for a document by its path alone, as those of another revision are."""
    names = [
        "a.yaml",
        "b/c.yml",
        "b/.d/e.yaml",
        "f/g/h.yaml",
        "f/i.yaml",
        "j.YAML",
        "k/l.yaml~",
        "m/n.skip.yaml",
        ".o.yml",
    ]
    write_documents(tmp_path, dict.fromkeys(names, "x"))
    exclude = Exclusion.of("f/g/", "*.skip.yaml")
    here = document_names(tmp_path, exclude)
    assert here == {name for name in (*names, "reconciler.yaml") if is_document(name, exclude)}
    assert here == {"a.yaml", "b/c.yml", "f/i.yaml", "reconciler.yaml"}


def test_what_is_no_ordinary_file_is_not_read(tmp_path: Path) -> None:
    """A pipe that nobody writes to would hold up every command."""
    os.mkfifo(tmp_path / "pipe.yaml")
    _, problems = read(tmp_path, {"a.yaml": INVOICE})
    words = "this is not an ordinary file, and is not read; remove it or exclude it"
    assert problems == [f"pipe.yaml:1:1 documents/unreadable {words}"]
