"""A purchase that missed its discount: recorded at the till, decided by an administrator."""

from huimin.storage.named_queries import load_queries

queries = load_queries("claims")
