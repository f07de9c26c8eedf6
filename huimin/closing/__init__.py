"""The day's end: the outlet's statement against the till's own list, and the closing of the day."""

from huimin.storage.named_queries import load_queries

queries = load_queries("closing")
