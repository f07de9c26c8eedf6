"""Photos that people send: drawn anew without what a file says beside its picture, and sealed."""

from huimin.storage.named_queries import load_queries

queries = load_queries("pictures")
