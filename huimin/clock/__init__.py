"""Time is checked before anything is written by it."""

from huimin.storage.named_queries import load_queries

queries = load_queries("clock")
