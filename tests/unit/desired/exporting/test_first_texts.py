"""The texts that a repository begins with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from reconciler.desired.exporting import DRAFT, first_texts
from reconciler.desired.repository import decode_settings_file, read_repository, read_settings_document
from reconciler.model.diagnostics import has_errors
from reconciler.model.documents import SettingsDocument

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.review import ForgeKind

PRODUCTION = SettingsDocument(company_id="4211", exclude=("drafts/",))
ELSEWHERE = SettingsDocument(
    company_id="0042", exclude=("drafts/",), api_url="http://[::1]:8080", auth_url="https://login.acme.test"
)


@pytest.mark.parametrize("settings", [PRODUCTION, ELSEWHERE], ids=["production", "elsewhere"])
@pytest.mark.parametrize("forge", [None, "github", "gitlab"])
def test_settings(settings: SettingsDocument, forge: ForgeKind | None) -> None:
    """They say what was asked for and nothing else, and each line that is a comment is good once it is none."""
    text = first_texts(settings, forge)["reconciler.yaml"]
    read = decode_settings_file(text.encode(), "reconciler.yaml")
    assert (read.company_id, read.api_url, read.auth_url) == (
        settings.company_id,
        settings.api_url,
        settings.auth_url,
    )
    assert (read.exclude, read.trusted, read.policy_files) == (("drafts/",), (), None)
    full, count = re.subn(r"^# (?=[a-z_]+: )", "", text, flags=re.MULTILINE)
    all_of_it = decode_settings_file(full.encode(), "reconciler.yaml")
    assert count == 3 + 2 * (settings is PRODUCTION) + (forge is not None)
    assert (all_of_it.company_name, all_of_it.policy_files) == ("Acme Construction", ("policy.yaml",))
    assert all_of_it.service_account is not None
    assert bool(all_of_it.trusted) == (forge is not None)
    assert (all_of_it.api_url, all_of_it.auth_url) == (settings.api_url, settings.auth_url)


def test_the_draft(tmp_path: Path) -> None:
    """It is not read where it is, and is good as it is once it is moved."""
    for name, text in first_texts(PRODUCTION, None).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    settings_file = tmp_path / "reconciler.yaml"
    settings = read_settings_document(settings_file)
    documents, diagnostics = read_repository(settings_file, settings)
    assert (documents.files, [one.code for one in diagnostics]) == (0, ["documents/none"])
    (tmp_path / DRAFT).rename(tmp_path / "approvals.yaml")
    documents, diagnostics = read_repository(settings_file, settings)
    assert not has_errors(diagnostics), diagnostics
    assert [len(one.entries) for one in documents.written] == [2]
