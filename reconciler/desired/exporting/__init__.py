"""From live to documents as a person would write them; it reads no service and writes no file."""

from reconciler.desired.exporting.choice_of_presets import Chosen, choose
from reconciler.desired.exporting.document_texts import Exported, export_documents

__all__ = ["Chosen", "Exported", "choose", "export_documents"]
