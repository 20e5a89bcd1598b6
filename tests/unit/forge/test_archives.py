"""Archives from outside: one file is read, whatever the archive says of itself."""

from __future__ import annotations

import io
import zipfile

import pytest

from reconciler.errors import ForgeError
from reconciler.forge import archives
from reconciler.forge.archives import file_in_archive, whole_download
from reconciler.forge.gitlab import GitLab
from reconciler.model.review import ForgePlace
from reconciler.model.service import Secret
from tests.support.wire import answer, serving


def packed(**files: bytes) -> bytes:
    """Return an archive."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def test_one_file() -> None:
    """In any pieces; null where it is not there."""
    archive = packed(plan=b"{}", other=b"x")
    assert file_in_archive([archive[:9], archive[9:]], "plan") == b"{}"
    assert file_in_archive([archive], "missing") is None


@pytest.mark.parametrize("content", [b"", b"no archive", packed(plan=b"a" * 99)[:-30]], ids=["empty", "other", "cut"])
def test_no_archive(content: bytes) -> None:
    """Said in a sentence."""
    with pytest.raises(ForgeError, match="the archive with plan cannot be read"):
        file_in_archive([content], "plan")


def test_an_encrypted_or_damaged_file() -> None:
    """The same."""
    archive = bytearray(packed(plan=b"a" * 99))
    archive[6] |= 1
    archive[archive.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ForgeError, match="cannot be read"):
        file_in_archive([bytes(archive)], "plan")


def test_more_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packed or unpacked: a small archive may hold a very large file."""
    monkeypatch.setattr(archives, "LARGEST_BYTES", 1000)
    bomb = packed(plan=b"a" * 100_000)
    assert len(bomb) < 1000
    with pytest.raises(ForgeError, match="plan is larger than 1,000 bytes"):
        file_in_archive([bomb], "plan")
    with pytest.raises(ForgeError, match="the archive with plan is larger than 1,000 bytes"):
        file_in_archive([b"a" * 600, b"a" * 600], "plan")
    assert file_in_archive([packed(plan=b"a" * 500)], "plan") == b"a" * 500


def test_a_plan_file_of_gitlab_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """GitLab sends the file itself, of any size."""
    monkeypatch.setattr(archives, "LARGEST_BYTES", 1000)
    assert whole_download([b"a" * 600, b"b" * 400], "plan.json") == b"a" * 600 + b"b" * 400
    with serving(lambda _asked: answer(b"a" * 1001)) as wire:
        place = ForgePlace(kind="gitlab", url=wire.address, repository="acme/approvals", token=Secret("t0ken"))
        with pytest.raises(ForgeError, match=r"plan\.json is larger than 1,000 bytes"):
            GitLab(place)._artifact(5)
