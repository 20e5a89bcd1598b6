"""Reconciles Procore Workflows preset assignments with YAML in git; this module only names the version."""

__all__ = ["__version__"]

__version__ = "0.1.0"
