"""Reports chats through Apprise; their addresses are secrets, and nothing that it says or logs holds one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType

from reconciler.errors import DeliveryError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.alerts import Message
    from reconciler.model.service import Secret

__all__ = ["Chats"]

TIMEOUT_SECONDS: Final = 60

# The library's own log lines can hold addresses. So we write our own sentence about what matters.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


class Chats:
    """The chats at some addresses, known by their place among them and the kind of chat."""

    def __init__(self, addresses: Sequence[Secret]) -> None:
        self._chats = [_chat(number, one) for number, one in enumerate(addresses, 1)]

    def send(self, message: Message) -> int:
        """Notify every chat and return how many; raise DeliveryError after all were tried, if any failed."""
        failed = [
            f"{number} ({_kind(chat)})" for number, chat in enumerate(self._chats, 1) if not _delivered(chat, message)
        ]
        if failed:
            raise DeliveryError(
                f"{len(failed)} of {len(self._chats)} addresses in RECONCILER_NOTIFY could not be reached: "
                f"number {', '.join(failed)}; is the address still good, and can this machine reach the chat?"
            )
        return len(self._chats)


def _chat(number: int, address: Secret) -> Apprise:
    """Make the client of one chat: no file is kept, no picture loaded from elsewhere, no redirect followed."""
    asset = AppriseAsset(
        app_id="reconciler",
        async_mode=False,
        default_service_retry=1,
        http_redirects=False,
        image_url_logo=None,
        image_url_mask=None,
        storage_mode="memory",
    )
    chat = Apprise(asset=asset)
    broken = ""
    try:
        good = chat.add(address.reveal())
    except Exception as error:  # noqa: BLE001 - any of a hundred plugins may raise anything, with the address in it
        good, broken = False, f" ({type(error).__name__})"
    if not good:
        raise UsageError(
            f"address {number} in RECONCILER_NOTIFY is none that Apprise knows{broken}; give the address of a webhook "
            "of Slack or Teams as it was copied, or one of Apprise"
        )
    return chat


def _delivered(chat: Apprise, message: Message) -> bool:
    kind = NotifyType.WARNING if message.alarming else NotifyType.SUCCESS
    try:
        return bool(
            chat.notify(
                title=message.title,
                body=message.body,
                notify_type=kind,
                body_format=NotifyFormat.MARKDOWN,
                timeout=TIMEOUT_SECONDS,
            )
        )
    except Exception:  # noqa: BLE001 - the same: the next chat is still notified
        return False


def _kind(chat: Apprise) -> str:
    return ", ".join(str(getattr(one, "service_name", type(one).__name__)) for one in chat)
