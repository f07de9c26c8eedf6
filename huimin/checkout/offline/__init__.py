"""Sales without network: the pack a till takes, what it sends back, and how that is recorded."""
