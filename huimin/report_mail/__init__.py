"""The month's report by mail, on a schedule, to named addresses without accounts."""

from huimin.storage.named_queries import load_queries

queries = load_queries("report_mail")
