"""Closing a month: checked, signed by three people, locked, its report and files frozen."""

from huimin.storage.named_queries import load_queries

queries = load_queries("months")
