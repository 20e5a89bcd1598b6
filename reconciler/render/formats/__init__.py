"""One file a format: terminal, Markdown, HTML, and those of forges."""
