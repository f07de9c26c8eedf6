"""Aid that ends: proposed for people whom a register lacks or a list names, decided by another."""
