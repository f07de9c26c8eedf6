"""Alerts: what plain rules find strange about a new ledger row; hints for people, no verdicts."""

from huimin.storage.named_queries import load_queries

queries = load_queries("alerts")
