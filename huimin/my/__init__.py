"""My card: what a holder, and a member of the family whom they let, sees and does themselves."""

from huimin.storage.named_queries import load_queries

queries = load_queries("my")
