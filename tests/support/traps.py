"""A git repository whose own settings start a program wherever git lets them, and a program that tells of it."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SECRETS", "arm", "git", "recording_git"]

SECRETS = {
    "RECONCILER_CLIENT_SECRET": "s3cret-client",
    "RECONCILER_ACCESS_TOKEN": "s3cret-access",
    "RECONCILER_NOTIFY": "slack://s3cret-notify",
    "GITHUB_TOKEN": "s3cret-github",
    "GH_TOKEN": "s3cret-gh",
    "GITLAB_TOKEN": "s3cret-gitlab",
    "CI_JOB_TOKEN": "s3cret-job",
    "SSH_AUTH_SOCK": "/s3cret-agent",
}


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, as somebody who trusts local clones."""
    settings = ("user.name=T", "user.email=t@acme.test", "commit.gpgsign=false", "protocol.file.allow=always",
                "maintenance.auto=false")  # fmt: skip
    given = [part for one in settings for part in ("-c", one)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", "-C", str(folder), *given, *arguments], check=True, capture_output=True, text=True, env=environment
    )
    return done.stdout.strip()


def arm(repository: Path, program: Path, marker: Path) -> None:
    """Name a program that leaves its environment in a file wherever the settings of a repository name programs."""
    program.write_text(f"#!/bin/sh\n{{ echo \"ran: $0 $*\"; env; }} >> '{marker}'\nexit 1\n")
    program.chmod(0o755)
    start = str(program)
    named = {
        "core.fsmonitor": start,
        "core.sshCommand": start,
        "core.pager": start,
        "core.editor": start,
        "core.askPass": start,
        "core.gitProxy": start,
        "core.alternateRefsCommand": start,
        "core.hooksPath": str(program.parent),
        "credential.helper": f"!{start}",
        "diff.external": start,
        "diff.trap.command": start,
        "diff.trap.textconv": start,
        "filter.trap.clean": start,
        "filter.trap.smudge": start,
        "filter.trap.process": start,
        "gpg.program": start,
        "log.showSignature": "true",
        "merge.trap.driver": start,
        "pager.log": start,
        "uploadpack.packObjectsHook": start,
    }
    for name, value in named.items():
        git(repository, "config", name, value)
    for hook in ("post-index-change", "reference-transaction", "post-checkout"):
        (program.parent / hook).write_text(program.read_text())
        (program.parent / hook).chmod(0o755)
    info = repository / git(repository, "rev-parse", "--git-path", "info")
    info.mkdir(exist_ok=True)
    (info / "attributes").write_text("* filter=trap diff=trap merge=trap\n")


def recording_git(folder: Path, record: Path) -> Path:
    """Return a folder for PATH with a git that records its environment before it is git."""
    folder.mkdir()
    real = subprocess.run(["sh", "-c", "command -v git"], check=True, capture_output=True, text=True).stdout.strip()
    (folder / "git").write_text(f"#!/bin/sh\nenv >> '{record}'\nexec {real} \"$@\"\n")
    (folder / "git").chmod(0o755)
    return folder
