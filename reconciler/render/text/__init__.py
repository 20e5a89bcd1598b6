"""Words and escapes that all formats share."""
