"""Keys: the files that hold the county's secrets, and what signs and encrypts with them."""
