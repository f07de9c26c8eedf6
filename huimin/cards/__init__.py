"""Cards: from issue to expiry, with QR codes, print sheets and the key ring."""

from huimin.storage.named_queries import load_queries

queries = load_queries("cards")
