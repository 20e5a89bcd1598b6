"""Answers decoded by several threads at once."""

from __future__ import annotations

import subprocess
import sys

from tests.support.command_line import clean_environment

# In a separate process, because losing this race crashes it. Threads switch as often as possible.
RACE = """
import sys, threading
import httpx
from reconciler.live.answers import decode_answer
from reconciler.live.catalogue_reader import _VersionData
from reconciler.live.preset_reader import _Data
sys.setswitchinterval(1e-6)
preset = (b'{"data":{"id":"1","template":{"id":"2"},"responsible_group_memberships":'
          b'[{"responsible_group_uuid":"a","assignees":[{"id":"1"}]}]}}')
version = b'{"data":{"id":"1","responsible_groups":[{"uuid":"a","name":"b","type":"c"}]}}'
start = threading.Barrier(8)
decoded = []
def decode(content, shape):
    response = httpx.Response(200, content=content)
    start.wait()
    decoded.append(decode_answer(response, shape, "it").data.id)
pairs = [(preset, _Data), (version, _VersionData)] * 4
threads = [threading.Thread(target=decode, args=pair) for pair in pairs]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(decoded)
"""


def test_threads_that_begin_with_the_same_shape() -> None:
    """Each thread gets its answer and the process survives; without the lock it crashes in four of five tries."""
    for _ in range(4):
        done = subprocess.run(
            [sys.executable, "-c", RACE],
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert (done.returncode, done.stdout) == (0, f"{['1'] * 8}\n"), done.stderr
