"""Builds the texts of documents, from live or for a new repository; it writes no file."""

from reconciler.desired.exporting.choice_of_presets import Chosen, choose
from reconciler.desired.exporting.document_texts import Exported, export_documents
from reconciler.desired.exporting.first_texts import DRAFT, JOURNAL, first_texts

__all__ = ["DRAFT", "JOURNAL", "Chosen", "Exported", "choose", "export_documents", "first_texts"]
