"""An editor without a window: starts the language server for YAML and says what it says of a file."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["Editor", "running_editor"]


class Editor:
    """Speaks the language server protocol on the streams of a server."""

    def __init__(self, server: subprocess.Popen[bytes], folder: Path, schemas: Mapping[str, Sequence[str]]) -> None:
        self._to, self._from = cast("IO[bytes]", server.stdin), cast("IO[bytes]", server.stdout)
        self._settings = {"yaml": {"schemas": schemas, "schemaStore": {"enable": False}, "hover": True}}
        self._folder = folder
        self._requests = 0
        self._problems: dict[str, list[str]] = {}
        workspace = {"uri": folder.as_uri(), "name": "approvals"}
        capabilities = {"workspace": {"configuration": True}, "textDocument": {"publishDiagnostics": {}}}
        self._request(
            "initialize",
            {"processId": None, "rootUri": folder.as_uri(), "workspaceFolders": [workspace],
             "capabilities": capabilities},
        )  # fmt: skip
        self._send({"method": "initialized", "params": {}})
        self._send({"method": "workspace/didChangeConfiguration", "params": {"settings": self._settings}})

    def problems(self, name: str, text: str) -> list[str]:
        """Open a file of the folder; return its problems as ``LINE: MESSAGE``."""
        uri = (self._folder / name).as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        while uri not in self._problems:
            self._receive()
        return self._problems.pop(uri)

    def hover(self, name: str, line: int) -> str:
        """Return what is shown of the first key of a line of an open file, lines counted from 1."""
        shown = self._request("textDocument/hover", self._place(name, line, 1))
        return str(shown["contents"]["value"])

    def completions(self, name: str, line: int, column: int) -> list[str]:
        """Return what is offered at a place of an open file."""
        shown = self._request("textDocument/completion", self._place(name, line, column))
        return [one["label"] for one in shown["items"]]

    def _place(self, name: str, line: int, column: int) -> dict[str, Any]:
        position = {"line": line - 1, "character": column - 1}
        return {"textDocument": {"uri": (self._folder / name).as_uri()}, "position": position}

    def _request(self, method: str, parameters: dict[str, Any]) -> Any:
        self._requests += 1
        self._send({"id": self._requests, "method": method, "params": parameters})
        while True:
            message = self._receive()
            if "method" not in message and message.get("id") == self._requests:
                return message["result"]

    def _send(self, message: dict[str, Any]) -> None:
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._to.write(b"Content-Length: %d\r\n\r\n%b" % (len(content), content))
        self._to.flush()

    def _receive(self) -> dict[str, Any]:
        """Read one message; answer what the server asks, and keep the problems it finds."""
        length = 0
        while line := self._from.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the language server ended"
        message: dict[str, Any] = json.loads(self._from.read(length))
        parameters = message.get("params", {})
        if message.get("method") == "workspace/configuration":
            wanted = [self._settings.get(one["section"], {}) for one in parameters["items"]]
            self._send({"id": message["id"], "result": wanted})
        elif message.get("method") == "textDocument/publishDiagnostics":
            found = [f"{one['range']['start']['line'] + 1}: {one['message']}" for one in parameters["diagnostics"]]
            self._problems[parameters["uri"]] = found
        elif "method" in message and "id" in message:
            self._send({"id": message["id"], "result": None})
        return message


@contextmanager
def running_editor(program: Path, folder: Path, schemas: Mapping[str, Sequence[str]]) -> Iterator[Editor]:
    """Start the server for a folder, with the setting ``yaml.schemas`` of an editor."""
    with subprocess.Popen([program, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        try:
            yield Editor(server, folder, schemas)
        finally:
            server.kill()
