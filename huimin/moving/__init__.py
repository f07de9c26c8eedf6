"""Moving: a county goes from one engine to the other, and proves that it has arrived."""
