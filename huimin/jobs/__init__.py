"""Jobs: long work beside the requests, with progress in the database; cancelled as a whole."""

from huimin.storage.named_queries import load_queries

queries = load_queries("jobs")
