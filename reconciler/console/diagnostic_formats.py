"""Returns problems and notes as text for people, or in the formats that pipelines read; it prints nothing itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.console.wall_clock import wall_clock
from reconciler.model.diagnostics import Diagnostic, has_errors
from reconciler.operations.workspace import find_settings_place
from reconciler.render import formats
from reconciler.render.text.places import placed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.console.format_names import AnnotationFormat

__all__ = ["annotate", "annotate_failure", "diagnostics_text"]


def annotate(
    diagnostics: Sequence[Diagnostic], shown_as: AnnotationFormat, config: Path | None, company_id: str | None = None
) -> str:
    """Return diagnostics in one of these formats; ``config`` is what ``--config`` says.

    ``company_id`` is the company that they are of; null takes that of the settings.

    Paths are relative to the root of the git work tree that holds the settings file. Outside of git they are relative
    to the folder of that file. Settings that cannot be found raise nothing.
    """
    settings_path, company_there = find_settings_place(config, Path.cwd())
    shown = placed(diagnostics, settings_path)
    if shown_as == "github":
        return formats.github_annotations.render_annotations(shown)
    if shown_as == "sarif":
        return formats.sarif.render_sarif(shown, settings_path, company_id or company_there)
    if shown_as == "junit":
        return formats.junit.render_junit(shown)
    return formats.junit.render_junit_strict(shown, wall_clock().moment())


def annotate_failure(
    message: str, diagnostics: Sequence[Diagnostic], shown_as: AnnotationFormat, config: Path | None
) -> str:
    """Return a failure in one of these formats; its message becomes a diagnostic if no other one is an error."""
    if not has_errors(diagnostics):
        diagnostics = (*diagnostics, Diagnostic(severity="error", code="run/failed", message=message))
    return annotate(diagnostics, shown_as, config)


def diagnostics_text(diagnostics: Sequence[Diagnostic], *, color: bool) -> str:
    """Return problems and notes as text for people."""
    return formats.findings_page.render_diagnostics(diagnostics, color=color)
