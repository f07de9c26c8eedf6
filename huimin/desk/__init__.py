"""The desk: what is waiting today, the first page of an office, counted across the rooms."""

from huimin.storage.named_queries import load_queries

queries = load_queries("desk")
