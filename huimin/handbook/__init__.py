"""The handbook: Markdown files, readable in the repository and served at /help."""
