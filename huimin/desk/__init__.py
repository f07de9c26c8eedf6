"""What waits today: the first page of an office, drawn from all rooms below."""

from huimin.storage.named_queries import load_queries

queries = load_queries("desk")
