"""Writes the texts that a new configuration repository begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.desired.exporting.yaml_templates import yaml_templates
from reconciler.model.documents import SettingsDocument

if TYPE_CHECKING:
    from reconciler.model.review import ForgeKind

__all__ = ["DRAFT", "JOURNAL", "first_texts"]

DRAFT = "drafts/assignments.yaml"
JOURNAL = ".reconciler/"


def first_texts(settings: SettingsDocument, forge: ForgeKind | None) -> dict[str, str]:
    """Return commented settings, the names that git ignores, and a draft of a document, by path below the folder.

    Of the settings, company, addresses and what is excluded count. The draft is excluded, because an example's names
    would stop every plan. A repository without documents stops a plan too. So the first documents come from
    ``export``, or from the draft once it is edited and moved.
    """
    templates = yaml_templates()
    defaults = SettingsDocument(company_id=settings.company_id)
    is_production = (settings.api_url, settings.auth_url) == (defaults.api_url, defaults.auth_url)
    return {
        "reconciler.yaml": templates.get_template("settings.yaml.j2").render(
            settings=settings, is_production=is_production, forge=forge
        ),
        ".gitignore": templates.get_template("gitignore.j2").render(journal=JOURNAL),
        DRAFT: templates.get_template("draft.yaml.j2").render(),
    }
