"""From files in a configuration repository to documents; it never asks the service anything."""

from reconciler.desired.git.base_revision import Base, read_base, read_settings_at, same_documents
from reconciler.desired.git.checkout import describe_source, find_unseen
from reconciler.desired.git.condition import CloneCondition, describe_clone
from reconciler.desired.git.earlier import DatedCommit, Earlier, find_earlier, read_overrides_since
from reconciler.desired.git.losses import judge_losses
from reconciler.desired.git.program import ask_git
from reconciler.desired.git.revision import (
    find_work_tree,
    folder_in_work_tree,
    read_changed_documents,
    read_history,
    require_whole_history,
)
from reconciler.desired.git.tracked import find_tracked, is_refused
from reconciler.desired.git.written import written_before
from reconciler.desired.repository import document_names, is_document, read_repository, read_settings_document

__all__ = [
    "Base",
    "CloneCondition",
    "DatedCommit",
    "Earlier",
    "ask_git",
    "describe_clone",
    "describe_source",
    "document_names",
    "find_earlier",
    "find_tracked",
    "find_unseen",
    "find_work_tree",
    "folder_in_work_tree",
    "is_document",
    "is_refused",
    "judge_losses",
    "read_base",
    "read_changed_documents",
    "read_history",
    "read_overrides_since",
    "read_repository",
    "read_settings_at",
    "read_settings_document",
    "require_whole_history",
    "same_documents",
    "written_before",
]
