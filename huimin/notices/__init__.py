"""Notices to people and programs outside: by mail and webhook, retried, with a log."""

from huimin.storage.named_queries import load_queries

queries = load_queries("notices")
