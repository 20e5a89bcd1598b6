"""A real slapd on loopback, filled for tests; only where slapd and python-ldap are installed."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["BASE", "GROUPS", "PASSWORD", "READER", "LdapServer", "find_slapd", "ldif", "running_slapd"]

SUFFIX = "dc=acme,dc=test"
BASE, GROUPS = f"ou=people,{SUFFIX}", f"ou=groups,{SUFFIX}"
READER, PASSWORD = f"cn=reader,{SUFFIX}", "reader-password-of-a-test"
_SCHEMAS = Path("/etc/ldap/schema")
_CONFIG = """\
include {schemas}/core.schema
include {schemas}/cosine.schema
include {schemas}/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
sizelimit {limits}
{tls}
database mdb
maxsize 268435456
suffix "{suffix}"
rootdn "cn=admin,{suffix}"
rootpw admin
directory {folder}/data
{access}
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by * none
"""


def find_slapd() -> str | None:
    """Return the program, where it and its schemas are there."""
    found = shutil.which("slapd") or shutil.which("slapd", path="/usr/sbin")
    return found if found is not None and _SCHEMAS.is_dir() else None


def ldif(entries: Mapping[str, Mapping[str, Iterable[str]]]) -> str:
    """Return entries as text; attributes with all their values."""
    lines = []
    for name, attributes in entries.items():
        lines.append(f"dn: {name}")
        lines += [f"{attribute}: {value}" for attribute, values in attributes.items() for value in values]
        lines.append("")
    return "\n".join(lines) + "\n"


class LdapServer:
    """A running server, with plain and with encrypted address."""

    def __init__(self, port: int, encrypted: int) -> None:
        self.address = f"ldap://127.0.0.1:{port}"
        self.encrypted = f"ldaps://127.0.0.1:{encrypted}"
        self.port = port


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def running_slapd(
    folder: Path,
    entries: Mapping[str, Mapping[str, Iterable[str]]],
    *,
    limits: str = "size=500 size.pr=250 size.prtotal=unlimited",
    access: str = "",
    tls: str = "",
) -> Iterator[LdapServer]:
    """Run slapd with these entries below the suffix, until the block ends."""
    program = find_slapd()
    assert program is not None
    (folder / "data").mkdir(parents=True)
    config = folder / "slapd.conf"
    text = _CONFIG.format(
        schemas=_SCHEMAS, folder=folder, suffix=SUFFIX, reader=READER, limits=limits, access=access, tls=tls
    )
    config.write_text(text, encoding="utf-8")
    base: dict[str, dict[str, Iterable[str]]] = {
        SUFFIX: {"objectClass": ["dcObject", "organization"], "dc": ["acme"], "o": ["Acme"]},
        READER: {
            "objectClass": ["organizationalRole", "simpleSecurityObject"], "cn": ["reader"], "userPassword": [PASSWORD],
        },
        BASE: {"objectClass": ["organizationalUnit"], "ou": ["people"]},
        GROUPS: {"objectClass": ["organizationalUnit"], "ou": ["groups"]},
    }  # fmt: skip
    (folder / "all.ldif").write_text(ldif({**base, **entries}), encoding="utf-8")
    added = [program, "-Tadd", "-q", "-f", str(config), "-l", str(folder / "all.ldif")]
    done = subprocess.run(added, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    server = LdapServer(_free_port(), _free_port())
    addresses = (
        server.address if not tls else f"{server.address} ldaps://127.0.0.1:{server.encrypted.rpartition(':')[2]}"
    )
    process = subprocess.Popen(
        [program, "-f", str(config), "-h", addresses, "-d", "0"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _await(server.port, process)
        yield server
    finally:
        process.terminate()
        process.wait(10)


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, "slapd ended"
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("slapd did not answer within 10 seconds")
