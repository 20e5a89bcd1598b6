"""Holds what commands share towards people: options, streams, formats, questions and progress."""
