"""Divisions change: read from a list, shown before it is done, approved, and applied on its day."""

from huimin.storage.named_queries import load_queries

queries = load_queries("division_changes")
