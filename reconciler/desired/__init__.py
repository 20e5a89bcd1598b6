"""From files in a configuration repository to documents; it never asks the service anything."""

from reconciler.desired.repository import read_repository, read_settings_document
from reconciler.desired.revision import describe_source

__all__ = ["describe_source", "read_repository", "read_settings_document"]
