"""Reads what git has of a configuration repository: revisions, their documents, and what a checkout lacks."""
