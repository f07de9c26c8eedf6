"""Who is asking: sign-in, sessions, terminal keys, permissions."""

from huimin.storage.named_queries import load_queries

queries = load_queries("access")
