"""Decides what software responds to a step of a running workflow, and when to look; it sends nothing."""
