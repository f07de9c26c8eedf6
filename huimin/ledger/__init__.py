"""The only writer of ledger rows: append, read, prove, roll-ups."""

from huimin.storage.named_queries import load_queries

queries = load_queries("ledger")
