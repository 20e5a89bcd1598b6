"""Returns diagnostics in the formats of forges, with paths as forges want them; it prints nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from reconciler.clock import moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reconciler.model.diagnostics import Diagnostic

__all__ = ["ANNOTATION_FORMATS", "AnnotationFormat", "annotate", "annotate_failure"]

AnnotationFormat = Literal["github", "sarif", "junit", "junit-strict"]
ANNOTATION_FORMATS: tuple[AnnotationFormat, ...] = ("github", "sarif", "junit", "junit-strict")


def annotate(
    diagnostics: Sequence[Diagnostic], shown_as: AnnotationFormat, config: Path | None, company_id: str | None = None
) -> str:
    """Return diagnostics in one of these formats; ``config`` is what ``--config`` says.

    ``company_id`` is whose they are, as the settings say where it is null.

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

        return render_sarif(shown, settings_path, company_id or _company_id(config))
    from reconciler.render.junit import render_junit, render_junit_strict  # noqa: PLC0415 - the same

    return render_junit(shown) if shown_as == "junit" else render_junit_strict(shown, moment())


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


def _company_id(config: Path | None) -> str | None:
    """Return the company of the settings; null where they cannot be read."""
    from pathlib import Path  # noqa: PLC0415 - start-up is measured

    from reconciler.desired import read_settings_document  # noqa: PLC0415 - the same
    from reconciler.errors import DocumentsError  # noqa: PLC0415 - the same
    from reconciler.settings import find_settings_file  # noqa: PLC0415 - the same

    try:
        return read_settings_document(find_settings_file(config, Path.cwd())).company_id
    except (DocumentsError, OSError):
        return None
