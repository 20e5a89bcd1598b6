"""Delivers what a drift run found, to Prometheus and to chats, through client libraries; it judges nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from reconciler.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.alerts import Gateway, Message, Metric
    from reconciler.model.service import Secret

__all__ = ["Gauges", "Post", "open_gauges", "open_post"]


class Gauges(Protocol):
    """Figures in the format of Prometheus."""

    def text(self, metrics: Iterable[Metric], company_id: str) -> bytes:
        """Return the text that a collector reads."""
        ...

    def push(self, metrics: Iterable[Metric], company_id: str, gateway: Gateway, job: str) -> None:
        """Replace what a Pushgateway holds of the company and a job; raises DeliveryError."""
        ...

    def counted(self, name: str, company_id: str, text: str) -> float:
        """Return what a text of before counts of the company; 0 where it counts nothing that can be understood."""
        ...

    def pushed(self, name: str, company_id: str, gateway: Gateway, job: str) -> float:
        """Return what a Pushgateway counts of the company; 0 where it does not tell."""
        ...


class Post(Protocol):
    """Chats that get notifications."""

    def send(self, message: Message) -> int:
        """Notify every chat and return how many; raise DeliveryError after all were tried, if any failed."""
        ...


def open_gauges() -> Gauges:
    """Return what writes for Prometheus; raises UsageError where its library is not installed."""
    try:
        from reconciler.alerting.prometheus import Prometheus  # noqa: PLC0415 - only what is asked for is loaded
    except ModuleNotFoundError as error:
        raise _missing(error, "metrics") from None
    return Prometheus()


def open_post(addresses: Sequence[Secret]) -> Post:
    """Return what tells chats at these addresses; raises UsageError for a bad one, or without the library."""
    try:
        from reconciler.alerting.chats import Chats  # noqa: PLC0415 - only what is asked for is loaded
    except ModuleNotFoundError as error:
        raise _missing(error, "notify") from None
    return Chats(addresses)


def _missing(error: ModuleNotFoundError, extra: str) -> UsageError:
    return UsageError(
        f"{error.name} is not installed: install procore-reconciler[{extra}] from where reconciler came from "
        f"(in its checkout: pip install '.[{extra}]')"
    )
