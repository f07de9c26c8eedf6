"""What the county reads: monthly report and exports."""

from huimin.ledger.groupings import sql_parts
from huimin.storage.named_queries import load_queries

queries = load_queries("reports", sql_parts())
