"""What the county tells everybody: outlets, closed months, digests, open data."""

from huimin.storage.named_queries import load_queries

queries = load_queries("publication")
