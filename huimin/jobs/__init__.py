"""Work that outlives a request: told in the database, done beside the requests, cancelled whole."""

from huimin.storage.named_queries import load_queries

queries = load_queries("jobs")
