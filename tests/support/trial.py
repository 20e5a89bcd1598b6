"""A configuration repository, a sandbox, and the real command line between them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.support.account import INVOICE, write_documents
from tests.support.command_line import clean_environment, reconciler

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command_line import Ran
    from tests.support.sandbox import RunningSandbox

__all__ = ["Trial", "committed"]


class Trial:
    """One repository and one sandbox, and the command line between them."""

    def __init__(self, folder: Path, sandbox: RunningSandbox) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.write({"assignments/invoice.yaml": INVOICE})

    def write(self, documents: dict[str, str]) -> None:
        """Write documents."""
        write_documents(self.folder, documents, 'kind: settings\nversion: 1\ncompany_id: "4211"\ncompany_name: Acme\n')

    def write_only(self, documents: dict[str, str]) -> None:
        """Write documents, and leave the settings as they are."""
        for name, text in documents.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def run(self, *arguments: str, typed: str = "", **environment: str) -> str:
        """Run a command, and give what was shown."""
        return self.ran(*arguments, typed=typed, **environment).shown

    def ran(self, *arguments: str, typed: str = "", **environment: str) -> Ran:
        """Run a command, and return its exit code and both streams as they are."""
        together = {**self.sandbox.environment, **environment}
        return reconciler(self.folder, *arguments, environment=together, typed=typed)

    def ends(self, code: int, *arguments: str, typed: str = "", **environment: str) -> str:
        """Run a command, check its exit code, and return what was shown."""
        shown = self.run(*arguments, typed=typed, **environment)
        assert shown.startswith(f"exit {code}\n"), shown
        return shown

    def plan_result(self, *arguments: str) -> Path:
        """Plan as a pipeline does, and give the file with what came to stdout: a plan, or why there is none."""
        command = ("plan", "--out", "plan.json", "--format", "json", *arguments)
        file = self.folder / "result.json"
        file.write_text(reconciler(self.folder, *command, environment=self.sandbox.environment).stdout)
        return file

    def git(self, *arguments: str, committed: str = "") -> str:
        """Run git in the repository, as somebody; ``committed`` is the date of a commit (seconds and zone)."""
        identity = ("-c", "user.name=T", "-c", "user.email=t@acme.test", "-c", "commit.gpgsign=false",
                    "-c", "maintenance.auto=false")  # fmt: skip
        done = subprocess.run(
            ["git", *identity, *arguments],
            cwd=self.folder,
            env=clean_environment() | ({"GIT_COMMITTER_DATE": committed} if committed else {}),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def commit(self, message: str = "change") -> str:
        """Commit everything, in a repository that is made where there is none."""
        if not (self.folder / ".git").exists():
            self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.git("commit", "-qm", message)
        return self.git("rev-parse", "HEAD")

    def writes(self) -> list[object]:
        """Return the bodies of all writes the service got."""
        return [one["body"] for one in self.sandbox.log() if one["method"] == "PATCH"]


def committed(folder: Path, sandbox: RunningSandbox, documents: dict[str, str]) -> Trial:
    """Return a trial with these documents in one commit, which git keeps plans and journals out of."""
    one = Trial(folder, sandbox)
    one.write({".gitignore": "*.json\n.reconciler/\n", **documents})
    one.commit()
    return one
