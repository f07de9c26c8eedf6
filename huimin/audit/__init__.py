"""The audit record: who saw or changed what."""

from huimin.storage.named_queries import load_queries

queries = load_queries("audit")
