"""The package of formats loads a file once it is used, and knows no others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.render import formats


def test_every_file_that_it_names_is_there() -> None:
    """And each has something to show."""
    for name in formats.__all__:
        assert getattr(formats, name).__name__ == f"reconciler.render.formats.{name}"
    with pytest.raises(AttributeError, match="has no attribute 'pdf'"):
        formats.__getattr__("pdf")


def test_none_is_loaded_before() -> None:
    """A command that shows text does not pay for HTML."""
    code = (
        "import sys; from reconciler.render import formats; print([n for n in sys.modules if 'render.formats.' in n])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30,
        cwd=Path(__file__).resolve().parents[3],
    )  # fmt: skip
    assert ran.stdout == "[]\n"
