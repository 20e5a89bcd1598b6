"""Slack, Teams and others through Apprise, everything on loopback; and what never shows."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests

from reconciler.alerting import open_post
from reconciler.errors import DeliveryError, UsageError
from reconciler.model.alerts import Message
from reconciler.model.service import Secret
from reconciler.render.text.escapes import escape_message
from tests.support.loopback import receiving
from tests.support.scenarios import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.loopback import Receiver

# a module of Python 3.11 and 3.12 that one plugin of Apprise tries for
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

SLACK = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
TEAMS = (
    "https://prod-18.westus.logic.azure.com:443/workflows/643e69f83c8944/triggers/manual/paths/invoke"
    "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=iXKeHunter2"
)
POWER = (
    "https://default1234.5f.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/"
    "643e69f83c8944/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=iXKeHunter2"
)
NAME = "Bo <!channel> <at>eve@x.test</at> [here](http://evil.test) @everyone"
MESSAGE = Message(
    title="Drift: Acme (4211)",
    body=f"1 new\n\n- {escape_message(NAME)}\n\n[All of it](https://ci.test/7?a=1)",
    alarming=True,
)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Whatever goes out by requests comes here, whichever host it is meant for."""
    real = requests.Session.request

    with receiving() as one:

        def here(session: requests.Session, method: str, url: str, **more: Any) -> requests.Response:
            parts = urlsplit(url)
            return real(session, method, f"{one.address}/{parts.netloc}{parts.path}", **more)

        monkeypatch.setattr(requests.Session, "request", here)
        yield one


def sent(receiver: Receiver, *addresses: str) -> Any:
    """Send the message, and give what arrived for the last address."""
    assert open_post([Secret(one) for one in addresses]).send(MESSAGE) == len(addresses)
    return json.loads(receiver.taken[-1].body)


def test_slack(receiver: Receiver) -> None:
    """The address as it was copied; a link of ours, and none of anybody else's; nobody is notified."""
    arrived = sent(receiver, SLACK)
    assert receiver.taken[0].path == f"/hooks.slack.com{urlsplit(SLACK).path}"
    (attachment,) = arrived["attachments"]
    assert attachment["title"] == "Drift: Acme (4211)"
    assert attachment["text"].endswith("\n\n<https://ci.test/7?a=1|All of it>")
    assert attachment["text"].count("<") == 1
    assert "\u2039!\u200bchannel\u203a" in attachment["text"]


@pytest.mark.parametrize(("address", "path"), [(TEAMS, "/workflows/"), (POWER, "/powerautomate/")])
def test_teams(receiver: Receiver, address: str, path: str) -> None:
    """Both kinds of addresses; a card without a picture from elsewhere, and without a mention."""
    arrived = sent(receiver, address)
    assert receiver.taken[0].path.split("?")[0] == f"/{urlsplit(address).netloc}{urlsplit(address).path}"
    assert path in receiver.taken[0].path
    content = arrived["attachments"][0]["content"]
    assert [block["type"] for block in content["body"]] == ["TextBlock", "TextBlock"]
    assert content["body"][1]["text"] == MESSAGE.body
    assert content["msteams"] == {"width": "full"}


def test_any_other(receiver: Receiver) -> None:
    """By an address of Apprise; the kind of message is told."""
    arrived = sent(receiver, SLACK, "json://chat.test/path")
    assert (arrived["title"], arrived["message"], arrived["type"]) == (MESSAGE.title, MESSAGE.body, "warning")
    assert [one.path.split("/")[1] for one in receiver.taken] == ["hooks.slack.com", "chat.test"]


def test_whom_it_cannot_tell(
    receiver: Receiver, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are told all the same; no address is in the error, its traceback, a repr, or any log."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("apprise.url.URLBase.request_rate_per_sec", 0)
    monkeypatch.setattr("apprise.dispatch.time.sleep", lambda _seconds: None)  # before each attempt but the first
    logging.getLogger("urllib3").setLevel(logging.WARNING)  # as it is outside of this test
    receiver.statuses = {"/services/": 403, "/workflows/": 500}
    post = open_post([Secret(one) for one in (SLACK, TEAMS, "json://chat.test/path")])
    with pytest.raises(DeliveryError) as raised:
        post.send(MESSAGE)
    assert raised.value.message == (
        "2 of 3 addresses in RECONCILER_NOTIFY could not be reached: number 1 (Slack), 2 (Power Automate / Workflows "
        "(for MSTeams)); is the address still good, and can this machine reach the chat?"
    )
    assert receiver.taken[-1].path.startswith("/chat.test/path")
    told = "".join((*traceback.format_exception(raised.value), caplog.text, repr(post), repr(vars(post))))
    assert not [part for part in ("TIiajkdn", "Hunter2", "A1BRTD4JD", "643e69f8") if part in told]


def test_a_plugin_that_breaks(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told like any other failure."""
    post = open_post([Secret("json://chat.test/path")])
    monkeypatch.setattr("apprise.Apprise.notify", lambda *_args, **_more: 1 / 0)
    with pytest.raises(DeliveryError, match=r"number 1 \(JSON\)"):
        post.send(MESSAGE)
    assert receiver.taken == []


@pytest.mark.parametrize(
    "address", ["hunter2", "https://hunter2.test/hook", "slack://hunter2", "json://", "\x00://hunter2"]
)
def test_an_address_that_is_none(address: str, caplog: pytest.LogCaptureFixture) -> None:
    """It is called by its place, since it may be a secret all the same."""
    with pytest.raises(UsageError, match="address 2 in RECONCILER_NOTIFY is none that Apprise knows") as raised:
        open_post([Secret("json://chat.test"), Secret(address)])
    assert "hunter2" not in "".join(traceback.format_exception(raised.value))
    assert "hunter2" not in caplog.text


def test_an_address_that_breaks_a_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is none either."""
    monkeypatch.setattr("apprise.Apprise.add", lambda *_args: 1 / 0)
    with pytest.raises(
        UsageError, match=r"address 1 in RECONCILER_NOTIFY is none that Apprise knows \(ZeroDivisionError\)"
    ):
        open_post([Secret("json://chat.test")])


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    monkeypatch.delitem(sys.modules, "reconciler.alerting.chats", raising=False)
    with pytest.raises(UsageError, match=r"apprise is not installed: .* pip install '\.\[notify\]'"):
        open_post([])


def test_hostile_names_stay_names(receiver: Receiver) -> None:
    """Nothing in the name of a role becomes markup of a chat."""
    message = Message(title="t", body=f"- {escape_message(HOSTILE)}", alarming=False)
    open_post([Secret(SLACK)]).send(message)
    assert "<" not in json.loads(receiver.taken[0].body)["attachments"][0]["text"]
