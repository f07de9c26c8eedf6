"""The handbook: Markdown files that are read in the repository and served at /help."""
