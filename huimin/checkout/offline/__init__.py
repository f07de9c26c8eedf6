"""Sales without network: the pack a till takes along, what it sends back, how that is entered."""
