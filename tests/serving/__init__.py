"""The server: bodies, limits, processes."""
