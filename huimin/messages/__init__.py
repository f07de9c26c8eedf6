"""What a holder is told: by SMS or WeChat through the county's gateway, or on a list on paper."""

from huimin.storage.named_queries import load_queries

queries = load_queries("messages")
