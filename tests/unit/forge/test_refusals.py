"""What a forge says in a refusal, without what nobody may read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.errors import ForgeError
from reconciler.forge import open_forge
from reconciler.model.review import ForgePlace
from reconciler.model.service import Secret
from tests.support.wire import answer, serving

if TYPE_CHECKING:
    from reconciler.model.review import ForgeKind

TOKEN = "hunter2+token/of=Kim"
ECHOES = {
    "message": answer(f'{{"message": "no rights for {TOKEN}"}}', 403, Content_Type="application/json"),
    "encoded": answer('{"message": "for hunter2%2Btoken%2Fof%3Dkim"}', 403, Content_Type="application/json"),
    "reason": answer(status=f"403 {TOKEN}"),
    "text": answer(f"<html>{TOKEN}", 403, Content_Type="text/html"),
    "status line": f"HTTP/9.9 {TOKEN}\r\n\r\n".encode(),
    "address": answer('{"message": "see https://us:hunter2@h.test/x?key=hunter2#y"}', 422),
    "redirect": answer(status=302, Location="https://us:hunter2@h.test/x?key=hunter2"),
}


@pytest.fixture(autouse=True)
def _briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait shortly before a request is repeated."""
    monkeypatch.setattr("reconciler.forge.github.BACKOFF_SECONDS", 0.01)
    monkeypatch.setattr("reconciler.forge.retries.BACKOFF_SECONDS", 0.01)


@pytest.mark.parametrize("kind", ["github", "gitlab"])
@pytest.mark.parametrize("echo", ECHOES)
def test_a_refusal_that_repeats_the_token_does_not_show_it(kind: ForgeKind, echo: str) -> None:
    """In its body, its reason or its status line; addresses lose login and query."""
    with serving(lambda _asked: ECHOES[echo]) as wire:
        forge = open_forge(ForgePlace(kind=kind, url=wire.address, repository="acme/approvals", token=Secret(TOKEN)))
        with pytest.raises(ForgeError) as raised:
            forge.head(5)
    assert "hunter2" not in raised.value.message.lower()


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_a_long_refusal_is_cut(kind: ForgeKind) -> None:
    """A page of a proxy is no message."""
    page = answer('{"message": "' + "no. " * 5000 + '"}', 422, Content_Type="application/json")
    with serving(lambda _asked: page) as wire:
        forge = open_forge(ForgePlace(kind=kind, url=wire.address, repository="acme/approvals", token=Secret(TOKEN)))
        with pytest.raises(ForgeError) as raised:
            forge.head(5)
    assert len(raised.value.message) < 400
