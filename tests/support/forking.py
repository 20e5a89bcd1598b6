"""Loads the command line once and then forks a process for each request: what a start costs is paid a single time.

A request comes over a socket as one line of JSON with three descriptors for the standard streams; the answers are two
lines, the number of the process and its exit code. It ends when its own input does.
"""

from __future__ import annotations

import gc
import importlib
import io
import json
import os
import pkgutil
import select
import socket
import sys
import time
from contextlib import suppress
from typing import Literal, TextIO

import reconciler

# what commands load only when they need it
_LATE = ("apprise", "deepdiff", "github", "gitlab", "httpx", "jinja2", "jsonschema", "rich.console", "uvicorn.logging")
_READ_AT_START = ("PYTHON", "LC_", "LANG")


def main() -> None:
    """Serve requests from the listening socket whose descriptor is the argument."""
    listening = socket.socket(fileno=int(sys.argv[1]))
    for module in pkgutil.walk_packages(reconciler.__path__, "reconciler."):
        if module.name != "reconciler.__main__":
            importlib.import_module(module.name)
    for name in _LATE:
        importlib.import_module(name)
    if measured := "coverage" in sys.modules and importlib.import_module("coverage").Coverage.current():
        measured.save()  # what comes from here goes on measuring, and need not write down again what was loaded
    gc.collect()
    gc.freeze()
    here = listening.fileno()
    while here in select.select([here, 0], [], [])[0]:
        connection, _ = listening.accept()
        if not os.fork():
            listening.close()
            _attend(connection)
            return
        connection.close()
        while _has_ended():
            pass


def _has_ended() -> bool:
    """Return whether one of the processes has ended, and take note of it."""
    with suppress(ChildProcessError):
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    return False


def _attend(connection: socket.socket) -> None:
    """Start what one request asks for, and tell how it ends."""
    line, descriptors, _, _ = socket.recv_fds(connection, 65536, 3)
    while not line.endswith(b"\n"):
        line += connection.recv(65536)
    number = os.fork()
    if not number:
        connection.close()
        _become(json.loads(line), descriptors)
    for descriptor in descriptors:
        os.close(descriptor)
    connection.sendall(b"%d\n" % number)
    connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]))
    os._exit(0)


def _become(request: dict[str, object], descriptors: list[int]) -> None:
    """Be the process that ``python -m reconciler`` would be, and end like it."""
    for stream, descriptor in enumerate(descriptors):
        os.dup2(descriptor, stream)
        os.close(descriptor)
    # a stream remembers what kind of file it was opened on
    sys.stdin = sys.__stdin__ = _stream(sys.stdin, 0, "rb")  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = _stream(sys.stdout, 1, "wb")  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _stream(sys.stderr, 2, "wb")  # type: ignore[misc]
    folder, environment, arguments = request["folder"], request["environment"], request["arguments"]
    assert isinstance(folder, str)
    assert isinstance(environment, dict)
    assert isinstance(arguments, list)
    for name in sorted({*environment, *os.environ}):
        if name.startswith(_READ_AT_START) and environment.get(name) != os.environ.get(name):
            message = f"{name} is read when an interpreter starts: this command needs 'python -m reconciler'"
            raise ValueError(message)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    sys.path.insert(0, folder)
    entry = importlib.import_module("reconciler.__main__")
    sys.argv = [str(entry.__file__), *arguments]
    entry.main()
    sys.exit()


def _stream(like: TextIO, descriptor: int, mode: Literal["rb", "wb"]) -> io.TextIOWrapper:
    """Return a stream as an interpreter opens them."""
    raw = os.fdopen(descriptor, mode, closefd=False)
    in_lines = descriptor == 2 or raw.isatty()
    return io.TextIOWrapper(raw, like.encoding, like.errors, newline="\n", line_buffering=in_lines)


if __name__ == "__main__":
    main()
