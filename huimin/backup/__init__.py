"""Backup and restore: one file that is a whole county, how it is proved, and how it comes back."""

from huimin.storage.named_queries import load_queries

queries = load_queries("backup")
