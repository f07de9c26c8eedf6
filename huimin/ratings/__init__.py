"""How holders judge what they got: one answer a receipt, and complaints that the county settles."""

from huimin.storage.named_queries import load_queries

queries = load_queries("ratings")
