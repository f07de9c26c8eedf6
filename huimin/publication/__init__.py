"""What the county tells everybody: outlets, closed months, digests, open data."""
