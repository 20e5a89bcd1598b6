"""Reads people from files of HR systems; it changes nothing anywhere, and knows no documents but sources."""
