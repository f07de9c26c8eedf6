"""The ledger, and the only code that writes it: append, read, verify, roll-ups."""

from huimin.ledger.groupings import sql_parts
from huimin.storage.named_queries import load_queries

queries = load_queries("ledger", sql_parts())
