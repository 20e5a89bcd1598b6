"""Makes the requests of a list and does nothing with the answers: the least that any client over httpx costs.

usage: bare_loop.py sync|threads|async ADDRESS FILE, with one path a line in FILE
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

THREADS = 2
CONNECTIONS = 8


def _headers(address: str) -> dict[str, str]:
    form = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox"}
    token = httpx.post(f"{address}/oauth/token", data=form).json()["access_token"]
    return {"Authorization": f"Bearer {token}", "Procore-Company-Id": "4211"}


def _sync(address: str, paths: list[str]) -> None:
    with httpx.Client(base_url=address, headers=_headers(address)) as client:
        for path in paths:
            client.get(path).raise_for_status()


def _threads(address: str, paths: list[str]) -> None:
    headers = _headers(address)

    def read(part: list[str]) -> None:
        with httpx.Client(base_url=address, headers=headers) as client:
            for path in part:
                client.get(path).raise_for_status()

    with ThreadPoolExecutor(THREADS) as executor:
        list(executor.map(read, [paths[start::THREADS] for start in range(THREADS)]))


async def _async(address: str, paths: list[str]) -> None:
    waiting = iter(paths)
    async with httpx.AsyncClient(base_url=address, headers=_headers(address)) as client:

        async def read() -> None:
            for path in waiting:
                (await client.get(path)).raise_for_status()

        await asyncio.gather(*(read() for _ in range(CONNECTIONS)))


def main() -> None:
    """Make the requests in one of the three ways."""
    way, address, file = sys.argv[1:]
    paths = Path(file).read_text(encoding="utf-8").split()
    if way == "async":
        asyncio.run(_async(address, paths))
    else:
        {"sync": _sync, "threads": _threads}[way](address, paths)


if __name__ == "__main__":
    main()
