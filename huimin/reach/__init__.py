"""Who is entitled and whom the card reaches: by town and village, and as a work list."""

from huimin.storage.named_queries import load_queries

queries = load_queries("reach")
