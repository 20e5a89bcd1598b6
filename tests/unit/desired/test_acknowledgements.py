"""Documents of kind acknowledgements: what quiets drift, and what ends unseen differences."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from reconciler.desired.repository import read_settings_document
from reconciler.operations.dated_documents import read_repository
from tests.support.account import INVOICE, write_documents
from tests.support.values import TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.documents import Documents

KNOWN = (
    "kind: acknowledgements\nacknowledged:\n"
    "  - {address: projects/1042/*, person: a@b.c, owner: k@b.c, reason: r, until: 2027-01-31}\n"
)
RELEASED = (
    "kind: acknowledgements\nreleased:\n  - {address: projects/7/*, owner: k@b.c, reason: closed, until: 2027-02-28}\n"
)


def read(folder: Path, text: str) -> tuple[Documents, list[str]]:
    """Read one document beside another one."""
    file = write_documents(folder, {"a.yaml": INVOICE, "k.yaml": text})
    found, diagnostics = read_repository(file, read_settings_document(file), TODAY)
    return found, [f"{one.origin} {one.message}" for one in diagnostics]


def test_either_list_or_both(tmp_path: Path) -> None:
    """Entries of all documents come together with their places."""
    found, problems = read(tmp_path, f"{KNOWN}---\n{RELEASED}---\n{KNOWN}{RELEASED.partition(chr(10))[2]}")
    assert problems == []
    assert [str(one.origin) for one in found.acknowledged] == ["k.yaml:3:5", "k.yaml:11:5"]
    assert [(str(one.origin), one.address, one.owner, one.reason) for one in found.released] == [
        ("k.yaml:7:5", "projects/7/*", "k@b.c", "closed"),
        ("k.yaml:13:5", "projects/7/*", "k@b.c", "closed"),
    ]
    assert found.released[0].until == datetime.date(2027, 2, 28)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("kind: acknowledgements\n", "k.yaml:1:1 expected 'acknowledged:' or 'released:' with a list"),
        (RELEASED.replace("owner: k@b.c, ", ""), "k.yaml:3:5 missing 'owner'; expected {address: projects/1042/*"),
        (RELEASED.replace("until: 2027-02-28", "until: 28.02.2027"), "k.yaml:3:59 expected a date as YYYY-MM-DD"),
        (RELEASED.replace("projects/7/*", "1042"), "k.yaml:3:6 expected an address such as projects/1042/templates"),
        (RELEASED.replace("owner", "person: a@b.c, owner"), "k.yaml:3:29 unknown key 'person'"),
    ],
)
def test_what_a_release_needs(tmp_path: Path, text: str, problem: str) -> None:
    """An address, an owner, a reason and a last day; each mistake at its place."""
    _, problems = read(tmp_path, text)
    assert len(problems) == 1
    assert problems[0].startswith(problem)
