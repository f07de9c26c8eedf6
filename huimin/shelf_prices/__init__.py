"""Prices on the shelves: a basket of goods, what it costs at which outlet, and who stands out."""

from huimin.storage.named_queries import load_queries

queries = load_queries("shelf_prices")
