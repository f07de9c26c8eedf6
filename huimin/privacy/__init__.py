"""Personal data: rotate its keys, export it, erase it, and keep it no longer than needed."""

from huimin.storage.named_queries import load_queries

queries = load_queries("privacy")
