"""Serving: the shipped server, its logs, its metrics and its probes."""
