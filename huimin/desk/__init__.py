"""What waits today: the first page of an office, drawn from all rooms below."""
