"""The parts that HTML pages share: their environment, in which everything is escaped, their style and their policy."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reconciler.render.text.visible import printable

__all__ = ["content_policy", "page_environment", "page_part"]


def _finalize(value: object) -> object:
    """Show invisible letters, so that a name stays a name; what is escaped is escaped behind this."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return printable(value)


@cache
def page_environment() -> Environment:
    """Return the environment of HTML templates."""
    return Environment(
        loader=PackageLoader("reconciler.render"),
        autoescape=True,  # select_autoescape() would pass over .html.j2
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def page_part(name: str) -> Markup:
    """Return our own style or script, as it is."""
    environment = page_environment()
    assert environment.loader is not None  # noqa: S101 - it was just given
    return Markup(environment.loader.get_source(environment, name)[0])  # noqa: S704 - a file of this package


def content_policy(style: str, script: str | None = None) -> str:
    """Return the policy of a page: this style and this script, no other, and nothing from elsewhere."""
    scripts = "" if script is None else f" script-src {_hash(script)};"
    return f"default-src 'none'; style-src {_hash(style)};{scripts} base-uri 'none'; form-action 'none'"


def _hash(part: str) -> str:
    digest = hashlib.sha256(part.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
