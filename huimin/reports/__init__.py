"""What the county reads: monthly report and exports."""

from huimin.storage.named_queries import load_queries

queries = load_queries("reports")
