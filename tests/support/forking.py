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
import signal
import socket
import sys
import time
from contextlib import suppress
from typing import Literal, NoReturn, TextIO

import reconciler

# what commands load only when they need it
_LATE = ("apprise", "deepdiff", "github", "gitlab", "httpx", "jinja2", "jsonschema", "rich.console", "uvicorn.logging")
_EXTRAS = {"ldap"}  # not installed where nobody asks an LDAP directory
_READ_AT_START = ("PYTHON", "LC_", "LANG")


def main() -> None:
    """Serve requests from the listening socket whose descriptor is the argument."""
    for module in pkgutil.walk_packages(reconciler.__path__, "reconciler."):
        if module.name != "reconciler.__main__":
            try:
                importlib.import_module(module.name)
            except ModuleNotFoundError as error:
                if error.name not in _EXTRAS:
                    raise
    for name in _LATE:
        importlib.import_module(name)
    if measured := "coverage" in sys.modules and importlib.import_module("coverage").Coverage.current():
        measured.save()  # what comes from here goes on measuring, and need not write down again what was loaded
        # nor look for files that nobody loaded, which takes longer than to write what was run
        measured._post_save_work = lambda: None
    gc.collect()
    gc.freeze()
    _serve(socket.socket(fileno=int(sys.argv[1])))


def _serve(listening: socket.socket) -> None:
    waking, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    here, running = listening.fileno(), dict[int, socket.socket]()
    while 0 not in (ready := select.select([here, waking, 0], [], [])[0]):
        if waking in ready:
            os.read(waking, 4096)
            _tell_of_ends(running)
        if here in ready:
            connection, _ = listening.accept()
            line, descriptors, _, _ = socket.recv_fds(connection, 65536, 3)
            while not line.endswith(b"\n"):
                line += connection.recv(65536)
            number = os.fork()
            if not number:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                # whoever started the tests may ignore Ctrl-C; a command that somebody starts does not
                signal.signal(signal.SIGINT, signal.default_int_handler)
                for one in (listening, connection, *running.values()):
                    one.close()
                _become(json.loads(line), descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            connection.sendall(b"%d\n" % number)
            running[number] = connection


def _tell_of_ends(running: dict[int, socket.socket]) -> None:
    """Tell those who asked for what has ended how it did."""
    while running and (ended := os.waitpid(-1, os.WNOHANG))[0]:
        # whoever gave up waiting is gone
        with running.pop(ended[0]) as connection, suppress(BrokenPipeError):
            connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(ended[1]))


def _become(request: dict[str, object], descriptors: list[int]) -> NoReturn:
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
