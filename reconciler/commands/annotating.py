"""Returns diagnostics in the formats of forges, with paths as forges want them; it prints nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reconciler.model.diagnostics import Diagnostic

__all__ = ["ANNOTATION_FORMATS", "AnnotationFormat", "annotate", "annotate_failure"]

AnnotationFormat = Literal["github", "sarif", "junit"]
ANNOTATION_FORMATS: tuple[AnnotationFormat, ...] = ("github", "sarif", "junit")


def annotate(diagnostics: Sequence[Diagnostic], shown_as: AnnotationFormat, config: Path | None) -> str:
    """Return diagnostics in one of these formats; ``config`` is what ``--config`` says.

    Paths are relative to the root of the git work tree that the settings file lies in, outside of git to the settings
    file. It raises nothing for settings that cannot be found.
    """
    # only the format asked for is loaded
    from reconciler.render.places import placed  # noqa: PLC0415 - start-up is measured

    settings_path = _settings_path(config)
    shown = placed(diagnostics, settings_path)
    if shown_as == "github":
        from reconciler.render.annotations import render_annotations  # noqa: PLC0415 - the same

        return render_annotations(shown)
    if shown_as == "sarif":
        from reconciler.render.sarif import render_sarif  # noqa: PLC0415 - the same

        return render_sarif(shown, settings_path)
    from reconciler.render.junit import render_junit  # noqa: PLC0415 - the same

    return render_junit(shown)


def annotate_failure(
    message: str, diagnostics: Sequence[Diagnostic], shown_as: AnnotationFormat, config: Path | None
) -> str:
    """Return what a command failed with; its own message is a diagnostic where no other one is an error."""
    from reconciler.model.diagnostics import Diagnostic, has_errors  # noqa: PLC0415 - start-up is measured

    if not has_errors(diagnostics):
        diagnostics = (*diagnostics, Diagnostic(severity="error", code="run/failed", message=message))
    return annotate(diagnostics, shown_as, config)


def _settings_path(config: Path | None) -> str:
    """Return the settings file as seen from the root of its repository; its usual name where there is none."""
    from pathlib import Path  # noqa: PLC0415 - start-up is measured

    from reconciler.desired import folder_in_work_tree  # noqa: PLC0415 - the same
    from reconciler.errors import DocumentsError  # noqa: PLC0415 - the same
    from reconciler.settings import FILE_NAME, find_settings_file  # noqa: PLC0415 - the same

    try:
        file = find_settings_file(config, Path.cwd())
    except (DocumentsError, OSError):
        return FILE_NAME
    return f"{folder_in_work_tree(file.parent)}{file.name}"
