"""The project speaks plainly: no banned word in docstrings, messages, help, pages and schemas; terms mean one thing."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.cli import COMMANDS, main
from reconciler.console.invocation import Invocation
from reconciler.console.wall_clock import wall_clock
from tests.support.sentences import hard_to_read

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "reconciler").rglob("*.py"))
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
# prose of people who work on the project
HABITS = [*(path for path in sorted(ROOT.glob("*.md")) if path not in PAGES), *(ROOT / ".github").glob("*.md")]
COPIED = sorted(
    path
    for folder in ("examples", ".github")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".yml", ".yaml"} or path.name == "CODEOWNERS"
)

# slow to read, or used by nobody in the field
BANNED = re.compile(
    r"\b(?:shall|whoever|whatever|thereof|told|stands|mends?|mended|anew)\b|in just that"
    r"|(?<![Tt]here )\bis no\b(?! longer)|nobody is \w+ by|\b(?:nobody|somebody|anybody) answers for|\bpassed over",
    re.IGNORECASE,
)
# what is read by programs: names of exports, and marks that older comments on forges carry
NOT_PROSE = re.compile(r"[\w.]+|<!-- told .*", re.DOTALL)

# what was said before, and how it is said now
EXAMPLES = [
    ("would lose everybody it has", "all members of {"),
    ("is managed for the first time is not known", "tip: with --base origin/main this also checks groups that are"),
    ("have no preset of this template; passed over", "matching projects do not use this template and were skipped"),
    ("already so, nothing to do", "already applied, nothing to do"),
    ("what somebody answers for", "what is acknowledged ("),
    ("anybody else would gain or lose a role", "a preset where anyone else would gain or lose a role is skipped"),
    ("is preceded by an intent", "Before each write it logs"),
    ("Whoever a line without", "resolves to nobody never makes"),
    ("The last three are", "copied from the matching acknowledgement"),
    ("would hold no role any more", "would no longer have any role managed here"),
    ("was found in anything that was read", "(if they left, remove this line)"),
    ("asked for neither before nor now", "drift: added in Procore, never in git"),
    ("not live, or removed there", "removed in Procore"),
    ("a day of the calendar", "a date as YYYY-MM-DD, such as 2026-12-31"),
    ("changed while this was thought about", "changed on disk in the meantime, nothing was written: run adopt again"),
    ("documents ask for anew", "documents newly ask for"),
    ("nobody is protected by this line", "this line protects nobody"),
    ("they keep whoever they hold", "their members stay, and drift no longer looks at them"),
    ("whatever moved since is not in it", "later changes are not in it: make a new one"),
    ("this is no basis for changes", "so this plan cannot be applied"),
    (
        "mend it, and the plan is made anew",
        "there is nothing here to approve; fix the problems, and a new plan is made",
    ),
    ("until whoever may not approve any more is taken out", "until people who may no longer approve are removed"),
    ("if nobody shall hold this role", "if nobody is to hold this role"),
    ("what drifted cannot be told by them", "so they cannot show what drifted: name another base"),
    ("guards stand against this plan", "'guard stops', 'guards stop')} this plan by now"),
    ("a comment stands inside of", "a comment is inside of what would be"),
    ("people-roles{more}", "{counted(people, 'person', 'people')}"),
    ("{managers:,} workflow manager", "{counted(managers, 'workflow manager')} changed"),
    ("not there live", "still in git"),
    ("make live follow", "make Procore follow"),
    ("live moved since the plan", "Procore changed since the plan"),
    ("what differs between live and git; report only", "what differs between Procore and git; report only"),
    ('"+ live only"', '"live-only": "added in Procore", "git-only": "removed in Procore"'),
    ("live has no workflow manager", "there is no workflow manager there"),
    ("restore the documents (git restore .)", "restore deleted documents from git"),
]


# what a message says in cases that are easy to meet; that it comes there is tested where it is made
MEANT = [
    "a tab cannot indent YAML: use spaces",
    "needs quotes: write '{quoted}'",
    "a merge conflict is not resolved here: choose between the two versions, and delete its marks",
    "(used in {counted(len(used), 'place')}",
    "(and in {len(lines):,} more places: {named_few(lines)})",
    "; did you mean {login}{name}?",
    'f"U+{ord(letter):04X} ({name})"',
    "which nobody sees",
    "has a blank behind its colon, so YAML reads a mapping",
    "in quotes, without them YAML reads a number",
    "; if they are new, add them to the company directory and the project first",
    "these credentials cannot read company {self.company_id}",
    "cannot be a login, because it {wrong}",
    "{counted(added, 'role')} added",
    "({counted(people, 'person', 'people')})",
    "; values there: {few}{more}",
    "projects have the {reference}: {listed}; use {{id: …}}",
]


# a docstring begins with its subject, not with a question that it answers
QUESTION = re.compile(r"(?:What|Whoever|Whom|Where|Give|Gives)\b")
# names of fields, parameters and values in docstrings and schemas
NAMES = re.compile(r"``[^`\n]*``")


def found(text: str) -> re.Match[str] | None:
    """Find the first banned word in prose."""
    return BANNED.search(NAMES.sub("", text))


def docstrings(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield the docstrings of a module and of what it defines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node
        ):
            statement = node.body[0]
            assert isinstance(statement, ast.Expr)
            yield statement.value


def messages(tree: ast.AST) -> Iterator[str]:
    """Yield the texts that are no docstrings; values in them are shown as braces."""
    nodes = list(ast.walk(tree))
    told = {*docstrings(tree), *(value for node in nodes if isinstance(node, ast.JoinedStr) for value in node.values)}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in told:
            yield node.value


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_docstrings_and_messages(path: Path) -> None:
    """Texts of a module, whether people read them in the code or on a terminal."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    prose = {*docstrings(tree)}
    texts = [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and (node in prose or not NOT_PROSE.fullmatch(node.value))
    ]
    assert [f"{path.name}:{line}: {found(text)}" for line, text in texts if found(text)] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_first_words(path: Path) -> None:
    """A docstring says what a thing is or does from its first word."""
    begun = [
        f"{path.name}:{one.lineno}: {one.value}"
        for one in docstrings(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and QUESTION.match(one.value.lstrip())
    ]
    assert begun == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_sentences_of_docstrings(path: Path) -> None:
    """A sentence has at most 20 words, and begins with its subject or verb; that of exit codes is a list."""
    wrong = [
        f"{path.name}:{one.lineno}: {sentence}"
        for one in docstrings(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
        for sentence in hard_to_read(one.value)
        if not sentence.startswith("Exit codes: ")
    ]
    assert wrong == []


@pytest.mark.parametrize("page", [*PAGES, *HABITS], ids=lambda page: page.name)
def test_sentences_of_pages(page: Path) -> None:
    """The same on pages."""
    assert hard_to_read(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").glob("*.json")), ids=lambda path: path.name)
def test_sentences_of_schemas(path: Path) -> None:
    """The same in what editors show."""
    texts = {json.loads(found[1]) for found in re.finditer(r'"description": ("(?:[^"\\]|\\.)*")', path.read_text())}
    assert [sentence for text in texts for sentence in hard_to_read(text)] == []


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_help(command: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    """What --help shows of every command."""
    arguments = ["--help"] if command is None else [command, "--help"]
    main.main(arguments, prog_name="reconciler", standalone_mode=False, obj=Invocation(wall_clock()))
    shown = capsys.readouterr().out
    assert BANNED.findall(shown) == []


@pytest.mark.parametrize("page", [*PAGES, *HABITS], ids=lambda page: page.name)
def test_pages(page: Path) -> None:
    """Prose of the documentation; blocks of code and code style are what programs say."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert [line.strip() for line in text.splitlines() if BANNED.search(line)] == []


@pytest.mark.parametrize("path", COPIED, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_examples_and_pipelines(path: Path) -> None:
    """Comments and descriptions of files that users copy or call; names of variables are not prose."""
    lines = path.read_text(encoding="utf-8").splitlines()
    prose = [
        line.strip()
        for line in lines
        if re.match(r"\s*#|\s*-?\s*(?:about|description|label|name|placeholder|value):", line)
    ]
    assert [line for line in prose if BANNED.search(line)] == []


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").glob("*.schema.json")), ids=lambda path: path.name)
def test_schemas(path: Path) -> None:
    """Descriptions that editors show."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line.strip() for line in lines if '"description"' in line and found(line)] == []


def test_no_message_has_two_semicolons() -> None:
    """A message says what is wrong and what to do; examples of help, and a policy of browsers, are lists."""
    several = [
        f"{path.name}: {text}"
        for path in MODULES
        for text in messages(ast.parse(path.read_text(encoding="utf-8")))
        if text.count("; ") > 1 and not text.startswith(("Examples: ", "default-src "))
    ]
    assert [one for one in several if "(characters; a comment)" not in one] == []


def test_plurals_are_phrased_once() -> None:
    """A number with its noun is counted by one function, so that no message says "1 presets"."""
    plural = re.compile(r"""(?:''|"") if [^{}]*== 1 else ['"]e?s['"]|['"]s['"] if [^{}]*!= 1""")
    assert [path.name for path in MODULES if plural.search(path.read_text())] == []


@pytest.mark.parametrize("words", MEANT)
def test_what_is_meant(words: str) -> None:
    """Each stands in a message."""
    assert any(words in path.read_text(encoding="utf-8") for path in MODULES)


@pytest.mark.parametrize(("before", "now"), EXAMPLES)
def test_examples(before: str, now: str) -> None:
    """Each is said in the new way, and nowhere in the old one."""
    sources = "".join(path.read_text(encoding="utf-8") for path in (*MODULES, *(ROOT / "schemas").glob("*.json")))
    pages = "".join(path.read_text(encoding="utf-8") for path in PAGES)
    said = re.sub(r"\s+", " ", re.sub(r'"\s*\n\s*f?"', "", sources) + pages)
    assert before not in said
    assert now in said


def test_the_glossary() -> None:
    """Its terms are in order, each is explained once, and each is used on another page."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"^\| ([^|]+?) \| [^|]+ \|$", text, re.MULTILINE)[2:]
    assert 25 <= len(terms) <= 45
    assert terms == sorted(terms, key=str.casefold)
    pages = "".join(page.read_text(encoding="utf-8").casefold() for page in PAGES if page.name != "glossary.md")
    used = {term: any(one.strip().casefold() in pages for one in term.split(",")) for term in terms}
    assert [term for term, is_used in used.items() if not is_used] == []
