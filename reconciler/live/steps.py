"""Reading in steps: a few threads, progress after each answer, and the account of requests."""

from __future__ import annotations

import datetime
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from reconciler.clock import in_files
from reconciler.errors import RequestRefusedError, UnreachableError
from reconciler.live.answers import TooLong
from reconciler.live.pages import WORKFLOWS, read_pages
from reconciler.live.paths import company_path
from reconciler.model.live import Pacing
from reconciler.model.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconciler.live.client import ServiceClient
    from reconciler.live.pages import Paging
    from reconciler.model.live import Person

__all__ = ["Steps"]

THREADS = 3
_NOT_SEEN = frozenset({403, 404})  # answers about a company that the account does not see (docs/service.md section 5)
_REQUESTS_A_PLACE = 2  # one list of presets and, as a rule, one preset on it

Input = TypeVar("Input")
Output = TypeVar("Output")


class Steps:
    """One reading with one client, and the fewest requests that could have done it.

    ``report`` receives the progress after each step, and ``now`` returns the moment (UTC). ``known`` holds everybody
    who was seen, so that equal people are one value.
    """

    def __init__(
        self,
        client: ServiceClient,
        report: Callable[[Progress], None],
        *,
        now: Callable[[], datetime.datetime],
        threads: int = THREADS,
    ) -> None:
        self.client = client
        self.company_id = client.service.company_id
        self.company = company_path(self.company_id)
        self.lower_bound = 0
        self.lock = Lock()
        self.known: dict[Person, Person] = {}
        self._report = report
        self._threads = threads
        self._started = time.monotonic()
        self._now = now

    @property
    def observed_at(self) -> str:
        """The moment before the first request, UTC, by the clock as it is known by now."""
        return in_files(self._now() - datetime.timedelta(seconds=time.monotonic() - self._started))

    @property
    def pacing(self) -> Pacing:
        """The cost of reading so far."""
        seconds = round(time.monotonic() - self._started, 3)
        return Pacing(requests=self.client.requests, lower_bound=self.lower_bound, seconds=seconds)

    def count(self, requests: int) -> None:
        """Count requests that could not be spared."""
        with self.lock:
            self.lower_bound += requests

    def get(self, path: str, what: str) -> Any:
        """Return an answer; raises a ServiceError that names ``what``."""
        try:
            return self.client.get(path, what)
        except TooLong:
            raise UnreachableError(f"{what}: the service took too long (408); try again later") from None

    def whole_list(self, path: str, shape: type[list[Output]], what: str, paging: Paging = WORKFLOWS) -> list[Output]:
        """Return a whole list."""
        items, listing = read_pages(self.client, path, shape, what, paging)
        self.count(listing.requests)
        return items

    def company_list(self, path: str, shape: type[list[Output]], what: str, paging: Paging = WORKFLOWS) -> list[Output]:
        """Return a whole list of the company; ``path`` is below that of the company.

        A refusal says what to check of the company.
        """
        try:
            return self.whole_list(f"{self.company}/{path}", shape, what, paging)
        except RequestRefusedError as error:
            if error.status not in _NOT_SEEN:
                raise
            message = (
                f"these credentials cannot read company {self.company_id} ({error.message}): check the company id, "
                "that the company has connected the app, and that the account may see workflows there"
            )
            raise RequestRefusedError(message, status=error.status) from error

    def side_by_side(self, step: str, read: Callable[[Input], Output], wanted: Sequence[Input]) -> list[Output]:
        """Read everything wanted with a few threads; the order of results is that of what is wanted."""
        results: list[Output] = []
        self.tell(step, 0, len(wanted))
        if not wanted:
            return results
        executor = ThreadPoolExecutor(max_workers=min(self._threads, len(wanted)), thread_name_prefix="read")
        try:
            for result in executor.map(read, wanted):
                results.append(result)
                self.tell(step, len(results), len(wanted))
        except BaseException:
            self.client.stop()
            raise
        finally:
            executor.shutdown(wait=True, cancel_futures=True)
        return results

    def tell(self, step: str, done: int, total: int) -> None:
        """Report how far a step is."""
        client = self.client
        ahead = (total - done) * (_REQUESTS_A_PLACE if step == "presets" else 1)
        rate_seconds = client.windows.seconds_for(ahead, time.monotonic())
        self._report(
            Progress(
                step=step,
                done=done,
                total=total,
                requests=client.requests,
                rate_left=client.windows.left(),
                rate_seconds=rate_seconds,
            )
        )
