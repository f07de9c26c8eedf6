"""结算单: what the county owes each merchant for a month, agreed with the merchant and paid."""

from huimin.storage.named_queries import load_queries

queries = load_queries("settlement")
