"""Holders: people, family, eligibilities, applications, registers."""

from huimin.storage.named_queries import load_queries

queries = load_queries("holders")
