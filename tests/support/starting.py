"""Starts the one process that all command lines of this run are forked off."""

from __future__ import annotations

import atexit
import functools
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["address"]


@functools.cache
def address() -> str:
    """Return the path of the socket that takes requests, started when it is needed first and ended with this process.

    See ``forking.py`` for what a request is.
    """
    folder = tempfile.mkdtemp(prefix="reconciler-")
    path = f"{folder}/socket"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(64)
        process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).with_name("forking.py")), str(listening.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=[listening.fileno()],
        )

    def end() -> None:
        process.communicate()
        shutil.rmtree(folder)

    atexit.register(end)
    return path
