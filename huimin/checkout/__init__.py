"""The till: verify, quote, redeem, reverse."""

from huimin.storage.named_queries import load_queries

queries = load_queries("checkout")
