"""The tour of a demo county: five stops from an application to the month.

Each is marked as done by what has really happened in the database. No real county has it.
"""

from huimin.storage.named_queries import load_queries

queries = load_queries("tour")
