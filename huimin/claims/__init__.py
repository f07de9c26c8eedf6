"""A purchase that missed its discount: recorded at the till, decided by an administrator."""
