"""Defines what formats show: rows, persons, findings, cut to size; no markup."""
