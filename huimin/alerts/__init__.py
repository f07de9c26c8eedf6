"""What a plain rule found strange when a ledger row was written; hints for people, no verdicts."""

from huimin.storage.named_queries import load_queries

queries = load_queries("alerts")
