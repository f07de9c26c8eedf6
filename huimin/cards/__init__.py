"""Cards from issue to end, their QR codes, sheets and key ring."""

from huimin.storage.named_queries import load_queries

queries = load_queries("cards")
