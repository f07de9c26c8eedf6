"""Divisions: county, towns and villages."""

from huimin.storage.named_queries import load_queries

queries = load_queries("divisions")
