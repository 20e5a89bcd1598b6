"""From files in a configuration repository to documents; it never asks the service anything."""

from reconciler.desired.base import Base, read_base, same_documents
from reconciler.desired.repository import read_repository, read_settings_document
from reconciler.desired.revision import describe_source, folder_in_work_tree, read_changed_documents, read_history

__all__ = [
    "Base",
    "describe_source",
    "folder_in_work_tree",
    "read_base",
    "read_changed_documents",
    "read_history",
    "read_repository",
    "read_settings_document",
    "same_documents",
]
