"""Which presets documents are about, and which groups and people they name there."""
