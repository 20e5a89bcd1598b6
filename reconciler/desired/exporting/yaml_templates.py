"""The templates of YAML texts, and how they are filled in."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from reconciler.desired.yaml.scalars import scalar

__all__ = ["yaml_templates"]


def yaml_templates() -> Environment:
    """Return the templates, with the filter ``scalar`` for text that is not a comment."""
    environment = Environment(
        loader=PackageLoader("reconciler.desired.exporting"),
        autoescape=False,  # noqa: S701 - this is YAML: text from outside always goes through scalar or a comment
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    environment.filters["scalar"] = scalar
    return environment
