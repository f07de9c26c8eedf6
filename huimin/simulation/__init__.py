"""A till that plays against a server with faults in between, and proves that both agree."""
